"""Postfix: a mail exchanger and submission, with logins by Dovecot. Needs
root, as Postfix does; its queue, data and configuration are its own.

    smtp        port 25's duty: STARTTLS, no login
    submission  port 587's duty: STARTTLS, login
    smtps       port 465's duty: TLS at once, login
    no_tls      submission without STARTTLS
    expired     submission with an expired certificate
    one         one connection a client, the second gets 421
"""
import pathlib
import pwd
import shutil
import subprocess

import lab

DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.test.mailguard.example
mydomain = test.mailguard.example
mydestination = test.mailguard.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alternate_config_directories =
import_environment = MAIL_CONFIG
alias_maps =
alias_database =
local_recipient_maps = inline:{{ ann=x, bob=x, full=x }}
local_transport = discard
virtual_transport = discard
default_transport = error:this lab delivers nothing
relay_transport = error:this lab delivers nothing
mynetworks =
smtpd_relay_restrictions = permit_sasl_authenticated,
  reject_unauth_destination
smtpd_recipient_restrictions =
  check_recipient_access inline:{{
    {{ full@test.mailguard.example = 452 4.2.2 Mailbox is over quota }} }}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {pki}/good.crt
smtpd_tls_key_file = {pki}/leaf.key
smtpd_tls_session_cache_database =
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_sasl_security_options = noanonymous
smtpd_sasl_auth_enable = no
smtpd_peername_lookup = no
smtpd_client_event_limit_exceptions =
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
default_process_limit = 20
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
"""

MASTER = """\
{smtp} inet n - n - - smtpd
{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
{no_tls} inet n - n - - smtpd
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=yes
{expired} inet n - n - - smtpd
  -o smtpd_tls_cert_file={pki}/expired.crt
  -o smtpd_sasl_auth_enable=yes
{one} inet n - n - - smtpd
  -o smtpd_client_connection_count_limit=1
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# Postfix changes its user, and so is not told when whoever started it is gone;
# a shell between them is.
KEEPER = """\
"$@" & master=$!
trap 'kill $master' TERM
wait $master
wait $master
"""

NAMES = ("smtp", "submission", "smtps", "no_tls", "expired", "one")


class Postfix(lab.Server):
    """Logs in whom `dovecot`, a running Dovecot, knows."""

    name = "postfix"

    def __init__(self, dovecot):
        super().__init__()
        self.dovecot = dovecot

    def prepare(self):
        if not lab.IS_ROOT:
            raise lab.CannotStart("Postfix needs root")
        if not self.dovecot.process:
            raise lab.CannotStart("Postfix needs the logins of Dovecot")
        self.program = lab.find_program("postfix")
        self.ca = self.dovecot.ca
        owner = pwd.getpwnam("postfix").pw_uid
        self.config = self.folder / "etc"
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", owner)
        for name in ("postfix-files", "dynamicmaps.cf"):
            source = pathlib.Path("/etc/postfix") / name
            if source.exists():
                shutil.copy(source, self.config)

    def command(self):
        self.ports = dict(zip(NAMES, lab.free_ports(len(NAMES))))
        where = {"folder": self.folder, "daemons": DAEMONS,
                 "pki": self.dovecot.pki.folder, "sasl": self.dovecot.sasl}
        (self.config / "main.cf").write_text(MAIN.format(**where))
        (self.config / "master.cf").write_text(
            MASTER.format(**where, **self.ports))
        # Makes the folders of the queue, each with its owner.
        done = subprocess.run([self.program, "-c", str(self.config), "check"],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise lab.CannotStart(f"postfix check: {done.stderr}")
        return ["/bin/sh", "-c", KEEPER, "postfix", str(DAEMONS / "master"),
                "-c", str(self.config), "-d"]

    def is_up(self):
        return all(lab.answers(port, greets=name != "smtps")
                   for name, port in self.ports.items())
