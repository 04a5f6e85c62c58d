"""Dovecot: IMAP and POP3, and logins for Postfix. Runs as root or as anyone.

Each address has an ailment of its own: 127.0.0.1 is well, .2 shows an expired
certificate, .3 one for another host, .4 knows no TLS, .5 wants TLS before a
login, .6 allows one session to a user.
"""
import email.utils
import getpass
import grp
import os
import pwd
import shutil
import time

import lab
import pki

ADDRESSES = WELL, EXPIRED, ELSEWHERE, NO_TLS, TLS_FIRST, FEW = tuple(
    f"127.0.0.{n}" for n in range(1, 7))
MAILS = 3

# user: mails lying there, extra fields
USERS = {
    "ann": (MAILS, ""),
    "bob": (MAILS, ""),
    "full": (MAILS, "userdb_quota_rule=*:bytes=100"),
    "few": (MAILS, ""),
    "empty": (0, ""),
}

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = mailguard-lab
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = {addresses}
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {mail}
mail_gid = {mail_group}
mail_location = maildir:{folder}/mail/%u
mail_plugins = quota
mail_max_userip_connections = 50
ssl = yes
ssl_cert = <{pki}/good.crt
ssl_key = <{pki}/leaf.key
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
auth_failure_delay = 0
auth_cache_size = 0
disable_plaintext_auth = no
local {expired} {{
  ssl_cert = <{pki}/expired.crt
}}
local {elsewhere} {{
  ssl_cert = <{pki}/elsewhere.crt
}}
local {no_tls} {{
  ssl = no
}}
local {tls_first} {{
  ssl = required
  disable_plaintext_auth = yes
}}
local {few} {{
  mail_max_userip_connections = 1
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid={mail} gid={mail_group} home={folder}/mail/%u
}}
plugin {{
  quota = maildir:User quota
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
protocol pop3 {{
  pop3_lock_session = yes
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  {chroot}
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {chroot}
}}
service auth {{
  unix_listener {folder}/sasl {{
    mode = 0666
  }}
}}
"""

MAIL = """\
From: Client <client@example.org>
To: <{user}@test.mailguard.example>
Subject: Mail number {n}
Date: {date}
Message-ID: <{n}.{user}@test.mailguard.example>

This is mail number {n}.
"""


class Dovecot(lab.Server):
    """Users ann, bob, few, empty and full (over quota); each password is the name
    and "-secret"."""

    name = "dovecot"

    def prepare(self):
        self.program = lab.find_program("dovecot")
        self.pki = pki.Pki(self.folder)
        self.ca = self.pki.ca
        self.sasl = self.folder / "sasl"
        rows = []
        for user, (mails, extra) in USERS.items():
            rows.append(f"{user}:{user}-secret::::::{extra}\n")
            self._deliver(user, mails)
        (self.folder / "users").write_text("".join(rows))
        (self.folder / "mail").chmod(0o755)
        self._own(self.folder / "mail")

    def _deliver(self, user, mails):
        for part in ("cur", "new", "tmp"):
            (self.folder / "mail" / user / part).mkdir(parents=True)
        for n in range(1, mails + 1):
            when = time.time() - 3600 * (mails - n)
            path = self.folder / "mail" / user / "new" / f"{int(when)}.{n}.lab"
            path.write_text(MAIL.format(
                user=user, n=n, date=email.utils.formatdate(when)))
            os.utime(path, (when, when))

    def _own(self, top):
        if not lab.IS_ROOT:
            return
        for where, folders, files in os.walk(top):
            for name in [".", *folders, *files]:
                shutil.chown(os.path.join(where, name), "nobody", "nogroup")

    def _people(self):
        """Who runs what: package users for root, else everything is us."""
        if lab.IS_ROOT:
            for user in ("dovecot", "dovenull"):
                try:
                    pwd.getpwnam(user)
                except KeyError:
                    raise lab.CannotStart(f"no user {user}") from None
            return {"internal": "dovecot", "group": "dovecot",
                    "login": "dovenull", "mail": "nobody",
                    "mail_group": "nogroup", "chroot": ""}
        user = getpass.getuser()
        group = grp.getgrgid(os.getegid()).gr_name
        return {"internal": user, "group": group, "login": user, "mail": user,
                "mail_group": group, "chroot": "chroot ="}

    def command(self):
        names = ("imap", "imaps", "pop3", "pop3s")
        self.ports = dict(zip(names, lab.free_ports(len(names))))
        config = self.folder / "dovecot.conf"
        config.write_text(CONFIG.format(
            folder=self.folder, pki=self.pki.folder, expired=EXPIRED,
            elsewhere=ELSEWHERE, no_tls=NO_TLS, tls_first=TLS_FIRST,
            few=FEW, addresses=", ".join(ADDRESSES),
            **self._people(), **self.ports))
        return [self.program, "-F", "-c", str(config)]

    def is_up(self):
        return all(lab.answers(port, host, greets=not name.endswith("s"))
                   for name, port in self.ports.items()
                   for host in ADDRESSES)
