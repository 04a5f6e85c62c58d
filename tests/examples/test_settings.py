"""The verbs import, export and diff: what they print, and how they end."""
import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["MAILGUARD_PROGRAM"]
FINE, TROUBLE, CANNOT_TELL = 0, 1, 2

GETMAIL = (b"[retriever]\ntype = SimplePOP3SSLRetriever\n"
           b"server = pop.hoster.example\nusername = ann@shop.example\n"
           b"password = hush\n")
AUTOCONFIG = b"""<clientConfig version="1.1"><emailProvider id="h.example">
<incomingServer type="pop3"><hostname>pop.hoster.example</hostname>
<port>110</port><socketType>plain</socketType>
<username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.hoster.example</hostname>
<port>587</port><socketType>STARTTLS</socketType></outgoingServer>
</emailProvider></clientConfig>
"""


def run(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C"})


class SettingsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.getmail = self.write("getmailrc", GETMAIL)
        self.config = self.write("config.xml", AUTOCONFIG)
        self.new = os.path.join(self.folder, "new.json")

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def test_import_prints_a_profile(self):
        done = run("import", self.getmail)
        self.assertEqual(done.returncode, FINE, done.stderr)
        profile = json.loads(done.stdout)
        self.assertEqual(profile["servers"][0]["port"], 995)
        self.assertNotIn(b"hush", done.stdout + done.stderr)

    def test_import_keeps_it_in_a_new_file_only(self):
        self.assertEqual(run("import", self.getmail, "--into",
                             self.new).returncode, FINE)
        self.assertEqual(os.stat(self.new).st_mode & 0o777, 0o600)
        again = run("import", self.config, "--address", "ann@shop.example",
                    "--into", self.new)
        self.assertEqual(again.returncode, CANNOT_TELL)
        self.assertIn(b"is there already", again.stderr)
        with open(self.new, encoding="utf-8") as f:
            self.assertEqual(len(json.load(f)["accounts"]), 1)

    def test_settings_that_do_not_agree_are_trouble(self):
        done = run("import", self.getmail, self.config, "--address",
                   "ann@shop.example")
        self.assertEqual(done.returncode, TROUBLE)
        self.assertIn(b"pop.hoster.example:995 implicit", done.stderr)
        self.assertIn(b"pop.hoster.example:110 none", done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["accounts"]), 2)

    def test_one_that_cannot_be_read_does_not_stop_the_others(self):
        odd = self.write("letter.txt", b"Dear Sir\n")
        done = run("import", odd, self.getmail)
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"letter.txt", done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["accounts"]), 1)

    def test_what_goes_out_comes_in_again(self):
        run("import", self.config, "--address", "ann@shop.example", "--into",
            self.new)
        for to, name in (("mobileconfig", "a.mobileconfig"),
                         ("prf", "a.prf"), ("thunderbird", "prefs.js")):
            with self.subTest(to):
                path = os.path.join(self.folder, name)
                again = os.path.join(self.folder, to + ".json")
                done = run("export", self.new, "--to", to, "--out", path)
                self.assertEqual(done.returncode, FINE, done.stderr)
                self.assertEqual(run("import", path, "--into",
                                     again).returncode, FINE)
                with open(again, encoding="utf-8") as f:
                    hosts = [s["host"] for s in json.load(f)["servers"]]
                self.assertEqual(hosts, ["pop.hoster.example",
                                         "smtp.hoster.example"])

    def test_the_sheet_is_a_page_by_itself(self):
        run("import", self.getmail, "--into", self.new)
        done = run("export", self.new, "--to", "sheet", "--lang", "ja")
        self.assertEqual(done.returncode, FINE)
        self.assertIn("メールの設定".encode(), done.stdout)
        self.assertNotIn(b"<script", done.stdout)

    def test_export_says_how_to_call_it(self):
        run("import", self.getmail, "--into", self.new)
        self.assertEqual(run("export", self.new).returncode, CANNOT_TELL)
        done = run("export", self.new, "--to", "fax")
        self.assertEqual(done.returncode, CANNOT_TELL)

    def test_diff_ends_with_1_if_something_changed(self):
        run("import", self.getmail, "--into", self.new)
        with open(self.new, encoding="utf-8") as f:
            profile = json.load(f)
        profile["servers"][0]["port"] = 110
        other = self.write("other.json", json.dumps(profile).encode())
        same = run("diff", self.new, self.new)
        self.assertEqual(same.returncode, FINE)
        self.assertEqual(same.stdout, b"nothing was changed\n")
        done = run("diff", self.new, other, "--json")
        self.assertEqual(done.returncode, TROUBLE)
        change, = json.loads(done.stdout)["changes"]
        self.assertEqual((change["field"], change["before"], change["after"]),
                         ("server_in.port", "995", "110"))


if __name__ == "__main__":
    unittest.main()
