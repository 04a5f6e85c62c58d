"""What the program promises when nobody hands it a profile: it finds settings
and mail itself, asks for passwords without showing them, keeps to a time, and
its exit status says how much it could look at.

MAILGUARD_PROGRAM names the program.
"""
import json
import os
import pathlib
import pty
import select
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import time
import unittest

PROGRAM = os.environ["MAILGUARD_PROGRAM"]
FINE, TROUBLE, CANNOT_TELL = 0, 1, 2
MAIL = ("From ann@example.org Thu Jan  1 00:00:00 2026\n"
        "From: ann@example.org\nDate: 1 Jan 2026 09:00:00 +0900\n"
        "Subject: s\n\nhi\n\n")
PREFS = """\
user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.identity.id1.useremail", "u@one.example");
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.hostname", "pop.one.example");
user_pref("mail.server.server1.userName", "u");
user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/pop.one.example");
"""
INI = "[Profile0]\nIsRelative=1\nPath=Profiles/x.default\nDefault=1\n"
REG = ("Windows Registry Editor Version 5.00\r\n\r\n"
       "[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook"
       "\\Profiles\\Outlook\\9375CFF0413111d3B88A00104B2A6676\\00000002]\r\n"
       '"Account Name"="v@two.example"\r\n"Email"="v@two.example"\r\n'
       '"POP3 Server"="pop.two.example"\r\n"POP3 User"="v"\r\n')


