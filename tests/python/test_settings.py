"""mailguard.settings, export_settings and diff."""
import os
import tempfile
import unittest

import mailguard

GETMAIL = (b"[retriever]\ntype = SimplePOP3SSLRetriever\n"
           b"server = pop.hoster.example\nusername = ann@shop.example\n"
           b"password = hush\n[destination]\ntype = Maildir\n"
           b"path = ~/Mail/\n")


class SettingsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "getmailrc")
        with open(self.path, "wb") as f:
            f.write(GETMAIL)
        self.profile = mailguard.settings(self.path)

    def test_every_field_says_who_told_it(self):
        told = {o["field"]: o for o in self.profile["origins"]}
        self.assertEqual(told["host"]["file"], self.path)
        self.assertEqual(told["host"]["key"], "[retriever] server")
        self.assertTrue(self.profile["accounts"][0]["secret_stored"])
        self.assertNotIn("hush", str(self.profile))

    def test_a_profile_goes_out_in_other_words(self):
        page = mailguard.export_settings(self.profile, "sheet", lang="ja")
        self.assertIn(b"pop.hoster.example", page)
        self.assertIn("メールの設定".encode(), page)
        xml = mailguard.export_settings(self.profile, "autoconfig",
                                        account="a1")
        self.assertIn(b"<port>995</port>", xml)
        with self.assertRaises(mailguard.InvalidArgument) as caught:
            mailguard.export_settings(self.profile, "fax")
        self.assertEqual(caught.exception.code, "profile.format")

    def test_a_difference_is_a_value(self):
        self.assertEqual(mailguard.diff(self.profile, self.profile), ())
        after = dict(self.profile,
                     servers=[dict(self.profile["servers"][0], port=110)])
        change, = mailguard.diff(self.profile, after)
        self.assertEqual(change, mailguard.Change(
            "changed", "accounts", "ann@shop.example", "server_in.port",
            "995", "110"))


if __name__ == "__main__":
    unittest.main()
