"""mailguard.find: which mail files lie here."""
import os
import pickle
import tempfile
import unittest

import mailguard
from test_checkup import MAIL, PROFILE


class Find(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for name, data in (("OneDrive/one", MAIL), ("Mail/three", MAIL),
                           ("old/Outlook.pst", b"!BDN" + bytes(600)),
                           ("old/picture.png", b"\x89PNG")):
            path = self.path(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_mail_files_are_found_and_nothing_else(self):
        found = {f.path: f for f in mailguard.find(self.folder.name)}
        self.assertEqual({f.kind for f in found.values()}, {"mbox", "pst"} |
                         {f.kind for f in found.values()
                          if f.kind == "mboxes"})
        pst = found[self.path("old/Outlook.pst")]
        self.assertEqual((pst.client, pst.files, pst.size),
                         ("outlook", 1, 604))
        self.assertIsNone(pst.orphan)
        self.assertTrue(all(map(str, found.values())))
        self.assertEqual(pickle.loads(pickle.dumps(pst)), pst)

    def test_a_profile_tells_whose_they_are(self):
        found = {f.store: f for f in mailguard.find(
            self.folder.name, profile=PROFILE,
            maps={r"C:\Users\u": self.folder.name})}
        self.assertEqual((found["m1"].account, found["m1"].place,
                          found["m1"].cloud, found["m1"].orphan),
                         ("a1", "cloud", "onedrive", False))
        self.assertEqual(found["m1"].newest.isoformat(),
                         "2026-01-01T00:00:00+00:00")
        self.assertTrue(found[None].orphan)

    def test_a_path_that_is_not_there_is_refused(self):
        with self.assertRaises(mailguard.SystemRefused) as caught:
            list(mailguard.find("/no/such"))
        self.assertIn("/no/such", str(caught.exception))

    def test_progress_that_says_true_stops(self):
        with self.assertRaises(mailguard.Cancelled):
            list(mailguard.find(self.folder.name, progress=lambda *at: True))


if __name__ == "__main__":
    unittest.main()
