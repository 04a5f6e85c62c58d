"""Build the wheel for the CPython of MAILGUARD_PYTHON_OTHER and test it.

Exits 77 (skipped) when that is not set.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = """
import os, sys
os.chdir(sys.argv[1])
sys.path.insert(0, "bindings/python/backend")
import mailguard_build
print(mailguard_build.build_wheel(sys.argv[2]))
"""


def main():
    python = os.environ.get("MAILGUARD_PYTHON_OTHER")
    if not python:
        print("skipped: MAILGUARD_PYTHON_OTHER names no other CPython")
        return 77
    with tempfile.TemporaryDirectory() as work:
        made = subprocess.run(
            [python, "-c", BUILD, str(HERE.parent.parent), work],
            check=True, stdout=subprocess.PIPE, text=True)
        wheel = os.path.join(work, made.stdout.split()[-1])
        unpacked = os.path.join(work, "site")
        subprocess.run([python, "-m", "zipfile", "-e", wheel, unpacked],
                       check=True)
        return subprocess.run(
            [python, "-m", "unittest", "discover", "-s", str(HERE)],
            env=dict(os.environ, PYTHONPATH=unpacked)).returncode


sys.exit(main())
