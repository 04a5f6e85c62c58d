"""mailguard.notice: what to tell the people who are waiting."""
import email
import email.policy
import json
import os
import pickle
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

import mailguard

JST = timezone(timedelta(hours=9))
FACTS = {
    "company": "わさび商会",
    "address": "info@neko.example",
    "resend": "wasabi@inu.example",
    "phone": "052-000-0000",
    "since": datetime(2026, 1, 13, 9, 0, tzinfo=JST),
}


class Notice(unittest.TestCase):
    def test_all_seven_parts_are_told(self):
        n = mailguard.notice(FACTS)
        self.assertEqual(len(n.parts), 7)
        self.assertTrue(all(n.parts))
        self.assertEqual(len(n.subject.splitlines()), 1)
        for value in ("わさび商会", "info@neko.example", "wasabi@inu.example",
                      "052-000-0000", "未定"):
            self.assertIn(value, n.text)
        self.assertEqual(str(n), n.text)

    def test_times_are_told_in_the_zone_of_since(self):
        self.assertIn("9時00分", mailguard.notice(FACTS).text)
        same = FACTS["since"].astimezone(timezone.utc)
        self.assertNotEqual(mailguard.notice(FACTS, since=same).text,
                            mailguard.notice(FACTS).text)
        self.assertEqual(
            mailguard.notice(FACTS, since="2026-01-13T09:00:00+09:00").text,
            mailguard.notice(FACTS).text)

    def test_a_blank_is_refused_and_named(self):
        for name in FACTS:
            with self.assertRaises(mailguard.InvalidArgument) as caught:
                mailguard.notice({k: v for k, v in FACTS.items()
                                  if k != name}, lang="en")
            self.assertEqual(caught.exception.code, "notice.missing")
            self.assertIn(name, str(caught.exception))

    def test_what_is_over_needs_its_end(self):
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            mailguard.notice(FACTS, phase="resolved")
        self.assertIn("until", str(caught.exception))
        n = mailguard.notice(FACTS, phase="resolved", lang="en",
                             until=FACTS["since"] + timedelta(hours=3))
        self.assertIn("12:00", n.text)

    def test_unknown_phases_facts_and_times_are_refused(self):
        with self.assertRaises(ValueError):
            mailguard.notice(FACTS, phase="third")
        with self.assertRaises(TypeError) as caught:
            mailguard.notice(FACTS, fone="1")
        self.assertIn("fone", str(caught.exception))
        with self.assertRaises(TypeError):
            mailguard.notice(FACTS, since=1)
        with self.assertRaises(ValueError):
            mailguard.notice(FACTS, since="yesterday")

    def test_bytes_are_read_by_an_independent_reader(self):
        n = mailguard.notice(FACTS, to="ann@example.org")
        for charset in ("utf-8", "iso-2022-jp"):
            raw = n.as_bytes(charset, message_id="1@inu.example",
                             date=FACTS["since"])
            m = email.message_from_bytes(raw, policy=email.policy.default)
            self.assertEqual((m["subject"], m["to"], m["from"]),
                             (n.subject, "ann@example.org",
                              "wasabi@inu.example"))
            self.assertEqual(m.get_content_charset(), charset)
            self.assertEqual(m.get_content().replace("\r\n", "\n"),
                             n.text)
            self.assertEqual(m["message-id"], "<1@inu.example>")
            self.assertEqual(m["date"].datetime, FACTS["since"])
            self.assertEqual(raw, n.as_bytes(
                charset, message_id="1@inu.example", date=FACTS["since"]))

    def test_nobody_to_send_to_is_refused(self):
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            mailguard.notice(FACTS).as_bytes()
        self.assertIn("to", str(caught.exception))

    def test_what_a_charset_lacks_is_named_never_replaced(self):
        self.assertEqual(mailguard.notice(FACTS).unencodable, ())
        n = mailguard.notice(FACTS, company="わさび🐈商会", to="a@b.example")
        self.assertEqual(set(n.unencodable), {"🐈"})
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            n.as_bytes("iso-2022-jp")
        self.assertEqual(caught.exception.code, "draft.misfits")
        self.assertIn(b"From: ", n.as_bytes())

    def test_a_profile_knows_most_of_it(self):
        profile = {
            "schema": "mailguard-profile-1",
            "accounts": [
                {"id": "a1", "address": "info@neko.example", "backup": "a2",
                 "provider": "neko", "phone": "052-000-0000",
                 "server_in": "S"},
                {"id": "a2", "address": "wasabi@inu.example",
                 "server_in": "S"}],
            "servers": [{"id": "S", "protocol": "imap", "host": "localhost",
                         "port": 143, "tls": "none"}],
            "providers": [{"id": "neko",
                           "status": "https://status.neko.example/"}],
        }
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "profile.json")
            with open(path, "w") as f:
                json.dump(profile, f)
            n = mailguard.notice(path, account="a1", company="わさび商会",
                                 since=FACTS["since"])
            self.assertEqual(n.text, mailguard.notice(
                FACTS, status="https://status.neko.example/").text)
            with self.assertRaises(mailguard.InvalidArgument):
                mailguard.notice(path, account="a9")

    def test_it_can_be_pickled(self):
        n = mailguard.notice(FACTS, to="ann@example.org")
        again = pickle.loads(pickle.dumps(n))
        self.assertEqual((again.text, again.subject), (n.text, n.subject))


if __name__ == "__main__":
    unittest.main()
