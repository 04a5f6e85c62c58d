"""A client without manners or patience, to see what a server really does."""
import base64
import contextlib
import socket
import ssl

PLAIN = base64.b64encode(b"\0ann\0ann-secret")

# protocol: what a client says in each phase, in this order
STEPS = {
    "smtp": [("greeting", b""), ("capabilities", b"EHLO here\r\n"),
             ("starttls", b"STARTTLS\r\n"),
             ("login", b"AUTH PLAIN " + PLAIN + b"\r\n"),
             ("command", b"MAIL FROM:<>\r\n"),
             ("rcpt", b"RCPT TO:<ann>\r\n"), ("data", b"DATA\r\n"),
             ("dot", b"a: b\r\n\r\nc\r\n.\r\n"), ("quit", b"QUIT\r\n")],
    "imap": [("greeting", b""), ("capabilities", b"a CAPABILITY\r\n"),
             ("starttls", b"b STARTTLS\r\n"),
             ("login", b"c LOGIN ann ann-secret\r\n"),
             ("command", b"d STATUS INBOX (MESSAGES)\r\n"),
             ("quit", b"e LOGOUT\r\n")],
    "pop3": [("greeting", b""), ("capabilities", b"CAPA\r\n"),
             ("starttls", b"STLS\r\n"),
             ("login", b"AUTH PLAIN " + PLAIN + b"\r\n"),
             ("command", b"STAT\r\n"), ("quit", b"QUIT\r\n")],
    "http": [("command", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
}


def protocol_of(service):
    """"imaps/tls-stall" speaks IMAP."""
    name = service.partition("/")[0]
    return {"submission": "smtp"}.get(name, name.rstrip("s"))


class Talk(contextlib.AbstractContextManager):
    """One connection, driven step by step."""

    def __init__(self, port, host="127.0.0.1", timeout=5.0):
        self.timeout = timeout
        self.sock = socket.create_connection((host, port), timeout)

    def __exit__(self, *_):
        self.sock.close()

    def hear(self, timeout=None):
        """What comes next, up to a pause; b"" if the other side ended."""
        self.sock.settimeout(timeout or self.timeout)
        return self.sock.recv(65536)

    def step(self, phase, protocol):
        """Say what belongs to this phase, and do not listen yet."""
        for name, words in STEPS[protocol]:
            if name == phase:
                self.sock.sendall(words)
                return
        raise KeyError(phase)

    def drive(self, upto, service):
        """All that comes before this phase, in the clear."""
        protocol = protocol_of(service)
        skip = {"starttls", "rcpt", "data", "dot"}
        if service.startswith("smtp/"):
            skip |= {"login"}
        if upto == "dot":
            skip -= {"rcpt", "data"}
        for name, words in STEPS[protocol]:
            if name == upto:
                return
            if name not in skip:
                self.sock.sendall(words)
                self.hear()
        raise KeyError(upto)

    def tls(self, context=None):
        """Begin TLS. Nobody is trusted unless `context` says so."""
        if context is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")


def outcome(talk, patience):
    """What a server does when an answer is due, in one word, and the words
    of an answer."""
    heard = b""
    try:
        heard = talk.hear(patience)
        if not heard:
            return "close", heard
        while b"\n" not in heard and len(heard) < 200_000:
            more = talk.hear(patience)
            if not more:
                break
            heard += more
    except ConnectionResetError:
        return "reset", heard
    except TimeoutError:
        return "stall", heard
    if b"\n" not in heard and len(heard) >= 200_000:
        return "endless", heard
    return "answer", heard
