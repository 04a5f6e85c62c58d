"""mailguard.checkup: the main job, and settings read from clients."""
import csv
import io
import json
import os
import pathlib
import pickle
import signal
import socket
import tempfile
import time
import unittest

import mailguard
from built import networked

MAIL = (b"From ann@example.org Thu Jan  1 00:00:00 2026\n"
        b"From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
        b"Subject: one\n\nhi\n\n")
PROFILE = {
    "schema": "mailguard-profile-1",
    "accounts": [
        {"id": "a1", "address": "a@one.example", "server_in": "S1",
         "user_in": "a", "store": "m1"},
        {"id": "a2", "address": "b@two.example", "server_in": "S2",
         "store": "m2"},
        {"id": "a3", "address": "c@two.example", "server_in": "S2",
         "store": "m3"}],
    "servers": [
        {"id": "S1", "protocol": "imap", "host": "localhost", "port": 1,
         "address": "127.0.0.1", "tls": "none"},
        {"id": "S2", "protocol": "pop3", "host": "localhost", "port": 1,
         "address": "127.0.0.1", "tls": "none"}],
    "stores": [
        {"id": "m1", "path": r"C:\Users\u\OneDrive\one"},
        {"id": "m2", "path": r"C:\Users\u\OneDrive\two"},
        {"id": "m3", "path": r"C:\Users\u\Mail\three"}],
}


