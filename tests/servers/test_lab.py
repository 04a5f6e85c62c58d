"""Do the servers of the lab do what their names promise? Asked with Python's
own clients, so that what the library says of them can be believed."""
import contextlib
import imaplib
import poplib
import shutil
import smtplib
import ssl
import sys
import unittest

import dovecot
import lab
import postfix
import resolver
import scripted


def start(server):
    """Start it, or skip the tests that need it, saying why."""
    try:
        return server.start()
    except lab.CannotStart as why:
        raise unittest.SkipTest(str(why)) from None


def close_quietly(client):
    """A connection that TLS has broken cannot be shut down any more."""
    with contextlib.suppress(OSError):
        client.shutdown()


class LabTest(unittest.TestCase):
    """Starts one server for all of its tests."""

    make = None

    @classmethod
    def setUpClass(cls):
        cls.server = start(cls.make())
        cls.addClassCleanup(cls.server.stop)
        cls.ports = cls.server.ports

    def context(self, host_checked=True):
        context = ssl.create_default_context(cafile=str(self.server.ca))
        context.check_hostname = host_checked
        return context


class Dovecot(LabTest):
    """IMAP and POP3 as they really are."""

    make = dovecot.Dovecot

    def imap(self, host, user="ann", secret=None, tls=True):
        c = imaplib.IMAP4(host, self.ports["imap"], timeout=5)
        self.addCleanup(close_quietly, c)
        if tls:
            c.starttls(self.context())
        c.login(user, secret or user + "-secret")
        return c

    def test_it_lets_in_whom_it_knows(self):
        c = self.imap(dovecot.WELL)
        self.assertEqual(c.status("INBOX", "(MESSAGES)")[1],
                         [b"INBOX (MESSAGES %d)" % dovecot.MAILS])
        with self.assertRaisesRegex(imaplib.IMAP4.error,
                                    "AUTHENTICATIONFAILED"):
            self.imap(dovecot.WELL, secret="wrong")

    def test_tls_at_once_works(self):
        with imaplib.IMAP4_SSL(dovecot.WELL, self.ports["imaps"], timeout=5,
                               ssl_context=self.context()) as c:
            c.login("ann", "ann-secret")
        c = poplib.POP3_SSL(dovecot.WELL, self.ports["pop3s"], timeout=5,
                            context=self.context())
        self.assertIn("SASL", c.capa())
        c.quit()

    def test_certificates_fail_in_their_own_ways(self):
        for host, code in ((dovecot.EXPIRED, 10), (dovecot.ELSEWHERE, 64)):
            with self.assertRaises(ssl.SSLCertVerificationError) as e:
                self.imap(host)
            self.assertEqual(e.exception.verify_code, code)

    def test_one_address_has_no_tls_another_wants_it(self):
        c = self.imap(dovecot.NO_TLS, tls=False)
        self.assertNotIn("STARTTLS", c.capabilities)
        with self.assertRaisesRegex(imaplib.IMAP4.error, "PRIVACYREQUIRED"):
            self.imap(dovecot.TLS_FIRST, tls=False)
        self.imap(dovecot.TLS_FIRST)

    def test_a_full_mailbox_takes_no_more(self):
        c = self.imap(dovecot.WELL, "full")
        status, words = c.append("INBOX", None, None, b"a: b\r\n\r\n" * 99)
        self.assertEqual(status, "NO")
        self.assertIn(b"[OVERQUOTA]", words[0])

    def test_sessions_are_limited(self):
        self.imap(dovecot.WELL, "few")
        with self.assertRaisesRegex(imaplib.IMAP4.error, "LIMIT"):
            self.imap(dovecot.FEW, "few")

    def test_one_pop3_session_locks_out_another(self):
        first = poplib.POP3(dovecot.WELL, self.ports["pop3"], timeout=5)
        first.user("bob")
        first.pass_("bob-secret")
        # Dovecot waits some ten seconds for the lock.
        second = poplib.POP3(dovecot.WELL, self.ports["pop3"], timeout=30)
        second.user("bob")
        with self.assertRaisesRegex(poplib.error_proto, "IN-USE"):
            second.pass_("bob-secret")
        second.close()
        first.quit()