class Place(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mailguard-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.home = self.folder / "home"
        self.home.mkdir()

    def put(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    def environment(self):
        env = {**os.environ, "LC_ALL": "C", "HOME": str(self.home)}
        env.pop("MAILGUARD_SECRET", None)
        return env

    def run_program(self, *args):
        return subprocess.run(
            [PROGRAM, *args], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, env=self.environment(), check=False)

    def disk(self):
        """A Windows disk with Thunderbird, an export of Outlook's settings
        and mail in OneDrive."""
        base = "pc/Users/u/"
        thunderbird = base + "AppData/Roaming/Thunderbird/"
        self.put(thunderbird + "profiles.ini", INI)
        self.put(thunderbird + "Profiles/x.default/prefs.js", PREFS)
        inbox = thunderbird + "Profiles/x.default/Mail/pop.one.example/Inbox"
        self.put(inbox, MAIL)
        self.put(inbox + ".msf", "//\n")
        self.put(base + "Desktop/outlook.reg", REG.encode("utf-16"))
        self.put(base + "OneDrive/old.mbox", MAIL + "\0" * 64)
        return str(self.folder / "pc")

    def profile(self, **more):
        account = {"id": "a1", "address": "a1@one.example",
                   "server_in": "S1", "user_in": "ann", "store": "m1"}
        profile = {
            "schema": "mailguard-profile-1", "accounts": [account],
            "servers": [{"id": "S1", "protocol": "pop3", "tls": "none",
                         "host": "mail.one.example", "port": 1,
                         "address": "127.0.0.1"}],
            "stores": [{"id": "m1", "path": self.put("Inbox", MAIL)}]}
        profile.update(more)
        return self.put("profile.json", json.dumps(profile))


class Look(Place):
    def test_another_computers_disk(self):
        done = self.run_program("checkup", "--root", self.disk(), "--no-net",
                                "--json", "--save",
                                str(self.folder / "kept.json"))
        self.assertEqual(done.returncode, TROUBLE, done.stderr)
        verdict = json.loads(done.stdout)
        places = {s["path"]: s["place"] for s in verdict["stores"]}
        self.assertEqual(places[r"C:\Users\u\OneDrive\old.mbox"], "cloud")
        self.assertEqual(len(verdict["accounts"]), 2)
        self.assertTrue(any(s["state"] == "damaged"
                            for s in verdict["stores"]), verdict["stores"])
        kept = json.loads((self.folder / "kept.json").read_text())
        self.assertEqual({a["address"] for a in kept["accounts"]},
                         {"u@one.example", "v@two.example"})
        self.assertEqual((self.folder / "kept.json").stat().st_mode & 0o77, 0)
        # What was kept is a profile like any other, and is not overwritten.
        again = self.run_program("checkup", str(self.folder / "kept.json"),
                                 "--no-net", "--json")
        self.assertEqual(again.returncode, TROUBLE, again.stderr)
        more = self.run_program("checkup", "--root", self.disk(), "--no-net",
                                "--save", str(self.folder / "kept.json"))
        self.assertEqual(more.returncode, CANNOT_TELL)
        self.assertIn("kept.json", more.stderr)
        self.assertEqual(more.stdout, "")

    def test_the_bare_word_looks_at_this_computer(self):
        self.put("home/.thunderbird/profiles.ini", INI)
        self.put("home/.thunderbird/Profiles/x.default/prefs.js", PREFS)
        self.put("home/.thunderbird/Profiles/x.default/Mail/pop.one.example/"
                 "Inbox", MAIL)
        done = self.run_program("--no-net")
        self.assertIn("profiles.ini", done.stderr)
        self.assertEqual(done.returncode, FINE, done.stderr)

    def test_where_nothing_is_it_says_what_to_do(self):
        for args in ((), ("checkup",), ("--root", str(self.home))):
            with self.subTest(args):
                done = self.run_program(*args)
                self.assertEqual(done.returncode, CANNOT_TELL)
                self.assertIn("--root", done.stderr)
                self.assertIn("mailguard find", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_find_tells_whose_mail_it_is(self):
        profile = self.profile()
        self.put("other/old.mbox", MAIL)
        done = self.run_program("find", "--json", "--profile", profile,
                                str(self.folder))
        found = {pathlib.Path(line["path"]).name: line
                 for line in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(found["Inbox"]["account"], "a1")
        self.assertIs(found["old.mbox"]["orphan"], True)
        self.assertEqual(found["Inbox"]["newest"], "2026-01-01T00:00:00Z")
        rows = self.run_program("find", "--format", "csv", str(self.folder))
        self.assertEqual(len(rows.stdout.splitlines()), 3, rows.stdout)
        self.assertTrue(rows.stdout.startswith("path,owner_path,kind,"))
        lost = self.run_program("find", "/nowhere/at/all")
        self.assertEqual(lost.returncode, CANNOT_TELL)
        self.assertIn("/nowhere/at/all", lost.stderr)


class ExitStatus(Place):
    def test_it_says_how_much_could_be_looked_at(self):
        whole = self.put("whole", MAIL)
        torn = self.put("torn", MAIL + "\0" * 64)
        picture = self.put("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(99))
        folder = str(self.folder / "empty")
        os.mkdir(folder)
        pst = self.put("a.olm", b"PK\3\4" + bytes(600))
        rows = [
            ("sound", whole, FINE, ""),
            ("torn", torn, TROUBLE, ""),
            ("gone", whole + "-gone", TROUBLE, whole + "-gone"),
            ("no mail", picture, CANNOT_TELL, "picture.png"),
            ("a folder", folder, CANNOT_TELL, "empty"),
            ("no reader", pst, CANNOT_TELL, "a.olm"),
            ("of another computer", r"C:\Users\u\a.pst", CANNOT_TELL,
             r"C:\Users\u\a.pst"),
        ]
        for why, path, status, said in rows:
            with self.subTest(why):
                profile = self.profile(stores=[{"id": "m1", "path": path}])
                done = self.run_program("checkup", profile, "--no-net",
                                        "--json")
                self.assertEqual(done.returncode, status, done.stdout)
                verdict = json.loads(done.stdout)
                unlooked = [t for t in verdict["not_looked_at"] if said in t]
                if status == CANNOT_TELL:
                    self.assertTrue(unlooked, verdict["not_looked_at"])

    def test_a_slip_in_a_profile_is_named(self):
        rows = [
            ("unknown key", {"acounts": []}, "acounts"),
            ("neither account nor file", {"accounts": [], "stores": []},
             "no account"),
        ]
        for why, more, said in rows:
            with self.subTest(why):
                done = self.run_program("checkup", self.profile(**more),
                                        "--no-net")
                self.assertEqual(done.returncode, CANNOT_TELL, done.stdout)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")
        for option, value, said in (("--budget", "0", "--budget"),
                                    ("--budget", "soon", "--budget"),
                                    ("--client", "windows", "NAME=VERSION"),
                                    ("--save", "/nowhere/x", "/nowhere/x")):
            with self.subTest(option + value):
                done = self.run_program("checkup", self.profile(),
                                        "--no-net", option, value)
                self.assertEqual(done.returncode, CANNOT_TELL, done.stdout)
                self.assertIn(said, done.stderr)

    def test_a_known_defect_of_a_version_is_told(self):
        path = self.put("Users/u/OneDrive/a", MAIL)
        for args, more, told in (
                (["--client", "windows=26100.7623"], {}, True),
                (["--client", "windows=26100.7628"], {}, False),
                ([], {"client": "windows", "version": "26200.7625"}, True)):
            with self.subTest(str(args) + str(more)):
                profile = self.profile(stores=[
                    {"id": "m1", "path": r"C:\Users\u\OneDrive\a",
                     "file": path, **more}])
                done = self.run_program("checkup", profile, "--no-net",
                                        "--json", *args)
                known = {d["id"]
                         for d in json.loads(done.stdout)["known_defects"]}
                self.assertEqual("KB5074109" in known, told)

    def test_what_the_budget_leaves_out_is_named(self):
        done = self.run_program("checkup", self.profile(), "--no-net",
                                "--json", "--budget", "0.000001")
        self.assertEqual(done.returncode, CANNOT_TELL, done.stdout)
        unlooked = json.loads(done.stdout)["not_looked_at"]
        self.assertTrue(any("time" in text and "Inbox" in text
                            for text in unlooked), unlooked)


class Pop3(threading.Thread):
    """Answers one POP3 conversation after the other; keeps what it heard."""

    def __init__(self):
        super().__init__(daemon=True)
        self.heard = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            with conn, conn.makefile("rb") as lines:
                conn.sendall(b"+OK ready\r\n")
                for line in lines:
                    self.heard.append(line.decode().strip())
                    if line.upper().startswith(b"CAPA"):
                        conn.sendall(b"+OK\r\nUSER\r\nUIDL\r\n.\r\n")
                    elif line.upper().startswith(b"STAT"):
                        conn.sendall(b"+OK 0 0\r\n")
                    else:
                        conn.sendall(b"+OK\r\n")
                    if line.upper().startswith(b"QUIT"):
                        break


def has_network():
    """Was the library built with one?"""
    done = subprocess.run([PROGRAM, "probe", "imap://127.0.0.1:1"],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env={**os.environ, "LC_ALL": "C"}, check=False)
    return b"without" not in done.stderr


@unittest.skipUnless(has_network(), "built without a network")
@unittest.skipIf(os.environ.get("MAILGUARD_TEST_NET") == "0",
                 "built without a network")
class Interrupt(Place):
    def test_ends_it_with_what_was_seen(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        profile = self.profile(servers=[
            {"id": "S1", "protocol": "pop3", "tls": "none",
             "host": "mail.one.example", "address": "127.0.0.1",
             "port": silent.getsockname()[1]}])
        with subprocess.Popen(
                [PROGRAM, "checkup", profile], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=self.environment()) as run:
            self.assertIn("[1/", run.stderr.readline())
            silent.accept()[0].detach() # it is being asked by now
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, CANNOT_TELL, err)
        self.assertIn("Not looked at", out)


@unittest.skipIf(os.environ.get("MAILGUARD_TEST_NET") == "0",
                 "built without a network")
class Password(Place):
    def typed(self, answer):
        """Run on a terminal, type `answer` at the prompt; what was shown, the
        exit status, and what the server heard."""
        server = Pop3()
        server.start()
        self.addCleanup(server.listener.close)
        profile = self.profile(servers=[
            {"id": "S1", "protocol": "pop3", "tls": "none",
             "host": "mail.one.example", "port": server.port,
             "address": "127.0.0.1"}])
        try:
            pid, fd = pty.fork()
        except OSError as why:
            self.skipTest(f"no terminal to be had here: {why}")
        if pid == 0:
            os.execve(PROGRAM, [PROGRAM, "checkup", profile, "--timeout",
                                "10"], self.environment())
        shown, sent, quiet = b"", False, None
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    more = os.read(fd, 65536)
                except OSError:
                    break
                if not more:
                    break
                shown += more
            elif sent is False and b"leave out" in shown:
                quiet = not termios.tcgetattr(fd)[3] & termios.ECHO
                os.write(fd, answer)
                sent = True
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(fd)
        return shown.decode(), status, server.heard, quiet

    def test_is_asked_for_without_an_echo(self):
        shown, status, heard, quiet = self.typed(b"open sesame\n")
        self.assertIn("ann@mail.one.example", shown)
        self.assertTrue(quiet)
        self.assertNotIn("sesame", shown)
        self.assertTrue(any("PASS open sesame" == line for line in heard),
                        heard)
        self.assertEqual(status, FINE, shown)

    def test_left_out_means_the_login_was_not_tested(self):
        shown, status, heard, _ = self.typed(b"\n")
        self.assertFalse(any(line.startswith(("PASS", "USER", "AUTH"))
                             for line in heard), heard)
        self.assertIn("login was not tested", shown)
        self.assertIn("was not tested: no password", shown[
            shown.index("Not looked at"):].replace("\r\n    ", " "))
        self.assertEqual(status, FINE, shown)

    def test_is_not_asked_for_where_nobody_sits(self):
        done = self.run_program("checkup", self.profile(), "--timeout", "5")
        self.assertNotIn("password (", done.stderr)


if __name__ == "__main__":
    unittest.main()
