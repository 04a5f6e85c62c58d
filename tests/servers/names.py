"""A name server that answers by a script, for what no real one does at will.

    four.lab.example     four addresses; the first is down
    six.lab.example      an IPv6 address that is down, an IPv4 one that is up
    empty nxdomain servfail refused     as their names say
    lame bogus           SERVFAIL that says why (RFC 8914, 22 and 6)
    silent               no answer at all

Every other name below lab.example is 127.0.0.1.
"""
import socket
import struct
import threading

A, AAAA, OPT = 1, 28, 41
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
DOWN, UP = "127.0.0.2", "127.0.0.1"

# name: rcode, number of RFC 8914, addresses
SCRIPT = {
    "four": (NOERROR, None, [DOWN, UP, "127.0.0.3", "127.0.0.4"]),
    "six": (NOERROR, None, ["::1", UP]),
    "empty": (NOERROR, None, []),
    "nxdomain": (NXDOMAIN, None, []),
    "servfail": (SERVFAIL, None, []),
    "refused": (REFUSED, None, []),
    "lame": (SERVFAIL, 22, []),
    "bogus": (SERVFAIL, 6, []),
}


def _record(address):
    """Its type and bytes."""
    if ":" in address:
        return AAAA, socket.inet_pton(socket.AF_INET6, address)
    return A, socket.inet_pton(socket.AF_INET, address)


def answer(query):
    """The bytes of an answer; None: say nothing."""
    ident, _, _, _, _, extra = struct.unpack(">6H", query[:12])
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
        at += query[at] + 1
    question = query[12:at + 5]
    kind, = struct.unpack(">H", query[at + 1:at + 3])
    name = labels[0].lower() if labels else ""
    if name == "silent":
        return None
    rcode, why, addresses = SCRIPT.get(name, (NOERROR, None, [UP]))
    records = b""
    count = 0
    for its_kind, data in map(_record, addresses):
        if its_kind == kind:
            records += struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(data))
            records += data
            count += 1
    more = b""
    if extra:  # it understands EDNS
        option = struct.pack(">HHH", 15, 2, why) if why is not None else b""
        more = struct.pack(">BHHIH", 0, OPT, 1232, 0, len(option)) + option
    head = struct.pack(">6H", ident, 0x8180 | rcode, 1, count, 0,
                       1 if more else 0)
    return head + question + records + more


class Names:
    """`port`, by UDP, until stop()."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((UP, 0))
        self.port = self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            query, whose = self.sock.recvfrom(4096)
            if len(query) < 12:
                return
            said = answer(query)
            if said:
                self.sock.sendto(said, whose)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"stop", (UP, self.port))
        self.thread.join()
        self.sock.close()
