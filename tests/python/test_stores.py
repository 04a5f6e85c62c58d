"""mailguard.open, check and salvage: mail files."""
import email.message
import mailbox
import os
import pathlib
import pickle
import tempfile
import unittest

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

    def test_salvage_is_read_by_an_independent_reader(self):
        dest = os.path.join(self.folder.name, "saved")
        done = mailguard.salvage(self.path, dest, "maildir")
        self.assertEqual((done.found, done.intact, done.verdict),
                         (2, 2, "sound"))
        saved = mailbox.Maildir(dest)
        self.assertEqual(
            sorted(m["message-id"] for m in saved),
            sorted(m["message-id"] for m in mailbox.mbox(self.path)))
        with self.assertRaises(mailguard.AlreadyExists):
            mailguard.salvage(self.path, dest)

    def test_a_bad_file_is_an_exception_with_its_path(self):
        bad = os.path.join(self.folder.name, "bad")
        with open(bad, "w") as f:
            f.write("nothing of the kind\n")
        seen = []
        for path in (bad, self.path, "/no/such"):
            try:
                seen.append(len(list(mailguard.open(path))))
            except mailguard.Error as e:
                self.assertIn(str(path), str(e))
                seen.append(type(e).__name__)
        self.assertEqual(seen, ["FormatError", 2, "SystemRefused"])

    def test_a_closed_store_says_so(self):
        with mailguard.open(self.path) as store:
            self.assertEqual(store.format, "mbox")
        with self.assertRaises(ValueError):
            list(store)


if __name__ == "__main__":
    unittest.main()
