"""`mailguard domain` against unbound, and against name servers that fail as
they are told to: NXDOMAIN, SERVFAIL, silence, lame, cut short, lying."""
import json
import socket
import struct
import subprocess
import threading
import time
import unittest

import ask
import lab
import resolver
import test_lab

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV = 1, 2, 5, 6, 12, 15, 16, 28, 33
NAMES = {"A": A, "NS": NS, "SOA": SOA, "PTR": PTR, "MX": MX, "TXT": TXT,
         "AAAA": AAAA, "SRV": SRV, "CNAME": CNAME}

GOOD = """\
g.test MX 10 mx.g.test
g.test TXT v=spf1 mx -all
g.test NS ns1.g.test
g.test NS ns2.g.test
g.test SOA ns1.g.test
ns1.g.test A 127.0.0.21
ns2.g.test A 127.0.0.22
mx.g.test A 192.0.2.1
mx.g.test AAAA 2001:db8::1
_dmarc.g.test TXT v=DMARC1; p=reject; rua=mailto:a@g.test
1.2.0.192.in-addr.arpa PTR mx.g.test
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa \
PTR mx.g.test
"""


def name_bytes(name):
    return b"".join(bytes([len(p)]) + p.encode()
                    for p in name.split(".")) + b"\0"


def data_bytes(kind, data):
    if kind == A:
        return socket.inet_aton(data)
    if kind == AAAA:
        return socket.inet_pton(socket.AF_INET6, data)
    if kind == MX:
        priority, host = data.split()
        return struct.pack(">H", int(priority)) + name_bytes(host)
    if kind == TXT:
        raw = data.encode()
        return b"".join(bytes([len(raw[i:i + 255])]) + raw[i:i + 255]
                        for i in range(0, len(raw), 255))
    if kind == SOA:
        return (name_bytes(data) + name_bytes("x") +
                struct.pack(">5I", 1, 2, 3, 4, 5))
    return name_bytes(data)


def zone_of(text):
    zone = {}
    for line in text.splitlines():
        name, kind, data = line.split(" ", 2)
        zone.setdefault(name, []).append((NAMES[kind], data))
    return zone


class Scripted:
    """One name server on an address of loopback, by UDP and TCP. `faults`:
    name to "servfail", "refused", "silent", "garbage" or "short"; "*" is all.
    """

    def __init__(self, text, port=0, host="127.0.0.1", faults=None,
                 authority=True):
        self.zone, self.faults = zone_of(text), faults or {}
        self.authority = authority
        self.asked = []
        self.udp, self.tcp = self.sockets(host, port)
        self.port = self.udp.getsockname()[1]
        for run in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=run, daemon=True).start()

    @staticmethod
    def sockets(host, port):
        """Of one number; if TCP's is taken by somebody, of another one."""
        for left in range(50, -1, -1):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((host, port))
            try:
                return udp, socket.create_server(
                    (host, udp.getsockname()[1]))
            except OSError:
                udp.close()
                if port or not left:
                    raise

    def stop(self):
        self.udp.close()
        self.tcp.close()

    def answer(self, query, by_tcp):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        name, kind = ".".join(labels), struct.unpack(">H",
                                                     query[at + 1:at + 3])[0]
        question = query[12:at + 5]
        fault = self.faults.get(name, self.faults.get("*"))
        self.asked.append(name)
        if fault == "silent":
            return None
        if fault == "garbage":
            return query[:2] + b"\x81\x80" + b"\xff" * 7
        rcode, records = 0, []
        if fault in ("servfail", "refused"):
            rcode = {"servfail": 2, "refused": 5}[fault]
        elif name not in self.zone:
            rcode = 3
        else:
            records = [(k, d) for k, d in self.zone[name] if k == kind]
        short = fault == "short" and not by_tcp
        flags = 0x8180 | rcode | (0x0400 if self.authority else 0) | (
            0x0200 if short else 0)
        if short:
            records = []
        out = query[:2] + struct.pack(">5H", flags, 1, len(records), 0, 0)
        out += question
        for k, data in records:
            raw = data_bytes(k, data)
            out += b"\xc0\x0c" + struct.pack(">HHIH", k, 1, 60, len(raw)) + raw
        return out

    def serve_udp(self):
        while True:
            try:
                query, who = self.udp.recvfrom(4096)
                said = self.answer(query, False)
                if said:
                    self.udp.sendto(said, who)
            except OSError:
                return

    def serve_tcp(self):
        while True:
            try:
                line, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(line,),
                             daemon=True).start()

    def talk(self, line):
        with line:
            while True:
                head = line.recv(2)
                if len(head) < 2:
                    return
                query = line.recv(struct.unpack(">H", head)[0])
                said = self.answer(query, True)
                if said:
                    line.sendall(struct.pack(">H", len(said)) + said)


