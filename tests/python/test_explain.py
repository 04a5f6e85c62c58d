"""mailguard.explain: what a failure means."""
import pickle
import threading
import unittest

import mailguard


BOUNCE = b"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: ann@example.net
Subject: Undelivered Mail Returned to Sender

<bob@example.org>: host mx.example.org said: 550 5.1.1 user unknown
    (in reply to RCPT TO command)
"""


class Bounces(unittest.TestCase):
    def test_a_bounce_has_a_record_a_recipient(self):
        (b,) = mailguard.bounce(BOUNCE)
        self.assertEqual((b.kind, b.recipient, b.reason, b.reply_code, b.hard),
                         ("failed", "bob@example.org", "user_unknown", 550,
                          True))

    def test_ordinary_mail_has_none(self):
        self.assertEqual(mailguard.bounce(b"From: a@example.org\n\nHi\n"),
                         ())


class Explain(unittest.TestCase):
    def test_a_code_names_its_domain(self):
        e = mailguard.explain("curl: (60) SSL certificate problem")
        self.assertEqual(e.fault_domain, "tls")
        self.assertTrue(e.action)
        self.assertTrue(e.rule)

    def test_a_reply_line_is_understood(self):
        e = mailguard.explain("550 5.1.1 <bob@example.org>: User unknown",
                              phase="rcpt")
        self.assertEqual((e.fault_domain, e.reason),
                         ("recipient", "user_unknown"))

    def test_bytes_are_taken_as_text_is(self):
        text = "0x800CCC0E"
        self.assertEqual(mailguard.explain(text),
                         mailguard.explain(text.encode()))

    def test_what_was_no_utf8_is_explained_all_the_same(self):
        text = b"\x93\xfa 550 5.1.1".decode("utf-8", "surrogateescape")
        self.assertEqual(mailguard.explain(text).code, "X.1.1")

    def test_unknown_stays_unknown(self):
        e = mailguard.explain("the cat sat on the keyboard")
        self.assertEqual((e.fault_domain, e.confidence), ("unknown", 0))

    def test_japanese_speaks_japanese(self):
        e = mailguard.explain("0x800CCC92", lang="ja")
        self.assertNotEqual(e.action, mailguard.explain("0x800CCC92").action)
        self.assertRegex(e.action, "[ぁ-ん]")

    def test_results_can_be_pickled(self):
        e = mailguard.explain("ECONNREFUSED")
        self.assertEqual(pickle.loads(pickle.dumps(e)), e)

    def test_rows_of_ones_own_decide(self):
        with mailguard.Classifier() as c:
            c.add("space\tcode\tsymbol\treason\ttemporary\talso\ten\tja\t"
                  "action_en\taction_ja\tsource\tchecked\n"
                  "house\tHX-9\t\tmailbox_full\tno\t\tshelf is full\t"
                  "棚がいっぱいです\t\t\tours\t2026-11-22\n")
            self.assertEqual(c.explain("HX-9").reason, "mailbox_full")
        self.assertEqual(mailguard.explain("HX-9").fault_domain, "unknown")

    def test_a_closed_classifier_says_so(self):
        c = mailguard.Classifier()
        c.close()
        with self.assertRaises(ValueError):
            c.explain("550")

    def test_a_bad_table_is_refused(self):
        with mailguard.Classifier() as c:
            with self.assertRaises(mailguard.FormatError) as caught:
                c.add("no\ttable\n")
        self.assertTrue(caught.exception.code)
        self.assertTrue(str(caught.exception))

    def test_an_unknown_language_is_refused(self):
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            mailguard.explain("550", lang="xx")
        self.assertEqual(caught.exception.code, "options.lang")
        self.assertIsInstance(caught.exception, ValueError)

    def test_exceptions_can_be_pickled(self):
        with self.assertRaises(mailguard.Error) as caught:
            mailguard.MailGuard("xx")
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((type(again), again.code, str(again)),
                         (mailguard.InvalidArgument, "options.lang",
                          str(caught.exception)))

    def test_threads_do_not_disturb_each_other(self):
        seen = []

        def work():
            for _ in range(50):
                seen.append(mailguard.explain("ETIMEDOUT").fault_domain)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(seen), 200)
        self.assertEqual(len(set(seen)), 1)


class Endpoints(unittest.TestCase):
    def test_parts_of_a_url(self):
        e = mailguard.endpoint("imaps://ann@mail.example.org")
        self.assertEqual((e.protocol, e.host, e.port, e.tls, e.user),
                         ("imap", "mail.example.org", 993, "implicit", "ann"))
        self.assertEqual(mailguard.endpoint(str(e)), e)

    def test_a_secret_in_a_url_is_refused(self):
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            mailguard.endpoint("imaps://ann:secret@mail.example.org")
        self.assertEqual(caught.exception.code, "endpoint.secret-in-url")
        self.assertNotIn("secret@", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
