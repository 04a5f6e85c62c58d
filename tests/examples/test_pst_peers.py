"""What two other readers of Outlook data files, readpst and pffexport, agree
on is in what the program saves, byte by byte: every attachment, every text.

MAILGUARD_PROGRAM names the program, MAILGUARD_CORPORA the files; skipped
without them or without either reader. `python3 test_pst_peers.py FILE...`
tells of each file how much was compared.
"""
import collections
import email
import email.policy
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ.get("MAILGUARD_PROGRAM", "")
CORPORA = pathlib.Path(os.environ.get("MAILGUARD_CORPORA") or
                       pathlib.Path(__file__).parents[3] / "shared/corpora")
LARGEST = 24 << 20
# What both tell and is not found in what we save, by the file's name: how many
# attachments and texts, and why.
EXPLAINED = {
    # Its header is noise in which U+001C stands: we keep what came, and to
    # Python's parser that is the end of the header. The text is there.
    "aspose-email_Aspose.Email-for-J__edaac8d6__search.pst": (0, 1),
}


def run(*command):
    subprocess.run(command, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=300, check=False)


def text_key(text):
    """The same whatever became of white space; "" of none."""
    text = "".join(text.replace("\ufeff", "").split())
    return hashlib.sha256(text.encode("utf-8", "replace")).digest() \
        if text else b""


def looked_at(folder):
    """Attachments and texts of a folder of EML files."""
    files, texts = collections.Counter(), set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        with open(path, "rb") as f:
            mail = email.message_from_binary_file(
                f, policy=email.policy.compat32)
        for part in mail.walk():
            data = part.get_payload(decode=True)
            if part.is_multipart() or data is None:
                continue
            files[hashlib.sha256(data).digest()] += 1
            if part.get_content_type() == "text/plain":
                for charset in (part.get_content_charset() or "utf-8",
                                "utf-8", "cp1252"):
                    try:
                        texts.add(text_key(data.decode(charset)))
                        break
                    except (LookupError, UnicodeDecodeError):
                        pass
    return files, texts


def exported(folder):
    """The same of what pffexport writes."""
    files, texts = collections.Counter(), set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.parent.name == "Attachments":
            files[hashlib.sha256(data).digest()] += 1
        elif path.name == "Message.txt":
            texts.add(text_key(data.decode("utf-8", "replace")))
    return files, texts


def compare(path):
    """(attachments and texts both agree on, those of them we lack)."""
    with tempfile.TemporaryDirectory(prefix="mailguard-") as name:
        at = pathlib.Path(name)
        (at / "r").mkdir()
        run("readpst", "-j", "0", "-e", "-o", str(at / "r"), str(path))
        run("pffexport", "-q", "-t", str(at / "p"), str(path))
        run(PROGRAM, "salvage", str(path), str(at / "o"), "--to", "eml")
        (read, said), (there, told) = looked_at(at / "r"), \
            exported(at / "p.export")
        ours, texts = looked_at(at / "o")
        files, words = read & there, (said & told) - {b""}
        return (sum(files.values()), len(words),
                sum((files - ours).values()), len(words - texts))


def corpus():
    for kind in ("pst", "ost"):
        for path in sorted((CORPORA / "stores" / kind).glob("*.[po]st")):
            if path.stat().st_size <= LARGEST:
                yield path


@unittest.skipUnless(PROGRAM and CORPORA.is_dir() and
                     shutil.which("readpst") and shutil.which("pffexport"),
                     "no program, corpora, readpst or pffexport")
class Peers(unittest.TestCase):
    def test_what_others_agree_on_is_there(self):
        files = texts = 0
        for path in corpus():
            told = compare(path)
            files += told[0]
            texts += told[1]
            self.assertEqual(told[2:], EXPLAINED.get(path.name, (0, 0)),
                             path.name)
        self.assertGreater(files, 100)
        self.assertGreater(texts, 100)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        for one in sys.argv[1:]:
            print(*compare(pathlib.Path(one)), one)
    else:
        unittest.main()
