#!/usr/bin/env python3
"""What other probes say of the faults of tests/servers/faults.py, beside ours.

    $ MAILGUARD_BUILD=build/release tests/bench/faults_peers.py [--write]

asks the same scripted server with blackbox_exporter, check_smtp, check_imap,
check_pop and swaks, as far as they are installed, and prints the table, or
writes it into docs/FAULTS.md. A peer gets 8 seconds; it is asked as far as it
can go: STARTTLS and a login where it knows them.
"""
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "servers"))

import faults  # noqa: E402  (the lab is no package)
import lab  # noqa: E402
import scripted  # noqa: E402

PATIENCE = 8
PLUGINS = "/usr/lib/nagios/plugins"
PLAIN = "AGFubgBhbm4tc2VjcmV0"  # of ann and ann-secret

MODULE = """\
  {name}:
    prober: tcp
    timeout: {patience}s
    tcp:
      preferred_ip_protocol: ip4
      tls: {tls}
      tls_config: {{ca_file: {ca}, server_name: localhost}}
      query_response:
"""
SCRIPTS = {
    "smtp": ["expect: ^220", "send: EHLO here", "expect: ^250.STARTTLS",
             "send: STARTTLS", "expect: ^220", "starttls: true"],
    "submission": [
        "expect: ^220", "send: EHLO here", "expect: ^250.STARTTLS",
        "send: STARTTLS", "expect: ^220", "starttls: true", "send: EHLO here",
        "expect: ^250.AUTH", f"send: AUTH PLAIN {PLAIN}", "expect: ^235",
        "send: QUIT"],
    "imap": ["expect: ^. OK", "send: a STARTTLS", "expect: ^a OK",
             "starttls: true", "send: b LOGIN ann ann-secret",
             "expect: ^b OK", "send: c LOGOUT"],
    "imaps": ["expect: ^. OK", "send: b LOGIN ann ann-secret",
              "expect: ^b OK", "send: c LOGOUT"],
    "pop3": [r"expect: ^\+OK", "send: STLS", r"expect: ^\+OK",
             "starttls: true", "send: USER ann", r"expect: ^\+OK",
             "send: PASS ann-secret", r"expect: ^\+OK", "send: QUIT"],
}


def config(ca):
    text = "modules:\n"
    for name, script in SCRIPTS.items():
        text += MODULE.format(name=name, patience=PATIENCE, ca=ca,
                              tls=str(name == "imaps").lower())
        for line in script:
            key, _, value = line.partition(": ")
            value = value if key == "starttls" else f"'{value}'"
            text += f"      - {key}: {value}\n"
    return text


def service_of(target):
    return "imap" if target == "stopped" else target.partition("/")[0]


def run(*command):
    """Exit status and all output."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              errors="replace", timeout=PATIENCE + 4,
                              stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout + done.stderr


def clean(words):
    """Without what differs from run to run; no cell of a table breaks."""
    words = re.sub(r"[0-9.]+ ?sec(onds?)?\.?( response time)?", "", words)
    words = re.sub(r"\b(port )?[0-9]{5}\b", "", words)
    words = re.sub(r"on 127\.0\.0\.1\s*", "", words)
    words = re.sub(r"[^ -~]", "", words).replace("|", "/")
    return re.sub(r"\s+", " ", words).strip(" ,.:-")[:70]


class Blackbox:
    """The exporter, one process for all."""

    title = "blackbox_exporter"

    def __init__(self, ca):
        self.program = shutil.which("prometheus-blackbox-exporter")
        self.process = None
        if not self.program:
            return
        self.file = tempfile.NamedTemporaryFile("w", suffix=".yml")
        self.file.write(config(ca))
        self.file.flush()
        self.port, = lab.free_ports(1)
        self.process = subprocess.Popen(
            [self.program, f"--config.file={self.file.name}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not lab.answers(self.port, greets=False) and \
                time.monotonic() < end:
            time.sleep(0.05)

    def say(self, service, port):
        if not self.process:
            return ""
        url = f"http://127.0.0.1:{self.port}/probe?module={service}" \
            f"&target=127.0.0.1:{port}"
        with urllib.request.urlopen(url, timeout=PATIENCE + 4) as page:
            text = page.read().decode()
        value = dict(re.findall(r"^(probe_\w+?)(?:\{.*\})? (\S+)$", text,
                                re.M))
        slow = float(value["probe_duration_seconds"]) > PATIENCE - 1
        return ("success 1" if value["probe_success"] == "1" else
                "success 0") + \
            (", regex 1" if value.get("probe_failed_due_to_regex") == "1"
             else "") + \
            (", TLS metrics" if "probe_tls_version_info" in value else "") + \
            (", timeout" if slow else "")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


class Plugins:
    """check_smtp, check_imap, check_pop: a process a probe."""

    title = "monitoring-plugins"

    def __init__(self, ca):
        self.there = pathlib.Path(PLUGINS, "check_smtp").exists()

    def say(self, service, port):
        if not self.there:
            return ""
        more = []
        if service in ("smtp", "submission"):
            name, more = "check_smtp", ["-S"]
        else:
            name = "check_pop" if service == "pop3" else "check_imap"
            more = ["-S"] if service.endswith("s") else []
        if service == "submission":
            more += ["-A", "LOGIN", "-U", "ann", "-P", "ann-secret"]
        status, said = run(f"{PLUGINS}/{name}", "-H", "127.0.0.1", "-p",
                           str(port), "-t", str(PATIENCE), *more)
        word = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}.get(
            status, "hangs")
        told = clean(said.partition("\n")[0].partition("|")[0])
        return told if told.startswith(word) or word in told \
            else f"{word}: {told}"

    def stop(self):
        """Nothing stays behind."""


class Swaks:
    """SMTP only."""

    title = "swaks"

    def __init__(self, ca):
        self.program = shutil.which("swaks")
        self.ca = ca

    def say(self, service, port):
        if not self.program or service not in ("smtp", "submission"):
            return ""
        more = ["--quit-after", "TLS"] if service == "smtp" else [
            "--quit-after", "AUTH", "--auth", "PLAIN", "--auth-user", "ann",
            "--auth-password", "ann-secret"]
        status, said = run(self.program, "--server", "127.0.0.1", "--port",
                           str(port), "--timeout", str(PATIENCE), "--tls",
                           "--tls-verify", "--tls-ca-path", str(self.ca),
                           "--to", "x@example.org", "--from", "y@example.org",
                           *more)
        if status is None:
            return "hangs"
        bad = [line for line in said.splitlines()
               if line.startswith(("***", "<**", "<~*"))]
        return clean(bad[-1]) if bad and status else f"exit {status}"

    def stop(self):
        """Nothing stays behind."""


def ask_all(modes):
    """What each peer says, by the mode's name."""
    said = {}
    peers = []
    servers = {"": scripted.Scripted().start()}
    for kind, seconds in faults.LATE.items():
        servers[kind] = scripted.Scripted(seconds * 1000).start()
    try:
        made = {kind: [p(s.ca) for p in (Blackbox, Plugins, Swaks)]
                for kind, s in servers.items()}
        peers = [p for each in made.values() for p in each]

        def ask_one(mode):
            kind, _, target = mode.target.rpartition(":")
            if kind not in servers:
                return ["–"] * 3
            port = servers[kind].ports[target]
            return [p.say(service_of(target), port) or "–"
                    for p in made[kind]]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            said = dict(zip([m.name for m in modes], pool.map(ask_one, modes)))
    finally:
        for peer in peers:
            peer.stop()
        for server in servers.values():
            server.stop()
    return said


