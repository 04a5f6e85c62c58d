"""What the mailguard program promises about odd input: one clear message that
names the thing, on standard error, and the exit status of the manual.

MAILGUARD_PROGRAM names the program.
"""
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["MAILGUARD_PROGRAM"]
FINE, TROUBLE, CANNOT_TELL = 0, 1, 2
CASE = {
    "accounts": {"a": {"sv": "S"}},
    "observations": [{"t": "op", "a": "a", "dir": "in", "r": "ok"}],
}


def run(*args, stdin=b"", lang="C", **more):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return subprocess.run(
        [PROGRAM, *args], input=stdin, capture_output=True, timeout=60,
        env={**os.environ, "LC_ALL": lang}, **more)


def has_network():
    """Was the library built with one?"""
    return b"without" not in run("probe", "imap://127.0.0.1:1").stderr


class Program(unittest.TestCase):
    def tells(self, why, args, status, said, stdin=b"", lang="C"):
        """Exit with `status`, saying `said` and nothing else."""
        with self.subTest(why):
            done = run(*args, stdin=stdin, lang=lang)
            err = done.stderr.decode()
            self.assertEqual(done.returncode, status, err)
            self.assertIn(said, err)
            self.assertEqual(done.stdout, b"")

    def test_a_wrong_call_is_named(self):
        rows = [
            ("nothing here", ["checkup", "--root", tempfile.gettempdir() +
              "/no such folder"], "no folder that can be read"),
            ("no such verb", ["nix"], "mailguard: nix: no such verb"),
            ("no argument", ["explain"], "usage: mailguard explain"),
            ("no file", ["weigh"], "usage: mailguard weigh"),
            ("two files", ["weigh", "a", "b"], "usage: mailguard weigh"),
            ("option", ["explain", "--nix", "550"], "explain: --nix: no such"),
            ("option", ["weigh", "--nix=1", "f"], "weigh: --nix=1: no such"),
            ("language", ["explain", "--lang", "xx", "550"],
             "--lang takes one of ja, en, not xx"),
            ("no language", ["explain", "--lang"], "--lang takes one of ja"),
            ("format", ["explain", "--format=nagios", "550"],
             "--format takes one of text, json, jsonl, not nagios"),
        ]
        for why, args, said in rows:
            self.tells(why, args, CANNOT_TELL, said)

    def test_the_language_of_complaints_is_the_users(self):
        self.tells("locale", ["nix"], CANNOT_TELL, "その動詞はありません",
                   lang="ja_JP.UTF-8")
        self.tells("option", ["--lang", "ja", "weigh", "/nix"], CANNOT_TELL,
                   "読み込めません")
        self.tells("LC_ALL wins", ["nix"], CANNOT_TELL, "no such verb",
                   lang="en_GB.UTF-8")

    def test_a_file_that_is_no_case_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            def file(name, data):
                path = os.path.join(folder, name)
                with open(path, "wb") as f:
                    f.write(data)
                return path

            rows = [
                ("missing", os.path.join(folder, "nix"),
                 "no such file or folder; check the name"),
                ("folder", folder, "it is a folder"),
                ("empty", file("empty", b""), "this is not JSON"),
                ("binary", file("binary", b"\x89PNG\r\n" + bytes(range(256))),
                 "not valid UTF-8 at line 1, column 1"),
                ("cut", file("cut", b'{"accounts": {'), "not JSON: look at"),
                ("deep", file("deep", b"[" * 100000), "nested too deep"),
                ("not UTF-8", file("sjis", '{"id": "月"}'.encode("cp932")),
                 "not valid UTF-8"),
                ("endless", "/dev/zero", "too large"),
                ("no object", file("five", b"5"), "must be {"),
                ("no case", file("none", b"[]"), "holds no case"),
            ]
            for why, path, said in rows:
                self.tells(why, ["weigh", path], CANNOT_TELL, said)
            self.tells("path", ["weigh", path], CANNOT_TELL,
                       f"mailguard weigh: {path}: ")

    def test_a_slip_in_a_case_is_named_by_its_place(self):
        op = {"t": "op", "a": "a", "dir": "in", "r": "ok"}
        rows = [
            ("accounts", {"accounts": []}, "accounts must be {"),
            ("account", {"accounts": {"a": 5}}, "accounts.a must be {"),
            ("place", {"stores": {"m": "moon"}}, 'stores.m: "moon"'),
            ("list", {"observations": {}}, "observations must be ["),
            ("type", {"observations": [5]}, "observations[0] must be {"),
            ("no test", {"observations": [{"r": "ok"}]},
             "observations[0].t is missing; it may be op,"),
            ("result", {**CASE, "observations": [op, {**op, "r": "so"}]},
             'observations[1].r: "so"'),
            ("account", {"observations": [op]}, 'name it under "accounts"'),
            ("many", {"accounts": {str(i): {"sv": "S"} for i in range(2000)}},
             "at most 1024 accounts"),
        ]
        for why, case, said in rows:
            self.tells(why, ["weigh", "-"], CANNOT_TELL, said,
                       stdin=json.dumps(case))

    def test_a_slip_keeps_no_other_case_from_being_weighed(self):
        cases = [{"accounts": 5}, {**CASE, "id": "two"}]
        done = run("weigh", "--json", "-", stdin=json.dumps(cases))
        self.assertEqual(done.returncode, CANNOT_TELL)
        self.assertIn(b"standard input: [0].accounts", done.stderr)
        self.assertEqual(json.loads(done.stdout)["id"], "two")

    def test_a_key_nobody_knows_is_told_and_changes_nothing(self):
        slip = dict(CASE, observations=[
            dict(CASE["observations"][0], phse="tls")])
        done = run("weigh", "--json", "-", stdin=json.dumps(slip))
        self.assertEqual(done.returncode, FINE)
        self.assertIn(b"weigh: standard input: observations[0]: \"phse\" is "
                      b"not known and was passed over", done.stderr)
        plain = run("weigh", "--json", "-", stdin=json.dumps(CASE))
        self.assertEqual(done.stdout, plain.stdout)
        self.assertEqual(plain.stderr, b"")

    def test_the_exit_status_says_what_was_found(self):
        stopped = dict(CASE, observations=[
            {"t": "op", "a": "a", "dir": "in", "r": "fail"}])
        rows = [
            ("well", ["weigh", "-"], json.dumps(CASE), FINE),
            ("stopped", ["weigh", "-"], json.dumps(stopped), TROUBLE),
            ("UTF-16", ["weigh", "-"],
             json.dumps(CASE).encode("utf-16"), FINE),
            ("known", ["explain", "550 5.1.1 user unknown"], b"", TROUBLE),
            ("no failure", ["explain", "250 OK"], b"", FINE),
            ("not known", ["explain", "qwfp"], b"", CANNOT_TELL),
            ("empty", ["explain", ""], b"", CANNOT_TELL),
            ("worst of many", ["explain", "250 OK", "qwfp"], b"", CANNOT_TELL),
            ("after --", ["explain", "--", "--json"], b"", CANNOT_TELL),
            ("help", ["weigh", "--help"], b"", FINE),
            ("version", ["--version"], b"", FINE),
        ]
        for why, args, stdin, status in rows:
            with self.subTest(why):
                done = run(*args, stdin=stdin)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual(done.stderr, b"")
                self.assertNotEqual(done.stdout, b"")

    def test_a_verdict_comes_in_the_format_asked_for(self):
        stopped = dict(CASE, id="x", observations=[
            {"t": "op", "a": "a", "dir": "in", "r": "fail"}])
        rows = [
            ("csv", CASE, FINE, b"case,kind,id,name,"),
            ("csv", [CASE, stopped], TROUBLE, b"case,kind,id,name,"),
            ("html", CASE, FINE, b"<!DOCTYPE html>"),
            ("nagios", CASE, 0, b"MAIL OK - "),
            ("nagios", stopped, 1, b"MAIL WARNING - x: "),
        ]
        for name, case, status, begins in rows:
            with self.subTest(name):
                done = run("weigh", "--format", name, "-",
                           stdin=json.dumps(case))
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual(done.stdout.count(begins), 1, done.stdout)
                self.assertTrue(done.stdout.startswith(begins), done.stdout)
        for name, status in (("html", CANNOT_TELL), ("nagios", 3)):
            self.tells("a list", ["weigh", "--format", name, "-"], status,
                       "one case, not of a list", stdin=json.dumps([CASE]))
        self.tells("nothing there", ["weigh", "--format=nagios", "/nix"], 3,
                   "/nix: cannot be read")
        self.tells("another verb's", ["weigh", "--format=prometheus", "-"],
                   CANNOT_TELL, "text, json, jsonl, csv, nagios, html, not")

    def test_lines_are_explained_one_by_one(self):
        done = run("explain", "--json", "-",
                   stdin="550 5.1.1 x\r\n\n" + "y" * 200000 + "\n0x800CCC0F")
        told = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([t["code"] for t in told],
                         ["X.1.1", None, "0x800CCC0F"])
        self.assertEqual(told[0]["input"], "550 5.1.1 x")
        self.tells("nothing", ["explain", "-"], CANNOT_TELL,
                   "standard input: nothing could be read")

    def test_a_log_that_is_being_written_is_told_at_once(self):
        with subprocess.Popen([PROGRAM, "explain", "--json", "-"],
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as tail:
            tail.stdin.write(b"421 4.3.2 down\n")
            tail.stdin.flush()
            ready, _, _ = select.select([tail.stdout], [], [], 30)
            tail.stdin.close()
            self.assertTrue(ready)

    def test_check_names_the_file_of_a_finding_in_a_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "cur"))
            path = os.path.join(folder, "cur", "1.a:2,")
            with open(path, "wb") as f:
                f.write(b"Subject: x\n\n" + bytes(40))
            done = run("check", folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"\n" + b" " * 18 + path.encode() + b"\n",
                          done.stdout)
            alone = os.path.join(folder, "alone.eml")
            os.rename(path, alone)
            self.assertNotIn(b"\n" + b" " * 18, run("check", alone).stdout)

    def every_verb(self, folder):
        """A call of each verb that has something to tell."""
        page = os.path.join(folder, "page.json")
        with open(page, "w", encoding="utf-8") as f:
            f.write('{"page": {"id": "x", "url": "http://x.example"}, '
                    '"status": {"indicator": "none", "description": "-"}}')
        box = os.path.join(folder, "box.mbox")
        with open(box, "w", encoding="utf-8") as f:
            f.write("From a@x.example Thu Jan  1 00:00:00 2026\n"
                    "Subject: one\n\nhi\n\n")
        profile = os.path.join(folder, "profile.json")
        with open(profile, "w", encoding="utf-8") as f:
            json.dump({"schema": "mailguard-profile-1", "accounts": [
                {"id": "a1", "address": "ann@x.example", "store": "m1",
                 "phone": "1", "server_in": "S1", "server_out": "S1"}],
                "servers": [{"id": "S1", "host": "127.0.0.1",
                             "protocol": "imap", "tls": "none",
                             "port": 1}],
                "stores": [{"id": "m1", "path": box}]}, f)
        case = os.path.join(folder, "case.json")
        with open(case, "w", encoding="utf-8") as f:
            json.dump(CASE, f)
        asks = [["probe", "imap://127.0.0.1:1"]] if has_network() else []
        return asks + [
            ["--help"], ["--version"], ["probe", "--help"],
            ["explain", "550"], ["weigh", case], ["status", page],
            ["list", box], ["check", box], ["find", folder],
            ["salvage", box, os.path.join(folder, "new.mbox")],
            ["notice", profile, "--company", "X", "--resend",
             "b@y.example", "--since", "2026-01-13T09:00:00Z"],
            ["checkup", profile, "--no-net"],
        ]

    def test_an_answer_that_cannot_be_written_is_no_answer(self):
        gone, shut = os.pipe()
        os.close(gone)
        with tempfile.TemporaryDirectory() as folder, \
                open("/dev/full", "wb") as full, os.fdopen(shut, "wb") as pipe:
            for args in self.every_verb(folder):
                whole = run(*args)
                self.assertNotEqual(whole.stdout, b"", (args, whole.stderr))
                if args[0] == "salvage":
                    os.unlink(args[2])
                for why, out in (("full", full), ("nobody reads", pipe)):
                    with self.subTest(why, args=args):
                        done = subprocess.run(
                            [PROGRAM, *args], stdout=out, timeout=60,
                            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                            env={**os.environ, "LC_ALL": "C"})
                        self.assertEqual(done.returncode, CANNOT_TELL)
                        self.assertIn(b"standard output: cannot be written",
                                      done.stderr)
                    if args[0] == "salvage":
                        os.unlink(args[2])

    def test_a_verb_tells_its_options_as_the_manual_does(self):
        page = os.path.join(os.path.dirname(__file__), "..", "..", "docs",
                            "man", "mailguard.1")
        with open(page, encoding="utf-8") as f:
            text = f.read().replace("\\-", "-")
        sections = re.split(r"^\.S[SH] (.*)$", text, flags=re.M)
        manual = dict(zip(sections[1::2], sections[2::2]))
        verbs = re.findall(r"^  ([a-z]+) ", run("--help").stdout.decode(),
                           re.M)
        self.assertGreater(len(verbs), 8)
        for verb in verbs:
            with self.subTest(verb):
                told = {lang: run(verb, "--help", "--lang", lang).stdout
                        .decode().split("--lang")[0] for lang in ("en", "ja")}
                own = re.findall(r"^  (--[a-z-]+)( [A-Z=]+)?", told["en"],
                                 re.M)
                self.assertEqual(
                    own, re.findall(r"^  (--[a-z-]+)( [A-Z=]+)?", told["ja"],
                                    re.M))
                for name, value in own:
                    self.assertIn(name, manual.get(verb, ""))
                    if value:
                        done = run(verb, name)
                        self.assertEqual(done.returncode, CANNOT_TELL)
                        self.assertIn(f"{name}: the value is missing",
                                      done.stderr.decode())
                listed = re.findall(r"(?:^\.BI? |\\fP\" )(--[a-z-]+)",
                                    manual.get(verb, ""), re.M)
                self.assertLessEqual(set(listed) - {"--format"},
                                     {name for name, _ in own})

    def test_a_signal_ends_it_with_what_was_found(self):
        if not has_network():
            self.skipTest("built without a network")
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "page.json")
            with open(page, "w", encoding="utf-8") as f:
                f.write('{"page": {"id": "x", "url": "http://x.example"}, '
                        '"status": {"indicator": "none"}}')
            fine = "imap://127.0.0.1:1"
            for args, scheme in ((["probe", fine], "imap"),
                                 (["probe", "--format=prometheus", fine],
                                  "imap"),
                                 (["probe", "--format=nagios", fine], "imap"),
                                 (["status", page], "http")):
                for sig in (signal.SIGINT, signal.SIGTERM):
                    with self.subTest(args, sig=sig):
                        self.stop_it(args, scheme, sig)

    def stop_it(self, args, scheme, sig):
        """By a signal, once it waits for a server that never answers."""
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/"
            with subprocess.Popen([PROGRAM, *args, url],
                                  stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE,
                                  env={**os.environ, "LC_ALL": "C"}) as talk:
                mute.settimeout(30)
                with mute.accept()[0]:
                    talk.send_signal(sig)
                    told, err = talk.communicate(timeout=30)
        # Of a monitor's plugin, what was found is a failure.
        self.assertEqual(talk.returncode, CANNOT_TELL, err)
        self.assertIn(b"stopped on request", err)
        self.assertNotEqual(told, b"")

    def test_a_closed_pipe_ends_it(self):
        with subprocess.Popen([PROGRAM, "explain", "-"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as tail:
            tail.stdout.close()
            try:
                while tail.poll() is None:
                    tail.stdin.write(b"550\n" * 1000)
                    tail.stdin.flush()
            except BrokenPipeError:
                pass
            finally:
                try:
                    tail.stdin.close()
                except BrokenPipeError:
                    pass
            self.assertNotEqual(tail.wait(30), FINE)

    def test_fifty_thousand_cases_take_seconds(self):
        # A sanitizer is twenty times as slow, and looks for other things.
        many = int(os.environ.get("MAILGUARD_TEST_CASES", 50000))
        begin = time.monotonic()
        done = run("weigh", "--json", "-", stdin=json.dumps([CASE] * many))
        self.assertEqual(done.returncode, FINE)
        self.assertEqual(len(done.stdout.splitlines()), many)
        self.assertLess(time.monotonic() - begin, 60)


if __name__ == "__main__":
    unittest.main()
