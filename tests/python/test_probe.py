"""mailguard.probe: servers asked, answers as values."""
import contextlib
import pickle
import socket
import threading
import unittest

import mailguard
from built import networked
from mailguard import probes


def serve(lines, port_of):
    """A server that says each line after hearing one; the first at once."""
    listener = socket.create_server(("127.0.0.1", 0))
    port_of.append(listener.getsockname()[1])

    def run():
        with listener:
            conn, _ = listener.accept()
            with conn, conn.makefile("rb") as heard, \
                    contextlib.suppress(ConnectionError):
                for line in lines:
                    conn.sendall(line.encode() + b"\r\n")
                    if not heard.readline():
                        return
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def nobody():
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


@unittest.skipUnless(networked(), "built without a network")
class Probe(unittest.TestCase):
    def pop3(self, *lines):
        ports = []
        thread = serve(lines, ports)
        self.addCleanup(thread.join, 5)
        return f"pop3://ann@127.0.0.1:{ports[0]}?tls=none"

    def test_a_login_works(self):
        url = self.pop3("+OK", "+OK\r\nUSER\r\n.", "+OK", "+OK", "+OK 1 2",
                        "+OK")
        asked = []

        def secret(whose):
            asked.append((whose.user, whose.protocol))
            return "s3cret"

        (r,) = probes.probe(url, secret=secret, timeout=5)
        self.assertEqual((r.ok, r.reason, r.login, r.url),
                         (True, "success", "ok", url))
        self.assertEqual(asked, [("ann", "pop3")])
        self.assertNotIn("s3cret", r.session)
        self.assertIn("PASS", r.session)
        self.assertEqual((r.messages, r.newest, r.quota), (1, None, None))

    def test_the_newest_mail_and_the_software_are_told(self):
        url = self.pop3("+OK Dovecot ready.", "+OK\r\nTOP\r\nUSER\r\n.",
                        "+OK", "+OK", "+OK 1 2",
                        "+OK\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"
                        "\r\n.", "+OK")
        (r,) = probes.probe(url, secret="s3cret", timeout=5, newest=True)
        self.assertEqual((r.ok, r.software, r.messages, r.newest),
                         (True, "Dovecot", 1, "2026-03-02T09:00:00Z"))
        self.assertEqual(r.capabilities_in_clear, ())
        self.assertGreaterEqual(r.times.login, 0)
        self.assertIsNone(r.tls)
        self.assertEqual(pickle.loads(pickle.dumps(r)), r)

    def test_a_refusal_is_named(self):
        url = self.pop3("+OK", "+OK\r\nUSER\r\n.", "+OK",
                        "-ERR [AUTH] Invalid login")
        (r,) = probes.probe([url], secret="wrong", timeout=5, lang="ja")
        self.assertEqual((r.ok, r.fault_domain, r.reason, r.phase),
                         (False, "auth", "wrong_password", "login"))
        self.assertIn("Invalid login", r.message)
        self.assertRegex(str(r), "[ぁ-ん]")

    def test_without_a_secret_the_login_is_untested(self):
        url = self.pop3("+OK", "+OK\r\nUSER\r\n.", "+OK")
        (r,) = probes.probe(url, timeout=5)
        self.assertEqual((r.ok, r.login), (True, "untested"))

    def test_more_targets_than_jobs(self):
        port = nobody()
        urls = [f"smtp://127.0.0.1:{port}"] * 20
        found = [r.reason for r in probes.probe(urls, jobs=3, timeout=5)]
        self.assertEqual(found, ["connect_refused"] * 20)

    def test_a_bad_url_is_refused(self):
        with self.assertRaises(mailguard.InvalidArgument):
            list(probes.probe("imap://ann:secret@mail.example.org"))

    def test_leaving_early_ends_all(self):
        walk = probes.probe([f"smtp://127.0.0.1:{nobody()}"] * 5, timeout=5)
        next(walk)
        walk.close()

    def test_a_bad_ca_file_is_refused(self):
        with self.assertRaises(mailguard.Error):
            list(probes.probe("smtp://127.0.0.1", ca_file="/no/such/file"))


if __name__ == "__main__":
    unittest.main()
