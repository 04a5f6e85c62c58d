"""Does every port of mailguard-demo-server do what its name promises? Asked
with Python's own clients and with bare sockets."""
import concurrent.futures
import datetime
import email.utils
import imaplib
import json
import os
import poplib
import signal
import smtplib
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

import lab
import scripted
import talk
import test_lab

VERIFY_CODES = {"cert-expired": 10, "cert-early": 9, "cert-name": 62,
                "cert-self": 18, "cert-chain": 20, "cert-stranger": 20,
                "cert-shield": 20}
# A client of Python's takes them, or says no more than that it does not.
CERTIFICATES = {"cert-revoked": None, "cert-weak": "KEY_TOO_WEAK",
                "cert-huge": "EXCESSIVE_MESSAGE_SIZE"}

# fault: how the answer begins, by protocol
ANSWERS = {
    "greeting-garbage": dict.fromkeys(("smtp", "imap", "pop3"), b"\x01"),
    "greeting-ssh": dict.fromkeys(("smtp", "imap", "pop3"), b"SSH-"),
    "greeting-other": {"smtp": b"* OK", "imap": b"+OK", "pop3": b"220 "},
    "greeting-refused": {"smtp": b"554 5.0.0"},
    "greeting-greylisted": {"smtp": b"450 4.7.1"},
    "greeting-421": {"smtp": b"421 ", "imap": b"* BYE [UNAVAILABLE]",
                     "pop3": b"-ERR [SYS/TEMP]"},
    "greeting-554": {"smtp": b"554 5.7.1"},
    "greeting-bye": {"imap": b"* BYE ", "pop3": b"-ERR "},
    "capabilities-garbage": dict.fromkeys(("smtp", "imap", "pop3"), b"\x01"),
    "capabilities-421": {"smtp": b"421 ", "imap": b"* BYE",
                         "pop3": b"-ERR [SYS/TEMP]"},
    "starttls-refused": {"smtp": b"454 ", "imap": b"b NO ", "pop3": b"-ERR "},
    "login-wrong": {"smtp": b"535 5.7.8", "pop3": b"-ERR [AUTH]",
                    "imap": b"c NO [AUTHENTICATIONFAILED]"},
    "login-temporary": {"smtp": b"454 4.7.0", "pop3": b"-ERR [SYS/TEMP]",
                        "imap": b"c NO [UNAVAILABLE]"},
    "login-in-use": {"imap": b"c NO [INUSE]", "pop3": b"-ERR [IN-USE]"},
    "login-quota": {"imap": b"c NO [OVERQUOTA]", "pop3": b"-ERR Mailbox"},
    "login-limit": {"smtp": b"454 4.7.0", "imap": b"c NO [LIMIT]",
                    "pop3": b"-ERR [LOGIN-DELAY]"},
    "login-basic": {"smtp": b"535 5.7.139"},
    "login-token": {"smtp": b"334 eyJ", "imap": b"c NO ",
                    "pop3": b"+ eyJ"},
    "login-disabled": {"smtp": b"535 5.7.8 Account is disabled",
                       "imap": b"c NO [AUTHORIZATIONFAILED]",
                       "pop3": b"-ERR [AUTH] Account is disabled"},
    "login-expired": {"smtp": b"535 5.7.8 Password has expired",
                      "imap": b"c NO [EXPIRED]",
                      "pop3": b"-ERR [AUTH] Password has expired"},
    "login-locked": {"smtp": b"535 5.7.8 Account locked",
                     "imap": b"c NO [AUTHENTICATIONFAILED] Account locked",
                     "pop3": b"-ERR [AUTH] Account locked"},
    "login-alert": {"imap": b"c NO [ALERT] Please log in"},
    "login-app-password": {"smtp": b"534 5.7.9", "imap": b"c NO [ALERT]"},
    "login-missing": {"smtp": b"503 ", "imap": b"c NO ", "pop3": b"-ERR "},
    "login-mechanism": {"smtp": b"504 ", "imap": b"c NO ", "pop3": b"-ERR "},
    "login-after-tls": {"smtp": b"530 5.7.0", "pop3": b"-ERR ",
                        "imap": b"c NO [PRIVACYREQUIRED]"},
    "command-bye": {"smtp": b"421 ", "imap": b"* BYE",
                    "pop3": b"-ERR [SYS/TEMP]"},
    "rcpt-greylisted": {"smtp": b"450 4.2.0"},
    "rcpt-unknown": {"smtp": b"550 5.1.1"},
    "rcpt-quota": {"smtp": b"452 4.2.2"},
    "rcpt-relay": {"smtp": b"554 5.7.1"},
    "dot-spam": {"smtp": b"554 5.7.1"},
    "500": {"http": b"HTTP/1.1 500 "},
    "503": {"http": b"HTTP/1.1 503 "},
    "404": {"http": b"HTTP/1.1 404 "},
    "maintenance": {"http": b"HTTP/1.1 503 "},
    "redirect": {"http": b"HTTP/1.1 302 "},
    "garbage": {"http": b"\x01"},
}
# How outcome() calls what the last word of a fault's name says.
OUTCOMES = {"stall", "reset", "close", "slow", "endless"}
WEB_OUTCOMES = {"slow": "answer", "endless": "endless"}
STALL = 0.5  # seconds of silence that count as a stall
SLOW = scripted.SLOW / 1000 * 0.6  # the greeting begins before we look


