"""Every fault of the scripted server comes out as its reason, in its phase."""
import base64
import unittest

import ask
import scripted
import test_lab

# fault: reason and phase, for all protocols alike
EVERYWHERE = {
    "stopped": ("connect_refused", "connect"),
    "connect-stall": ("connect_timeout", "connect"),
    # The reset may come before we have seen that we were connected.
    "connect-reset": ("connection_reset", "connect|greeting|command"),
    "greeting-stall": ("greeting_stalled", "greeting"),
    "greeting-close": ("greeting_closed", "greeting"),
    "greeting-slow": ("ok", ""),
    "greeting-endless": ("line_too_long", "greeting"),
    "greeting-garbage": ("greeting_garbage", "greeting"),
    "greeting-ssh": ("wrong_port", "greeting"),
    "greeting-other": ("wrong_port", "greeting"),
    "greeting-drip": ("reply_slow", "greeting"),
    "greeting-refused": ("client_refused", "greeting"),
    "greeting-greylisted": ("greylisted", "greeting"),
    # The first connections are not the fourth.
    "connect-fourth": ("ok", ""),
    # Words say more than a bare 421, a response code more than words.
    "greeting-421": ("too_many_connections|greeting_unavailable",
                     "greeting"),
    "greeting-554": ("blocklisted", "greeting"),
    "greeting-bye": ("greeting_unavailable", "greeting"),
    "capabilities-stall": ("capabilities_stalled", "capabilities"),
    "capabilities-reset": ("connection_reset", "capabilities"),
    "capabilities-close": ("server_closed", "capabilities"),
    "capabilities-endless": ("line_too_long", "capabilities"),
    "capabilities-garbage": ("reply_garbage", "capabilities"),
    "starttls-missing": ("starttls_missing", "starttls"),
    "starttls-stripped": ("starttls_missing", "starttls"),
    "starttls-refused": ("starttls_refused", "starttls"),
    "starttls-stall": ("starttls_stalled", "starttls"),
    "starttls-reset": ("connection_reset", "starttls"),
    "starttls-injected": ("starttls_injected", "starttls"),
    "tls-stall": ("tls_handshake_stalled", "tls"),
    "tls-reset": ("connection_reset", "tls"),
    "tls-close": ("tls_closed", "tls"),
    "tls-alert": ("tls_handshake_failed", "tls"),
    "tls-old": ("tls_version", "tls"),
    "tls-plain": ("tls_not_spoken", "tls"),
    "cert-expired": ("cert_expired", "tls"),
    "cert-early": ("cert_not_yet_valid", "tls"),
    "cert-name": ("cert_wrong_name", "tls"),
    "cert-self": ("cert_self_signed", "tls"),
    "cert-chain": ("cert_chain_incomplete", "tls"),
    "cert-stranger": ("cert_untrusted", "tls"),
    "cert-shield": ("antivirus_interception", "tls"),
    "cert-revoked": ("cert_revoked", "tls"),
    "cert-weak": ("weak_crypto", "tls"),
    "cert-huge": ("cert_malformed", "tls"),
    "login-missing": ("login_not_offered", "login"),
    "login-mechanism": ("mechanism_missing", "login"),
    "login-after-tls": ("ok", ""),
    "login-stall": ("login_stalled", "login"),
    "login-reset": ("connection_reset", "login"),
    "login-close": ("server_closed", "login"),
    "login-slow": ("ok", ""),
    "login-wrong": ("wrong_password", "login"),
    "login-temporary": ("login_temporary|login_unavailable", "login"),
    "login-in-use": ("mailbox_in_use", "login"),
    "login-quota": ("own_mailbox_full", "login"),
    "login-basic": ("basic_auth_disabled", "login"),
    # Of a password, where a token is wanted.
    "login-token": ("mechanism_missing", "login"),
    "login-disabled": ("account_disabled", "login"),
    "login-expired": ("password_expired", "login"),
    "login-locked": ("account_locked|login_throttled", "login"),
    "login-alert": ("browser_sign_in", "login"),
    "login-app-password": ("app_password_needed", "login"),
    "command-stall": ("command_stalled", "command"),
    "command-reset": ("connection_reset", "command"),
    "command-bye": ("server_closed", "command"),
    "quit-stall": ("ok", ""),
    "quit-reset": ("ok", ""),
    "slow": ("ok", ""),
    "garbage": ("reply_garbage|greeting_garbage", "greeting|command"),
    "endless": ("reply_garbage|line_too_long|read_timeout", "command"),
    "500": ("server_error", "command"),
    "503": ("service_unavailable", "command"),
    "404": ("web_service_error", "command"),
    "maintenance": ("provider_maintenance|maintenance_running|"
                    "maintenance_planned", "command"),
    "redirect": ("too_many_redirects", "command"),
}

