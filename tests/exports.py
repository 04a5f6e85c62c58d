#!/usr/bin/python3
"""What the library exports: exactly what the headers declare.

Usage: exports.py ROOT --library FILE HEADER...    check
       exports.py ROOT --write HEADER...           write mailguard.map again

The headers are those of the rooms that are built. Each exported name begins
with a noun that docs/ARCHITECTURE.md gives to the room that declares it.
"""
import argparse
import os
import re
import subprocess
import sys

import layers

DECLARED = re.compile(r"MAILGUARD_EXTERN\([^)]*\)\s*(\w+)\s*\(")
MAP = """\
# Written by tests/exports.py --write from the headers of the rooms built.
MAILGUARD_0.1 {
global:
%s
local:
	*;
};
"""


def nouns_of(root):
    """noun -> room, from the second table of docs/ARCHITECTURE.md."""
    page = layers.read(os.path.join(root, "docs", "ARCHITECTURE.md"))
    table = page[page.index("| room | nouns |"):].split("\n\n")[0]
    nouns = {}
    for room, cell in re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M):
        for noun in re.findall(r"`(\w+)`", cell):
            nouns[noun] = room
    return nouns


def declared_in(headers):
    """name -> the room whose header declares it."""
    names = {}
    for header in headers:
        stem = os.path.splitext(os.path.basename(header))[0]
        room = layers.HEADER_ROOM.get(stem, stem)
        text = layers.COMMENT.sub("", layers.read(header))
        for name in DECLARED.findall(re.sub(r"^#.*$", "", text, flags=re.M)):
            names[name] = room
    return names


def check_nouns(names, nouns):
    for name, room in sorted(names.items()):
        m = re.fullmatch(r"mailguard_([a-z0-9]+)(_\w+)?", name)
        if not m:
            yield f"{name}: not mailguard_<noun>"
        elif m.group(1) not in nouns:
            yield f"{name}: the noun {m.group(1)} belongs to no room"
        elif nouns[m.group(1)] != room:
            yield (f"{name}: declared by {room}, but the noun is "
                   f"{nouns[m.group(1)]}'s")


def exported_by(library):
    out = subprocess.run(["nm", "-D", "--defined-only", "--extern-only",
                          "--format=posix", library], text=True,
                         capture_output=True, check=True).stdout
    rows = [line.split() for line in out.splitlines()]
    return {r[0].split("@")[0] for r in rows if r[1] != "A"}  # A: the version


def differ(what, have, want):
    for name in sorted(want - have):
        yield f"{name}: declared, but not in {what}"
    for name in sorted(have - want):
        yield f"{name}: in {what}, but not declared"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("--library")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("headers", nargs="+")
    args = parser.parse_args()

    names = declared_in(args.headers)
    path = os.path.join(args.root, "libmailguard", "mailguard.map")
    if args.write:
        with open(path, "w", encoding="ascii") as f:
            f.write(MAP % "\n".join(f"\t{n};" for n in sorted(names)))
        return 0

    wrong = list(check_nouns(names, nouns_of(args.root)))
    mapped = set(re.findall(r"\b(mailguard_\w+);", layers.read(path)))
    wrong += differ("mailguard.map (run tests/exports.py --write)", mapped,
                    set(names))
    if args.library:
        wrong += differ(os.path.basename(args.library),
                        exported_by(args.library), set(names))
    for line in wrong:
        print(line)
    print(f"exports: {len(names)} functions, {len(wrong)} violations")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
