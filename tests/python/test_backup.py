"""mailguard.backup and Backup: sealed copies."""
import os
import tempfile
import unittest

import mailguard

BOX = (b"From ann@example.org Thu Jan  1 00:00:00 2026\n"
       b"From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
       b"Message-ID: <1@example.org>\nSubject: one\n\ntext\n\n")
PROFILE = {
    "schema": "mailguard-profile-1",
    "accounts": [{"address": "ann@example.org", "server_in": "S1",
                  "store": "m1"}],
    "servers": [{"id": "S1", "host": "mail.example.org", "protocol": "imap",
                 "tls": "implicit"}],
    "stores": [{"id": "m1", "path": "C:\\mail\\box"}],
}
HERE = ("same-disk",)


class Backups(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.box = self.at("box")
        with open(self.box, "wb") as f:
            f.write(BOX * 3)
        self.dest = self.at("sealed")

    def at(self, name):
        return os.path.join(self.folder, name)

    def test_what_was_backed_up_comes_back(self):
        made = mailguard.backup([self.box], self.dest, allow=HERE,
                                label="before a repair")
        self.assertEqual(made.stores[0].messages, 3)
        self.assertIsNotNone(made.made)
        again = mailguard.Backup(self.dest)
        self.assertEqual(again.stores, made.stores)
        self.assertEqual(again.verify().verdict, "sound")
        self.assertEqual(again.verify(quick=True).verdict, "unknown")
        self.assertEqual(again.drill().same, 3)
        self.assertEqual(again.drill(self.folder).messages, 3)
        again.restore(self.at("new"), 0)
        with open(self.at("new"), "rb") as f:
            self.assertEqual(f.read(), BOX * 3)
        again.restore(self.at("all"))
        self.assertEqual(os.listdir(self.at("all")), ["box"])
        self.assertIn("sealed", str(again))

    def test_settings_are_in_it(self):
        made = mailguard.backup([], self.dest, profile=PROFILE,
                                maps={"C:\\mail": self.folder}, allow=HERE)
        self.assertEqual(made.stores[0].id, "m1")
        self.assertEqual(made.stores[0].path, "C:\\mail\\box")
        self.assertEqual(mailguard.Backup(self.dest).profile()["accounts"][0]
                         ["address"], "ann@example.org")

    def test_failures_are_exceptions(self):
        with self.assertRaises(mailguard.FormatError) as caught:
            mailguard.Backup(self.folder)
        self.assertEqual(caught.exception.code, "backup.broken")
        with self.assertRaises(mailguard.InvalidArgument):
            mailguard.backup([], self.dest)
        with self.assertRaises(ValueError):
            mailguard.backup([self.box], self.dest, allow=["anything"])
        with self.assertRaises(mailguard.InvalidArgument):
            mailguard.backup([self.box], self.dest)
        self.assertFalse(os.path.exists(self.dest))

    def test_damage_is_told(self):
        made = mailguard.backup([self.box], self.dest, allow=HERE)
        with open(os.path.join(self.dest, "data", "1", "box"), "r+b") as f:
            f.write(b"X")
        report = made.verify()
        self.assertEqual((report.verdict, report.wrong), ("damaged", 1))
        self.assertEqual(made.findings[-1].code, "backup.copy-wrong")
        self.assertEqual(made.findings[-1].store, 1)

    def test_progress_may_stop_it(self):
        with self.assertRaises(mailguard.Cancelled):
            mailguard.backup([self.box], self.dest, allow=HERE,
                             progress=lambda done, total, what: True)
        self.assertFalse(os.path.exists(self.dest))
        self.assertFalse(os.path.exists(self.dest + ".partial"))


if __name__ == "__main__":
    unittest.main()
