"""What the Python package costs over C, and beside mailbox.mbox.

    PYTHONPATH=build/release/bindings/python \\
        python3 tests/bench/bench_python.py [MEGABYTES]

Makes its own mbox of so many megabytes (100) in the temporary folder. Each
figure is the best of five, mailbox.mbox's of two. BENCH_WALK names the
program bench_walk, which does the same in C.
"""
import base64
import gc
import mailbox
import os
import random
import subprocess
import sys
import tempfile
import time
import timeit

import mailguard

SIZES = (1000, 10000, 60000, 200000)
LINE = b"the quick brown fox jumps over the lazy dog, and the mail goes on\n"


def head(n):
    return (f"From ann@example.org Tue Jan 13 09:00:00 2026\n"
            f"Return-Path: <a{n}@example.org>\n"
            f"Received: from mx{n % 7}.example.org by mail.example.net\n"
            f"\twith ESMTP id {n:08x}; Tue, 13 Jan 2026 09:00:00 +0900\n"
            f"From: Ann {n} <a{n}@example.org>\nTo: bob@example.org\n"
            f"Date: Tue, 13 Jan 2026 09:{n // 60 % 60:02d}:{n % 60:02d} "
            f"+0900\nMessage-ID: <{n}@example.org>\n"
            f"Subject: =?UTF-8?B?44GK6KaL56mN44KK?= {n}\n"
            f"MIME-Version: 1.0\n").encode()


def large(path, total):
    """Messages with attachments, as an office has them."""
    dice, made, n = random.Random(1), 0, 0
    with open(path, "wb") as f:
        while made < total:
            n += 1
            made += f.write(
                head(n) + b'Content-Type: multipart/mixed; boundary="b"\n\n'
                b"--b\nContent-Type: text/plain; charset=utf-8\n\n" +
                LINE * dice.randint(5, 40) +
                b"\n--b\nContent-Type: application/pdf\n"
                b"Content-Transfer-Encoding: base64\n"
                b'Content-Disposition: attachment; filename="a.pdf"\n\n' +
                base64.encodebytes(dice.randbytes(dice.choice(SIZES))) +
                b"\n--b--\n\n")
    return n


def small(path, count):
    """Messages of one line: what is left is the cost of each."""
    with open(path, "wb") as f:
        for n in range(count):
            f.write(b"From a@b Tue Jan 13 09:00:00 2026\nSubject: x\n\nhi\n\n")


def best(work, times=5):
    """Seconds of the best run, without the cyclic collector's."""
    found = []
    for _ in range(times):
        gc.collect()
        gc.disable()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
        gc.enable()
    return min(found)


def items(path):
    for _ in mailguard.open(path).items():
        pass


def headers(path):
    for m in mailguard.open(path):
        m.date, m.sender, m.to, m.subject


def whole(path):
    for m in mailguard.open(path):
        m.subject, m.attachments


def with_mailbox(path):
    for m in mailbox.mbox(path):
        m["date"], m["from"], m["to"], m["subject"]


def in_c(path):
    """Nanoseconds a message: a bare walk in C, and one that reads headers."""
    program = os.environ.get("BENCH_WALK")
    if not program:
        return None, None
    best = [float("inf"), float("inf")]
    for _ in range(5):
        told = subprocess.run([program, path], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()
        best = [min(a, float(b)) for a, b in zip(best, told)]
    return best


def each(name, seconds, count, c=None):
    beside = f", {seconds / count * 1e9 - c:6.0f} ns of it not C" if c else ""
    print(f"{name:34} {count / seconds / 1e6:6.2f} M/s, "
          f"{seconds / count * 1e9:6.0f} ns each{beside}")


def calls(path):
    store = mailguard.open(path)._it
    loops = 1_000_000
    took = min(timeit.repeat(store.format, number=loops))
    print(f"{'a method call':34} {took / loops * 1e9:.0f} ns with its result")


def many_small(path, count):
    small(path, count)
    walked, read = in_c(path)
    each("items of small messages", best(lambda: items(path)), count, walked)
    each("headers of small messages", best(lambda: headers(path)), count,
         read)


def few_large(path, megabytes):
    count = large(path, megabytes * 1_000_000)
    times = [(name, best(lambda: work(path), 2 if work is with_mailbox else 5))
             for name, work in (("items", items), ("headers", headers),
                                ("headers and attachments", whole),
                                ("mailbox.mbox, headers", with_mailbox))]
    slow = times[-1][1]
    for name, took in times:
        print(f"{name + f' of {count} messages':34} {took:7.3f} s, "
              f"{megabytes / took:6.0f} MB/s, {slow / took:5.1f} x "
              "mailbox.mbox")


def main():
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "box")
        many_small(path, 200_000)
        calls(path)
        few_large(path, megabytes)


main()
