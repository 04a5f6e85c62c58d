#!/usr/bin/env python3
"""What a probe costs beside its peers, in one run on one server.

    $ MAILGUARD_BUILD=build/release tests/bench/bench_probe.py [count]

CPU of the client, user and system, in milliseconds a probe (least of five
rounds, taken in turn), many probes in one process, 32 at once:

- `bare`: a socket and OpenSSL and nothing else (peer_bare.c), from its first
  connection to its last.
- `mailguard`: the program, with reading, judging and a line of JSON for each.
  What it costs for `count` targets less what it costs for an eighth of them,
  so that its start is not in it, as it is not in that of bare, and not in that
  of an exporter that is there already.
- `with its start`: the same program's `count` targets, all of it.
- blackbox_exporter, being asked by HTTP included; check_smtp, a process each,
  start included, for there is no other way to have it. Where installed.

Below: how it compares with its limits, and how much later others are done
beside targets that never answer and never say goodbye.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import threading
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "servers"))
sys.path.insert(0, str(HERE.parent))

import ask  # noqa: E402  (the lab is no package)
import faults_peers  # noqa: E402
import lab  # noqa: E402
import scripted  # noqa: E402

ROUNDS = 5
LIMITS = (("plain", "bare", "plain", 1.25), ("login", "bare", "login", 1.15),
          ("resumed", "mailguard", "login", 0.6))
CORES = sorted(os.sched_getaffinity(0))
KINDS = "plain", "login", "resumed"
SERVICE = {"plain": "smtp", "login": "submission", "resumed": "submission"}


def pinned():
    """Clients on the last core, servers on the first."""
    os.sched_setaffinity(0, {CORES[-1]})


def cpu_of(command, **more):
    """Milliseconds of CPU, and what was printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True,
                          preexec_fn=pinned, check=False, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (after.ru_utime - before.ru_utime + after.ru_stime -
                  before.ru_stime), done.stdout


def bare(server, kind, count):
    path = lab.build_folder() / "tests" / "peer_bare"
    if not path.exists():
        return None
    said = subprocess.run(
        [path, kind, str(server.ports[SERVICE[kind]]), str(count), server.ca],
        capture_output=True, text=True, preexec_fn=pinned, check=True)
    return float(said.stdout)


def whole(server, kind, count):
    """Milliseconds of the program for so many targets."""
    service = SERVICE[kind]
    url = ask.url(service, server.ports[service],
                  "?tls=none" if kind == "plain" else "?tls=starttls",
                  host="localhost")
    more = ["--resume", str(count)] if kind == "resumed" else []
    if kind != "plain":
        more += ["--ca-file", server.ca]
    spent, said = cpu_of(
        [ask.program(), "probe", "--json", "--file", "-", "--jobs", "32",
         "--helo", "here", *more], input=(url + "\n") * count,
        env={**os.environ, "MAILGUARD_SECRET": ask.SECRET})
    good = sum(json.loads(line)["ok"] for line in said.splitlines())
    if good != count:
        sys.exit(f"bench_probe.py: {good} of {count} are well")
    return spent


def ours(server, kind, count):
    few = count // 8
    return (whole(server, kind, count) -
            whole(server, kind, few)) / (count - few)


def plugin(server, kind, count):
    path = pathlib.Path(faults_peers.PLUGINS, "check_smtp")
    if not path.exists() or kind == "resumed":
        return None
    count = max(count // 20, 1)
    more = ["-S", "-A", "LOGIN", "-U", "ann", "-P", ask.SECRET] \
        if kind == "login" else []
    port = str(server.ports[SERVICE[kind]])
    return sum(cpu_of([path, "-H", "127.0.0.1", "-p", port, *more])[0]
               for _ in range(count)) / count


def _spent(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return 1e3 * ticks / os.sysconf("SC_CLK_TCK")


def exporter(peer, server, kind, count):
    """The exporter's own CPU, that of asking it by HTTP included."""
    if not peer.process or kind == "resumed":
        return None
    module = "banner" if kind == "plain" else "submission"
    url = f"http://127.0.0.1:{peer.port}/probe?module={module}" \
        f"&target=127.0.0.1:{server.ports[SERVICE[kind]]}"
    count = max(count // 4, 1)
    before = _spent(peer.process.pid)

    def ask_some():
        for _ in range(count // 4):
            with urllib.request.urlopen(url, timeout=30) as page:
                if b"\nprobe_success 1" not in page.read():
                    sys.exit("bench_probe.py: blackbox_exporter fails")

    threads = [threading.Thread(target=ask_some) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return (_spent(peer.process.pid) - before) / (count // 4 * 4)


def latest(server, beside):
    """When the last good answer of 500 was known, in milliseconds."""
    good = [ask.url("imap", server.ports["imap"], "?tls=none")] * 500
    bad = [ask.url("imap", server.ports["imap/" + fault], "?tls=none")
           for fault in ("connect-stall", "greeting-stall", "quit-stall",
                         "command-stall")] * 5 if beside else []
    done = subprocess.run(
        [ask.program(), "probe", "--json", "--file", "-", "--jobs", "1000",
         "--timeout", "5"], input="\n".join(bad + good) + "\n", text=True,
        capture_output=True, check=False,
        env={**os.environ, "MAILGUARD_SECRET": ask.SECRET})
    answers = map(json.loads, done.stdout.splitlines())
    return 1e3 * max(a["times"]["total"] for a in answers
                     if a["url"] == good[0])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    os.sched_setaffinity(0, {CORES[0]})
    server = scripted.Scripted().start()
    faults_peers.SCRIPTS["banner"] = ["expect: ^220", "send: EHLO here",
                                      "expect: ^250 ", "send: QUIT"]
    peer = faults_peers.Blackbox(server.ca)
    if peer.process:
        os.sched_setaffinity(peer.process.pid, {CORES[-1]})
    columns = {
        "bare": lambda kind: bare(server, kind, count),
        "mailguard": lambda kind: ours(server, kind, count),
        "with its start": lambda kind: whole(server, kind, count) / count,
        "blackbox_exporter":
            lambda kind: exporter(peer, server, kind, count),
        "check_smtp": lambda kind: plugin(server, kind, count),
    }
    try:
        print(f"{'ms CPU a probe':18}" + "".join(f"{c:>19}" for c in columns))
        table = {}
        for kind in KINDS:
            best = table[kind] = {}
            for _ in range(ROUNDS):
                for name, measure in columns.items():
                    spent = measure(kind)
                    if spent is not None:
                        best[name] = min(best.get(name, spent), spent)
            print(f"{kind:18}" + "".join(
                f"{best[c]:19.3f}" if c in best else f"{'-':>19}"
                for c in columns), flush=True)
        for kind, column, beside, limit in LIMITS:
            if column in table[beside]:
                ratio = table[kind]["mailguard"] / table[beside][column]
                print(f"{kind}: {ratio:.2f} of {column} {beside}, "
                      f"at most {limit}")
        alone = min(latest(server, False) for _ in range(ROUNDS))
        beside = min(latest(server, True) for _ in range(ROUNDS))
        print(f"the last of 500 is done after {alone:.0f} ms, beside 20 that "
              f"never answer after {beside:.0f} ms")
    finally:
        peer.stop()
        server.stop()


if __name__ == "__main__":
    main()