HEAD = """\
# What fails, and what is said of it

A row for each fault that a mail server, its name, its certificate and the way
to it can have; what `mailguard probe` says (reason, phase, what to do) and
what others make of the same server. Made by
`tests/bench/faults_peers.py --write` from `tests/servers/faults.py`;
`tests/servers/test_faults.py` asks anew and holds the left half of this page
to it. Two rows may share a reason and a phase only for a reason that is
written there, and again below.

Peers: {peers}, each asked as far as it can go (STARTTLS, login), with {sec} s
of patience; check_imap and check_pop know greetings only, so what comes later
is not held against them below. "–": not of this protocol, or not asked, since names are looked up
by the system and filters stand in a network of their own.

"""


def versions():
    rows = []
    if shutil.which("prometheus-blackbox-exporter"):
        said = run("prometheus-blackbox-exporter", "--version")[1]
        rows.append("blackbox_exporter " + said.split()[2].strip(","))
    if pathlib.Path(PLUGINS, "check_smtp").exists():
        said = run(f"{PLUGINS}/check_smtp", "-V")[1]
        rows.append("monitoring-plugins " + re.findall(r"[\d.]+\d", said)[0])
    if shutil.which("swaks"):
        rows.append("swaks " + run("swaks", "--version")[1].split()[2])
    return ", ".join(rows) or "none installed"


def is_beyond(mode):
    """check_imap and check_pop look at greetings only."""
    return service_of(mode.target) not in ("smtp", "submission") and \
        mode.phase in ("starttls", "login", "command")


def page(modes, ours, theirs):
    titles = [p.title for p in (Blackbox, Plugins, Swaks)]
    lines = [HEAD.format(peers=versions(), sec=PATIENCE) +
             "| fault | what happens | mailguard | phase | do | " +
             " | ".join(titles) + " |",
             "|" + " --- |" * 8]
    for mode in modes:
        lines.append(faults.row(mode, ours[mode.name]) + " " +
                     " | ".join(theirs[mode.name]) + " |")
    lines += ["", "## How many of them are told apart", ""]
    told = {(a["reason"], a["phase"],
             tuple(sorted(f["code"] for f in a["findings"])))
            for a in ours.values()}
    lines.append(f"- mailguard: {len(modes)} faults, {len(told)} outcomes "
                 "by reason, phase and findings")
    for i, title in enumerate(titles):
        asked = [m for m in modes if theirs[m.name][i] != "–"]
        known = {theirs[m.name][i] for m in asked}
        asked_of = [m for m in asked if not (title == Plugins.title and
                                             is_beyond(m))]
        wrong = [m.name for m in asked_of
                 if ours[m.name]["reason"] != "success" and
                 re.match(r"success 1|\w+ OK\b|exit 0", theirs[m.name][i])]
        lines.append(
            f"- {title}: {len(asked)} faults, {len(known)} outcomes" +
            (f"; calls {len(wrong)} of them a success: {', '.join(wrong)}"
             if wrong else ""))
    lines += ["", "## Told alike, and why", ""]
    lines += [f"- {m.name}: {m.like}" for m in modes if m.like]
    return "\n".join(lines) + "\n"


def main():
    modes = faults.MODES
    if not faults.can_filter():
        sys.exit("faults_peers.py: wants root and nft, for the filters")
    theirs = ask_all(modes)
    ours, _ = faults.answers(modes, slow=faults.LATE)
    text = page(modes, ours, theirs)
    if "--write" in sys.argv[1:]:
        faults.DOCS.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
