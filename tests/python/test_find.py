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


PREFS = b"\n".join(b'user_pref("%s", %s);' % pair for pair in (
    (b"mail.accountmanager.accounts", b'"account1"'),
    (b"mail.account.account1.server", b'"s1"'),
    (b"mail.account.account1.identities", b'"id1"'),
    (b"mail.identity.id1.useremail", b'"ann@one.example"'),
    (b"mail.server.s1.type", b'"pop3"'),
    (b"mail.server.s1.hostname", b'"localhost"'),
    (b"mail.server.s1.userName", b'"ann"'),
    (b"mail.server.s1.directory-rel", b'"[ProfD]Mail/pop.one.example"')))


class Look(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, name, data):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def settings(self, home, profile):
        self.put(f"{home}/profiles.ini", b"[Profile0]\nIsRelative=1\n"
                 b"Path=%s\nDefault=1\n" % profile.encode())
        self.put(f"{home}/{profile}/prefs.js", PREFS)
        self.put(f"{home}/{profile}/Mail/pop.one.example/Inbox",
                 MAIL + bytes(512))

    def test_settings_of_a_home_become_a_profile(self):
        self.settings("u/.thunderbird", "x.default")
        home = os.path.join(self.folder.name, "u")
        around = mailguard.look(homes=[home])
        self.assertEqual([a["address"] for a in
                          around.profile["accounts"]], ["ann@one.example"])
        self.assertIn("settings", [s.what for s in around.seen])
        self.assertTrue(all(str(s) for s in around.seen))
        self.assertEqual(pickle.loads(pickle.dumps(around)), around)

    def test_a_checkup_needs_no_more_than_a_look_around(self):
        self.settings("Users/u/AppData/Roaming/Thunderbird",
                      "Profiles/x.default")
        around = mailguard.look(self.folder.name)
        steps = list(mailguard.Checkup(around.profile, net=False))
        self.assertIn("damaged", [s.outcome for s in steps])

    def test_the_home_is_the_user_s_if_none_is_named(self):
        self.settings(".thunderbird", "x.default")
        was = os.environ.get("HOME")
        os.environ["HOME"] = self.folder.name
        try:
            self.assertTrue(mailguard.look().profile["accounts"])
        finally:
            os.environ.pop("HOME")
            if was is not None:
                os.environ["HOME"] = was

    def test_a_root_that_is_not_there_is_refused(self):
        with self.assertRaises(mailguard.SystemRefused):
            mailguard.look("/no/such")


if __name__ == "__main__":
    unittest.main()
