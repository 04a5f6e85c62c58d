#!/usr/bin/python3
"""What bench_mime measures, by Python's email package.

Usage: bench_mime.py FILE    (bench_mime --write FILE makes one)
"""
import email
import sys
import time


def main(path):
    with open(path, "rb") as f:
        data = f.read()
    mails = data.split(b"\n\nFrom ")
    for decode in (False, True):
        begin = time.process_time()
        for mail in mails:
            m = email.message_from_bytes(mail)
            if decode:
                for part in m.walk():
                    if not part.is_multipart():
                        part.get_payload(decode=True)
        took = time.process_time() - begin
        print(f"{'decoded' if decode else 'parsed'} {len(mails)} mails: "
              f"{took:.2f} s, {len(data) / took / 1e6:.0f} MB/s")


if __name__ == "__main__":
    main(sys.argv[1])
