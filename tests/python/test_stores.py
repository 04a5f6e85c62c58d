"""mailguard.open, check and salvage: mail files."""
import email.message
import mailbox
import datetime
import os
import pathlib
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock

import mailguard


def message(subject, attachment=None):
    m = email.message.EmailMessage()
    m["From"] = "Ann <ann@example.org>"
    m["To"] = "bob@example.org"
    m["Date"] = "Tue, 13 Jan 2026 09:00:00 +0900"
    m["Message-ID"] = f"<{len(subject)}@example.org>"
    m["Subject"] = subject
    m.set_content("hello\nFrom the start\n")
    if attachment:
        m.add_attachment(attachment, maintype="application",
                         subtype="pdf", filename="請求書.pdf")
    return m


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "box")
        box = mailbox.mbox(self.path)
        box.add(message("お見積り", b"%PDF-1.4 data"))
        box.add(message("second"))
        box.close()

    def tearDown(self):
        self.folder.cleanup()

    def test_messages_as_a_python_programmer_wants_them(self):
        got = list(mailguard.open(self.path))
        self.assertEqual([m.subject for m in got], ["お見積り", "second"])
        m = got[0]
        self.assertEqual(m.folder, "box")
        self.assertEqual(m.date.isoformat(), "2026-01-13T00:00:00+00:00")
        self.assertEqual(m.attachments[0].name, "請求書.pdf")
        self.assertEqual(m.attachments[0].size, 13)
        self.assertEqual(m.as_email()["subject"], "お見積り")
        self.assertIn(b"hello", bytes(m))
        self.assertTrue(m.digest.startswith("mg1:"))
        self.assertEqual(pickle.loads(pickle.dumps(m)), m)

    def test_what_was_fetched_by_pop3(self):
        state = os.path.join(self.folder.name, "popstate.dat")
        with open(state, "w") as f:
            f.write("*mail.a.example ann\nk u1 1768262400\nd u2 1\n?\n")
        for told in (mailguard.downloads(state),
                     mailguard.open(self.path).downloads):
            self.assertEqual([d.uid for d in told], ["u1", "u2"])
            self.assertEqual((len(told), told.torn), (2, 1))
            first = told.known[0]
            self.assertEqual((first.state, first.account, first.host),
                             ("fetched", "ann", "mail.a.example"))
            self.assertEqual(first.time.isoformat(),
                             "2026-01-13T00:00:00+00:00")
            self.assertEqual(os.path.basename(first.file), "popstate.dat")
        checked = mailguard.check(self.path)
        self.assertEqual(checked.summary.downloads, 2)
        self.assertIn("downloads.torn", [f.code for f in checked.findings])
        with self.assertRaises(mailguard.Error):
            mailguard.downloads(os.path.join(self.folder.name, "none"))

    def test_what_a_winmail_dat_holds(self):
        with open(os.path.join(os.path.dirname(__file__), "..", "fuzz",
                               "corpus", "tnef", "all"), "rb") as f:
            tnef = f.read()
        m = email.message.EmailMessage()
        m["Subject"] = "kept"
        m.set_content("plain words\n")
        m.add_attachment(tnef, maintype="application", subtype="ms-tnef",
                         filename="winmail.dat")
        path = os.path.join(self.folder.name, "a.eml")
        with open(path, "wb") as f:
            f.write(bytes(m))
        first, = mailguard.open(path)
        meant = first.opened()
        self.assertEqual(meant["subject"], "kept")
        self.assertEqual([a.get_filename() for a in meant.iter_attachments()],
                         ["報告.pdf", "OLD.TXT", None])
        self.assertIsNone(next(iter(mailguard.open(self.path))).opened())

    def test_only_outlook_items_have_properties(self):
        walk = iter(mailguard.open(self.path))
        m = next(walk)
        with self.assertRaises(mailguard.Unsupported):
            m.properties()
        next(walk)
        with self.assertRaises(ValueError):
            m.properties()

    def test_properties_of_an_outlook_item(self):
        corpora = os.environ.get("MAILGUARD_CORPORA", os.path.join(
            os.path.dirname(__file__), "../../../shared/corpora"))
        path = os.path.join(corpora, "stores/pst", "aspose-email_Aspose."
                            "Email-Pytho__e6d7a26d__test.pst")
        if not os.path.exists(path):
            self.skipTest("no corpora")
        for m in mailguard.open(path):
            told = list(m.properties())
            self.assertTrue(any(p.tag >> 16 == 0x001a and
                                p.value.startswith("IPM.") for p in told))
            self.assertTrue(any(isinstance(p.value, datetime.datetime)
                                for p in told))

    def test_paths_of_every_kind(self):
        for path in (self.path, self.path.encode(), pathlib.Path(self.path)):
            self.assertEqual(len(list(mailguard.open(path))), 2)

    def test_check_tells_the_summary(self):
        checked = mailguard.check(self.path)
        self.assertEqual(checked.summary.messages, 2)
        self.assertEqual(checked.summary.verdict, "sound")
        with open(self.path, "ab") as f:
            f.write(bytes(4096))
        checked = mailguard.check(self.path)
        self.assertEqual(checked.summary.verdict, "damaged")
        self.assertIn("store.zero-tail", [f.code for f in checked.findings])
        self.assertEqual(checked.summary.newest.isoformat(),
                         "2026-01-13T00:00:00+00:00")
        self.assertTrue(str(checked.summary))
        self.assertEqual(pickle.loads(pickle.dumps(checked)), checked)

    def test_salvage_is_read_by_an_independent_reader(self):
        dest = os.path.join(self.folder.name, "saved")
        done = mailguard.salvage(self.path, dest, "maildir")
        self.assertEqual((done.found, done.intact, done.verdict),
                         (2, 2, "sound"))
        self.assertEqual(pickle.loads(pickle.dumps(done)), done)
        saved = sorted(m["message-id"] for m in mailbox.Maildir(dest))
        self.assertEqual(saved, sorted(
            m.message_id.join("<>") for m in mailguard.open(self.path)))
        with self.assertRaises(mailguard.AlreadyExists):
            mailguard.salvage(self.path, dest)

    def test_only_outlook_files_are_rebuilt(self):
        dest = os.path.join(self.folder.name, "new.pst")
        with self.assertRaises(mailguard.Unsupported) as caught:
            mailguard.rebuild(self.path, dest)
        self.assertEqual(caught.exception.path, self.path)
        self.assertFalse(os.path.exists(dest))

    def test_a_bad_file_is_an_exception_with_its_path(self):
        bad = os.path.join(self.folder.name, "bad")
        with open(bad, "w") as f:
            f.write("nothing of the kind\n")
        seen = []
        for path in (bad, self.path, "/no/such"):
            try:
                seen.append(len(list(mailguard.open(path))))
            except mailguard.Error as e:
                self.assertEqual(e.path, path)
                self.assertIn(path, str(e))
                self.assertEqual(pickle.loads(pickle.dumps(e)).path, path)
                seen.append(type(e).__name__)
        self.assertEqual(seen, ["FormatError", 2, "SystemRefused"])

    def maildir(self, *subjects):
        """A Maildir, and the path of each message in the order walked."""
        path = os.path.join(self.folder.name, "maildir")
        box = mailbox.Maildir(path)
        for subject in subjects:
            box.add(message(subject))
        box.close()
        return path, [i.file for i in mailguard.open(path).items()]

    def test_one_bad_message_does_not_end_the_loop(self):
        path, files = self.maildir("a", "bb", "ccc")
        store = mailguard.open(path)
        os.unlink(files[1])
        walk, got = iter(store), []
        got.append(next(walk).index)
        with self.assertRaises(mailguard.SystemRefused) as caught:
            next(walk)
        self.assertIn(files[1], str(caught.exception))
        got.append(next(walk).index)
        with self.assertRaises(StopIteration):
            next(walk)
        self.assertEqual(got, [1, 3])

    def test_told_of_bad_messages_the_loop_goes_on(self):
        path, files = self.maildir("a", "bb", "ccc")
        for walk in (iter, mailguard.Store.items):
            errors = []
            store = mailguard.open(path, on_error=errors.append)
            os.rename(files[0], files[0] + "x")
            self.assertEqual([x.index for x in walk(store)], [2, 3])
            os.rename(files[0] + "x", files[0])
            self.assertEqual([(type(e).__name__, e.path) for e in errors],
                             [("SystemRefused", path)])

    def test_a_closed_store_says_so(self):
        with mailguard.open(self.path) as store:
            self.assertEqual(store.format, "mbox")
        with self.assertRaises(ValueError):
            list(store)

    def test_keywords_have_names(self):
        box, (plain,) = self.maildir("one")
        os.rename(plain, os.path.join(box, "cur", "1.a:2,Sab"))
        with open(os.path.join(box, "dovecot-keywords"), "w") as f:
            f.write("0 $Forwarded\n1 Invoice\n")
        (m,) = mailguard.open(box)
        self.assertEqual(m.keywords, ("$Forwarded", "Invoice"))
        self.assertEqual(m.item.keywords, "$Forwarded Invoice")

    def test_items_tell_where_messages_lie(self):
        with open(self.path, "rb") as f:
            text = f.read()
        items = list(mailguard.open(self.path).items())
        self.assertEqual({(i.kind, i.state, i.how) for i in items},
                         {("mail", "intact", "indexed")})
        self.assertEqual([i.index for i in items], [1, 2])
        for item, m in zip(items, mailguard.open(self.path)):
            self.assertEqual((item.folder, item.file), ("box", self.path))
            self.assertEqual(text[item.offset:item.offset + item.size],
                             bytes(m))
            self.assertEqual(m.item, item)
            self.assertEqual(pickle.loads(pickle.dumps(item)), item)

    def test_more_items_than_a_page_holds(self):
        box = mailbox.mbox(self.path)
        for i in range(200):
            box.add(message("x" * i))
        box.close()
        items = list(mailguard.open(self.path).items())
        self.assertEqual([i.index for i in items], list(range(1, 203)))
        self.assertEqual([len(m.subject) for m in
                          mailguard.open(self.path)][2:], list(range(200)))

    def test_a_client_s_flags_are_told(self):
        path, (file,) = self.maildir("a")
        store = mailguard.open(path)
        self.assertEqual([m.flags for m in store], [mailguard.Flags(0)])
        os.rename(file, file.replace("/new/", "/cur/") + ":2,RS")
        (m,) = mailguard.open(path)
        self.assertEqual(m.flags, mailguard.Flags.SEEN |
                         mailguard.Flags.ANSWERED)

    def test_a_message_kept_is_read_when_it_is_asked(self):
        kept = list(mailguard.open(self.path))  # the walk is over
        self.assertEqual(kept[0].attachments[0].data, b"%PDF-1.4 data")
        self.assertIn("hello", kept[0].text)
        fresh = next(iter(mailguard.open(self.path)))
        self.assertEqual((kept[0].sha256, kept[0].digest),
                         (fresh.sha256, fresh.digest))
        self.assertEqual(kept[0], fresh)

    def test_what_lies_in_no_place_is_read_at_once(self):
        with unittest.mock.patch.object(mailguard.stores, "_IN_PLACE", ()):
            kept = list(mailguard.open(self.path))
        self.assertEqual(kept, list(mailguard.open(self.path)))
        os.unlink(self.path)
        self.assertEqual(kept[0].attachments[0].data, b"%PDF-1.4 data")
        self.assertEqual(kept[0].size, len(bytes(kept[0])))

    def test_a_file_changed_since_is_told_not_read(self):
        kept = list(mailguard.open(self.path))
        with open(self.path, "r+b") as f:
            f.write(b"From ann@example.org Thu Jan  1 00:00:00 2026\n\n")
        with self.assertRaises(mailguard.SystemRefused) as caught:
            bytes(kept[0])
        self.assertEqual(caught.exception.code, "file.changed")
        self.assertIn(self.path, str(caught.exception))
        os.unlink(self.path)
        with self.assertRaises(OSError):
            bytes(kept[1])

    def test_a_header_read_alone_says_what_the_message_says(self):
        odd = (b"Subject: first\nsubject: second\nFrom: =?utf-8?q?=C3=A4?= "
               b"<a@b>\nDate: never\nTo:\n x@y,\n z@y\nMessage-ID: a@b c@d",
               b"\nSubject: in the body\n", b"no field\nSubject: x\n\n",
               b"Subject: \xe4\x00\x82\nDate: Tue, 13 Jan 2026 09:00 JST\n")
        for head in odd:
            with open(self.path, "wb") as f:
                f.write(b"From a@b Thu Jan  1 00:00:00 2026\n" + head)
            (m,) = mailguard.open(self.path)
            self.assertEqual(m._whole().head(), m._head[1:], head)


