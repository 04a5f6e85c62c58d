"""Messages as a Python programmer wants them."""
import base64
import builtins
import datetime
import email.message
import email.parser
import email.policy
import enum
import json
import weakref
from dataclasses import dataclass, field
from typing import Any, Iterator, Optional, Tuple

from . import core as _core
from .core import Item
from .errors import SystemRefused
from .tools import _handle

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_STALE = 116  # errno.ESTALE, which not every system has


class Flags(enum.IntFlag):
    """What the mail program noted of a message."""
    SEEN = _core.FLAG_SEEN
    ANSWERED = _core.FLAG_ANSWERED
    FLAGGED = _core.FLAG_FLAGGED
    DELETED = _core.FLAG_DELETED
    DRAFT = _core.FLAG_DRAFT
    PASSED = _core.FLAG_PASSED


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is to be saved.

    name comes from a stranger: it is never a path to write to. data are the
    decoded bytes.
    """
    name: str
    type: str
    size: int
    data: bytes = field(default=b"", repr=False)


def _email(raw: bytes) -> email.message.EmailMessage:
    parser = email.parser.BytesParser(email.message.EmailMessage,
                                      policy=email.policy.default)
    made = parser.parsebytes(raw)
    assert isinstance(made, email.message.EmailMessage)
    return made


@dataclass(frozen=True)
class Property:
    """One value of a property of an Outlook item.

    of is "item", "recipient" or "attachment", which counts them from 1. tag is
    id << 16 | type. A named one has its set's GUID, and a name or a lid. Of
    several values element counts from 0. value is an int, bool, float, str,
    datetime (UTC), bytes, or None if it is no number or time.
    """
    of: str
    which: int
    tag: int
    set: Optional[str]
    lid: int
    name: Optional[str]
    element: int
    elements: int
    size: int
    torn: bool
    value: Any


def _property(text: str) -> Property:
    doc = json.loads(text)
    value = doc.pop("value", None)
    tag = int(doc.pop("tag"), 16)
    if "base64" in doc:
        value = base64.b64decode(doc.pop("base64"))
    elif tag & 0xefff == 0x0040 and value is not None:
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return Property(tag=tag, value=value, **doc)


class Message:
    """One message of a store; a plain value that can be pickled.

    Its header is there at once. The rest is read when it is first asked for,
    from the file it lies in; if that was changed in the meantime, it says so
    with SystemRefused ("file.changed"). Of an Outlook data file all is read at
    once. A pickled one has all of it.
    """
    __slots__ = ("_head", "_walk", "_raw", "_mail", "_attachments")

    def __init__(self, head: Tuple[Item, int, str, str, str, str],
                 raw: Optional[bytes] = None,
                 walk: Optional["weakref.ref[Any]"] = None) -> None:
        self._head = head  # a list makes very many of these: one tuple
        self._raw = raw
        self._walk = walk

    @property
    def item(self) -> Item:
        """Where it lies."""
        return self._head[0]

    @property
    def index(self) -> int:
        """Its number in the store, from 1."""
        return self._head[0].index

    @property
    def folder(self) -> str:
        """The folder it is in; "/" between levels."""
        return self._head[0].folder

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._head[0].size if self._raw is None else len(self._raw)

    @property
    def flags(self) -> Flags:
        """What the mail program noted: seen, answered ..."""
        return Flags(self._head[0].flags)

    @property
    def keywords(self) -> Tuple[str, ...]:
        """Names the mail program gave it, as a Maildir of Dovecot has them."""
        return tuple(self._head[0].keywords.split())

    @property
    def sender(self) -> str:
        """Of its From field, decoded; "" if there is none."""
        return self._head[2]

    @property
    def to(self) -> str:
        """Of its To field, decoded; "" if there is none."""
        return self._head[3]

    @property
    def subject(self) -> str:
        """Decoded; "" if there is none."""
        return self._head[4]

    @property
    def message_id(self) -> str:
        """Without <>; "" if there is none."""
        return self._head[5]

    @property
    def date(self) -> Optional[datetime.datetime]:
        """Of its Date field, in UTC; None if there is no such time."""
        at = self._head[1]
        if not at:
            return None
        try:
            return _EPOCH + datetime.timedelta(microseconds=at)
        except OverflowError:
            return None

    @property
    def raw(self) -> bytes:
        """The delivered bytes."""
        if self._raw is None:
            walk = self._walk() if self._walk is not None else None
            if walk is not None and walk.at is self:
                self._raw = walk.raw()
            else:
                self._raw = self._read()
            self._walk = None
        return self._raw

    def properties(self) -> Iterator[Property]:
        """Of an Outlook item, its recipients and attachments, while the walk
        is at it; Unsupported if it comes from another kind of store."""
        walk = self._walk() if self._walk is not None else None
        if walk is None or walk.at is not self:
            raise ValueError("the walk has gone on")
        return map(_property, walk.properties())

    def _read(self) -> bytes:
        """From its file, after the walk has gone on."""
        item = self.item
        with builtins.open(item.file, "rb") as f:
            f.seek(item.offset)
            raw = f.read(item.size)
        mail = _core.Mail(_handle("en"), raw)
        if len(raw) != item.size or mail.head() != self._head[1:]:
            raise SystemRefused(
                f"{item.file}: it was changed since message {item.index} was "
                "listed", _core.EIO, _STALE, "file.changed")
        self._mail = mail
        return raw

    def _whole(self) -> _core.Mail:
        raw = self.raw
        mail: Optional[_core.Mail] = getattr(self, "_mail", None)
        if mail is None:
            self._mail = mail = _core.Mail(_handle("en"), raw)
        return mail

    @property
    def text(self) -> str:
        """The text people read: of text/plain, else HTML with its tags."""
        return self._whole().text(_handle("en"))

    @property
    def attachments(self) -> Tuple[Attachment, ...]:
        """What is to be saved, not what lies in a message within it."""
        found: Optional[Tuple[Attachment, ...]] = getattr(
            self, "_attachments", None)
        if found is None:
            mail, parts = self._whole(), []
            part = mail.attachment(0)
            while part is not None:
                parts.append(Attachment(*part))
                part = mail.attachment(len(parts))
            self._attachments = found = tuple(parts)
        return found

    @property
    def sha256(self) -> str:
        """Of the delivered bytes, in hexadecimal."""
        return self._whole().sha256()

    @property
    def digest(self) -> str:
        """"mg1:" and 64 digits: the same for what says the same, whatever
        file it lies in."""
        return self._whole().digest()

    def as_email(self) -> email.message.EmailMessage:
        """The same as an email.message.EmailMessage."""
        return _email(self.raw)

    def opened(self) -> Optional[email.message.EmailMessage]:
        """Where text and attachments lie in a winmail.dat, the mail it was
        meant to be; None if it has none."""
        meant = self._whole().tnef(_handle("en"))
        return None if meant is None else _email(meant)

    def __bytes__(self) -> bytes:
        return self.raw

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self._head == other._head and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self._head)

    def __reduce__(self) -> Tuple[Any, ...]:
        return Message, (self._head, self.raw)

    def __repr__(self) -> str:
        return (f"Message(folder={self.folder!r}, index={self.index}, "
                f"date={self.date!r}, sender={self.sender!r}, "
                f"subject={self.subject!r})")
