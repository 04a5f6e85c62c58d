#!/usr/bin/python3
"""One public header, alone, as every compiler and standard must take it.

Usage: headers.py INCLUDE_FOLDER HEADER

It is compiled as C99, C11 and C++17 with all warnings as errors, by gcc and,
where there is one, by clang; -Wpadded keeps holes out of the structs that
callers fill; it is included twice; and SWIG reads it.
"""
import os
import shutil
import subprocess
import sys
import tempfile

WARN = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wpadded", "-Wundef",
        "-Wshadow", "-fsyntax-only"]
C_ONLY = ["-Wstrict-prototypes", "-Wmissing-prototypes", "-Wc++-compat"]
COMPILERS = [
    ("gcc", "c", ["-std=c99"] + C_ONLY),
    ("gcc", "c", ["-std=c11"] + C_ONLY),
    ("g++", "c++", ["-std=c++17"]),
    ("clang", "c", ["-std=c99"] + C_ONLY),
    ("clang", "c", ["-std=c11"] + C_ONLY),
    ("clang++", "c++", ["-std=c++17"]),
]
NEEDED = ("gcc", "g++", "swig")


def run(command, failed):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print("ok  " if done.returncode == 0 else "FAIL", " ".join(command))
    if done.returncode:
        print(done.stdout)
        failed.append(command)


def main(include, header):
    failed = []
    name = os.path.relpath(header, include)
    for tool in NEEDED:
        if not shutil.which(tool):
            print(f"FAIL {tool} is not installed")
            failed.append(tool)
    with tempfile.TemporaryDirectory() as tmp:
        alone = os.path.join(tmp, "alone")
        with open(alone, "w", encoding="ascii") as f:
            f.write(f"#include <{name}>\n#include <{name}>\n"
                    "int alone(void);\nint alone(void)\n{\n\treturn 0;\n}\n")
        for compiler, lang, options in COMPILERS:
            if shutil.which(compiler):
                run([compiler, "-x", lang, *options, *WARN, "-I", include,
                     alone], failed)
        if shutil.which("swig"):
            module = os.path.join(tmp, "alone.i")
            with open(module, "w", encoding="ascii") as f:
                f.write("%module alone\n%include <stdint.i>\n"
                        '%include "mailguard/export.h"\n'
                        f'%include "{name}"\n')
            run(["swig", "-python", "-Werror", "-w302,451,454",
                 "-I" + include, "-outdir", tmp, "-o",
                 os.path.join(tmp, "alone.c"), module], failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
