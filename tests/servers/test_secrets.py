"""A password goes to the server it is for, once, and nowhere else; and the
mailbox behind it stays as it was."""
import base64
import hashlib
import hmac
import os
import re
import subprocess
import time
import unittest

import ask
import dovecot
import test_lab

WRONG = "not-this-0ne"
MECHANISMS = "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"
FORMATS = ("--format=text", "--transcript"), ("--json", "--transcript"), \
    ("--format=nagios",), ("--format=prometheus",), \
    ("--json", "--stock", "--newest", "--transcript")


def forms(user, secret):
    """All in which a secret could be written down by mistake."""
    plain = b"\0" + user.encode() + b"\0" + secret.encode()
    yield secret
    for raw in (secret.encode(), plain):
        yield base64.b64encode(raw).decode().rstrip("=")
        yield raw.hex()
    yield hashlib.md5(secret.encode()).hexdigest()
    yield hashlib.sha256(secret.encode()).hexdigest()


class Secrets(unittest.TestCase):
    """Against Dovecot, by every mechanism, in every format."""

    @classmethod
    def setUpClass(cls):
        ask.program()
        cls.server = test_lab.start(dovecot.Dovecot())
        cls.addClassCleanup(cls.server.stop)

    def run_program(self, urls, *options, secret=ask.SECRET):
        done = subprocess.run(
            [ask.program(), "probe", "--ca-file", self.server.ca,
             "--per-host", "1", *options, *urls], text=True,
            capture_output=True, timeout=120, check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "MAILGUARD_SECRET": secret})
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done.stdout + done.stderr

    def urls(self, user="ann"):
        """Every way in: protocol, encryption and mechanism."""
        for service, query in (("imap", "?tls=starttls"), ("imaps", ""),
                               ("pop3", "?tls=starttls"), ("pop3s", ""),
                               ("imap", "?tls=none"), ("pop3", "?tls=none")):
            for mechanism in MECHANISMS:
                yield ask.url(service, self.server.ports[service], query,
                              f"{user};AUTH={mechanism}")

    def log(self):
        return (self.server.folder / "dovecot.log").read_text()

    def test_no_form_of_it_is_in_any_output(self):
        urls = list(self.urls())
        for options in FORMATS:
            for secret in (ask.SECRET, WRONG):
                some = urls if secret == ask.SECRET else urls[:5]
                printed = self.run_program(some, *options, secret=secret)
                self.assertTrue(printed)
                for form in forms("ann", secret):
                    with self.subTest(options=options, form=form):
                        self.assertNotIn(form, printed)

    def test_no_answer_to_a_challenge_is_in_a_transcript(self):
        url = ask.url("imaps", self.server.ports["imaps"], "",
                      "ann;AUTH=CRAM-MD5")
        printed = self.run_program([url], "--json", "--transcript")
        for blob in re.findall(r"[A-Za-z0-9+/=]{16,}", printed):
            try:
                words = base64.b64decode(blob + "=" * (-len(blob) % 4))
            except ValueError:
                continue
            digest = hmac.new(ask.SECRET.encode(), words, "md5").hexdigest()
            self.assertNotIn(digest, printed)
            self.assertFalse(words.startswith(b"ann "), blob)

    def test_every_mechanism_gets_in(self):
        urls = list(self.urls())
        answers, status, printed = ask.probe(urls, "--ca-file",
                                             self.server.ca)
        self.assertEqual(status, 0, printed)
        self.assertEqual({a["login"] for a in answers.values()}, {"ok"})

    def test_a_refusal_is_the_last_try(self):
        urls = [ask.url(service, self.server.ports[service], "",
                        f"empty;AUTH={mechanism}")
                for mechanism in MECHANISMS for service in ("imaps", "pop3s")]
        printed = self.run_program(urls, "--json", secret=WRONG)
        self.assertEqual(printed.count('"login":"refused"'), len(urls))
        end = time.monotonic() + 10  # the log may be late
        while self.log().count("user=<empty>") < len(urls) and \
                time.monotonic() < end:
            time.sleep(0.05)
        said = self.log()
        self.assertEqual(said.count("user=<empty>"), len(urls))
        self.assertRegex(said, "auth failed, 1 attempts")
        self.assertNotRegex(said, r"auth failed, [2-9]\d* attempts")
        self.assertNotIn(WRONG, said)

    def test_the_mailbox_stays_as_it_was(self):
        top = self.server.folder / "mail" / "ann"

        def mails():
            return sorted((part, name, (top / part / name).read_bytes())
                          for part in ("new", "cur")
                          for name in os.listdir(top / part))

        imap = [url for url in self.urls() if url.startswith("imap")]
        # What POP3 does by being there at all, it has done by then.
        self.run_program([u for u in self.urls() if "pop3" in u][:1])
        before = mails()
        self.run_program(imap, "--newest", "--stock")
        self.assertEqual(mails(), before)
        self.run_program([u for u in self.urls() if "pop3" in u], "--newest")
        self.assertEqual(mails(), before)
        self.assertEqual(len(before), dovecot.MAILS)
        self.assertFalse([name for _, name, _ in before if "S" in
                          name.rpartition(":2,")[2] and ":2," in name])


if __name__ == "__main__":
    unittest.main()
