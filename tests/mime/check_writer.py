#!/usr/bin/python3
"""What the writer wrote, read by Python's email package, by our own reader and
by GMime if it is here: the same values come back, every line is short and
ASCII, and a second writing gives the same bytes.

Usage: check_writer.py MIME_TOOL [GMIME_TOOL | --without-gmime]
"""
import email
import email.header
import email.policy
import email.utils
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile

SEED = 20260113
ROUNDS = 150
ASCII = "abc XYZ 019 .,;:!?()<>@\"\\[]'=_-+*/#%&{}|~^"
LATIN = "éèüößñç€ "
JAPANESE = "日本語のメール送信障害についてのお知らせアドレス御担当者様ー、。「」 "
OTHER = "①㈱髙﨑～－—😀한국어русский "


def escape(s):
    return s.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def write(tool, lines, charset="utf-8"):
    feed = "\n".join("\t".join(escape(f) for f in row) for row in lines)
    return subprocess.run([tool, "write", charset], input=feed.encode(),
                          capture_output=True, timeout=60)


def some(rng, alphabets, longest):
    n = rng.randrange(1, longest)
    s = "".join(rng.choice(rng.choice(alphabets)) for _ in range(n))
    return re.sub(" +", " ", s).strip() or "x"


def texts(rng, alphabets):
    lines = [some(rng, alphabets, 2500 if rng.random() < 0.1 else 200)
             for _ in range(rng.randrange(1, 8))]
    return "\n".join(rng.choice(["", ".", "From x", "--", "- "]) + line
                     for line in lines) + "\n"


def unfold(value):
    return re.sub(r"\r?\n[ \t]", " ", str(value))


def decoded(value):
    return str(email.header.make_header(email.header.decode_header(
        unfold(value))))


def same(what, got, want, raw):
    if got != want:
        sys.exit(f"{what}: {got!r} is not {want!r}\n{raw.decode()}")


def check_form(raw):
    for line in raw.split(b"\r\n"):
        assert b"\n" not in line and b"\r" not in line, line
        assert len(line) <= 998, line
        assert all(c < 128 and c != 0 for c in line), line
        if b"=?" in line:
            assert len(line) <= 76, line
    head = raw.split(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        assert len(line) <= 78 or b" " not in line.strip(), line
    for word in re.findall(rb"=\?[^?]+\?B\?[^?]*\?=", head):
        assert len(word) <= 75, word
        email.header.decode_header(word.decode())[0][0].decode(
            word.decode().split("?")[1])  # whole characters in every word


def one_round(tool, rng, alphabets, charset, folder):
    subject = some(rng, alphabets, 120)
    body = texts(rng, alphabets)
    name = some(rng, [a for a in alphabets if a is not ASCII] or ["ab c"], 40)
    if rng.random() < 0.2:
        name += some(rng, alphabets, 150).replace("/", "-")
    data = rng.randbytes(rng.randrange(0, 500))
    path = os.path.join(folder, "attached")
    with open(path, "wb") as f:
        f.write(data)
    display = [some(rng, alphabets, 30) for _ in range(rng.randrange(1, 5))]
    rows = [("address", "From", display[0], "ann@example.org")]
    rows += [("address", "To", d, f"u{i}@example.com")
             for i, d in enumerate(display)]
    rows += [("date", "1768262400", "32400"), ("header", "Subject", subject),
             ("field", "Message-ID", "<1.2@example.org>"), ("text", body)]
    attach = rng.random() < 0.5
    if attach:
        rows.append(("attach", name, path))
    done = write(tool, rows, charset)
    if done.returncode:
        sys.exit(f"{done.stderr.decode()}: {rows}")
    raw = done.stdout
    assert raw == write(tool, rows, charset).stdout
    check_form(raw)
    m = email.message_from_bytes(raw, policy=email.policy.default)
    assert not m.defects, m.defects
    plain = email.message_from_bytes(raw, policy=email.policy.compat32)
    same("subject", re.sub(" +", " ", decoded(plain["Subject"])), subject, raw)
    # Not m["To"]: it keeps the fold between two encoded words as a space.
    same("to", [(decoded(n), a)
                for n, a in email.utils.getaddresses([unfold(plain["To"])])],
         [(d, f"u{i}@example.com") for i, d in enumerate(display)], raw)
    same("date", m["Date"].datetime.timestamp(), 1768262400.0, raw)
    same("offset", m["Date"].datetime.utcoffset().seconds, 32400, raw)
    text = m.get_body() if attach else m
    got = text.get_payload(decode=True).decode(text.get_content_charset())
    same("text", got.replace("\r\n", "\n"), body, raw)
    if attach:
        part = list(m.iter_attachments())[0]
        same("file name", part.get_filename(), name, raw)
        same("attachment", part.get_payload(decode=True), data, raw)
    return raw, wanted(subject, display, body, attach, name, data)


def wanted(subject, display, body, attach, name, data):
    parts = [(0, "text/plain", "", body)]
    if attach:
        parts = [(1, "text/plain", "", body), (1, "application/octet-stream",
                 name, hashlib.sha256(data).hexdigest())]
    return {"subject": subject, "date": 1768262400,
            "to": [[d, f"u{i}@example.com"] for i, d in enumerate(display)],
            "parts": parts}


def seen(line):
    m = json.loads(line)
    parts = [(p["depth"], p["type"], p["name"], p["sha"] if p["name"] else
              p["text"].replace("\r\n", "\n"))
             for p in m["parts"] if not p["type"].startswith("multipart/")]
    return {"subject": re.sub(" +", " ", m["subject"]), "date": m["date"],
            "to": [[re.sub(r"\s+", " ", n), a] for n, a in m["to"]],
            "parts": parts}


def read_by(command, mails, folder):
    paths = []
    for i, (raw, _) in enumerate(mails):
        paths.append(os.path.join(folder, f"{i}.eml"))
        with open(paths[-1], "wb") as f:
            f.write(raw)
    out = subprocess.run([*command, *paths], capture_output=True, check=True,
                         timeout=120).stdout
    for line, (raw, want) in zip(out.splitlines(), mails, strict=True):
        got = seen(line)
        for what in want:
            same(f"{what} by {command}", got[what], want[what], raw)


def misfits(tool):
    done = write(tool, [("header", "Subject", "費用①"), ("text", "髙﨑😀\n")],
                 "iso-2022-jp")
    same("misfits", done.stderr.decode().split("\n")[:-1],
         ["U+1F600  6", "draft.misfits"], b"")
    assert done.returncode == 1 and not done.stdout


def main(tool, *gmime):
    if "--without-gmime" in gmime:
        print("not read by GMime: libgmime-3.0-dev is not installed")
        return 77
    rng = random.Random(SEED)
    mails = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(ROUNDS):
            mails.append(one_round(
                tool, rng, [[ASCII], [ASCII, LATIN],
                            [JAPANESE, ASCII, OTHER]][i % 3], "utf-8", folder))
            mails.append(one_round(tool, rng, [[ASCII], [JAPANESE]][i % 2],
                                   "iso-2022-jp", folder))
        read_by([tool, "dump"], mails, folder)
        # It joins words before it decodes them and ends at padding, which
        # the writer cannot always avoid.
        whole = [m for m in mails if not re.search(rb"=\?=\s+=\?", m[0])]
        for peer in gmime:
            read_by([peer], whole, folder)
            print(f"{len(whole)} of {len(mails)} mails read by GMime")
    misfits(tool)
    print(f"{2 * ROUNDS} mails read back")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
