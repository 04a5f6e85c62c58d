#!/usr/bin/python3
"""Does a Criterion program list as many tests as its sources define?

A linker that drops a test's section leaves a program that passes all the
tests it still has. Usage: counted.py PROGRAM SOURCE...
"""
import os
import re
import subprocess
import sys

DEFINED = re.compile(r"^(?:Test|ParameterizedTest|Theory)\(", re.M)
LISTED = re.compile(r"^(?:\||`| ).*-- \w+", re.M)


def main(program, sources):
    defined = 0
    for path in sources:
        with open(path, encoding="utf-8") as f:
            defined += len(DEFINED.findall(f.read()))
    out = subprocess.run([program, "--list"], env=dict(os.environ, LC_ALL="C"),
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=50, check=True).stdout
    listed = len(LISTED.findall(out))
    print(f"{listed} tests listed, {defined} defined")
    return 0 if listed == defined > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