# Where a protocol says it in another way: (scheme, fault).
ESPECIALLY = {
    # libcurl sees an end where the reset is there before it reads.
    ("http", "command-reset"): ("connection_reset|server_closed", "command"),
    ("smtp", "greeting-421"): ("too_many_connections", "greeting"),
    ("submission", "greeting-421"): ("too_many_connections", "greeting"),
    # POP3 has no answer for a server that leaves.
    ("pop3", "greeting-bye"): ("greeting_unavailable|server_closed",
                               "greeting"),
    ("smtp", "capabilities-421"): ("service_unavailable|server_closed",
                                   "capabilities"),
    ("submission", "capabilities-421"): (
        "service_unavailable|server_closed", "capabilities"),
    ("imap", "capabilities-421"): ("server_closed", "capabilities"),
    # An old server may not know CAPA: it shows only later that it left.
    ("pop3", "capabilities-421"): ("server_closed|server_error",
                                   "capabilities|starttls"),
    ("imap", "login-missing"): ("login_disabled|login_not_offered", "login"),
    ("imap", "login-mechanism"): ("login_disabled|mechanism_missing",
                                  "login"),
    ("submission", "login-limit"): ("login_throttled", "login"),
    ("imap", "login-limit"): ("server_limit|too_many_connections", "login"),
    ("pop3", "login-limit"): ("login_too_soon", "login"),
    # No response code says whose mailbox it is.
    ("pop3", "login-quota"): ("own_mailbox_full|mailbox_full", "login"),
    # [SYS/TEMP] mostly stands behind a login.
    ("pop3", "command-bye"): ("server_closed|server_error|"
                              "service_unavailable|login_unavailable",
                              "command"),
    ("http", "command-stall"): ("read_timeout", "command"),
}

# A look at a server that only sends ends with the login.
NOT_REACHED = "command", "rcpt", "dot"


def expected(service, fault):
    """Reasons and phases for one port; None: nobody said."""
    if not fault:
        return "ok", ""
    if (service, fault) in ESPECIALLY:
        return ESPECIALLY[service, fault]
    if service in ("smtp", "submission") and \
            fault.partition("-")[0] in NOT_REACHED:
        return "ok", ""
    return EVERYWHERE.get(fault)


class Scripted(ask.Expectations):
    """All ports at once, by one run of the program."""

    @classmethod
    def setUpClass(cls):
        ask.program()
        cls.server = test_lab.start(scripted.Scripted())
        cls.addClassCleanup(cls.server.stop)
        cls.urls = {}
        for name, port in cls.server.ports.items():
            service = name.partition("/")[0].replace("stopped", "imap")
            plain = service[-1] != "s" and service != "http"
            cls.urls[name] = ask.url(service, port,
                                     "?tls=starttls" if plain else "")
        cls.answers, cls.status, cls.printed = cls.ask(
            cls.urls.values(), "--transcript")

    @classmethod
    def ask(cls, urls, *options, **more):
        return ask.probe(urls, "--ca-file", cls.server.ca, *options, **more)

    def test_every_port_comes_out_as_its_fault(self):
        self.assertEqual(self.status, 1)
        for name, url in self.urls.items():
            service, _, fault = name.partition("/")
            row = expected(service, fault or
                           (name if name == "stopped" else ""))
            with self.subTest(name):
                self.assertIsNotNone(row, "nobody said what to expect")
                self.assertIn(url, self.answers)
                self.check(self.answers[url], *row)

    def test_what_works_shows_its_times_and_its_tls(self):
        for name in ("submission", "smtps", "imap", "imaps", "pop3", "pop3s"):
            answer = self.answers[self.urls[name]]
            with self.subTest(name):
                for key in ("connect", "tls", "greeting", "login", "total"):
                    self.assertGreaterEqual(answer["times"][key], 0, key)
                self.assertEqual(answer["tls"]["version"], "TLSv1.3")
                self.assertEqual(answer["tls"]["verify"], "ok")
                self.assertIn("localhost", answer["tls"]["names"])
                self.assertTrue(answer["capabilities"])
                self.assertTrue(answer["address"].startswith("127.0.0.1"))

    def test_a_late_greeting_is_timed_and_no_fault(self):
        for service in ("smtp", "submission", "imap", "pop3"):
            answer = self.answers[self.urls[service + "/greeting-slow"]]
            self.assertGreater(answer["times"]["greeting"],
                               scripted.SLOW / 1000 * 0.6)

    def test_no_secret_is_ever_printed(self):
        blob = base64.b64encode(b"\0ann\0" + ask.SECRET.encode()).decode()
        word = base64.b64encode(ask.SECRET.encode()).decode()
        for secret in (ask.SECRET, blob, word):
            self.assertNotIn(secret, self.printed)

    def test_a_wrong_password_is_named(self):
        urls = [self.urls[name] for name in (
            "submission", "smtps", "imap", "imaps", "pop3", "pop3s")]
        answers, status, printed = self.ask(urls, secret="not-this-one")
        self.assertEqual(status, 1)
        self.assertNotIn("not-this-one", printed)
        for url in urls:
            with self.subTest(url):
                self.check(answers[url], "wrong_password", "login")

    def test_a_wrong_authority_is_named(self):
        url = self.urls["imaps"]
        answers, _, _ = ask.probe([url])
        self.check(answers[url], "cert_untrusted|cert_chain_incomplete", "tls")

    def test_a_login_that_wants_tls_first_is_named(self):
        urls = [ask.url(service, self.server.ports[
            service + "/login-after-tls"], "?tls=none")
            for service in ("imap", "pop3", "submission")]
        answers, _, _ = self.ask(urls)
        for url in urls:
            with self.subTest(url):
                self.check(answers[url],
                           "login_disabled|login_not_offered|tls_required",
                           "login")

    def test_all_being_well_exits_with_0(self):
        urls = [self.urls[name] for name in self.urls
                if "/" not in name and name != "stopped"]
        answers, status, _ = self.ask(urls)
        self.assertEqual((status, len(answers)), (0, 9))


if __name__ == "__main__":
    unittest.main()