class LongWork(unittest.TestCase):
    """Work on many messages is watched, stopped, and lets others run."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.folder.name, "box")
        one = b"From a@b Thu Jan  1 00:00:00 2026\n" + bytes(message("x"))
        with open(cls.path, "wb") as f:
            f.write((one + b"\n") * 20000)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def dest(self):
        return os.path.join(self.folder.name, "saved")

    def works(self, progress):
        """Each long work, watched."""
        path = self.path
        return (
            lambda: mailguard.check(path, progress=progress),
            lambda: mailguard.salvage(path, self.dest(), progress=progress),
            lambda: list(mailguard.open(path, progress=progress)),
            lambda: list(mailguard.open(path, progress=progress).items()),
        )

    def test_progress_is_told(self):
        for work in self.works(lambda *at: told.append(at)):
            told = []
            work()
            self.assertTrue(told)
            done, total, what = told[0]
            self.assertEqual((done, what), (0, self.path))
            self.assertGreater(total, 0)
            shutil.rmtree(self.dest(), ignore_errors=True)
            if os.path.exists(self.dest()):
                os.unlink(self.dest())

    def test_progress_that_says_true_stops(self):
        for work in self.works(lambda *at: True):
            with self.assertRaises(mailguard.Cancelled) as caught:
                work()
            self.assertEqual(caught.exception.path, self.path)
        self.assertFalse(os.path.exists(self.dest()))

    def test_an_exception_in_progress_comes_out(self):
        def fail(*at):
            raise KeyError("mine")
        for work in self.works(fail):
            with self.assertRaises(KeyError):
                work()

    @unittest.skipUnless(hasattr(signal, "setitimer"), "no timers here")
    def test_ctrl_c_ends_a_call_under_way(self):
        was = signal.signal(signal.SIGALRM, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGALRM, was)
        for i, work in enumerate(self.works(None)):
            with self.subTest(i), self.assertRaises(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 0.02)
                work()
                signal.pause()  # the quickest may be over by then
        self.assertFalse(os.path.exists(self.dest()))  # not when it was done

    def test_other_threads_run_meanwhile(self):
        ticks, done = [], threading.Event()

        def tick():
            while not done.is_set():
                ticks.append(None)
                time.sleep(0)
        thread = threading.Thread(target=tick)
        switch = sys.getswitchinterval()
        sys.setswitchinterval(60)  # the lock is only given, never taken
        thread.start()
        try:
            before = len(ticks)
            mailguard.check(self.path)
            self.assertGreater(len(ticks), before)
        finally:
            done.set()
            sys.setswitchinterval(switch)
            thread.join()

    def test_a_second_thread_in_one_walk_is_refused(self):
        store = mailguard.open(self.path, progress=lambda *at: again())
        walk, seen = iter(store), []

        def again():
            try:
                next(walk)
            except mailguard.Busy as e:
                seen.append(e.code)
        next(walk)
        self.assertEqual(seen, ["object.busy"])


CORPORA = pathlib.Path(os.environ.get(
    "MAILGUARD_CORPORA",
    pathlib.Path(__file__).resolve().parents[3] / "shared/corpora"))


@unittest.skipUnless((CORPORA / "stores/synthetic").exists(), "no corpora")
class Rebuild(unittest.TestCase):
    path = CORPORA / "stores/synthetic/gen_uni_crypt1.pst"

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dest = os.path.join(self.folder.name, "new.pst")

    def tearDown(self):
        self.folder.cleanup()

    def test_a_rebuilt_file_has_the_same_mail_and_is_sound(self):
        told = []
        done = mailguard.rebuild(self.path, self.dest,
                                 progress=lambda *at: told.append(at))
        self.assertEqual((done.format, done.found, done.intact, done.verdict),
                         ("pst", 40, 40, "sound"))
        self.assertEqual(mailguard.check(self.dest).summary.verdict, "sound")
        self.assertEqual(
            sorted(bytes(m) for m in mailguard.open(self.dest)),
            sorted(bytes(m) for m in mailguard.open(self.path)))
        self.assertTrue(told)

    def test_cancelled_it_leaves_nothing(self):
        with self.assertRaises(mailguard.Cancelled):
            mailguard.rebuild(self.path, self.dest, progress=lambda *at: True)
        self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main()
