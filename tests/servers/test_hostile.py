"""A server that means ill costs a bounded time and memory, and is named."""
import os
import socket
import subprocess
import sys
import threading
import time
import unittest

import ask

TIMEOUT = 4.0  # seconds for a target
MEMORY = 48 << 10  # KiB beside which nothing may grow
BANNER = 100 << 20


def flood(piece, most=BANNER):
    """Say it again and again; what is said back is heard."""
    def serve(sock):
        sock.settimeout(0.5)
        sent, many = 0, piece * (65536 // len(piece) + 1)
        while sent < most:
            sent += sock.send(many)
    return serve


def drip(text, pause):
    """A byte, a pause, and so on; from the start when at the end."""
    def serve(sock):
        while True:
            for i in range(len(text)):
                sock.sendall(text[i:i + 1])
                time.sleep(pause)
    return serve


def answer(words, last):
    """A dialogue: each line that is heard gets the next words; then the last
    of them, for ever."""
    def serve(sock):
        for word in words:
            sock.sendall(word)
            if not sock.recv(65536):
                return
        while True:
            sock.sendall(last)
            if not sock.recv(65536):
                return
    return serve


# name: scheme and query, what the server does, reasons, phases
TRICKS = {
    "a line of 100 MB": ("smtp", "", flood(b"220-" + b"x" * 4096),
                         "line_too_long", "greeting"),
    "a banner of 100 MB": ("smtp", "", flood(b"220-welcome to us\r\n"),
                           "line_too_long", "greeting"),
    "zero bytes for ever": ("imap", "", flood(b"\0"),
                            "line_too_long", "greeting"),
    "line ends for ever": ("pop3", "", flood(b"\r\n"),
                           "greeting_garbage", "greeting"),
    "untagged answers for ever": (
        "imap", "", answer([b"* OK here\r\n"],
                           b"* 1 EXISTS\r\n" * 500000),
        "reply_slow", "capabilities"),
    "a byte a while": ("smtp", "", drip(b"220-here we are\r\n", 0.2),
                       "reply_slow", "greeting"),
    "CRLF in everything": (
        "smtp", "?tls=starttls",
        answer([b"220 a\r\n250 ok\r\nMAIL FROM:<x>\r\n"],
               b"250-a\r\n\r\n250 STARTTLS\r\n220 go\r\n"),
        "starttls_missing", "starttls"),
    "clear text behind STARTTLS": (
        "imap", "?tls=starttls",
        answer([b"* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n"],
               b"a1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" +
               b"a2 OK go\r\n* BYE x\r\n"),
        "starttls_injected", "starttls"),
    "no end of challenges": (
        "imap", "?tls=none",
        answer([b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n"],
               b"+ \r\n"),
        "wrong_order", "login"),
}


class Trickster:
    """One port, one trick, for every connection."""

    def __init__(self, serve):
        self.serve = serve
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(sock,),
                             daemon=True).start()

    def _one(self, sock):
        with sock:
            try:
                self.serve(sock)
            except OSError:
                pass

    def stop(self):
        self.sock.close()


class Hostile(ask.Expectations):
    """All tricks, each alone, so that time and memory are its own."""

    def test_each_is_named_and_costs_little(self):
        program = ask.program()
        sanitized = "MAILGUARD_TEST_TIMEOUT" in os.environ and \
            ask.TIMEOUT > TIMEOUT
        for name, (scheme, query, serve, reasons, phases) in TRICKS.items():
            trick = Trickster(serve)
            url = ask.url(scheme, trick.port, query)
            begin = time.monotonic()
            answers, status, printed = ask.probe([url], "--transcript",
                                                 timeout=TIMEOUT)
            took = time.monotonic() - begin
            trick.stop()
            with self.subTest(name):
                self.assertEqual(status, 1, printed[-300:])
                self.check(answers[url], reasons, phases)
                self.assertLess(took, TIMEOUT + 5)
                self.assertLess(len(printed), 200_000)
                self.assertNotIn(ask.SECRET, printed)
                if not sanitized:
                    self.assertLess(self.memory(program, url, serve), MEMORY)

    @staticmethod
    def memory(program, url, serve):
        """KiB at most, of a run of its own."""
        trick = Trickster(serve)
        url = url.replace(url.rpartition(":")[2].partition("?")[0],
                          str(trick.port))
        script = ("import resource, subprocess, sys\n"
                  "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,"
                  " stdin=subprocess.DEVNULL, check=False)\n"
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN)"
                  ".ru_maxrss)\n")
        done = subprocess.run(
            [sys.executable, "-c", script, program, "probe", "--timeout",
             str(TIMEOUT), url], capture_output=True, text=True, check=True,
            env={**os.environ, "MAILGUARD_SECRET": ask.SECRET})
        trick.stop()
        return int(done.stdout)


if __name__ == "__main__":
    unittest.main()
