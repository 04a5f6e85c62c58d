"""unbound: names that are there, names that are not, and names whose servers
fail. Nothing it is asked leaves this machine. Runs as anyone.

    mail.test.mailguard.example     A, AAAA; test.mailguard.example has an MX
    empty.test.mailguard.example    is there, without an address
    none.test.mailguard.example     NXDOMAIN
    broken.mailguard.example        SERVFAIL: its server is stopped
    refused.mailguard.example       REFUSED
    silent.mailguard.example        no answer at all
    stalled.mailguard.example       its server never answers
"""
import socket
import struct

import lab

CONFIG = """\
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  logfile: ""
  use-syslog: no
  verbosity: 1
  do-daemonize: no
  num-threads: 1
  interface: 127.0.0.1
  port: {dns}
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  do-not-query-localhost: no
  unblock-lan-zones: yes
  qname-minimisation: no
  infra-host-ttl: 0
  local-zone: "test.mailguard.example." static
  local-data: "test.mailguard.example. 60 SOA ns.test.mailguard.example. x. \
1 3600 600 86400 60"
  local-data: "test.mailguard.example. 60 MX 10 mail.test.mailguard.example."
  local-data: 'test.mailguard.example. 60 TXT "v=spf1 mx -all"'
  local-data: "mail.test.mailguard.example. 60 A 127.0.0.1"
  local-data: "mail.test.mailguard.example. 60 AAAA ::1"
  local-data: "empty.test.mailguard.example. 60 TXT 'no address'"
  local-data: "_imaps._tcp.test.mailguard.example. 60 SRV 0 1 993 \
mail.test.mailguard.example."
  local-zone: "refused.mailguard.example." always_refuse
  local-zone: "silent.mailguard.example." always_deny
forward-zone:
  name: "stalled.mailguard.example."
  forward-addr: 127.0.0.1@{stalled}
forward-zone:
  name: "."
  forward-tcp-upstream: yes
  forward-addr: 127.0.0.1@{stopped}
"""


def query(name, kind=1):
    """The bytes of a question; kind 1 is A."""
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    return (struct.pack(">6H", 77, 0x0100, 1, 0, 0, 0) + labels + b"\0" +
            struct.pack(">2H", kind, 1))


def ask(port, name, kind=1, timeout=2.0):
    """rcode and number of answers; None if none came in time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout)
        s.connect(("127.0.0.1", port))
        s.send(query(name, kind))
        try:
            reply = s.recv(4096)
        except OSError:
            return None
    _, flags, _, answers, _, _ = struct.unpack(">6H", reply[:12])
    return flags & 15, answers


class Unbound(lab.Server):
    """`ports["dns"]`, by UDP and TCP."""

    name = "unbound"

    def __init__(self):
        super().__init__()
        self.dead_end = None

    def prepare(self):
        self.program = lab.find_program("unbound")
        # Somebody is there, and never answers.
        self.dead_end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.dead_end.bind(("127.0.0.1", 0))

    def command(self):
        dns, = lab.free_ports(1, socket.SOCK_DGRAM)
        stopped, = lab.free_ports(1)
        self.ports = {"dns": dns}
        config = self.folder / "unbound.conf"
        config.write_text(CONFIG.format(
            folder=self.folder, dns=dns, stopped=stopped,
            stalled=self.dead_end.getsockname()[1]))
        return [self.program, "-d", "-p", "-c", str(config)]

    def is_up(self):
        return ask(self.ports["dns"], "mail.test.mailguard.example",
                   timeout=0.2) == (0, 1)

    def stop(self, keep=False):
        super().stop(keep)
        if self.dead_end:
            self.dead_end.close()
            self.dead_end = None