class Scripted(test_lab.LabTest):
    """Every port of the server that ships with the examples."""

    make = scripted.Scripted

    def named(self, *phases):
        """(name, protocol, phase, what) of ports with a fault there."""
        for name in self.ports:
            service, _, fault = name.partition("/")
            phase, _, what = fault.partition("-")
            if not phases or phase in phases:
                yield name, talk.protocol_of(service), phase, what

    def test_every_port_is_looked_at_by_a_test(self):
        looked_at = set(ANSWERS) | set(VERIFY_CODES) | set(WEB_OUTCOMES) | \
            set(CERTIFICATES) | {
            "", "connect-fourth", "greeting-drip", "starttls-stripped",
            "starttls-missing", "starttls-injected", "tls-alert",
            "tls-old", "tls-plain"}
        for name in self.ports:
            fault = name.partition("/")[2]
            self.assertTrue(fault in looked_at or
                            fault.rpartition("-")[2] in OUTCOMES, name)

    def test_a_stopped_server_refuses(self):
        with self.assertRaises(ConnectionRefusedError):
            talk.Talk(self.ports["stopped"])

    def test_a_connection_is_never_taken_or_reset(self):
        for name, protocol, _, what in self.named("connect"):
            if what == "fourth":
                continue
            with self.subTest(name):
                if what == "stall":
                    with self.assertRaises(TimeoutError):
                        talk.Talk(self.ports[name], timeout=0.2)
                    continue
                with self.assertRaises(ConnectionResetError), \
                        talk.Talk(self.ports[name]) as t:
                    t.hear()

    def test_every_fourth_connection_is_reset(self):
        for name, protocol, _, what in self.named("connect"):
            if what != "fourth":
                continue
            words = []
            for _ in range(8):
                try:
                    with talk.Talk(self.ports[name]) as t:
                        words.append(talk.outcome(t, 5)[0])
                except ConnectionResetError:  # before we saw it was taken
                    words.append("reset")
            self.assertEqual(words.count("reset"), 2, name)
            self.assertEqual(words.count("answer"), 6, name)

    def test_a_greeting_drips(self):
        with talk.Talk(self.ports["smtp/greeting-drip"]) as t:
            begin = time.monotonic()
            self.assertEqual(t.hear() + t.hear() + t.hear(), b"220")
            self.assertGreater(time.monotonic() - begin, SLOW)

    def test_each_phase_stalls_resets_closes_or_goes_on_for_ever(self):
        def look(row):
            name, protocol, phase, what = row
            patience = STALL if what == "stall" else 10
            with talk.Talk(self.ports[name]) as t:
                t.drive(phase, name)
                begin = time.monotonic()
                t.step(phase, protocol)
                word = talk.outcome(t, patience)[0]
                late = time.monotonic() - begin > SLOW
                return "slow" if word == "answer" and late else word

        rows = [row for row in self.named(
            "greeting", "capabilities", "starttls", "login", "command", "dot",
            "quit") if row[3] in OUTCOMES]
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            found = dict(zip([row[0] for row in rows], pool.map(look, rows)))
        self.assertEqual(found, {row[0]: row[3] for row in rows})

    def test_each_phase_answers_as_the_fault_says(self):
        for name, protocol, phase, _ in self.named():
            words = ANSWERS.get(name.partition("/")[2])
            if not words:
                continue
            phase = phase if phase in dict(talk.STEPS[protocol]) else "command"
            with self.subTest(name), talk.Talk(self.ports[name]) as t:
                if name.startswith("https/"):
                    t.tls()
                t.drive(phase, name)
                t.step(phase, protocol)
                heard = talk.outcome(t, 5)[1]
                self.assertEqual(heard[:len(words[protocol])],
                                 words[protocol])

    def test_a_web_page_is_late_or_endless(self):
        for fault, expected in WEB_OUTCOMES.items():
            with talk.Talk(self.ports["http/" + fault]) as t:
                begin = time.monotonic()
                t.step("command", "http")
                self.assertEqual(talk.outcome(t, 10)[0], expected)
                if fault == "slow":
                    self.assertGreater(time.monotonic() - begin, SLOW)

    def test_a_page_says_maintenance_in_both_languages(self):
        url = f"http://127.0.0.1:{self.ports['http/maintenance']}/"
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url, timeout=5)
        with caught.exception as page:
            text = page.read().decode()
            self.assertEqual(page.headers["Retry-After"], "7200")
        self.assertIn("メンテナンス中", text)
        self.assertIn("maintenance", text)

    def test_starttls_is_missing_or_slipped_into(self):
        for name, protocol, _, what in self.named("starttls"):
            if what not in ("missing", "injected"):
                continue
            with self.subTest(name), talk.Talk(self.ports[name]) as t:
                t.drive("capabilities", name)
                t.step("capabilities", protocol)
                offered = t.hear()
                word = b"STLS" if protocol == "pop3" else b"STARTTLS"
                self.assertEqual(word in offered, what == "injected")
                t.step("starttls", protocol)
                self.assertEqual(t.hear().count(b"\n") > 1,
                                 what == "injected")

    def begin_tls(self, name, protocol):
        t = talk.Talk(self.ports[name])
        if name.partition("/")[0][-1] != "s":
            t.drive("starttls", name)
            t.step("starttls", protocol)
            t.hear()
        return t

    def test_tls_fails_in_its_own_ways(self):
        expected = {"stall": TimeoutError, "reset": ConnectionResetError,
                    "close": ssl.SSLError, "alert": ssl.SSLError,
                    "old": ssl.SSLError}
        for name, protocol, _, what in self.named("tls"):
            with self.subTest(name), self.begin_tls(name, protocol) as t:
                if what == "plain" and protocol != "http":
                    self.assertIn(b"demo.example", t.hear())
                    continue
                t.sock.settimeout(0.2 if what == "stall" else 5)
                with self.assertRaises(expected.get(what, ssl.SSLError)) as e:
                    t.tls()
                words = {"close": "EOF", "alert": "HANDSHAKE_FAILURE",
                         "old": "PROTOCOL"}
                self.assertIn(words.get(what, ""), str(e.exception))

    def test_certificates_fail_in_their_own_ways(self):
        for name, protocol, _, _ in self.named("cert"):
            code = VERIFY_CODES.get(name.partition("/")[2])
            if not code:
                continue
            with self.subTest(name), self.begin_tls(name, protocol) as t:
                with self.assertRaises(ssl.SSLCertVerificationError) as e:
                    t.tls(self.context())
                self.assertEqual(e.exception.verify_code, code)

    def test_revoked_weak_and_huge_ones_are_met(self):
        for name, protocol, _, _ in self.named("cert"):
            fault = name.partition("/")[2]
            if fault not in CERTIFICATES:
                continue
            words = CERTIFICATES[fault]
            with self.subTest(name), self.begin_tls(name, protocol) as t:
                if not words:
                    t.tls(self.context())
                    continue
                with self.assertRaises(ssl.SSLError) as e:
                    t.tls(self.context())
                self.assertIn(words.replace("_", " ").lower(),
                              str(e.exception).replace("_", " ").lower())

    def test_starttls_is_blotted_out(self):
        with talk.Talk(self.ports["smtp/starttls-stripped"]) as t:
            t.hear()
            t.step("capabilities", "smtp")
            offered = t.hear()
        self.assertIn(b"XXXXXXXA", offered)
        self.assertNotIn(b"STARTTLS", offered)

    def test_a_good_certificate_is_good(self):
        for name in ("smtp", "submission", "smtps", "imap", "imaps", "pop3",
                     "pop3s", "https"):
            with self.subTest(name), \
                    self.begin_tls(name, talk.protocol_of(name)) as t:
                t.tls(self.context())
                self.assertEqual(t.sock.version(), "TLSv1.3")

    def test_imap_knows_when_the_newest_mail_came(self):
        c = imaplib.IMAP4("127.0.0.1", self.ports["imap"], timeout=5)
        with c:
            c.starttls(self.context())
            c.login("ann", "ann-secret")
            self.assertEqual(c.status("INBOX", "(MESSAGES)")[1][0].split()[2],
                             b"3")
            c.select("INBOX", readonly=True)
            _, (first,) = c.fetch("*", "(INTERNALDATE)")
            when = time.mktime(imaplib.Internaldate2tuple(first))
            self.assertAlmostEqual(time.time() - when, 20 * 60, delta=120)

    def test_imap_takes_words_quoted_and_as_literals(self):
        for login in (b'a LOGIN "ann" "ann-secret"\r\n',
                      b"a LOGIN {3+}\r\nann {10+}\r\nann-secret\r\n",
                      b"a LOGIN ann {10}\r\n"):
            with talk.Talk(self.ports["imap"]) as t:
                t.hear()
                t.sock.sendall(login)
                heard = t.hear()
                if heard.startswith(b"+"):
                    t.sock.sendall(b"ann-secret\r\n")
                    heard = t.hear()
                self.assertTrue(heard.startswith(b"a OK"), heard)

    def test_pop3_lists_and_gives_its_mail(self):
        c = poplib.POP3_SSL("127.0.0.1", self.ports["pop3s"], timeout=5,
                            context=self.context())
        c.user("bob")
        c.pass_("bob-secret")
        self.assertEqual(c.stat()[0], 2)
        self.assertEqual(len(c.uidl()[1]), 2)
        header = b"\n".join(c.top(2, 0)[1]).decode()
        when = email.utils.parsedate_to_datetime(
            header.partition("Date: ")[2].splitlines()[0])
        age = datetime.datetime.now(datetime.timezone.utc) - when
        self.assertAlmostEqual(age.total_seconds(), 45 * 60, delta=120)
        self.assertIn(b"this is mail number 2.", c.retr(2)[1])
        c.quit()

    def test_submission_takes_mail_from_whom_it_knows(self):
        c = smtplib.SMTP("127.0.0.1", self.ports["submission"], timeout=5)
        with c:
            c.starttls(context=self.context(False))
            with self.assertRaises(smtplib.SMTPSenderRefused):
                c.sendmail("ann@a.example", "x@example.org", "a: b\n\nc\n")
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                c.login("ann", "wrong")
            c.login("ann", "ann-secret")
            self.assertEqual(
                c.sendmail("ann@a.example", "x@example.org", "a: b\n\n.c\n"),
                {})

    def test_it_dies_with_whoever_started_it(self):
        script = ("import subprocess, sys\n"
                  "p = subprocess.Popen([sys.argv[1]],"
                  " stdout=subprocess.PIPE)\n"
                  "sys.stdout.buffer.write(b'%d ' % p.pid"
                  " + p.stdout.readline())\n")
        done = subprocess.run(
            [sys.executable, "-c", script, str(self.server.program)],
            capture_output=True, check=True, timeout=20)
        pid, _, said = done.stdout.partition(b" ")
        folder = os.path.dirname(json.loads(said)["ca"])
        end = time.monotonic() + 10
        while time.monotonic() < end and os.path.exists(folder):
            time.sleep(0.02)
        self.assertFalse(os.path.exists(folder))
        while time.monotonic() < end and lab.is_alive(int(pid)):
            time.sleep(0.02)
        self.assertFalse(lab.is_alive(int(pid)))

    def test_accounts_and_pages_are_its_owners(self):
        accounts = self.server.folder / "accounts.tsv"
        accounts.write_text("eve@a.example\tp w\t90\t1\n")
        pages = self.server.folder / "pages"
        pages.mkdir(exist_ok=True)
        (pages / "status.json").write_text('{"page":{}}')
        process = subprocess.Popen(
            [self.server.program, "--accounts", accounts, "--pages", pages],
            stdout=subprocess.PIPE)
        try:
            ports = json.loads(process.stdout.readline())
            c = poplib.POP3("127.0.0.1", ports["pop3"], timeout=5)
            c.user("eve@a.example")
            c.pass_("p w")
            self.assertEqual(c.stat()[0], 1)
            c.quit()
            base = f"http://127.0.0.1:{ports['http']}"
            with urllib.request.urlopen(base + "/status.json") as page:
                self.assertEqual(page.headers["Content-Type"],
                                 "application/json")
                self.assertEqual(page.read(), b'{"page":{}}')
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(base + "/../accounts.tsv")
            caught.exception.close()
        finally:
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(10), 0)
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
