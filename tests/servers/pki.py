"""An authority of our own and certificates good and bad, made by openssl."""
import datetime
import subprocess

import lab

NAMES = ("DNS:localhost,DNS:mail.test.mailguard.example,IP:127.0.0.1,"
         "IP:127.0.0.2,IP:127.0.0.3,IP:127.0.0.4,IP:127.0.0.5,IP:127.0.0.6,"
         "IP:::1")

CONFIG = """\
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[here_names]
basicConstraints = critical,CA:FALSE
subjectAltName = {names}
[other_names]
basicConstraints = critical,CA:FALSE
subjectAltName = DNS:elsewhere.example
[req]
distinguished_name = none
[none]
"""

# name: common name, extensions, first and last day from today
CERTIFICATES = {
    "good": ("localhost", "here_names", -1, 90),
    "expired": ("localhost", "here_names", -90, -1),
    "elsewhere": ("elsewhere.example", "other_names", -1, 90),
}


class Pki:
    """`ca`, and for each name of CERTIFICATES `crt(name)` and `key`."""

    def __init__(self, folder):
        self.folder = folder / "pki"
        self.folder.mkdir()
        self.openssl = lab.find_program("openssl")
        self.ca = self.folder / "ca.pem"
        self.key = self.folder / "leaf.key"
        (self.folder / "index.txt").touch()
        (self.folder / "openssl.cnf").write_text(CONFIG.format(names=NAMES))
        self._new_key("ca.key")
        self._new_key("leaf.key")
        self._run("req", "-x509", "-new", "-config", "openssl.cnf", "-key",
                  "ca.key", "-subj", "/CN=mailguard test authority", "-days",
                  "365", "-extensions", "authority", "-out", "ca.pem")
        for name, recipe in CERTIFICATES.items():
            self._certify(name, *recipe)

    def crt(self, name):
        return self.folder / f"{name}.crt"

    def _run(self, *arguments):
        done = subprocess.run([self.openssl, *arguments], cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise lab.CannotStart(f"openssl {arguments[0]}: {done.stderr}")

    def _new_key(self, name):
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                  "-out", name)

    def _certify(self, name, common, extensions, first, last):
        def day(offset):
            when = datetime.datetime.now(datetime.timezone.utc)
            when += datetime.timedelta(days=offset)
            return when.strftime("%Y%m%d%H%M%SZ")

        self._run("req", "-new", "-config", "openssl.cnf", "-key", "leaf.key",
                  "-subj", f"/CN={common}", "-out", f"{name}.csr")
        self._run("ca", "-batch", "-notext", "-config", "openssl.cnf",
                  "-cert", "ca.pem", "-keyfile", "ca.key", "-extensions",
                  extensions, "-startdate", day(first), "-enddate", day(last),
                  "-in", f"{name}.csr", "-out", f"{name}.crt")
