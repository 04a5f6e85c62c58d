"""What real servers do comes out as its reason, in its phase."""
import imaplib
import poplib
import smtplib
import unittest

import ask
import dovecot
import postfix
import resolver
import test_lab

STARTTLS, CLEAR = "?tls=starttls", "?tls=none"


class Real(ask.Expectations):
    """Starts one server and asks it in ways that each have an expectation."""

    make = None
    options = ()

    @classmethod
    def setUpClass(cls):
        ask.program()
        cls.server = test_lab.start(cls.make())
        cls.addClassCleanup(cls.server.stop)
        cls.ports = cls.server.ports

    def ask(self, rows, *options, **more):
        """rows: URL, reasons, phases."""
        answers, _, printed = ask.probe(
            [row[0] for row in rows], "--ca-file", self.server.ca, *options,
            **more)
        for url, reasons, phases in rows:
            with self.subTest(url):
                self.assertIn(url, answers, printed)
                self.check(answers[url], reasons, phases)
        return answers


    def ask_twice(self, rows, **more):
        """The same, and an ordinary client is to see it as we do."""
        answers = self.ask(rows, "--stock", **more)
        for url, _, _ in rows:
            with self.subTest(url):
                stock = answers[url]["stock"]
                self.assertEqual(stock["ok"], answers[url]["ok"], stock)
                self.assertEqual(stock["text"] == "", stock["ok"], stock)
                self.assertFalse([f for f in answers[url]["findings"]
                                  if f["code"].startswith("stock.")])


class Dovecot(Real):
    """IMAP and POP3."""

    make = dovecot.Dovecot

    def url(self, service, query="", **more):
        return ask.url(service, self.ports[service], query, **more)

    def test_it_works_in_every_mode(self):
        rows = [(self.url(service, query), "ok", "") for service, query in (
            ("imap", STARTTLS), ("imap", CLEAR), ("imaps", ""),
            ("pop3", STARTTLS), ("pop3", CLEAR), ("pop3s", ""))]
        self.ask_twice(rows)

    def test_a_wrong_password_is_named(self):
        rows = [(self.url(service, query), "wrong_password", "login")
                for service, query in (("imap", STARTTLS), ("imaps", ""),
                                       ("pop3", STARTTLS), ("pop3s", ""))]
        self.ask_twice(rows, secret="wrong", timeout=2 * ask.TIMEOUT)

    def test_certificates_tls_and_its_absence_are_named(self):
        rows = []
        for host, reason, phase in (
                (dovecot.EXPIRED, "cert_expired", "tls"),
                (dovecot.ELSEWHERE, "cert_wrong_name", "tls"),
                (dovecot.NO_TLS, "starttls_missing", "starttls"),
                (dovecot.TLS_FIRST, "ok", "")):
            rows += [(self.url(service, STARTTLS, host=host), reason, phase)
                     for service in ("imap", "pop3")]
        for host, reason in ((dovecot.EXPIRED, "cert_expired"),
                             (dovecot.ELSEWHERE, "cert_wrong_name")):
            rows += [(self.url(service, host=host), reason, "tls")
                     for service in ("imaps", "pop3s")]
        self.ask_twice(rows)
        # Its POP3 says "SASL", and names no mechanism.
        rows = [(self.url("imap", CLEAR, host=dovecot.TLS_FIRST),
                 "login_disabled", "login"),
                (self.url("pop3", CLEAR, host=dovecot.TLS_FIRST),
                 "login_disabled|login_not_offered|mechanism_missing",
                 "login")]
        self.ask(rows)

    def test_a_full_mailbox_is_named(self):
        rows = [(self.url("imap", STARTTLS, user="full"),
                 "own_mailbox_full", "command")]
        self.ask(rows, secret="full-secret")

    def test_too_many_sessions_are_named(self):
        held = imaplib.IMAP4(dovecot.WELL, self.ports["imap"], timeout=5)
        self.addCleanup(test_lab.close_quietly, held)
        held.login("few", "few-secret")
        rows = [(self.url("imap", STARTTLS, user="few", host=dovecot.FEW),
                 "server_limit|too_many_connections", "login")]
        self.ask(rows, secret="few-secret")

    def test_a_mailbox_in_use_is_named(self):
        held = poplib.POP3(dovecot.WELL, self.ports["pop3"], timeout=5)
        held.user("bob")
        held.pass_("bob-secret")
        # Dovecot waits some ten seconds for the lock.
        rows = [(self.url("pop3", STARTTLS, user="bob"), "mailbox_in_use",
                 "login")]
        self.ask(rows, secret="bob-secret", timeout=40)
        held.quit()

    def test_a_stopped_server_is_named(self):
        another = test_lab.start(dovecot.Dovecot())
        urls = [ask.url(service, port)
                for service, port in another.ports.items()]
        another.stop()
        self.ask([(url, "connect_refused", "connect") for url in urls])


