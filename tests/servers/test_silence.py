"""A checkup sees on which side mail stopped, and takes what others saw."""
import contextlib
import datetime
import email.utils
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import unittest

import ask
import dovecot
import test_lab


def history(path, days_ago):
    """Three months of mails on working days, the last so many days ago."""
    now = datetime.datetime.now(datetime.timezone.utc)
    with open(path, "w", encoding="ascii") as f:
        for day in range(days_ago + 90, days_ago - 1, -1):
            for hour in range(0, 24, 2):
                when = now - datetime.timedelta(days=day, hours=hour)
                f.write("From a@b.example Thu Jan  1 00:00:00 2026\n"
                        f"Received: x; {when:%d %b %Y %H:%M:%S} +0000\n"
                        "From: a@b.example\nSubject: one\n\nhi\n\n")


class Checkup(unittest.TestCase):
    """`checkup` against Dovecot."""

    @classmethod
    def setUpClass(cls):
        cls.program = ask.program()
        cls.server = test_lab.start(dovecot.Dovecot())
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mailguard-silence-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def profile(self, user, service="imaps", port=None, **server):
        tls = "implicit" if service.endswith("s") else "starttls"
        path = self.folder / "profile.json"
        path.write_text(json.dumps({
            "schema": "mailguard-profile-1",
            "accounts": [{"id": "a1", "address": user + "@test.example",
                          "server_in": "S1", "user_in": user,
                          "store": "m1"}],
            "servers": [{"id": "S1", "protocol": service.rstrip("s"),
                         "host": "127.0.0.1", "tls": tls,
                         "port": port or self.server.ports[service],
                         **server}],
            "stores": [{"id": "m1", "path": str(self.folder / "mail"),
                        "file": str(self.folder / "mail")}]}))
        return path

    def checkup(self, profile, *options, secret="ann-secret"):
        done = subprocess.run(
            [self.program, "checkup", profile, "--json", "--ca-file",
             self.server.ca, *options], text=True, capture_output=True,
            env={**os.environ, "MAILGUARD_SECRET": secret}, timeout=120,
            check=False, stdin=subprocess.DEVNULL)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done

    def evidence(self, done):
        self.assertTrue(done.stdout, done.stderr)
        return [row["what"] for row in json.loads(done.stdout)["evidence"]]


class Silence(Checkup):
    """New mail, and what others saw."""

    def test_mail_that_is_not_fetched_is_told(self):
        history(self.folder / "mail", 6)
        for service in ("imaps", "pop3s"):
            with self.subTest(service):
                done = self.checkup(self.profile("ann", service))
                seen = self.evidence(done)
                self.assertTrue([s for s in seen if "not fetched" in s], seen)
                grade = json.loads(done.stdout)["grade"]
                self.assertIn(grade, ("undetermined", "suspect"))

    def test_silence_on_the_server_too_is_no_fault(self):
        history(self.folder / "mail", 6)
        done = self.checkup(self.profile("empty"), "--saw", "a1 receive ok",
                            secret="empty-secret")
        seen = self.evidence(done)
        self.assertTrue([s for s in seen if "unusually long" in s], seen)
        self.assertEqual(json.loads(done.stdout)["verdict"], "none")

    def test_mail_as_usual_is_no_evidence(self):
        history(self.folder / "mail", 0)
        done = self.checkup(self.profile("ann"))
        seen = self.evidence(done)
        self.assertFalse([s for s in seen if "new mail" in s], seen)

    def test_what_another_machine_saw_counts(self):
        history(self.folder / "mail", 0)
        known = ask.url("imaps", self.server.ports["imaps"])
        answers, _, lines = ask.probe(
            [known, "imaps://127.0.0.9:9"], "--ca-file", self.server.ca)
        self.assertEqual(len(answers), 2, lines)
        file = self.folder / "seen.jsonl"
        file.write_text("\n".join(json.dumps(a) for a in answers.values()))
        done = self.checkup(self.profile("ann"), "--no-net",
                            "--observations", file)
        seen = self.evidence(done)
        self.assertTrue([s for s in seen if "from outside: ok" in s], seen)
        self.assertIn("belongs to no server of this profile", done.stderr)

    def test_a_broken_line_ends_it_with_its_number(self):
        history(self.folder / "mail", 0)
        file = self.folder / "seen.jsonl"
        file.write_text('\n{"url": "imaps:\n')
        done = self.checkup(self.profile("ann"), "--no-net",
                            "--observations", file)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertIn("line 2: ", done.stderr)

    def test_the_line_is_tried_by_the_host_that_was_named(self):
        history(self.folder / "mail", 0)
        for port, says in ((self.server.ports["imap"], "control host: ok"),
                           (9, "control host: ok")):
            with self.subTest(port):
                done = self.checkup(
                    self.profile("ann"), "--control",
                    f"imap://127.0.0.1:{port}?tls=none")
                seen = self.evidence(done)
                self.assertTrue([s for s in seen if says in s], seen)


class Page(http.server.BaseHTTPRequestHandler):
    """A page of a server whose clock is `ahead` seconds ahead of ours."""

    ahead = 0

    def do_GET(self):  # the name http.server looks for
        """Any path."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + self.ahead, usegmt=True)

    def log_message(self, format, *args):  # its parameters, as in the base
        pass


class Here(Checkup):
    """This machine: its line, its resolver, its clock."""

    @contextlib.contextmanager
    def page(self, ahead):
        handler = type("Page", (Page,), {"ahead": ahead})
        with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()

    def test_the_clock_is_held_against_the_control_host(self):
        history(self.folder / "mail", 0)
        for ahead, says in ((0, "agrees with"), (1800, "30 minutes behind"),
                            (-1800, "30 minutes ahead")):
            with self.subTest(ahead), self.page(ahead) as url:
                done = self.checkup(self.profile("ann"), "--control", url)
                seen = self.evidence(done)
                told = [s for s in seen if "clock of this machine" in s]
                self.assertTrue(told, seen)
                self.assertIn(says, told[0])
                self.assertIn("fail" if ahead else "ok", told[0])
                self.assertTrue([s for s in seen if "control host: ok" in s])

    def test_a_resolver_that_is_not_there_is_told(self):
        history(self.folder / "mail", 0)
        done = self.checkup(
            self.profile("ann"), "--control-name", "name.example",
            "--resolver", "127.0.0.9:9", "--timeout", "3")
        seen = self.evidence(done)
        self.assertTrue([s for s in seen if "resolver here: fail" in s], seen)

    def test_nobody_is_asked_who_was_not_named(self):
        history(self.folder / "mail", 0)
        seen = self.evidence(self.checkup(self.profile("ann")))
        self.assertFalse([s for s in seen if "control host" in s or
                          "resolver" in s], seen)


if __name__ == "__main__":
    unittest.main()
