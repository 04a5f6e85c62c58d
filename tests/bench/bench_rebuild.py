#!/usr/bin/env python3
"""What a rebuild saves of damaged Outlook data files, beside what others read.

    bench_rebuild.py MAILGUARD [--seeds N] [--files N] [--key WORD] [--lost]

MAILGUARD is the program. The files and the damage are those of the corpora
(MAILGUARD_CORPORA, else ../shared/corpora): of each group of like files one,
N mutants of it with seeds of our own. Of mutants that hit bytes in use, told by
kind of damage: what is kept byte-identical

    mails      of whole mails as our own reader delivers them
    parts      of their parts: header fields, each text, each attachment
    readpst    of the files that readpst -e writes, a whole mail each
    pffexport  of the files that pffexport writes, a part of a mail each

from the rebuilt file; with a - behind it, from the damaged one. `untouched` is
the share of mails none of whose bytes the damage touched: no reader that wants
whole mails can keep many more. Then, how many rebuilt files check without a
finding and are opened by others. Sizes on the disk are left out of what others
write, as every rebuild changes them.
"""
import argparse
import collections
import csv
import email
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

CORPORA = pathlib.Path(os.environ.get(
    "MAILGUARD_CORPORA",
    pathlib.Path(__file__).resolve().parents[3] / "shared/corpora"))
LIMIT = 120  # seconds; past it a program hangs