class Domain(unittest.TestCase):
    """Asks as people do, and reads the JSON."""

    @classmethod
    def setUpClass(cls):
        ask.program()

    def check(self, name, *options):
        done = subprocess.run(
            [lab.build_folder() / "bin" / "mailguard", "domain", "--json",
             name, *options], capture_output=True, check=False, text=True,
            timeout=100)
        self.assertEqual(done.stderr, "")
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if answer["ok"] else 1)
        answer["codes"] = [f["code"] for f in answer["findings"]]
        return answer

    def serve(self, *args, **more):
        server = Scripted(*args, **more)
        self.addCleanup(server.stop)
        return server

    def servers(self, text=GOOD, first=None, second=None, **more):
        """A resolver, and both name servers of the zone at one port."""
        main = self.serve(text, **more)
        port = main.port
        self.serve(text, port, "127.0.0.21", **(first or {}))
        self.serve(text, port, "127.0.0.22", **(second or {}))
        return ["--resolver", f"127.0.0.1:{port}", "--server-port",
                str(port)]


class Faults(Domain):
    def test_nothing_wrong_is_nothing_told(self):
        answer = self.check("g.test", *self.servers(), "--ip", "192.0.2.1")
        self.assertEqual(answer["codes"], [])
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["spf"]["lookups"], 1)
        self.assertEqual([a["spf"] for a in answer["addresses"]
                          if a["host"] is None], ["pass"])
        self.assertEqual([s["state"] for s in answer["name_servers"]],
                         ["ok", "ok"])

    def test_nxdomain(self):
        answer = self.check("none.test", *self.servers())
        self.assertIn("domain.gone", answer["codes"])

    def test_servfail(self):
        answer = self.check("g.test", *self.servers(
            faults={"_dmarc.g.test": "servfail"}))
        self.assertIn("resolver.failed", answer["codes"])
        self.assertNotIn("dmarc.missing", answer["codes"])

    def test_silence(self):
        begun = time.monotonic()
        answer = self.check("g.test", *self.servers(
            faults={"*": "silent"}), "--timeout", "3")
        self.assertIn("resolver.silent", answer["codes"])
        self.assertNotIn("domain.gone", answer["codes"])
        self.assertLess(time.monotonic() - begun, 60)

    def test_cut_short_goes_over_to_tcp(self):
        answer = self.check("g.test", *self.servers(
            faults={"g.test": "short"}))
        self.assertEqual(answer["codes"], [])
        self.assertEqual(answer["mx"][0]["host"], "mx.g.test")

    def test_lame(self):
        for how in ({"faults": {"*": "refused"}}, {"authority": False}):
            with self.subTest(how):
                answer = self.check("g.test", *self.servers(second=how))
                self.assertEqual(answer["codes"], ["delegation.lame"])
                self.assertEqual(answer["name_servers"][1]["state"], "lame")

    def test_a_lying_resolver_is_found_by_the_second(self):
        options = self.servers()
        liar = self.serve(GOOD.replace("192.0.2.1\n", "203.0.113.9\n"))
        answer = self.check("g.test", *options, "--resolver",
                            f"127.0.0.1:{liar.port}")
        self.assertIn("resolver.differs", answer["codes"])
        self.assertIn("203.0.113.9", answer["findings"][0]["text"])

    def test_a_second_resolver_that_agrees_is_not_told(self):
        options = self.servers()
        twin = self.serve(GOOD)
        answer = self.check("g.test", *options, "--resolver",
                            f"127.0.0.1:{twin.port}")
        self.assertEqual(answer["codes"], [])

    def test_a_list_is_asked_only_if_named(self):
        text = GOOD + ("2.0.0.127.bl.test A 127.0.0.2\n"
                       "1.2.0.192.bl.test A 127.0.0.9\n")
        main = self.serve(text)
        options = ["--resolver", f"127.0.0.1:{main.port}", "--server-port",
                   str(main.port)]
        self.check("g.test", *options)
        self.assertFalse([n for n in main.asked if n.endswith("bl.test")])
        answer = self.check("g.test", *options, "--dnsbl", "bl.test")
        self.assertIn("dnsbl.listed", answer["codes"])
        self.assertTrue(all(n.endswith((".test", ".arpa"))
                            for n in main.asked), main.asked)

    def test_garbage_is_no_answer(self):
        answer = self.check("g.test", *self.servers(
            faults={"mx.g.test": "garbage"}), "--timeout", "6")
        self.assertFalse(answer["ok"])
        self.assertNotIn("mx.no-address", answer["codes"])


class Unbound(Domain):
    def test_a_zone_of_a_real_resolver(self):
        server = test_lab.start(resolver.Unbound())
        self.addCleanup(server.stop)
        answer = self.check("test.mailguard.example", "--resolver",
                            f"127.0.0.1:{server.ports['dns']}", "--ip",
                            "127.0.0.1")
        self.assertEqual([m["host"] for m in answer["mx"]],
                         ["mail.test.mailguard.example"])
        self.assertEqual(answer["spf"]["record"], "v=spf1 mx -all")
        self.assertEqual([a["spf"] for a in answer["addresses"]
                          if a["host"] is None], ["pass"])
        self.assertEqual(answer["services"][0]["port"], 993)
        self.assertIn("mx.private", answer["codes"])


if __name__ == "__main__":
    unittest.main()
