#!/usr/bin/env python3
"""Score `mailguard bounce` against mails with truth.

    score_bounces.py PROGRAM CORPUS [--part all|developed|held] [--misses]

CORPUS holds mails/ and truth.tsv (a row per recipient). A reason counts that
is in column `accept` by Sisimai's names, a fault domain that is in
`fault_domain_accept`; status and reply code count where the truth says that
they stand in the mail. The table on stdout is the whole result.

The parts: of a family of fewer than twelve mails (file names without their
number) a third is held out as a whole, of larger families a third of the
mails, both by a hash of the name. Nobody looks at misses of the held part
before its first score is written down.
"""
import argparse
import collections
import csv
import hashlib
import json
import os
import re
import subprocess
import sys

COLUMNS = ("found", "recipient", "fault", "reason", "status", "reply")


def family(path):
    return re.sub(r"-\d+\.eml$", "", path.rsplit("/", 1)[-1])


def held_out(paths):
    sizes = collections.Counter(map(family, paths))

    def drawn(key):
        digest = hashlib.sha256(("mg-bounce:" + key).encode()).hexdigest()
        return int(digest, 16) % 3 == 0

    return {p for p in paths
            if drawn(family(p) if sizes[family(p)] < 12 else p)}


def truth_of(corpus):
    with open(os.path.join(corpus, "truth.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    mails = collections.OrderedDict()
    for row in rows:
        mails.setdefault(row["path"], []).append(row)
    return mails


def file_of(corpus, path):
    return os.path.join(corpus, path.replace("mails/maildir/", "mails/", 1))


def answers_of(program, files):
    out = subprocess.run([program, "bounce", "--json", *files],
                         stdout=subprocess.PIPE, check=False).stdout
    by_path = collections.defaultdict(list)
    for line in out.decode("utf-8").splitlines():
        record = json.loads(line)
        by_path[record["path"]].append(record)
    return by_path


def pair(rows, records):
    """Each truth row with the record of its recipient, else of its place."""
    left = [r for r in records if r["is_bounce"]]
    pairs = []
    for row in rows:
        want = row["recipient"].lower()
        best = next((r for r in left
                     if (r["recipient"] or "").lower() == want), None)
        pairs.append([row, best])
        if best:
            left.remove(best)
    for p in pairs:
        if p[1] is None and left:
            p[1] = left.pop(0)
    return pairs, left


def judge(row, record):
    """Per column True, False, or None where the truth says nothing."""
    got = record or {}
    sure = row["status_in_mail"] == "yes"
    reply = row["reply_in_mail"] == "yes"
    return {
        "found": record is not None,
        "recipient": ((got.get("recipient") or "").lower()
                      == row["recipient"].lower()
                      if row["rcpt_source"] != "not-asserted" else None),
        "fault": got.get("fault_domain")
        in row["fault_domain_accept"].split("|"),
        "reason": got.get("sisimai_reason") in row["accept"].split("|"),
        "status": (got.get("status") or "") == row["status"]
        if sure else None,
        "reply": str(got.get("reply_code") or "") == row["replycode"]
        if reply else None,
    }


def show(row, record, bad):
    got = record or {}
    print("%-26s %-24s want %s/%s %s %s %s" % (
        row["path"].rsplit("/", 1)[-1], ",".join(bad), row["fault_domain"],
        row["accept"], row["status"], row["replycode"], row["recipient"]))
    print("%51s got  %s/%s %s %s %s [%s %s%%] %s" % (
        "", got.get("fault_domain"), got.get("reason"), got.get("status"),
        got.get("reply_code"), got.get("recipient"), got.get("rule"),
        got.get("confidence"), (got.get("said") or "")[:150]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("corpus")
    parser.add_argument("--part", default="all",
                        choices=("all", "developed", "held"))
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()

    mails = truth_of(args.corpus)
    plain = {p for p in mails if mails[p][0]["reason"] == "not-a-bounce"}
    held = held_out(sorted(set(mails) - plain))
    if args.part != "all":
        keep = held if args.part == "held" else set(mails) - held
        mails = {p: rows for p, rows in mails.items() if p in keep}
    answers = answers_of(args.program,
                         [file_of(args.corpus, p) for p in mails])
    right, asked = collections.Counter(), collections.Counter()
    surplus = false = 0
    for path, rows in mails.items():
        records = answers[file_of(args.corpus, path)]
        if path in plain:
            false += any(r["is_bounce"] for r in records)
            continue
        pairs, left = pair(rows, records)
        surplus += len(left)
        for row, record in pairs:
            verdict = judge(row, record)
            for name, fine in verdict.items():
                asked[name] += fine is not None
                right[name] += fine is True
            bad = [n for n, fine in verdict.items() if fine is False]
            if bad and args.misses:
                show(row, record, bad)
    print("%s: %d mails, %d false alarms, %d records too many"
          % (args.part, len(mails), false, surplus))
    for name in COLUMNS:
        print("%-10s %4d of %4d  %5.1f %%" % (
            name, right[name], asked[name],
            100.0 * right[name] / max(asked[name], 1)))
    return 0 if not false else 1


if __name__ == "__main__":
    sys.exit(main())
