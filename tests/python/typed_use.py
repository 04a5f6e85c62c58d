"""A program that uses the package as its README shows; mypy reads it, nobody
runs it."""
import datetime
import email.message
from typing import List, Optional, Tuple

import mailguard


def subjects(path: str) -> List[Tuple[str, Optional[datetime.datetime]]]:
    found: List[Tuple[str, Optional[datetime.datetime]]] = []
    with mailguard.open(path, on_error=print) as store:
        for m in store:
            name: str = m.attachments[0].name
            whole: bytes = bytes(m)
            again: email.message.EmailMessage = m.as_email()
            print(m.folder, name, len(whole), again["subject"])
            found.append((m.subject, m.date))
            if mailguard.Flags.SEEN in m.flags:
                print(m.item.offset + m.item.size)
        total: int = sum(item.size for item in store.items())
        print(total)
    return found


def watched(done: int, total: int, what: str) -> bool:
    return total > 0 and done == total


def damaged(path: str) -> bool:
    checked = mailguard.check(path, progress=watched)
    newest: Optional[datetime.datetime] = checked.summary.newest
    print(newest, [f.code for f in checked.findings])
    return checked.summary.verdict == "damaged"


def ask(urls: List[str]) -> List[str]:
    def secret(whose: mailguard.Endpoint) -> Optional[str]:
        return None if whose.user is None else "secret"
    return [r.reason for r in mailguard.probe(urls, secret=secret)
            if not r.ok]


def blame(profile: str) -> str:
    verdict: mailguard.Verdict = mailguard.checkup(
        profile, saw=["a1 receive fail 0x800CCC0F"], progress=print)
    return verdict.components[0].name


def tell() -> bytes:
    n = mailguard.notice({"company": "Wasabi"}, phase="first", lang="en",
                         since=datetime.datetime.now())
    missing: Tuple[str, ...] = n.unencodable
    return n.as_bytes("utf-8" if missing else "iso-2022-jp", to="a@b.example")


def keep(path: str) -> bytes:
    profile = mailguard.settings(path, address="a@b.example")
    changes: Tuple[mailguard.Change, ...] = mailguard.diff(path, profile)
    before: Optional[str] = changes[0].before
    print(before)
    return mailguard.export_settings(profile, "sheet", lang="ja")


def explain(text: str) -> Optional[str]:
    try:
        return mailguard.explain(text).action
    except mailguard.Error as e:
        return e.path or e.code
