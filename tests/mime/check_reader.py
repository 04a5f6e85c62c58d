#!/usr/bin/python3
"""What the reader reads, beside Python's email package and GMime, over the
mails of the corpora when they are there: part tree, subject, names and
addresses, date, file names, text as UTF-8, and the bytes of attachments.

Every difference there may be is a row of differs.tsv (which mail, by its
SHA-256; beside whom; in what; why, as docs/rooms/mime.md tells); any other
one, and a row that no longer holds, fails. The rows were made with Python 3.11;
under another release, which may have learnt something, its rows only inform.

Usage: check_reader.py MIME_TOOL [GMIME_TOOL | --without-gmime] [--list]
"""
import collections
import email
import email.errors
import email.header
import email.policy
import email.utils
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "differs.tsv")
PATTERNS = ("stores/eml/*", "stores/maildir/*", "bounces/mails/*/*")
PYTHON = sys.version_info[:2] == (3, 11)
FROM_LINE = re.compile(rb"(?:^|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]*\r?\n")


def split_mbox(data):
    """Well-formed mbox files only: a reader of mails is looked at here, not
    one of mbox files."""
    starts = [m.end() for m in FROM_LINE.finditer(data)]
    ends = [m.start() for m in FROM_LINE.finditer(data)][1:] + [len(data)]
    return [data[a:b] for a, b in zip(starts, ends)]


def mails(corpora, folder):
    """Paths, each mail once."""
    seen = set()
    for pattern in PATTERNS:
        for path in sorted(glob.glob(os.path.join(corpora, pattern))):
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as f:
                key = hashlib.sha256(f.read()).hexdigest()
            if key not in seen:
                seen.add(key)
                yield key, path
    for path in sorted(glob.glob(os.path.join(corpora, "stores/mbox/*"))):
        with open(path, "rb") as f:
            data = f.read()
        for mail in split_mbox(data):
            key = hashlib.sha256(mail).hexdigest()
            if key in seen:
                continue
            seen.add(key)
            own = os.path.join(folder, key)
            with open(own, "wb") as f:
                f.write(mail)
            yield key, own


def run(command, paths):
    out = subprocess.run([*command, *paths], capture_output=True, check=True,
                         timeout=300).stdout.decode("utf-8", "replace")
    return [json.loads(line) for line in out.split("\n") if line]


# -- Python's email package --------------------------------------------------

def unfold(value):
    return re.sub(r"\r?\n", "", str(value))


def decoded(value):
    try:
        return str(email.header.make_header(
            email.header.decode_header(unfold(value))))
    except (email.errors.HeaderParseError, LookupError, UnicodeError,
            ValueError):
        return None  # it gave up


def addresses(values):
    """As all releases did; a later one refuses the whole list by default."""
    try:
        return email.utils.getaddresses(values, strict=False)
    except TypeError:
        return email.utils.getaddresses(values)


def mailboxes(value):
    if value is None:
        return []
    return [[decoded(name), address]
            for name, address in addresses([unfold(value)]) if name or address]


def date_of(m):
    try:
        return int(email.utils.parsedate_to_datetime(m["Date"]).timestamp())
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return 0


def leaf(part, kind):
    data = part.get_payload(decode=True)
    out = {}
    try:
        name = part.get_filename()
        # RFC 2047 in a parameter is not allowed, yet everybody reads it.
        out["name"] = (decoded(name) or "") if name else ""
    except (LookupError, UnicodeError, ValueError, TypeError):
        out["name"] = None
    if data is None:  # message/delivery-status becomes a tree of its own
        return out
    out["sha"] = hashlib.sha256(data).hexdigest()
    if kind.startswith("text/"):
        try:
            charset = part.get_content_charset() or "us-ascii"
            out["text"] = data.decode(charset, "replace")
        except (LookupError, UnicodeError, ValueError):
            out["text"] = None
    return out