class Checkup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.profile = self.write("profile.json", json.dumps(PROFILE).encode())
        self.write("pc/OneDrive/one", MAIL + bytes(512))
        self.write("pc/OneDrive/two", MAIL + bytes(512))
        self.write("pc/Mail/three", MAIL)
        self.maps = {r"C:\Users\u": os.path.join(self.folder.name, "pc")}

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, data):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def test_files_in_the_cloud_folder_are_blamed(self):
        lines = []
        v = mailguard.checkup(
            self.profile, maps=self.maps, net=False, progress=lines.append,
            saw=["a1 receive fail", "a2 receive fail", "a3 receive ok"])
        self.assertEqual((v.fault_domain, v.components[0].name),
                         ("local_store", "sync:cloud"))
        self.assertGreaterEqual(len(lines), 6)  # two a file

    @unittest.skipUnless(networked(), "built without a network")
    def test_a_secret_is_asked_for_a_login_only(self):
        asked = []
        v = mailguard.checkup(self.profile, maps=self.maps, deep=False,
                              secret=lambda user, host: asked.append(
                                  (user, host)))
        self.assertEqual(asked, [("a", "localhost")])
        self.assertNotEqual(v.fault_domain, "none")

    @unittest.skipUnless(networked(), "built without a network")
    @unittest.skipUnless(hasattr(signal, "setitimer"), "no timers here")
    def test_ctrl_c_ends_a_step_that_waits(self):
        was = signal.signal(signal.SIGALRM, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGALRM, was)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            profile = json.loads(json.dumps(PROFILE))
            for server in profile["servers"]:
                server["port"] = silent.getsockname()[1]
            path = self.write("silent.json", json.dumps(profile).encode())
            begun = time.monotonic()
            with self.assertRaises(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                mailguard.checkup(path, maps=self.maps)
                signal.pause()
        # A greeting is waited for much longer.
        self.assertLess(time.monotonic() - begun, 8)

    def test_progress_that_says_true_leaves_the_rest_out(self):
        lines = []

        def enough(line):
            lines.append(line)
            return True
        v = mailguard.checkup(self.profile, maps=self.maps, net=False,
                              progress=enough)
        self.assertEqual(len(lines), 1)
        self.assertIsInstance(v, mailguard.Verdict)
        self.assertEqual(pickle.loads(pickle.dumps(v)), v)

    def test_step_by_step_it_tells_what_it_knows(self):
        c = mailguard.Checkup(PROFILE, maps=self.maps, net=False,
                              saw=["a1 receive fail", "a3 receive ok"])
        c.saw("a2 receive fail")
        steps = list(c)
        self.assertEqual([(s.stage, s.target, s.outcome) for s in steps
                          if s.stage in ("place", "store")],
                         [("place", "m1", "damaged"),
                          ("place", "m2", "damaged"),
                          ("place", "m3", "unknown"),  # a quick look only
                          ("store", "m1", "damaged"),
                          ("store", "m2", "damaged"), ("store", "m3", "ok")])
        self.assertNotIn("unknown", [s.stage for s in steps])
        self.assertEqual((steps[-1].done, str(steps[-1])),
                         (steps[-1].total, steps[-1].text))
        self.assertEqual(pickle.loads(pickle.dumps(steps)), steps)
        self.assertEqual(c.verdict().components[0].name, "sync:cloud")

    def test_it_is_laid_out_for_everybody(self):
        c = mailguard.Checkup(PROFILE, maps=self.maps, net=False, lang="ja",
                              saw=["a1 receive fail", "a2 receive fail",
                                   "a3 receive ok"])
        list(c)
        self.assertRegex(c.report(), "[ぁ-ん]")
        self.assertEqual(json.loads(c.report("json"))["fault_domain"],
                         "local_store")
        self.assertIn("</html>", c.report("html"))
        rows = list(csv.DictReader(io.StringIO(c.report("csv"))))
        self.assertTrue(rows)
        self.assertEqual(c.code, 2)
        self.assertEqual(len(c.report("nagios").splitlines()), 1)
        with self.assertRaises(mailguard.InvalidArgument):
            c.report("paper")

    def test_what_is_left_out_for_the_time_is_named(self):
        v = mailguard.checkup(PROFILE, maps=self.maps, net=False,
                              budget=0.000001)
        self.assertTrue(v.not_looked_at)

    def test_what_others_saw_is_weighed(self):
        seen = [{"t": "probe", "sv": "S2", "dir": "in", "ph": "tcp",
                 "r": "fail", "vp": "ext1"}]
        path = self.write("seen.json", json.dumps(
            {"observations": seen}).encode())
        without = mailguard.checkup(PROFILE, maps=self.maps, net=False)
        got = [mailguard.checkup(PROFILE, maps=self.maps, net=False,
                                 observations=given)
               for given in (seen, json.dumps({"observations": seen}),
                             pathlib.Path(path))]
        self.assertEqual([len(v.evidence) for v in got],
                         [len(without.evidence) + 1] * 3)
        c = mailguard.Checkup(PROFILE, net=False)
        self.assertEqual(c.notes, ())
        c.observe([{"t": "probe", "sv": "S9", "dir": "in", "ph": "tcp",
                    "r": "fail"}])
        self.assertEqual(len(c.notes), 1)
        with self.assertRaises(mailguard.FormatError):
            c.observe("{")

    def test_known_defects_of_a_client_are_weighed(self):
        for clients in ({"windows": "26100.7623"}, {"outlook": None}):
            v = mailguard.checkup(PROFILE, maps=self.maps, net=False,
                                  clients=clients)
            self.assertIsInstance(v, mailguard.Verdict)
        with self.assertRaises(mailguard.InvalidArgument):
            mailguard.checkup(PROFILE, net=False, clients={"": "1"})

    def test_a_bad_profile_names_the_place(self):
        bad = self.write("bad.json", b'{"schema":"mailguard-profile-1",'
                                     b'"accounts":[{"adress":"x"}]}')
        with self.assertRaises(mailguard.FormatError) as caught:
            mailguard.checkup(bad)
        self.assertIn("accounts[0].adress", str(caught.exception))

    def test_settings_of_a_client_become_a_profile(self):
        path = self.write("prefs.js", b'\n'.join(
            b'user_pref("%s", %s);' % pair for pair in (
                (b"mail.accountmanager.accounts", b'"account1"'),
                (b"mail.account.account1.server", b'"s1"'),
                (b"mail.server.s1.type", b'"imap"'),
                (b"mail.server.s1.hostname", b'"imap.hoster.example"'),
                (b"mail.server.s1.userName", b'"ann@hoster.example"'),
                (b"mail.server.s1.socketType", b"3"))))
        profile = mailguard.settings(path)
        self.assertEqual(profile["servers"][0]["host"], "imap.hoster.example")
        self.assertEqual(profile["servers"][0]["port"], 993)


if __name__ == "__main__":
    unittest.main()