def run(*args):
    """What it printed and how it ended; None where it hung."""
    try:
        return subprocess.run([str(a) for a in args], capture_output=True,
                              timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return None


# -- which bytes are in use -------------------------------------------------

class Layout:
    """Of a sound file with pages of 512 bytes, by its trees."""

    def __init__(self, data):
        self.data = data
        ansi = struct.unpack_from("<H", data, 10)[0] < 20
        self.word, self.tail = (4, 12) if ansi else (8, 16)
        self.blocks, self.nodes = {}, {}
        self.live = [(0, 512 if ansi else 564)]
        seen = set()
        for root in (188, 196) if ansi else (224, 240):
            self.page(self.at(root), seen)
        self.live.sort()

    def at(self, offset):
        return int.from_bytes(self.data[offset:offset + self.word], "little")

    def page(self, offset, seen):
        if offset in seen or offset + 512 > len(self.data):
            return
        seen.add(offset)
        self.live.append((offset, 512))
        trailer = offset + 512 - self.tail
        count, _, size, level = self.data[
            trailer - (4 if self.word == 4 else 8):][:4]
        for entry in range(offset, offset + count * size, size):
            if level:
                self.page(self.at(entry + 2 * self.word), seen)
            elif self.data[trailer] == 0x80:
                self.block(entry)
            else:
                self.nodes[self.at(entry) & 0xffffffff] = (
                    self.at(entry + self.word),
                    self.at(entry + 2 * self.word))

    def block(self, entry):
        where = self.at(entry + self.word)
        stored = struct.unpack_from("<H", self.data,
                                    entry + 2 * self.word)[0]
        self.blocks[self.at(entry) & ~1] = (where, stored)
        self.live.append((where, (stored + self.tail + 63) // 64 * 64))

    def bytes_of(self, bid):
        """All blocks of a node's data or subnodes."""
        bid &= ~1
        if bid not in self.blocks:
            return
        where, stored = self.blocks[bid]
        yield where, stored
        if not bid & 2:
            return
        kind, level, count = struct.unpack_from("<BBH", self.data, where)
        if kind == 1:
            below = [where + 8 + i * self.word for i in range(count)]
        elif level:
            below = [where + self.word + (2 * i + 1) * self.word
                     for i in range(count)]
        else:
            below = [where + self.word + (3 * i + k) * self.word
                     for i in range(count) for k in (1, 2)]
        for entry in below:
            yield from self.bytes_of(self.at(entry))

    def mails(self):
        """Of each message the bytes it is made of."""
        return [list(self.bytes_of(data)) + list(self.bytes_of(sub))
                for nid, (data, sub) in self.nodes.items() if nid & 31 == 4]


def touches(ranges, live):
    return any(a < b + n and b < a + m
               for a, m in ranges for b, n in live)


# -- what is in a file, by each reader -------------------------------------

def mails(program, path):
    """Hashes of the mails as they are delivered."""
    done = run(program, "list", "--json", path)
    if done is None:
        return None
    return collections.Counter(
        json.loads(line)["sha256"] for line in done.stdout.splitlines()
        if b'"sha256"' in line)


def parts_of(mail):
    """The header without what MIME adds, then each leaf."""
    head = [(k, v) for k, v in mail._headers
            if not k.lower().startswith(("content-", "mime-"))]
    yield repr(head).encode("utf-8", "surrogateescape")
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            continue  # its own parts come
        if not part.is_multipart():
            yield part.get_content_type().encode() + b"\n" + (
                part.get_payload(decode=True) or b"")


def parts(program, path):
    found = collections.Counter()
    with tempfile.TemporaryDirectory() as there:
        done = run(program, "salvage", "--json", "--to", "eml", path,
                   there + "/x")
        if done is None or done.returncode < 0:
            return None
        for eml in sorted(pathlib.Path(there).rglob("*.eml")):
            mail = email.message_from_bytes(eml.read_bytes())
            for part in parts_of(mail):
                found[hashlib.sha256(part).hexdigest()] += 1
    return found


# What another run writes otherwise for no reason of the file.
RANDOM = [(re.compile(rb"--boundary-LibPST-iamunique-\d+_-_-"), b"--b"),
          (re.compile(rb"boundary-LibPST-iamunique-\d+_-_-"), b"b"),
          (re.compile(rb"(?m)^DTSTAMP:.*$"), b"DTSTAMP"),
          (re.compile(rb"(?m)^Size:\t.*$"), b"Size")]


def files_below(folder):
    found = collections.Counter()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            for pattern, instead in RANDOM:
                text = pattern.sub(instead, text)
            found[hashlib.sha256(text).hexdigest()] += 1
    return found


def readpst(_, path):
    with tempfile.TemporaryDirectory() as there:
        done = run("readpst", "-j", "0", "-e", "-D", "-o", there, path)
        if done is None or done.returncode < 0:
            return None
        return files_below(pathlib.Path(there))


def pffexport(_, path):
    with tempfile.TemporaryDirectory() as there:
        done = run("pffexport", "-q", "-t", there + "/x", path)
        if done is None or done.returncode < 0:
            return None
        return files_below(pathlib.Path(there))


READERS = {"mails": mails, "parts": parts, "readpst": readpst, "pffexport": pffexport}


# -- the campaign -----------------------------------------------------------

def corpus(count):
    """Of files of one owner, size and number of mails the first."""
    groups = {}
    with open(CORPORA / "stores/manifest.tsv", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            if row["format"] not in ("pst", "ost") or row["split"] != "open":
                continue
            if row["path"].startswith("synthetic") or \
               not int(row["expected_messages"] or 0):
                continue
            key = (row["source_repo"], row["size"], row["expected_messages"])
            groups.setdefault(key, CORPORA / "stores" / row["path"])
    files = sorted(groups.items(), key=lambda g: -int(g[0][2]))
    return [path for _, path in files][:count or None]


def mutator():
    spec = importlib.util.spec_from_file_location(
        "mutate", CORPORA / "tools/mutate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.mutant


class Tally:
    def __init__(self):
        self.units = collections.Counter()  # (reader, op): units of the whole
        self.kept = collections.Counter()
        self.shares = collections.defaultdict(list)
        self.counts = collections.Counter()
        self.opened = collections.Counter()

    def add(self, reader, op, whole, now):
        total = sum(whole.values())
        if not total:
            return
        self.add_share(reader, op, total, sum(
            (whole & (now or collections.Counter())).values()))

    def add_share(self, reader, op, total, kept):
        for key in ((reader, op), (reader, "all")):
            self.units[key] += total
            self.kept[key] += kept
            self.shares[key].append(kept / total)

    def share(self, reader, op):
        units = self.units[reader, op]
        return 100 * self.kept[reader, op] / units if units else None

    def mean(self, reader, op):
        shares = self.shares[reader, op]
        return 100 * sum(shares) / len(shares) if shares else None


def findings(program, path):
    done = run(program, "check", "--json", path)
    if done is None:
        return None
    lines = [json.loads(x) for x in done.stdout.splitlines()]
    return [x["code"] for x in lines if "code" in x and
            x["code"] not in ("store.place", "pst.password")]


def lost_tell(program, damaged, rebuilt, whole):
    """Which mails are not as they were: for who looks for the reason."""
    done = run(program, "list", "--json", damaged)
    state = {}
    for line in done.stdout.splitlines():
        x = json.loads(line)
        if "sha256" in x:
            state[x["sha256"]] = x["state"]
    for sha in (whole - mails(program, rebuilt)).elements():
        print("      gone", sha[:12], state.get(sha, "not in plain"))


def mutant_try(tally, args, case, there):
    path, seed, op, wholes = case
    damaged, rebuilt = there / "damaged.pst", there / "rebuilt.pst"
    done = run(args.program, "rebuild", "--json", damaged, rebuilt)
    tally.counts["mutants"] += 1
    if done is None or done.returncode < 0:
        tally.counts["hang" if done is None else "crash"] += 1
        print("  ", path.name, seed, op, "hangs or crashes", flush=True)
        return
    if not rebuilt.exists():
        tally.counts["nothing"] += 1
        print("  ", path.name, seed, op, done.stderr.decode().strip()[-160:],
              flush=True)
    else:
        told = findings(args.program, rebuilt)
        tally.counts["clean"] += told == []
        if told:
            print("  ", path.name, seed, op, told[:5], flush=True)
    for name, reader in READERS.items():
        if not sum(wholes[name].values()):
            continue
        now = reader(args.program, rebuilt) if rebuilt.exists() else None
        tally.opened[name] += now is not None
        tally.counts[name + " asked"] += 1
        tally.add(name, op, wholes[name], now)
        if name in ("readpst", "pffexport") and not args.peers:
            continue
        plain = reader(args.program, damaged)
        tally.add(name + "-", op, wholes[name], plain)
        kept = [sum((wholes[name] & (x or collections.Counter())).values())
                for x in (now, plain)]
        if kept[0] < kept[1]:
            tally.counts[name + " less than plain"] += 1
            print("  ", path.name, seed, op, name, "keeps", kept[0],
                  "and plain", kept[1], flush=True)
        if name == "mails" and args.lost and now is not None and \
           kept[0] < sum(wholes[name].values()):
            print("  ", path.name, seed, op, kept[0], "of",
                  sum(wholes[name].values()))
            lost_tell(args.program, damaged, rebuilt, wholes[name])


def campaign(args):
    tally, mutant = Tally(), mutator()
    there = pathlib.Path(tempfile.mkdtemp(prefix="bench_rebuild."))
    try:
        for path in corpus(args.files):
            data = path.read_bytes()
            layout = Layout(data)
            mails_at = layout.mails()
            wholes = {name: reader(args.program, path)
                      for name, reader in READERS.items()}
            for seed in range(args.seeds):
                if args.only is not None and seed != args.only:
                    continue
                bytes_, op, ranges = mutant(data, seed, key=args.key)
                if not touches(ranges, layout.live):
                    tally.counts["past what is in use"] += 1
                    continue
                if mails_at:
                    tally.add_share("untouched", op, len(mails_at), sum(
                        not touches(ranges, at) for at in mails_at))
                (there / "damaged.pst").write_bytes(bytes_)
                mutant_try(tally, args, (path, seed, op, wholes), there)
                (there / "rebuilt.pst").unlink(missing_ok=True)
            print(path.name, {n: "%.1f" % tally.share(n, "all")
                              for n in READERS
                              if tally.share(n, "all") is not None},
                  flush=True)
    finally:
        shutil.rmtree(there)
    return tally


def tell(tally):
    names = ["untouched"] + [n + m for n in READERS for m in ("", "-")
                             if tally.units[n + m, "all"]]
    ops = sorted({op for _, op in tally.units} - {"all"}) + ["all"]
    print(f"{'kept % (mean of files %)':26}" + "".join(
        f"{n:>16}" for n in names))
    for op in ops:
        print(f"{op:26}" + "".join(
            f"{tally.share(n, op):8.1f} ({tally.mean(n, op):5.1f})"
            for n in names if tally.share(n, op) is not None))
    print(dict(tally.counts), "opened", dict(tally.opened))


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("program")
    ask.add_argument("--seeds", type=int, default=200)
    ask.add_argument("--only", type=int, help="this seed alone")
    ask.add_argument("--files", type=int, default=13)
    ask.add_argument("--key", default="mailguard")
    ask.add_argument("--peers", action="store_true",
                     help="what they make of the damaged file, too")
    ask.add_argument("--lost", action="store_true",
                     help="tell which mails are not kept")
    args = ask.parse_args()
    if not (CORPORA / "tools/mutate.py").exists():
        sys.exit(f"bench_rebuild: no corpora at {CORPORA}")
    tell(campaign(args))


if __name__ == "__main__":
    main()