def tree(part, depth, out):
    kind = part.get_content_type()
    own = {"depth": depth, "type": kind}
    out.append(own)
    inner = part.get_payload() if part.is_multipart() else None
    if isinstance(inner, list) and kind != "message/delivery-status":
        for p in inner:
            tree(p, depth + 1, out)
    else:
        own.update(leaf(part, kind))
    return out


def by_python(path):
    with open(path, "rb") as f:
        m = email.message_from_bytes(f.read(), policy=email.policy.compat32)
    return {"subject": decoded(m["Subject"] or ""),
            "from": mailboxes(m["From"]), "to": mailboxes(m["To"]),
            "date": date_of(m), "parts": tree(m, 0, [])}


# -- comparing ---------------------------------------------------------------

def words(s):
    return None if s is None else " ".join(s.split())


def lines(s):
    return None if s is None else s.replace("\r\n", "\n").replace("\r", "\n")


def boxes(rows):
    return [[words(name), address] for name, address in rows]


def is_text(part):
    return part["type"].startswith("text/")


def compare(ours, theirs):
    # Neither looks for uuencode in texts.
    ours["parts"] = [p for p in ours["parts"] if not p["in_text"]]
    for what, form in (("subject", words), ("from", boxes), ("to", boxes),
                       ("date", int)):
        a, b = form(ours[what]), form(theirs[what])
        if a != b:
            yield what, a, b
    a, b = ([(p["depth"], p["type"]) for p in m["parts"]]
            for m in (ours, theirs))
    if a != b:
        yield "tree", a, b
        return
    for what, of in (
            ("file-name", lambda p: words(p.get("name"))),
            ("text", lambda p: lines(p.get("text")) if is_text(p) else ""),
            ("bytes", lambda p: p.get("sha"))):
        for a, b in zip(ours["parts"], theirs["parts"]):
            if what == "bytes" and is_text(a):
                continue
            x, y = of(a), of(b)
            if (x or "") != (y or "") and not (
                    what == "bytes" and (x is None or y is None)):
                yield what, x, y
                break


def differences(tools, pairs):
    """(mail, peer, what) of each, with both values."""
    for i in range(0, len(pairs), 200):
        chunk = pairs[i:i + 200]
        paths = [path for _, path in chunk]
        ours = run([tools[0], "dump"], paths)
        peers = [("python", map(by_python, paths))]
        if len(tools) > 1:
            peers.append(("gmime", run([tools[1]], paths)))
        for peer, all_theirs in peers:
            for (key, path), a, b in zip(chunk, ours, all_theirs):
                for what, x, y in compare(a, b):
                    yield (key[:16], peer, what), path, x, y


def accepted():
    rows = {}
    if os.path.exists(TABLE):
        with open(TABLE, encoding="utf-8") as f:
            for line in list(f)[1:]:
                mail, peer, what, why = line.rstrip("\n").split("\t")
                rows[mail, peer, what] = why
    return rows


def main(argv):
    tools = [a for a in argv if not a.startswith("--")]
    if "--without-gmime" in argv:
        print("not beside GMime: libgmime-3.0-dev is not installed")
        return 77
    corpora = os.environ.get("MAILGUARD_CORPORA") or os.path.join(
        ROOT, "..", "shared", "corpora")
    known, left = accepted(), set()
    count, new = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        pairs = list(mails(corpora, folder))
        if not pairs:
            print("no corpora")
            return 77
        for key, path, a, b in differences(tools, pairs):
            left.add(key)
            count[key[1], key[2], known.get(key, "NEW")] += 1
            new += key not in known and (PYTHON or key[1] != "python")
            if "--list" in argv or key not in known:
                print("\t".join((*key, known.get(key, "NEW"),
                                 os.path.basename(path), repr(a), repr(b))))
    gone = {k for k in known if k not in left and
            (len(tools) > 1 if k[1] == "gmime" else PYTHON)}
    for key in sorted(gone):
        print("no longer differs:", *key, known[key])
    print(f"{len(pairs)} mails")
    for (peer, what, why), n in sorted(count.items()):
        print(f"{peer}\t{what}\t{why}\t{n}")
    return bool(new or gone)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
