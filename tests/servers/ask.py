"""Ask with the program itself, `mailguard probe --json`, and read its lines."""
import csv
import json
import os
import pathlib
import subprocess
import unittest

import lab

REASONS = pathlib.Path(__file__).resolve().parents[2] / "data" / "reasons.tsv"
# Seconds. A server is silent for good in these tests: longer proves no more,
# shorter would call a busy machine a silent server.
TIMEOUT = float(os.environ.get("MAILGUARD_TEST_TIMEOUT", 4))
SECRET = "ann-secret"


def fault_domains():
    """Reason to fault domain, as the table of reasons has it."""
    with open(REASONS, encoding="utf-8", newline="") as f:
        return {row["name"]: row["fault"]
                for row in csv.DictReader(f, delimiter="\t",
                                          quoting=csv.QUOTE_NONE)}


def program():
    """The program, or a test that is skipped because it has no probes."""
    path = lab.build_folder() / "bin" / "mailguard"
    known = path.exists() and subprocess.run(
        [path, "probe", "--help"], stdin=subprocess.DEVNULL,
        capture_output=True, check=False).returncode == 0
    if not known:
        raise unittest.SkipTest(f"{path} has no verb `probe`")
    return path


def probe(urls, *options, secret=SECRET, timeout=TIMEOUT):
    """The answer to each URL, its exit status, and all that was printed."""
    done = subprocess.run(
        [program(), "probe", "--json", "--file", "-", "--jobs", "1000",
         "--per-host", "1000", "--timeout", str(timeout), *options],
        input="\n".join(urls) + "\n", text=True, capture_output=True,
        env={**os.environ, "MAILGUARD_SECRET": secret}, timeout=150,
        check=False)
    for word in lab.COMPLAINTS:
        if word in done.stderr:
            raise AssertionError(done.stderr)
    answers = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        answers[answer["url"]] = answer
    return answers, done.returncode, done.stdout + done.stderr


def url(service, port, query="", user="ann", host="127.0.0.1"):
    """`service` is a scheme; only those that know logins have a user."""
    known = service not in ("smtp", "http", "https")
    at = f"{user}@" if known and user else ""
    return f"{service}://{at}{host}:{port}{query}"


class Expectations(unittest.TestCase):
    """Compares answers with rows of (reasons, phases)."""

    domains = fault_domains()

    def check(self, answer, reasons, phases):
        """`reasons` "ok", or a reason or several by "|"; phases likewise."""
        told = {key: answer.get(key)
                for key in ("ok", "reason", "phase", "message")}
        self.assertEqual(answer["ok"], reasons == "ok", told)
        self.assertEqual(answer["fault_domain"],
                         self.domains[answer["reason"]], told)
        if reasons == "ok":
            self.assertEqual(answer["reason"], "success", told)
            return
        self.assertIn(answer["reason"], reasons.split("|"), told)
        self.assertIn(answer["phase"], phases.split("|"), told)
        self.assertTrue(answer["message"] and answer["action"], told)
