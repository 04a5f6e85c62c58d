"""Both stories of the demo, end to end: the program looks at mail files, asks
servers and a status page, and says whose fault it is. And what it says to a
checkup that is asked for wrongly.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import ask
import lab

DEMO = pathlib.Path(__file__).resolve().parents[2] / "examples" / "demo"
FINE, TROUBLE, CANNOT_TELL = 0, 1, 2
SECRETS = "--secrets-table-command", "cat passwords.tsv"
# Makes what the demo plays on in this folder, and tears it down on the end of
# standard input.
STAGE = """set -eu
server=$1 mailer=$2 demo=$3 work=$PWD lang=en
. "$demo/words.en.sh"
. "$demo/stage.sh"
make_mail
serve
make_profile1
make_profile2
echo ready
read -r end || :
kill "$serving"
wait "$serving" || :
"""
SAW = {
    "office.json": [f"{who} {way} {how}" for who, how in (
        ("info", "fail 0x800CCC0F"), ("sales", "fail 0x800CCC0F"),
        ("orders", "fail 0x800CCC0F"), ("owner", "ok"))
        for way in ("receive", "send")],
    "wasabi.json": [
        "wasabitaro receive fail 0x800CCC0E", "wasabitaro 送信 失敗",
        "eigyo@backupdomain.example receive ok", "eigyo send ok"],
}


def snapshot(folder):
    """Every file below it: what is in it, and when it was written."""
    return {str(p): (hashlib.sha256(p.read_bytes()).hexdigest(),
                     p.stat().st_mtime_ns)
            for p in sorted(folder.rglob("*")) if p.is_file()}


class Stage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = str(ask.program())
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailguard-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        tools = lab.build_folder() / "bin"
        stage = subprocess.Popen(
            ["sh", "-c", STAGE, "sh", tools / "mailguard-demo-server",
             tools / "mailguard-demo-mail", DEMO], cwd=cls.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(stage.wait, 30)
        cls.addClassCleanup(stage.stdout.close)
        cls.addClassCleanup(stage.stdin.close)
        if stage.stdout.readline() != "ready\n":
            raise AssertionError("the stage cannot be set")
        cls.before = snapshot(cls.folder)

    def run_program(self, *args):
        done = subprocess.run(
            [self.program, *args], cwd=self.folder, text=True, timeout=120,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "JST-9"})
        for word in lab.COMPLAINTS:
            self.assertNotIn(word, done.stderr)
        return done

    def checkup(self, profile, *more):
        """The verdict, and how the program ended."""
        saws = [part for words in SAW.get(profile, ())
                for part in ("--saw", words)]
        done = self.run_program(
            "checkup", profile, "--json", "--ca-file", "ca.pem", *SECRETS,
            "--timeout", str(ask.TIMEOUT), *saws, *more)
        self.assertNotIn("-secret", done.stdout + done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stderr)
        return json.loads(done.stdout), done.returncode


class Stories(Stage):
    def test_mail_files_in_a_cloud_folder(self):
        verdict, status = self.checkup("office.json", "--map",
                                       r"C:\Users\u=Users/u")
        self.assertEqual(status, TROUBLE)
        self.assertEqual(verdict["verdict"], "local_store", verdict)
        self.assertEqual(verdict["fault_domain"], "local_store")
        self.assertEqual(verdict["grade"], "certain")
        self.assertEqual([c["name"] for c in verdict["components"]],
                         ["sync:cloud"])
        for server in ("own-in", "own-out", "other-in", "other-out"):
            self.assertIn("server:" + server, verdict["cleared"])
        for thing in ("provider:own", "provider:other", "store:owner"):
            self.assertIn(thing, verdict["cleared"])
        self.assertTrue(any("owner" in way for way in verdict["meanwhile"]),
                        verdict["meanwhile"])
        acts = [n["text"].split()[0] for n in verdict["next"]]
        self.assertEqual(acts[:4], ["Back", "Salvage", "Move", "Check"])
        damaged = {e["where"].rpartition("\\")[2]
                   for e in verdict["evidence"] if ": damaged [" in e["what"]}
        self.assertEqual(damaged, {"info.pst", "sales.pst", "orders.pst"})
        self.assertEqual(snapshot(self.folder), self.before)

    def test_without_the_map_no_file_is_found_and_each_is_named(self):
        done = self.run_program("checkup", "office.json", "--no-net")
        for store in ("info", "sales", "orders", "owner"):
            self.assertIn(f"mail file {store}: ", done.stderr)
        self.assertIn(r"C:\Users\u\OneDrive", done.stderr)
        self.assertEqual(snapshot(self.folder), self.before)

    def test_a_hoster_that_maintains_its_servers(self):
        verdict, status = self.checkup("wasabi.json")
        self.assertEqual(status, TROUBLE)
        self.assertEqual(verdict["verdict"], "provider_maintenance", verdict)
        self.assertEqual(verdict["fault_domain"], "provider_maintenance")
        self.assertEqual(verdict["grade"], "certain")
        self.assertEqual([c["name"] for c in verdict["components"]],
                         ["provider:a"])
        for thing in ("server:b-in", "server:b-out", "provider:b"):
            self.assertIn(thing, verdict["cleared"])
        self.assertTrue(any("eigyo" in way for way in verdict["meanwhile"]),
                        verdict["meanwhile"])
        self.assertIn("notice", verdict["next"][0]["text"])
        self.assertEqual(snapshot(self.folder), self.before)

    def test_the_notice_has_its_seven_parts(self):
        rows = {
            "ja": ("障害が発生", "発生時刻：2026年1月13日 9時00分",
                   "復旧予定：未定", "届いていない可能性",
                   "eigyo@backupdomain.example", "052-000-0000",
                   "復旧後に順次対応", "申し訳ございません"),
            "en": ("is disturbed", "Since: 13 Jan 2026 09:00",
                   "Expected end: not known", "may not have arrived",
                   "eigyo@backupdomain.example", "052-000-0000",
                   "once mail works again", "We apologise"),
        }
        for lang, parts in rows.items():
            done = self.run_program(
                "notice", "wasabi.json", "--account", "wasabitaro",
                "--company", "Wasabi", "--lang", lang,
                "--since", "2026-01-13T09:00:00+09:00")
            self.assertEqual(done.returncode, FINE, done.stderr)
            at = 0
            for part in parts:
                with self.subTest(part):
                    self.assertIn(part, done.stdout[at:], done.stdout)
                at = done.stdout.index(part, at)

    def test_a_damaged_file_is_salvaged_into_another(self):
        with tempfile.TemporaryDirectory() as place:
            saved = os.path.join(place, "saved.mbox")
            source = "Users/u/OneDrive/メール/info.pst"
            done = self.run_program("salvage", "--json", source, saved)
            self.assertEqual(done.returncode, TROUBLE, done.stderr)
            told = json.loads(done.stdout.splitlines()[-1])
            self.assertTrue(told["lost"], told)
            self.assertEqual(self.run_program("check", saved).returncode,
                             FINE)
            listed = self.run_program("list", "--json", saved).stdout
            self.assertIn("Order 28", listed)
        self.assertEqual(snapshot(self.folder), self.before)


class Demo(unittest.TestCase):
    """The script itself, in both languages."""

    SENTENCES = {
        "ja": ("原因: メールファイルの保存先「クラウド同期フォルダー」（確実",
               "サーバー own-in", "サーバー other-out",
               "1. バックアップ", "2. 救出", "3. 移動", "4. 再検査",
               "info.pst: 破損", "サーバー mail.b.example (IMAP)",
               "メンテナンス中と発表",
               "アカウント eigyo@backupdomain.example は使えます",
               "【重要】メール障害のお知らせ", "[20/20]"),
        "en": ("At fault: the synced (cloud) folder the mail files lie in "
               "(certain", "server own-in", "server other-out",
               "1. Back up", "2. Salvage", "3. Move", "4. Check again",
               "info.pst: damaged", "servers mail.b.example (IMAP)",
               "this is maintenance",
               "Account eigyo@backupdomain.example works",
               "[Important] Mail outage", "[20/20]"),
    }

    def test_it_ends_well_and_leaves_nothing_behind(self):
        program = ask.program()
        for lang, sentences in self.SENTENCES.items():
            with tempfile.TemporaryDirectory() as place:
                done = subprocess.run(
                    [DEMO / "run.sh", program, lang], text=True, timeout=120,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, check=False,
                    env={**os.environ, "TMPDIR": place})
                self.assertEqual(done.returncode, FINE, done.stdout)
                self.assertEqual(os.listdir(place), [])
            for sentence in sentences:
                with self.subTest(sentence):
                    self.assertIn(sentence, done.stdout)


class BadInput(Stage):
    def refuses(self, why, said, *args):
        with self.subTest(why):
            done = self.run_program("checkup", *args)
            self.assertEqual(done.returncode, CANNOT_TELL, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")

    def changed(self, name, change):
        """A profile like that of the second story, outside the stage."""
        place = tempfile.mkdtemp(prefix="mailguard-")
        self.addCleanup(shutil.rmtree, place)
        profile = json.loads((self.folder / "wasabi.json").read_text())
        change(profile)
        path = pathlib.Path(place) / name
        path.write_text(json.dumps(profile))
        return str(path)

    def test_a_profile_that_cannot_be_used_is_named(self):
        whole = (self.folder / "office.json").read_text()
        half = self.changed("half.json", lambda p: None)
        pathlib.Path(half).write_text(whole[:len(whole) // 2])
        strange = self.changed("strange.json",
                               lambda p: p["accounts"][0].update(pasword="x"))
        empty = self.changed("empty.json", lambda p: p.update(accounts=[]))
        lost = self.changed(
            "lost.json", lambda p: p["accounts"][0].update(server_in="nix"))
        self.refuses("missing", "nowhere.json", "nowhere.json")
        self.refuses("half", "half.json", half)
        self.refuses("key", "pasword", strange)
        self.refuses("key's file", "strange.json", strange)
        self.refuses("no account", "no account", empty)
        self.refuses("no such server", "nix", lost)
        self.refuses("two", "usage: mailguard checkup", "a", "b")
        self.assertEqual(snapshot(self.folder), self.before)

    def test_an_argument_that_means_nothing_is_named(self):
        for why, said, option, words in (
                ("words", "blah blah", "--saw", "blah blah"),
                ("no such account", "nix", "--saw", "nix receive fail"),
                ("no such way", "sideways", "--saw", "info sideways fail"),
                ("no such end", "perhaps", "--saw", "info send perhaps"),
                ("empty", "a1 receive fail", "--saw", ""),
                ("no sign", "nonsense", "--map", "nonsense"),
                ("no origin", "=/mnt", "--map", "=/mnt"),
                ("no command", "false", "--secrets-table-command", "false")):
            self.refuses(why, said, "office.json", "--no-net", option, words)
        self.refuses("no such option", "checkup", "office.json", "--nix")
        self.assertEqual(snapshot(self.folder), self.before)

    def test_a_server_that_does_not_answer_is_told(self):
        ports = json.loads((self.folder / "ports.json").read_text())

        def change(profile):
            for server in profile["servers"]:
                server["port"] = ports["stopped"]
                if server["id"] == "b-in":
                    server.update(host="no-such-host.invalid")
                    del server["address"]

        path = self.changed("silent.json", change)
        verdict, status = self.checkup(path)
        self.assertEqual(status, TROUBLE)
        told = {use["server"]: use["outcome"]
                for account in verdict["accounts"]
                for use in account["servers"]}
        self.assertEqual(told, dict.fromkeys(
            ("a-in", "a-out", "b-in", "b-out"), "fail"))

    def test_a_mail_file_that_cannot_be_read_is_told(self):
        def change(profile):
            profile["stores"] = [
                {"id": "gone", "path": "/nowhere/gone.mbox"},
                {"id": "picture", "path": "picture.png"}]
            for account, store in zip(profile["accounts"],
                                      ("gone", "picture")):
                account["store"] = store

        path = self.changed("files.json", change)
        pathlib.Path(path).with_name("picture.png").write_bytes(
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
        done = self.run_program("checkup", path, "--no-net")
        self.assertIn("/nowhere/gone.mbox", done.stderr)
        self.assertIn("picture.png", done.stderr)
        self.assertIn("gone", done.stdout)
        self.assertEqual(done.returncode, TROUBLE, done.stdout)


if __name__ == "__main__":
    unittest.main()
