#!/usr/bin/python3
"""Do other people's programs read the same out of DBX and MSG as we do?

Usage: readers.py MAILGUARD SOURCE [CORPORA]

undbx: every message byte by byte. msgconvert: the text, where it is plain,
and every attachment, byte by byte. What such a program cannot read itself is
passed over and counted. Exit status 77: none of them is installed.
"""
import collections
import email
import email.policy
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False)


def files_of(folder):
    """How often each content lies below a folder, by its digest."""
    found = collections.Counter()
    for path in glob.glob(folder + "/**/*.eml", recursive=True):
        with open(path, "rb") as f:
            found[hashlib.sha256(f.read()).hexdigest()] += 1
    return found


def ours(program, path, folder):
    run(program, "salvage", "--to", "eml", path, folder)
    return files_of(folder)


def compare_dbx(program, path, folder):
    theirs = os.path.join(folder, "theirs")
    os.mkdir(theirs)
    run("undbx", path, theirs)
    theirs = files_of(theirs)
    return None if not theirs else (
        theirs == ours(program, path, os.path.join(folder, "ours")))


def parts_of(path):
    """Plain text without its white space, and digests of attachments."""
    with open(path, "rb") as f:
        mail = email.message_from_binary_file(f, policy=email.policy.compat32)
    text, files = [], collections.Counter()
    for part in mail.walk():
        if part.is_multipart() or part.get_content_maintype() == "message":
            continue
        data = part.get_payload(decode=True) or b""
        if part.get_filename():
            files[hashlib.sha256(data).hexdigest()] += 1
        elif part.get_content_type() == "text/plain":
            charset = part.get_content_charset() or "utf-8"
            try:
                text.append(data.decode(charset))
            except (LookupError, UnicodeDecodeError):
                return None
    return re.sub(r"\s", "", "".join(text)), files


def compare_msg(program, path, folder):
    theirs = os.path.join(folder, "theirs.eml")
    if run("msgconvert", "--outfile", theirs, path).returncode != 0:
        return None
    run(program, "salvage", "--to", "eml", path, os.path.join(folder, "ours"))
    mine = glob.glob(os.path.join(folder, "ours") + "/**/*.eml",
                     recursive=True)
    a, b = parts_of(theirs), parts_of(mine[0]) if mine else None
    if a is None:
        return None
    return b is not None and (not a[0] or not b[0] or a[0] == b[0]) and \
        not a[1] - b[1]


def campaign(name, compare, program, paths):
    """How many were the same, were not, and could not be read by them."""
    count = collections.Counter()
    for path in paths:
        folder = tempfile.mkdtemp()
        try:
            same = compare(program, path, folder)
        except subprocess.TimeoutExpired:
            same = None
        shutil.rmtree(folder)
        count[same] += 1
        if same is False:
            print(f"{name}: {os.path.basename(path)}: not the same")
    print(f"{name}: {count[True]} the same, {count[False]} not, "
          f"{count[None]} not read by the other")
    return count


def main(program, source, corpora=None):
    failed = seen = 0
    if shutil.which("undbx"):
        own = tempfile.mkdtemp()
        path = os.path.join(own, "Inbox.dbx")
        shutil.copy(os.path.join(source, "tests/fuzz/corpus/dbx/mail"), path)
        paths = [path] + (sorted(glob.glob(corpora + "/stores/dbx/*.dbx"))
                          if corpora else [])
        count = campaign("undbx", compare_dbx, program, paths)
        shutil.rmtree(own)
        failed += count[False] or not count[True]
        seen += 1
    if shutil.which("msgconvert") and corpora:
        count = campaign("msgconvert", compare_msg, program,
                         sorted(glob.glob(corpora + "/stores/msg/*.msg")))
        failed += count[False] > count[True] / 20
        seen += 1
    return 1 if failed else 0 if seen else 77


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
