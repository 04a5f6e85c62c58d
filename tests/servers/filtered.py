"""The scripted server behind a filter, in a network of its own.

    $ unshare -n python3 filtered.py

asks it with `mailguard probe`, prints its answers, and on standard error the
URL of each target. Wants root and nft; the network of this machine stays as
it is.
"""
import subprocess
import sys

import ask
import scripted

# target on the scripted server: what the filter does to its port
RULES = {
    "imap/greeting-slow": "tcp dport {port} drop",
    "pop3/greeting-slow": "tcp dport {port} reject with tcp reset",
    "submission/greeting-slow":
        "tcp dport {port} reject with icmp type admin-prohibited",
    # The greeting comes through, what is said to the server does not.
    "smtp/greeting-slow": "tcp dport {port} tcp flags & psh == psh drop",
}


def run(*command, **more):
    subprocess.run(command, check=True, **more)


def main():
    run("ip", "link", "set", "lo", "up")
    server = scripted.Scripted().start()
    try:
        rules = "".join(
            f"add rule inet lab in {rule.format(port=server.ports[name])}\n"
            for name, rule in RULES.items())
        run("nft", "-f", "-", text=True, input=(
            "add table inet lab\nadd chain inet lab in "
            "{ type filter hook input priority 0; }\n" + rules))
        urls = {name: ask.url(name.partition("/")[0], server.ports[name],
                              "?tls=none") for name in RULES}
        _, _, printed = ask.probe(urls.values(), "--ca-file", server.ca)
        sys.stdout.write(printed)
        for pair in urls.items():
            print(*pair, sep="\t", file=sys.stderr)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
