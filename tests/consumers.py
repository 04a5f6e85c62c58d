#!/usr/bin/python3
"""Two strangers' projects built and run against a fresh installation.

Usage: consumers.py cmake|pkgconfig BUILD_FOLDER

The prefix is moved after installing, because what is installed must be
relocatable; then shared and static programs in C and C++ are built and run.
"""
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ("c_shared", "c_static", "cpp_shared", "cpp_static")


def run(*command, env=None):
    print("$", " ".join(command), flush=True)
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                   env=dict(os.environ, **(env or {})))


def install(build, tmp):
    first, moved = os.path.join(tmp, "first"), os.path.join(tmp, "moved")
    for component in ("runtime", "dev", "tools"):
        run("cmake", "--install", build, "--prefix", first, "--component",
            component)
    os.rename(first, moved)
    return moved


def build_cmake(prefix, out):
    run("cmake", "-G", "Ninja", "-S", os.path.join(HERE, "consumers", "cmake"),
        "-B", out, "-DCMAKE_PREFIX_PATH=" + prefix)
    run("cmake", "--build", out)


def build_pkgconfig(prefix, out):
    pc = glob.glob(os.path.join(prefix, "lib*", "**", "libmailguard.pc"),
                   recursive=True)
    os.makedirs(out)
    run(os.path.join(HERE, "consumers", "pkgconfig", "build.sh"), out,
        env={"PKG_CONFIG_PATH": os.path.dirname(pc[0])})


def main(way, build):
    with tempfile.TemporaryDirectory() as tmp:
        prefix = install(build, tmp)
        out = os.path.join(tmp, "out")
        {"cmake": build_cmake, "pkgconfig": build_pkgconfig}[way](prefix, out)
        for program in PROGRAMS:
            run(os.path.join(out, program))
        run(os.path.join(prefix, "bin", "mailguard"), "--version")
        if not os.path.exists(os.path.join(prefix, "share", "man", "man1",
                                           "mailguard.1")):
            sys.exit("no manual page was installed")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
