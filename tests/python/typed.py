"""Check types: `typed.py mypy` over the package and a program that uses it,
`typed.py stubtest` the stubs against what is really there.

Exits 77 (skipped) when this Python has no mypy.
"""
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

import mailguard

HERE = pathlib.Path(__file__).resolve().parent


def main():
    if importlib.util.find_spec("mypy") is None:
        print(f"skipped: {sys.executable} has no mypy")
        return 77
    root = pathlib.Path(mailguard.__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as cache:
        if sys.argv[1] == "stubtest":
            run = ["mypy.stubtest", "mailguard", "--concise",
                   "--ignore-unused-allowlist", "--allowlist",
                   str(HERE / "stubtest.allow")]
        else:
            run = ["mypy", "--strict", "--cache-dir", cache,
                   "-p", "mailguard", "-m", "typed_use"]
        return subprocess.run([sys.executable, "-m", *run], cwd=root,
                              env=dict(os.environ, MYPYPATH=str(HERE))
                              ).returncode


sys.exit(main())
