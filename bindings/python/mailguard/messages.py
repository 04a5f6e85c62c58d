"""Messages as a Python programmer wants them."""
import builtins
import datetime
import email.message
import email.parser
import email.policy
import enum
import weakref
from dataclasses import dataclass, field
from typing import Any, Optional, Tuple

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


class Message:
    """One message of a store; a plain value that can be pickled.

    Its header is there at once. The rest is read when it is first asked for,
    from the file it lies in; if that was changed in the meantime, it says so
    with SystemRefused ("file.changed"). A pickled one has all of it.
    """
    __slots__ = ("item", "sender", "to", "subject", "message_id", "_at",
                 "_walk", "_raw", "_mail", "_attachments", "_sums")

    item: Item
    sender: str
    to: str
    subject: str
    message_id: str

    def __init__(self, item: Item, at: int, sender: str, to: str,
                 subject: str, message_id: str, raw: Optional[bytes] = None,
                 walk: Optional["weakref.ref[Any]"] = None) -> None:
        self.item = item
        self._at = at
        self.sender = sender
        self.to = to
        self.subject = subject
        self.message_id = message_id
        self._raw = raw
        self._walk = walk
        self._mail: Optional[_core.Mail] = None
        self._attachments: Optional[Tuple[Attachment, ...]] = None
        self._sums: Tuple[str, str] = ("", "")

    @property
    def index(self) -> int:
        """Its number in the store, from 1."""
        return self.item.index

    @property
    def folder(self) -> str:
        """The folder it is in; "/" between levels."""
        return self.item.folder

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.item.size

    @property
    def flags(self) -> Flags:
        """What the mail program noted: seen, answered ..."""
        return Flags(self.item.flags)

    @property
    def date(self) -> Optional[datetime.datetime]:
        """Of its Date field, in UTC; None if there is no such time."""
        if not self._at:
            return None
        try:
            return _EPOCH + datetime.timedelta(microseconds=self._at)
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

    def _read(self) -> bytes:
        """From its file, after the walk has gone on."""
        item = self.item
        with builtins.open(item.file, "rb") as f:
            f.seek(item.offset)
            raw = f.read(item.size)
        mail = _core.Mail(_handle("en"), raw)
        if len(raw) != item.size or mail.head() != (
                self._at, self.sender, self.to, self.subject,
                self.message_id):
            raise SystemRefused(
                f"{item.file}: it was changed since message {item.index} was "
                "listed", _core.EIO, _STALE, "file.changed")
        self._mail = mail
        return raw

    def _whole(self) -> _core.Mail:
        raw = self.raw
        if self._mail is None:
            self._mail = _core.Mail(_handle("en"), raw)
        return self._mail

    @property
    def text(self) -> str:
        """The text people read: of text/plain, else HTML with its tags."""
        return self._whole().text(_handle("en"))

    @property
    def attachments(self) -> Tuple[Attachment, ...]:
        """What is to be saved, not what lies in a message within it."""
        if self._attachments is None:
            mail, found = self._whole(), []
            part = mail.attachment(0)
            while part is not None:
                found.append(Attachment(*part))
                part = mail.attachment(len(found))
            self._attachments = tuple(found)
        return self._attachments

    @property
    def sha256(self) -> str:
        """Of the delivered bytes, in hexadecimal."""
        if not self._sums[0]:
            self._sums = (self._whole().sha256(), self._sums[1])
        return self._sums[0]

    @property
    def digest(self) -> str:
        """"mg1:" and 64 digits: the same for what says the same, whatever
        file it lies in."""
        if not self._sums[1]:
            self._sums = (self._sums[0], self._whole().digest())
        return self._sums[1]

    def as_email(self) -> email.message.EmailMessage:
        """The same as an email.message.EmailMessage."""
        parser = email.parser.BytesParser(email.message.EmailMessage,
                                          policy=email.policy.default)
        made = parser.parsebytes(self.raw)
        assert isinstance(made, email.message.EmailMessage)
        return made

    def __bytes__(self) -> bytes:
        return self.raw

    def _key(self) -> Tuple[Any, ...]:
        return (self.item, self._at, self.sender, self.to, self.subject,
                self.message_id, self.raw)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.item, self.message_id))

    def __reduce__(self) -> Tuple[Any, ...]:
        return Message, self._key()

    def __repr__(self) -> str:
        return (f"Message(folder={self.folder!r}, index={self.index}, "
                f"date={self.date!r}, sender={self.sender!r}, "
                f"subject={self.subject!r})")
