#!/usr/bin/python3
"""What the reader reads, beside Python's email package, over the mails of the
corpora when they are there.

Usage: check_reader.py MIME_TOOL [--list]

The two may differ: docs/rooms/mime.md says where and why. What may not happen
is that they begin to differ more than it says.
"""
import collections
import email
import email.errors
import email.header
import email.policy
import glob
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# Of the mails, in per cent, that may differ.
ALLOWED = {"headers": 1.0, "attachments": 2.0, "subject": 3.0, "type": 0.5}


def read(tool, paths):
    out = subprocess.run([tool, "read", *paths], capture_output=True,
                         check=True, timeout=300).stdout
    return [json.loads(line) for line in out.splitlines()]


def subject_of(m):
    value = m["Subject"]
    if value is None:
        return ""
    try:
        text = str(email.header.make_header(email.header.decode_header(
            str(value).replace("\r\n", "").replace("\n", ""))))
    except (email.errors.HeaderParseError, LookupError, UnicodeError,
            ValueError):
        return None  # it gave up
    return " ".join(text.split())


def attachments_of(m):
    """As the room counts: by name, by what the part says, by its type."""
    count = 0
    stack = [(m, None)]
    while stack:
        part, parent = stack.pop()
        kind = part.get_content_type()
        if part.is_multipart() and kind.startswith("multipart/"):
            stack += [(p, kind) for p in part.get_payload()]
            continue
        name = part.get_filename()
        says = part.get_content_disposition() == "attachment"
        shown = (parent == "multipart/related" and
                 (part["Content-ID"] or not name)) or \
            (parent in ("multipart/alternative", "multipart/report",
                        "multipart/signed") and not name)
        count += bool(says or (not shown and (
            name or not kind.startswith("text/"))))
    return count


def compare(ours, path):
    with open(path, "rb") as f:
        m = email.message_from_bytes(f.read(), policy=email.policy.compat32)
    if ours["headers"] != len(m.keys()):
        yield "headers", ours["headers"], len(m.keys())
    try:
        theirs = attachments_of(m)
    except (LookupError, ValueError, TypeError, AttributeError) as e:
        theirs = f"gave up: {e}"
    if len(ours["attachments"]) != theirs:
        yield "attachments", len(ours["attachments"]), theirs
    subject = subject_of(m)
    if " ".join(ours["subject"].split()) != subject:
        yield "subject", ours["subject"], subject
    kind = m.get_content_type()
    if ours["parts"][0]["type"] != kind:
        yield "type", ours["parts"][0]["type"], kind


def main(tool, listing):
    corpora = os.environ.get("MAILGUARD_CORPORA") or os.path.join(
        ROOT, "..", "shared", "corpora")
    paths = [p for pattern in ("stores/eml/*", "bounces/mails/*/*")
             for p in sorted(glob.glob(os.path.join(corpora, pattern)))
             if os.path.isfile(p)]
    if not paths:
        print("no corpora")
        return 77
    found = collections.Counter()
    for i in range(0, len(paths), 200):
        chunk = paths[i:i + 200]
        for ours, path in zip(read(tool, chunk), chunk):
            for what, a, b in compare(ours, path):
                found[what] += 1
                if listing:
                    print(f"{what}\t{os.path.basename(path)}\t{a!r}\t{b!r}")
    failed = 0
    for what, most in ALLOWED.items():
        share = 100 * found[what] / len(paths)
        failed |= share > most
        print(f"{what}: {found[what]} of {len(paths)} differ "
              f"({share:.1f} %, {most} allowed)")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--list" in sys.argv))
