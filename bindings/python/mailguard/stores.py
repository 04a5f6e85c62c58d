"""Mail files: messages walked, files checked, mail salvaged."""
import datetime
import email
import email.policy
import json
from dataclasses import dataclass
from typing import Any, Iterator, Optional, Tuple

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import _handle


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is to be saved."""
    name: str
    type: str
    size: int


@dataclass(frozen=True)
class Message:
    """One message, with its delivered bytes; a plain value."""
    folder: str
    index: int
    date: Optional[datetime.datetime]
    sender: str
    to: str
    subject: str
    message_id: str
    size: int
    attachments: Tuple[Attachment, ...]
    sha256: str
    digest: str
    raw: bytes

    def __bytes__(self) -> bytes:
        return self.raw

    def as_email(self) -> Any:
        """The same as an email.message.EmailMessage."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a store."""
    code: str
    severity: str
    offset: Optional[int]
    folder: Optional[str]
    message: Optional[int]
    text: str


@dataclass(frozen=True)
class Summary:
    """What a check came to."""
    format: str
    messages: int
    attachments: int
    folders: int
    intact: int
    damaged: int
    lost: int
    verdict: str
    place: str


@dataclass(frozen=True)
class Checked:
    """All findings of a check, and its summary."""
    path: str
    findings: Tuple[Finding, ...]
    summary: Summary


@dataclass(frozen=True)
class Salvaged:
    """What a salvage did."""
    source: str
    dest: str
    format: str
    found: int
    intact: int
    repaired: int
    damaged: int
    lost: int
    verdict: str


def _date(text: Optional[str]) -> Optional[datetime.datetime]:
    if text is None:
        return None
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _message(doc: Any, raw: bytes) -> Message:
    return Message(
        folder=doc["folder"], index=doc["index"], date=_date(doc["date"]),
        sender=doc["from"], to=doc["to"], subject=doc["subject"],
        message_id=doc["message_id"], size=doc["size"],
        attachments=tuple(Attachment(**a) for a in doc["attachments"]),
        sha256=doc["sha256"], digest=doc["digest"], raw=raw)


class Store:
    """A mail file or folder, open to be read; iterate for its messages."""

    def __init__(self, path: Any, lang: str = "en") -> None:
        self._mg = _handle(lang)
        self._it = _core.Store(self._mg, path)
        self.path = path

    def _open(self) -> Any:
        if self._it is None:
            raise ValueError("the store is closed")
        return self._it

    @property
    def format(self) -> str:
        """"mbox", "maildir", "eml"."""
        return self._open().format()

    def __iter__(self) -> Iterator[Message]:
        walk = self._open().walk()
        while walk.step():
            raw = walk.message().raw()
            yield _message(json.loads(walk.json(self._mg)), raw)

    def check(self, quick: bool = False) -> Checked:
        """Look at all of it; a damaged store is a good check."""
        check = self._open().check(quick)
        findings = []
        while True:
            text = check.step(self._mg)
            if not text:
                break
            doc = json.loads(text)
            findings.append(Finding(**{k: doc[k] for k in (
                "code", "severity", "offset", "folder", "message", "text")}))
        doc = json.loads(check.json(self._mg))
        summary = Summary(**{k: doc[k] for k in (
            "format", "messages", "attachments", "folders", "intact",
            "damaged", "lost", "verdict", "place")})
        return Checked(doc["path"], tuple(findings), summary)

    def salvage(self, dest: Any, format: Optional[str] = None) -> Salvaged:
        """Every message that can be reached into a new store."""
        doc = json.loads(self._open().salvage_json(self._mg, dest, format))
        return Salvaged(**doc)

    def close(self) -> None:
        """Give it up; messages stay valid."""
        self._it = None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open(path: Any, lang: str = "en") -> Store:
    """A store, whatever its kind: ``for m in mailguard.open(path): ...``"""
    return Store(path, lang)


def check(path: Any, quick: bool = False, lang: str = "en") -> Checked:
    """Check one store: ``mailguard.check(path).summary``"""
    with Store(path, lang) as store:
        return store.check(quick)


def salvage(path: Any, dest: Any, format: Optional[str] = None,
            lang: str = "en") -> Salvaged:
    """Get the mail out of a store, into a new one."""
    with Store(path, lang) as store:
        return store.salvage(dest, format)
