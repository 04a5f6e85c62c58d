"""`pip install .` in a clean environment from a clean copy of the sources,
without a package index; and a wheel made in another place, which must hold
the very files that were installed.

Exits 77 (skipped) when this Python cannot make an environment with pip.
"""
import csv
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def copy_of_sources(to):
    """What a clone would have, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE)
    # A package's source lies in a folder that git is told to ignore.
    if listed.returncode or not listed.stdout:
        shutil.copytree(ROOT, to,
                        ignore=shutil.ignore_patterns("build", "obj-*"))
        return
    for name in listed.stdout.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def wheel(python, sources, folder):
    subprocess.run([python, "-m", "pip", "wheel", "--quiet", "--no-index",
                    "--no-deps", "--wheel-dir", folder, "."], check=True,
                   cwd=sources)
    (path,) = pathlib.Path(folder).glob("*.whl")
    return path


def files(record):
    """Name and digest of the package's files, as a RECORD lists them."""
    return {row[0]: row[1] for row in csv.reader(record.splitlines())
            if row[0].startswith("mailguard/") and row[1]
            and "__pycache__" not in row[0]}


def installed(env):
    (record,) = env.glob("lib/python*/site-packages/mailguard-*/RECORD")
    return files(record.read_text())


def packed(path):
    with zipfile.ZipFile(path) as wheel_file:
        (name,) = [n for n in wheel_file.namelist() if n.endswith("/RECORD")]
        return files(wheel_file.read(name).decode())


def main():
    if importlib.util.find_spec("ensurepip") is None:
        print(f"skipped: {sys.executable} makes no environment with pip")
        return 77
    os.environ.pop("PYTHONPATH", None)
    os.environ.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_CACHE_DIR="1")
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        made = subprocess.run([sys.executable, "-m", "venv", work / "env"])
        if made.returncode:
            print("skipped: no environment with pip could be made")
            return 77
        python = work / "env" / "bin" / "python"
        copy_of_sources(work / "sources")
        subprocess.run([python, "-m", "pip", "install", "--quiet",
                        "--no-index", "."], check=True, cwd=work / "sources")
        subprocess.run([python, "-m", "unittest", "discover", "-s", HERE],
                       check=True, cwd=work)
        shutil.rmtree(work / "sources")
        copy_of_sources(work / "other place")
        other = wheel(python, work / "other place", work / "a")
        here, there = installed(work / "env"), packed(other)
        if not here or here != there:
            print("not the same in another place:", sorted(
                set(here.items()) ^ set(there.items())))
            return 1
        print(other.name, other.stat().st_size, "bytes")
    return 0


sys.exit(main())
