"""The verbs backup, verify and restore: what they make, and how they end."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["MAILGUARD_PROGRAM"]
FINE, TROUBLE, CANNOT_TELL = 0, 1, 2
SCHEMA = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "schema",
                      "backup.json")
BOX = (b"From ann@example.org Thu Jan  1 00:00:00 2026\n"
       b"From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
       b"Message-ID: <1@example.org>\nSubject: one\n\ntext\n\n")
PROFILE = {
    "schema": "mailguard-profile-1",
    "accounts": [{"id": "a1", "address": "ann@example.org",
                  "server_in": "S1", "store": "m1"}],
    "servers": [{"id": "S1", "host": "mail.example.org", "protocol": "imap",
                 "tls": "implicit"}],
    "stores": [{"id": "m1", "path": "C:\\mail\\box"}],
}


def run(*args, lang="en"):
    return subprocess.run([PROGRAM, *args, "--lang", lang],
                          capture_output=True, timeout=120,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C"})


class BackupTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.box = self.write("box", BOX * 2)
        self.dest = self.at("sealed")

    def at(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.at(name), "wb") as f:
            f.write(data)
        return self.at(name)

    def make(self, *args):
        return run("backup", "--allow", "same-disk", *args)

    def test_a_backup_is_a_bag_that_others_verify(self):
        done = self.make(self.box, self.dest)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn(b"2 messages", done.stdout)
        if shutil.which("sha256sum"):
            for name in "manifest-sha256.txt", "tagmanifest-sha256.txt":
                subprocess.run(["sha256sum", "--status", "-c", name],
                               cwd=self.dest, check=True)
        with open(os.path.join(self.dest, "bagit.txt"), "rb") as f:
            self.assertEqual(f.read(), b"BagIt-Version: 1.0\n"
                             b"Tag-File-Character-Encoding: UTF-8\n")
        with open(os.path.join(self.dest, "bag-info.txt"),
                  encoding="ascii") as f:
            self.assertIn(f"Payload-Oxum: {len(BOX) * 2}.1\n", f.read())

    def test_verify_drill_and_restore(self):
        self.make(self.box, self.dest)
        done = run("verify", self.dest)
        self.assertEqual(done.returncode, FINE, done.stderr)
        done = run("verify", "--drill", "--json", self.dest)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(json.loads(done.stdout)["report"]["same"], 2)
        done = run("restore", "--store", "1", self.dest, self.at("new"))
        self.assertEqual(done.returncode, FINE, done.stderr)
        with open(self.at("new"), "rb") as f:
            self.assertEqual(f.read(), BOX * 2)
        done = run("restore", self.dest, self.at("new"))
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"exists already", done.stderr)
        done = run("restore", "--store", "9", self.dest, self.at("no"))
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"is not in this backup", done.stderr)

    def test_damage_is_trouble(self):
        self.make(self.box, self.dest)
        self.write("sealed/data/1/box", BOX)
        for args in (["verify"], ["verify", "--quick"]):
            done = run(*args, self.dest)
            self.assertEqual(done.returncode, TROUBLE, done.stdout)
            self.assertIn(b"not what was sealed", done.stdout)
        os.remove(os.path.join(self.dest, "manifest-sha256.txt"))
        self.assertEqual(run("verify", self.dest).returncode, CANNOT_TELL)

    def test_into_a_folder_that_is_there(self):
        os.mkdir(self.dest)
        self.assertEqual(self.make(self.box, self.dest).returncode, FINE)
        names = os.listdir(self.dest)
        self.assertEqual(len(names), 1)
        self.assertRegex(names[0], r"^mailguard-\d{8}-\d{6}$")

    def test_refusals_say_what_to_do(self):
        done = run("backup", self.box, self.dest)
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"name another disk", done.stderr)
        self.write("box.lock", b"1")
        done = self.make(self.box, self.dest)
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"close the mail program", done.stderr)
        done = self.make("--allow", "locked", self.box, self.dest)
        self.assertEqual(done.returncode, TROUBLE)
        self.assertEqual(run("backup", self.box).returncode, CANNOT_TELL)
        self.assertEqual(self.make("--allow", "all", self.box,
                                   self.at("x")).returncode, CANNOT_TELL)

    def test_a_profile_with_its_secrets(self):
        profile = self.write("p.json", json.dumps(PROFILE).encode())
        secret = self.write("x.reg", b"hush")
        done = self.make("--profile", profile, "--map",
                         "C:\\mail=" + self.folder, "--seal", secret,
                         "--secrets-table-command", "printf 'ann\\tsilence\\n'",
                         "--passphrase-command", "echo battery", self.dest)
        self.assertEqual(done.returncode, FINE, done.stderr)
        done = run("restore", "--settings", self.dest)
        self.assertEqual(json.loads(done.stdout)["accounts"][0]["address"],
                         "ann@example.org")
        done = run("restore", "--secrets", "--passphrase-command",
                   "echo battery", self.dest)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["secrets"]), 2)
        done = run("restore", "--secrets", "--passphrase-command",
                   "echo wrong", self.dest)
        self.assertEqual(done.returncode, CANNOT_TELL)
        for at, _, names in os.walk(self.dest):
            for name in names:
                with open(os.path.join(at, name), "rb") as f:
                    text = f.read()
                self.assertNotIn(b"hush", text)
                self.assertNotIn(b"silence", text)

    def test_relocate_leaves_the_original_until_told(self):
        safe = self.at("safe")
        os.mkdir(safe)
        os.mkdir(self.at("Dropbox"))
        args = ["relocate", "--same-disk", "--backup"]
        done = run(*args, self.dest, self.box, safe + "/box")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn(b"is as it was", done.stdout)
        self.assertTrue(os.path.exists(self.box))
        done = run(*args, self.at("b2"), self.box, self.at("Dropbox/box"))
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"no place for mail", done.stderr)
        done = run(*args, self.at("b3"), "--switch", self.box, safe + "/box2")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertFalse(os.path.exists(self.box))
        with open(self.box + ".moved", "rb") as f:
            old = f.read()
        with open(safe + "/box2", "rb") as f:
            self.assertEqual(f.read(), old)
        self.assertEqual(run("relocate", self.at("b3"), "x").returncode,
                         CANNOT_TELL)

    def test_both_languages_and_the_schema(self):
        self.make(self.box, self.dest)
        done = run("verify", self.dest, lang="ja")
        self.assertIn("封印したときのまま", done.stdout.decode())
        doc = json.loads(run("verify", "--json", self.dest).stdout)
        with open(SCHEMA, encoding="utf-8") as f:
            schema = json.load(f)
        self.assertEqual(set(schema["required"]) - set(doc), set())
        store = schema["properties"]["stores"]["items"]
        self.assertEqual(set(store["required"]), set(doc["stores"][0]))
        self.assertEqual(set(schema["properties"]["report"]["required"]),
                         set(doc["report"]))

    def test_an_interrupt_leaves_nothing(self):
        with open(self.box, "ab") as f:
            f.truncate(1 << 30)
        busy = subprocess.Popen([PROGRAM, "backup", "--allow", "same-disk",
                                 self.box, self.dest],
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        while not os.path.exists(self.dest + ".partial/new/data/1/box"):
            self.assertIsNone(busy.poll())
            time.sleep(0.01)
        busy.send_signal(signal.SIGINT)
        _, said = busy.communicate(timeout=120)
        self.assertEqual(busy.returncode, CANNOT_TELL, said)
        self.assertFalse(os.path.exists(self.dest))
        self.assertFalse(os.path.exists(self.dest + ".partial"))


if __name__ == "__main__":
    unittest.main()
