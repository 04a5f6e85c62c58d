"""The faults that a mail server, its name, its certificate and the way to it
can have, and what `mailguard probe` must say of each: docs/FAULTS.md is made
of this table and what the program really answers.

    $ MAILGUARD_BUILD=build/release python3 tests/servers/faults.py

prints the table; tests/bench/faults_peers.py writes it, beside what other
probes say of the same.

A target is a port of the scripted server ("imap/greeting-stall"), the same
behind a filter ("filter:imap/..."), a name of the scripted name server
("name:lame"), one on a server whose late answers are later ("late6:..."), or
eight conversations with one ("line:...").
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

import ask
import lab
import names
import scripted

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "FAULTS.md"

Mode = collections.namedtuple(
    "Mode", "name words target reason phase finding like",
    defaults=("", ""))

# `like`: why another mode has the same reason in the same phase.
SAME_SIGHT = "from here the two look alike, whoever does it"
SAME_CARE = "one fault in the words of another protocol"

MODES = [Mode(*row) for row in (
    ("refused", "nobody listens on the port", "stopped", "connect_refused",
     "connect"),
    ("mute host", "the connection is never taken", "imap/connect-stall",
     "connect_timeout", "connect"),
    ("filter drops", "a filter on the way throws the connection away",
     "filter:imap/greeting-slow", "connect_timeout", "connect", "",
     SAME_SIGHT),
    ("filter resets", "a filter on the way resets the connection",
     "filter:pop3/greeting-slow", "connect_refused", "connect", "",
     SAME_SIGHT),
    ("filter prohibits", "a filter on the way says it is prohibited",
     "filter:submission/greeting-slow", "host_unreachable", "connect"),
    ("filter eats words", "what is said to the server does not arrive",
     "filter:smtp/greeting-slow", "capabilities_stalled", "capabilities", "",
     SAME_SIGHT),
    ("reset before greeting", "the connection is taken, then reset",
     "imap/connect-reset", "connection_reset", "greeting"),
    ("closed before greeting", "hangs up without a greeting",
     "smtp/greeting-close", "greeting_closed", "greeting"),
    ("reset after greeting", "a reset for the answer to EHLO",
     "smtp/capabilities-reset", "connection_reset", "capabilities"),
    ("half-closed", "the server's half is closed after the greeting",
     "smtp/capabilities-close", "server_closed", "capabilities"),
    ("mute", "no greeting", "imap/greeting-stall", "greeting_stalled",
     "greeting"),
    ("mute later", "no answer to EHLO", "smtp/capabilities-stall",
     "capabilities_stalled", "capabilities"),
    ("drip-feed", "the greeting comes a byte at a time",
     "smtp/greeting-drip", "reply_slow", "greeting"),
    ("greeting after 6 s", "late, and nothing wrong",
     "late6:smtp/greeting-slow", "success", "tls"),
    ("greeting after 20 s", "very late, and nothing wrong",
     "late20:smtp/greeting-slow", "success", "tls", "greeting.slow",
     "it works; that it was late is a finding"),
    ("endless line", "a greeting that never ends", "smtp/greeting-endless",
     "line_too_long", "greeting"),
    ("garbage", "bytes of no protocol", "imap/greeting-garbage",
     "greeting_garbage", "greeting"),
    ("wrong protocol", "another mail protocol on the port",
     "smtp/greeting-other", "wrong_port", "greeting"),
    ("421", "too many connections", "smtp/greeting-421",
     "too_many_connections", "greeting"),
    ("bye", "the server is about to stop", "imap/greeting-bye",
     "greeting_unavailable", "greeting"),
    ("554 blocklist", "our address is on a blocklist", "smtp/greeting-554",
     "blocklisted", "greeting"),
    ("554 bare", "we are not welcome, and not told why",
     "smtp/greeting-refused", "client_refused", "greeting"),
    ("421 later", "the server stops at EHLO", "smtp/capabilities-421",
     "service_unavailable", "capabilities"),
    ("no STARTTLS", "STARTTLS is not offered", "submission/starttls-missing",
     "starttls_missing", "starttls"),
    ("454", "STARTTLS offered, then refused", "submission/starttls-refused",
     "starttls_refused", "starttls"),
    ("STARTTLS stripped", "a device on the way blots the word out",
     "smtp/starttls-stripped", "starttls_missing", "starttls",
     "starttls.stripped", "the device shows in a finding of its own"),
    ("STARTTLS injected", "bytes slipped in behind the agreement",
     "imap/starttls-injected", "starttls_injected", "starttls"),
    ("STARTTLS mute", "no answer to STARTTLS", "pop3/starttls-stall",
     "starttls_stalled", "starttls"),
    ("handshake hangs", "the handshake is never answered", "imaps/tls-stall",
     "tls_handshake_stalled", "tls"),
    ("handshake hung up", "hangs up instead of a handshake",
     "imaps/tls-close", "tls_closed", "tls"),
    ("handshake reset", "a reset for a handshake", "imaps/tls-reset",
     "connection_reset", "tls"),
    ("handshake refused", "a fatal alert", "imaps/tls-alert",
     "tls_handshake_failed", "tls"),
    ("no TLS there", "no TLS where TLS is due", "imaps/tls-plain",
     "tls_not_spoken", "tls"),
    ("expired", "the certificate has expired", "imaps/cert-expired",
     "cert_expired", "tls"),
    ("not yet valid", "the certificate is not valid yet", "imaps/cert-early",
     "cert_not_yet_valid", "tls"),
    ("wrong name", "the certificate is for another host", "imaps/cert-name",
     "cert_wrong_name", "tls"),
    ("unknown CA", "an authority that nobody knows", "imaps/cert-stranger",
     "cert_untrusted", "tls"),
    ("incomplete chain", "the certificate between is not sent",
     "imaps/cert-chain", "cert_chain_incomplete", "tls"),
    ("self-signed", "the certificate is signed by itself",
     "imaps/cert-self", "cert_self_signed", "tls"),
    ("revoked", "its OCSP staple says so", "imaps/cert-revoked",
     "cert_revoked", "tls"),
    ("old protocol", "TLS 1.1 and nothing newer", "imaps/tls-old",
     "tls_version", "tls"),
    ("weak key", "RSA with 1024 bits", "imaps/cert-weak", "weak_crypto",
     "tls"),
    ("huge chain", "more certificates than any client takes",
     "imaps/cert-huge", "cert_malformed", "tls"),
    ("antivirus in the middle", "a security program's own certificate",
     "imaps/cert-shield", "antivirus_interception", "tls",
     "tls.intercepted"),
    ("no AUTH offered", "no login is offered", "submission/login-missing",
     "login_not_offered", "login"),
    ("mechanism not offered", "only one that nobody knows",
     "submission/login-mechanism", "mechanism_missing", "login"),
    ("basic auth disabled", "the provider takes no passwords any more",
     "submission/login-basic", "basic_auth_disabled", "login"),
    ("app password", "an app password is wanted",
     "submission/login-app-password", "app_password_needed", "login"),
    ("token expired", "XOAUTH2, refused with its error JSON",
     "imap/login-token", "oauth_token_expired", "login"),
    ("bad password", "wrong name or password", "imap/login-wrong",
     "wrong_password", "login"),
    ("account disabled", "the account is switched off",
     "imap/login-disabled", "account_disabled", "login"),
    ("password expired", "the password has expired", "imap/login-expired",
     "password_expired", "login"),
    ("account locked", "locked after too many wrong passwords",
     "pop3/login-locked", "account_locked", "login"),
    ("too many tries", "no more logins for a while",
     "submission/login-limit", "login_throttled", "login"),
    ("AUTH temporary", "454: the password cannot be checked now",
     "submission/login-temporary", "login_unavailable", "login"),
    ("[UNAVAILABLE]", "the same of IMAP", "imap/login-temporary",
     "login_unavailable", "login", "", SAME_CARE),
    ("[SYS/TEMP]", "the same of POP3", "pop3/login-temporary",
     "login_unavailable", "login", "", SAME_CARE),
    ("[IN-USE]", "another session holds the mailbox", "pop3/login-in-use",
     "mailbox_in_use", "login"),
    ("[LOGIN-DELAY]", "asked again too soon", "pop3/login-limit",
     "login_too_soon", "login"),
    ("[LIMIT]", "too many sessions of this user", "imap/login-limit",
     "server_limit", "login"),
    ("[ALERT]", "the user must sign in by a browser", "imap/login-alert",
     "browser_sign_in", "login"),
    ("quota", "the mailbox is full", "imap/login-quota", "own_mailbox_full",
     "login"),
    ("login mute", "no answer to the password", "imap/login-stall",
     "login_stalled", "login"),
    ("stops after login", "logged in, then the server stops",
     "imap/command-bye", "server_closed", "command"),
    ("greylist", "come back in some minutes", "smtp/greeting-greylisted",
     "greylisted", "greeting"),
    ("NXDOMAIN", "there is no such name", "name:nxdomain", "dns_nxdomain",
     "dns"),
    ("SERVFAIL", "the resolver fails, and says no more", "name:servfail",
     "dns_servfail", "dns"),
    ("lame", "no name server of the domain knows it", "name:lame",
     "lame_delegation", "dns"),
    ("DNSSEC", "the signatures of the domain are wrong", "name:bogus",
     "dnssec_bogus", "dns"),
    ("REFUSED", "the resolver does not answer us", "name:refused",
     "dns_refused", "dns"),
    ("DNS timeout", "the resolver is silent", "name:silent", "dns_timeout",
     "dns"),
    ("no address", "the name has none", "name:empty", "dns_no_address",
     "dns"),
    ("one of four down", "one of four addresses does not answer",
     "name:four", "success", "capabilities", "address.silent"),
    ("IPv6 broken", "IPv6 fails, IPv4 works", "name:six", "success",
     "capabilities", "address.no-ipv6",
     "it works; the address that does not is a finding"),
    ("one bad backend", "one of four machines behind an address resets",
     "line:imap/connect-fourth", "partial_outage", ""),
)]

LATE = {"late6": 6, "late20": 20}


def needs_filter(mode):
    return mode.target.startswith("filter:")


def can_filter():
    return lab.IS_ROOT and all(map(shutil.which, ("nft", "unshare", "ip")))


def _url(server, target):
    service = target.partition("/")[0]
    if target == "stopped":
        return f"imap://127.0.0.1:{server.ports[target]}"
    starttls = service in ("smtp", "submission", "imap", "pop3")
    url = ask.url(service, server.ports[target],
                  "?tls=starttls" if starttls else "")
    return url.replace("ann@", "ann;AUTH=XOAUTH2@") \
        if target.endswith("-token") else url


def _ask(server, targets, **more):
    """Answers by target."""
    urls = {t: _url(server, t) for t in targets}
    answers, _, printed = ask.probe(urls.values(), "--ca-file", server.ca,
                                    **more)
    return {t: answers[u] for t, u in urls.items()}, printed


def _ask_names(server, targets):
    dns = names.Names()
    try:
        urls = {t: f"imap://{t}.lab.example:{server.ports['imap']}"
                for t in targets}
        answers, _, printed = ask.probe(
            urls.values(), "--resolver", f"127.0.0.1:{dns.port}")
        return {t: answers[u] for t, u in urls.items()}, printed
    finally:
        dns.stop()


def _ask_filtered(targets):
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "filtered.py"], text=True,
        cwd=pathlib.Path(__file__).parent, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    by_url = {a["url"]: a for a in map(json.loads, done.stdout.splitlines())}
    urls = dict(line.split("\t") for line in done.stderr.splitlines()
                if "\t" in line)
    return {t: by_url[urls[t]] for t in targets}, done.stdout


def _ask_line(server, target):
    done = subprocess.run(
        [ask.program(), "probe", "--json", "--line", "8",
         f"imap://127.0.0.1:{server.ports[target]}"], text=True,
        capture_output=True, check=False)
    answer = json.loads(done.stdout)
    return {"phase": "", "findings": [], "login": "none", **answer}


def answers(modes, slow=()):
    """What the program says of each mode, and all that it printed. `slow`
    names servers to be started as well: "late6", "late20"."""
    kinds = collections.defaultdict(list)
    for mode in modes:
        kind, _, target = mode.target.rpartition(":")
        kinds[kind].append(target)
    found, printed = {}, []
    server = scripted.Scripted().start()
    try:
        got = {"": _ask(server, kinds[""])}
        if kinds["name"]:
            got["name"] = _ask_names(server, kinds["name"])
        if kinds["filter"]:
            got["filter"] = _ask_filtered(kinds["filter"])
        got["line"] = ({t: _ask_line(server, t) for t in kinds["line"]}, "")
    finally:
        server.stop()
    for kind in slow:
        late = scripted.Scripted(LATE[kind] * 1000).start()
        try:
            got[kind] = _ask(late, kinds[kind], timeout=60)
        finally:
            late.stop()
    for kind, (by_target, text) in got.items():
        printed.append(text)
        for target, answer in by_target.items():
            found[f"{kind}:{target}" if kind else target] = answer
    return {m.name: found[m.target] for m in modes if m.target in found}, \
        "\n".join(printed)


def row(mode, answer):
    """One line of the page: what is checked of it, without the peers."""
    says = f"`{answer['reason']}`"
    if mode.finding:
        says += f", finding `{mode.finding}`"
    phase = answer["phase"] if answer["reason"] != "success" else ""
    do = answer["action"]
    for finding in answer["findings"]:
        if not do and finding["code"] == mode.finding:
            do = re.sub(r"(?<![0-9.])[0-9]{2,}(?![0-9]*\.)", "N",
                        finding["text"])
    return f"| {mode.name} | {mode.words} | {says} | {phase} | {do} |"


def main():
    modes = [m for m in MODES if can_filter() or not needs_filter(m)]
    got, _ = answers(modes, slow=LATE)
    for mode in modes:
        print(row(mode, got[mode.name]))


if __name__ == "__main__":
    main()