class Postfix(LabTest):
    """SMTP and submission as they really are."""

    @classmethod
    def make(cls):
        imap = start(dovecot.Dovecot())
        cls.addClassCleanup(imap.stop)
        return postfix.Postfix(imap)

    def smtp(self, name, tls=True):
        c = smtplib.SMTP("127.0.0.1", self.ports[name], timeout=5)
        self.addCleanup(c.close)
        if tls:
            c.starttls(context=self.context())
        return c

    def test_logins_are_those_of_dovecot(self):
        self.smtp("submission").login("ann", "ann-secret")
        with self.assertRaises(smtplib.SMTPAuthenticationError) as e:
            self.smtp("submission").login("ann", "wrong")
        self.assertEqual(e.exception.smtp_code, 535)

    def test_tls_at_once_works(self):
        with smtplib.SMTP_SSL("127.0.0.1", self.ports["smtps"], timeout=5,
                              context=self.context()) as c:
            c.login("bob", "bob-secret")

    def test_one_port_has_no_starttls_another_an_old_certificate(self):
        with self.assertRaises(smtplib.SMTPNotSupportedError):
            self.smtp("no_tls")
        with self.assertRaises(ssl.SSLCertVerificationError) as e:
            self.smtp("expired")
        self.assertEqual(e.exception.verify_code, 10)

    def test_recipients_are_refused_each_in_its_way(self):
        c = self.smtp("smtp")
        c.mail("x@example.org")
        for address, code, words in (
                ("ann@test.mailguard.example", 250, b"2.1.5"),
                ("full@test.mailguard.example", 452, b"4.2.2"),
                ("nobody@test.mailguard.example", 550, b"5.1.1"),
                ("x@example.net", 554, b"5.7.1")):
            got, said = c.rcpt(address)
            self.assertEqual((got, said[:5]), (code, words), address)

    def test_the_second_connection_is_one_too_many(self):
        self.smtp("one", tls=False)
        with self.assertRaises(smtplib.SMTPConnectError) as e:
            self.smtp("one", tls=False)
        self.assertEqual(e.exception.smtp_code, 421)


class Unbound(LabTest):
    """Names as resolvers really answer them."""

    make = resolver.Unbound

    def test_each_name_is_answered_as_it_should(self):
        for name, kind, answer in (
                ("mail.test.mailguard.example", 1, (0, 1)),
                ("mail.test.mailguard.example", 28, (0, 1)),
                ("test.mailguard.example", 15, (0, 1)),
                ("empty.test.mailguard.example", 1, (0, 0)),
                ("none.test.mailguard.example", 1, (3, 0)),
                ("broken.mailguard.example", 1, (2, 0)),
                ("refused.mailguard.example", 1, (5, 0))):
            with self.subTest(name):
                self.assertEqual(resolver.ask(self.ports["dns"], name, kind),
                                 answer)

    def test_two_names_are_never_answered(self):
        for name in ("silent.mailguard.example", "stalled.mailguard.example"):
            with self.subTest(name):
                self.assertIsNone(resolver.ask(self.ports["dns"], name,
                                               timeout=0.5))

    def test_nothing_leaves_this_machine(self):
        self.assertEqual(resolver.ask(self.ports["dns"], "example.com"),
                         (2, 0))


class TheLabItself(unittest.TestCase):
    """Starting and stopping, told on the scripted server."""

    def test_starting_twice_is_starting_once(self):
        server = start(scripted.Scripted())
        try:
            process = server.process
            self.assertIs(server.start().process, process)
        finally:
            server.stop()
        server.stop()

    def test_nobody_and_nothing_stays_behind(self):
        server = start(scripted.Scripted())
        pid, folder = server.process.pid, server.folder
        server.stop()
        self.assertEqual(lab.members(pid, folder), [])
        self.assertFalse(folder.exists())

    def test_a_server_that_cannot_start_says_why(self):
        class Broken(lab.Server):
            name = "broken"

            def command(self):
                self.ports = {"none": 1}
                return [sys.executable, "-c", "print('no such luck')"]

        server = Broken()
        with self.assertRaisesRegex(RuntimeError, "no such luck"):
            server.start()
        self.assertTrue((server.kept / "output").exists())
        shutil.rmtree(server.kept)


if __name__ == "__main__":
    unittest.main()
