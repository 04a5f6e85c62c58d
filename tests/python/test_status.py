"""mailguard.status: what a provider's page says of my accounts."""
import json
import os
import pickle
import tempfile
import unittest
from datetime import datetime, timezone

import mailguard

PAGE = json.dumps({
    "page": {"name": "Nekoya Mail"},
    "incidents": [{
        "name": "Mail1 is down", "status": "identified", "impact": "major",
        "created_at": "2026-02-03T00:31:00Z",
        "started_at": "2026-02-03T00:20:00Z",
        "components": [{"name": "IMAP"}],
    }],
}).encode()
AT = datetime(2026, 2, 3, 1, 0, tzinfo=timezone.utc)


class Status(unittest.TestCase):
    def test_an_incident_comes_out_as_a_value(self):
        me = mailguard.Subject(host="mail1.neko.example", provider="neko")
        page = mailguard.status(PAGE, subjects=[me], provider="neko",
                                fetched_at=AT)
        self.assertEqual((page.overall, page.source_kind, page.title),
                         ("incident", "statuspage", "Nekoya Mail"))
        (i,) = page.incidents
        self.assertEqual((i.kind, i.phase, i.matches_me, i.services),
                         ("incident", "identified", "yes", ("imap",)))
        self.assertEqual(i.started_at,
                         datetime(2026, 2, 3, 0, 20, tzinfo=timezone.utc))
        self.assertEqual(pickle.loads(pickle.dumps(page)), page)

    def test_another_provider_and_another_service_are_not_mine(self):
        for me in (mailguard.Subject(provider="inu"),
                   mailguard.Subject(provider="neko", services=("pop",))):
            page = mailguard.status(PAGE, subjects=[me], provider="neko",
                                    fetched_at=AT)
            self.assertEqual((page.overall, page.incidents[0].matches_me),
                             ("ok", "no"))

    def test_a_saved_page_is_read_from_its_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.json")
            with open(path, "wb") as f:
                f.write(PAGE)
            self.assertEqual(mailguard.status(path).overall, "incident")

    def test_what_cannot_be_read_is_unknown_in_words(self):
        page = mailguard.status(b"{", lang="ja")
        self.assertEqual((page.overall, page.readable), ("unknown", False))
        self.assertRegex(page.findings[0], "[ぁ-ん]")
        self.assertRegex(str(page), "[ぁ-ん]")

    def test_subjects_of_a_wrong_kind_are_refused(self):
        with self.assertRaises(KeyError):
            mailguard.status(PAGE, subjects=[
                mailguard.Subject(services=("fax",))])
        with self.assertRaises(TypeError):
            mailguard.status(PAGE, subjects=[
                mailguard.Subject(host=3)])


if __name__ == "__main__":
    unittest.main()
