"""What lies on a real server is told, and nothing there is touched by it."""
import datetime
import imaplib
import json
import os
import time
import unittest

import ask
import dovecot
import test_lab

WAYS = (("imap", "?tls=starttls"), ("imaps", ""),
        ("pop3", "?tls=starttls"), ("pop3s", ""))


class Newest(ask.Expectations):
    """`probe --newest` against Dovecot."""

    @classmethod
    def setUpClass(cls):
        ask.program()
        cls.server = test_lab.start(dovecot.Dovecot())
        cls.addClassCleanup(cls.server.stop)

    def ask(self, service, query, user="ann", *options):
        url = ask.url(service, self.server.ports[service], query, user)
        answers, _, printed = ask.probe([url], "--ca-file", self.server.ca,
                                        "--newest", *options,
                                        secret=user + "-secret")
        self.assertIn(url, answers, printed)
        return answers[url]

    def mails(self, user="ann"):
        """Names on disk: where a mail lies and its flags are in them."""
        top = self.server.folder / "mail" / user
        return sorted((part, name) for part in ("new", "cur")
                      for name in os.listdir(top / part))

    def flags(self, user="ann"):
        """As IMAP tells them, read-only."""
        with imaplib.IMAP4(dovecot.WELL, self.server.ports["imap"]) as imap:
            imap.login(user, user + "-secret")
            imap.select("INBOX", readonly=True)
            return imap.fetch("1:*", "(FLAGS)")[1]

    def test_the_inbox_is_counted_and_its_last_mail_dated(self):
        for service, query in WAYS:
            with self.subTest(service):
                answer = self.ask(service, query)
                self.check(answer, "ok", "")
                self.assertEqual(answer["messages"], dovecot.MAILS)
                newest = datetime.datetime.fromisoformat(
                    answer["newest"].replace("Z", "+00:00")).timestamp()
                self.assertLess(abs(time.time() - newest), 300, answer)

    def test_no_mail_is_marked_or_moved(self):
        files, flags = self.mails("bob"), self.flags("bob")
        self.assertEqual(len(files), dovecot.MAILS)
        self.assertTrue(all(part == "new" for part, _ in files), files)
        self.assertTrue(all(b"Recent" in row for row in flags), flags)
        for service, query in WAYS[:2]:
            self.ask(service, query, "bob")
            self.assertEqual(self.mails("bob"), files)
            self.assertEqual(self.flags("bob"), flags)
        # That a POP3 session was there Dovecot notes itself; the mails stay
        # unread, and asking for a date changes no more than asking for none.
        ask.probe([ask.url("pop3", self.server.ports["pop3"],
                           "?tls=starttls", "bob")],
                  "--ca-file", self.server.ca, secret="bob-secret")
        files, flags = self.mails("bob"), self.flags("bob")
        for service, query in WAYS[2:]:
            self.ask(service, query, "bob")
            self.assertEqual(self.mails("bob"), files)
            self.assertEqual(self.flags("bob"), flags)
        self.assertFalse([row for row in flags if b"Seen" in row], flags)

    def test_no_word_of_a_mail_is_in_a_transcript(self):
        for service, query in WAYS:
            with self.subTest(service):
                answer = self.ask(service, query, "ann", "--transcript")
                said = json.dumps(answer["transcript"])
                self.assertIn("TOP" if "pop" in service else "EXAMINE", said)
                for word in ("Subject", "Client", "mail number", " SELECT ",
                             "RETR", "From:"):
                    self.assertNotIn(word, said)

    def test_an_empty_inbox_has_no_newest_mail(self):
        for service, query in WAYS:
            with self.subTest(service):
                answer = self.ask(service, query, "empty")
                self.check(answer, "ok", "")
                self.assertEqual(answer["messages"], 0)
                self.assertIsNone(answer["newest"])


if __name__ == "__main__":
    unittest.main()