class Postfix(Real):
    """SMTP and submission."""

    @classmethod
    def make(cls):
        imap = test_lab.start(dovecot.Dovecot())
        cls.addClassCleanup(imap.stop)
        return postfix.Postfix(imap)

    def url(self, name, query=STARTTLS):
        service = {"smtp": "smtp", "one": "smtp", "smtps": "smtps"}.get(
            name, "submission")
        return ask.url(service, self.ports[name],
                       "" if name == "smtps" else query)

    def test_it_works_in_every_mode(self):
        self.ask_twice([(self.url("smtp"), "ok", ""),
                        (self.url("smtp", CLEAR), "ok", ""),
                        (self.url("submission"), "ok", ""),
                        (self.url("no_tls", CLEAR), "ok", ""),
                        (self.url("smtps"), "ok", "")])

    def test_a_wrong_password_is_named(self):
        self.ask_twice([(self.url(name), "wrong_password", "login")
                        for name in ("submission", "smtps")], secret="wrong")

    def test_certificates_and_the_absence_of_tls_are_named(self):
        self.ask_twice([(self.url("expired"), "cert_expired", "tls"),
                        (self.url("no_tls"), "starttls_missing",
                         "starttls")])

    def test_a_login_service_that_is_down_is_named(self):
        imap = test_lab.start(dovecot.Dovecot())
        mail = None
        try:
            mail = test_lab.start(postfix.Postfix(imap))
            url = ask.url("submission", mail.ports["submission"], STARTTLS)
            imap.halt()
            answers, _, _ = ask.probe([url], "--ca-file", mail.ca)
            # A process of Postfix that is new by then does not even greet.
            self.check(answers[url], "login_unavailable|login_temporary|"
                       "greeting_closed|greeting_stalled", "login|greeting")
        finally:
            if mail:
                mail.stop()
            imap.stop()

    def test_one_connection_too_many_is_named(self):
        held = smtplib.SMTP("127.0.0.1", self.ports["one"], timeout=5)
        self.addCleanup(held.close)
        self.ask([(self.url("one"), "too_many_connections", "greeting")])


class Unbound(Real):
    """Names, by --resolver."""

    make = resolver.Unbound

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.imap = test_lab.start(dovecot.Dovecot())
        cls.addClassCleanup(cls.imap.stop)
        cls.server.ca = cls.imap.ca

    def rows(self, *names):
        return [(ask.url("imap", self.imap.ports["imap"], STARTTLS,
                         host=name + ".mailguard.example"), reason, "dns")
                for name, reason in names]

    def test_names_that_fail_are_told_apart(self):
        rows = self.rows(("none.test", "dns_nxdomain"),
                         ("empty.test", "dns_no_address"),
                         ("broken", "dns_servfail"),
                         ("refused", "dns_refused"),
                         ("silent", "dns_timeout"),
                         # Who waits long hears that unbound gives up.
                         ("stalled", "dns_timeout|dns_servfail"))
        rows += self.rows(("mail.test", "ok"))
        self.ask(rows, "--resolver", f"127.0.0.1:{self.ports['dns']}")

    def test_a_resolver_that_is_stopped_is_named(self):
        another = test_lab.start(resolver.Unbound())
        port = another.ports["dns"]
        another.stop()
        self.ask(self.rows(("mail.test", "resolver_failed|dns_timeout|"
                            "dns_refused")),
                 "--resolver", f"127.0.0.1:{port}")


if __name__ == "__main__":
    unittest.main()
