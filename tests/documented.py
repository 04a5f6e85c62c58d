#!/usr/bin/python3
"""Is every public function documented in its header, in the one place where
documentation lives? Usage: documented.py HEADER...

A comment that stands before a group of declarations without a blank line
between them speaks for all of them.
"""
import re
import sys

DECLARED = re.compile(r"^MAILGUARD_EXTERN\([^)]*\)\s*(\w+)\s*\(", re.M)


def undocumented(text):
    documented = False
    for block in re.split(r"\n[ \t]*\n", text):
        documented = "/**" in block
        for m in DECLARED.finditer(block):
            if not documented or block.find("/**") > m.start():
                yield m.group(1)


def main(headers):
    count = 0
    for header in headers:
        with open(header, encoding="utf-8") as f:
            for name in undocumented(f.read()):
                print(f"{header}: {name}: not documented")
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
