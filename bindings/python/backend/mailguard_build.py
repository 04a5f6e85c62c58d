"""In-tree PEP 517 backend: CMake builds the `python` component, this zips it.

Needs nothing from a package index, so `pip install .` works offline.
"""
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile

ROOT = os.getcwd()  # PEP 517: hooks run in the source root
SUMMARY = "Whose fault is it that mail has stopped, and what now?"
EARLIEST = 315532800  # 1980-01-01, the first day a zip file knows


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_sdist = get_requires_for_build_wheel


def _version():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as f:
        return re.search(r"project\(libmailguard VERSION ([0-9.]+)",
                         f.read()).group(1)


def _tag():
    cpython = "cp%d%d" % sys.version_info[:2]
    platform = re.sub("[-.]", "_", sysconfig.get_platform())
    return f"{cpython}-{cpython}-{platform}"


def _metadata():
    """The folder's name, METADATA and WHEEL."""
    version = _version()
    return (f"mailguard-{version}.dist-info",
            f"Metadata-Version: 2.1\nName: mailguard\nVersion: {version}\n"
            f"Summary: {SUMMARY}\nRequires-Python: >=3.9\nLicense: MIT\n",
            "Wheel-Version: 1.0\nGenerator: mailguard_build\n"
            f"Root-Is-Purelib: false\nTag: {_tag()}\n")


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder, metadata, wheel = _metadata()
    os.makedirs(os.path.join(metadata_directory, folder))
    for name, text in (("METADATA", metadata), ("WHEEL", wheel)):
        with open(os.path.join(metadata_directory, folder, name), "w",
                  encoding="utf-8") as f:
            f.write(text)
    return folder


def _stage(folder):
    """Build the module with the library inside and install it there."""
    with tempfile.TemporaryDirectory() as build:
        configure = ["cmake", "-S", ROOT, "-B", build,
                     "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF",
                     "-DMAILGUARD_PYTHON=ON", "-DMAILGUARD_PYTHON_BUNDLE=ON",
                     "-DMAILGUARD_PYTHONDIR=.",
                     f"-DPython3_EXECUTABLE={sys.executable}"]
        if shutil.which("ninja"):
            configure += ["-G", "Ninja"]
        subprocess.check_call(configure)
        subprocess.check_call(["cmake", "--build", build, "--target",
                               "mailguard_python"])
        subprocess.check_call(["cmake", "--install", build, "--component",
                               "python", "--prefix", folder, "--strip"])


def _files(stage):
    """Every file of the wheel by its name in it, RECORD last."""
    folder, metadata, wheel = _metadata()
    files = {}
    for base, folders, names in os.walk(stage):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                files[os.path.relpath(path, stage)] = f.read()
    files[folder + "/METADATA"] = metadata.encode()
    files[folder + "/WHEEL"] = wheel.encode()
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
        digest = digest.rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files[folder + "/RECORD"] = (record + folder + "/RECORD,,\n").encode()
    return files


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = f"mailguard-{_version()}-{_tag()}.whl"
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", EARLIEST))
    stamp = time.gmtime(max(EARLIEST, epoch))[:6]
    with tempfile.TemporaryDirectory() as stage:
        _stage(stage)
        files = _files(stage)
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as z:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, stamp)
            mode = 0o755 if name.endswith(".so") else 0o644
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, data)
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    base = f"mailguard-{_version()}"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True,
                            stdout=subprocess.PIPE).stdout
    with tempfile.TemporaryDirectory() as work:
        info = os.path.join(work, "PKG-INFO")
        with open(info, "w", encoding="utf-8") as f:
            f.write(_metadata()[1])
        out = os.path.join(sdist_directory, base + ".tar.gz")
        with tarfile.open(out, "w:gz", format=tarfile.PAX_FORMAT) as t:
            t.add(info, base + "/PKG-INFO")
            for name in sorted(listed.decode().split("\0")[:-1]):
                t.add(os.path.join(ROOT, name), f"{base}/{name}")
    return base + ".tar.gz"
