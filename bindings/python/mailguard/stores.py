"""Mail files: messages walked, files checked, mail salvaged, files rebuilt."""
import datetime
import json
import os
import weakref
from dataclasses import dataclass
from typing import Callable, Iterator, List, Optional, Tuple, Union

from . import core as _core
from .core import Item
from .errors import Error, FormatError, SystemRefused
from .messages import Message
from .tools import MailGuard
from .values import _only

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Progress = Callable[[int, int, str], object]
OnError = Callable[[Error], object]
# Where a message is so many bytes of a file, and can be read again later.
_IN_PLACE = ("mbox", "maildir", "eml", "emlx", "mh", "mbx")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a store."""
    code: str
    severity: str
    offset: Optional[int]
    folder: Optional[str]
    message: Optional[int]
    text: str
    file: Optional[str] = None


@dataclass(frozen=True)
class Summary:
    """What a check came to; str() of it is one sentence."""
    format: str
    messages: int
    attachments: int
    folders: int
    intact: int
    damaged: int
    lost: int
    verdict: str
    place: str
    newest: Optional[datetime.datetime] = None
    text: str = ""
    downloads: int = 0

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Checked:
    """All findings of a check, and its summary."""
    path: str
    findings: Tuple[Finding, ...]
    summary: Summary


@dataclass(frozen=True)
class Download:
    """One message of a server, as the mail program that fetched it by POP3
    remembers it.

    state is "fetched", "deleted" (on the server), "moved" (both), "to-delete",
    "partly" or "to-fetch". account is a mail address (Outlook) or a user name
    (Thunderbird); host is "" for Outlook. Outlook's times are of its
    computer's clock, whose zone is not told, as if it were UTC.
    """
    uid: str
    state: str
    time: Optional[datetime.datetime]
    account: str
    host: str
    file: str


@dataclass(frozen=True)
class Downloads:
    """What is remembered of mail fetched by POP3; iterate for each Download.

    torn: how many entries, or whole lists, could not be read.
    """
    known: Tuple[Download, ...]
    torn: int

    def __iter__(self) -> Iterator[Download]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass(frozen=True)
class Salvaged:
    """What a salvage or a rebuild did."""
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


def _downloads(told: Tuple[int, List[str]]) -> Downloads:
    known = []
    for line in told[1]:
        own = _only(Download, json.loads(line))
        own["time"] = _date(own["time"])
        known.append(Download(**own))
    return Downloads(tuple(known), told[0])


def _named(error: Error, path: Path) -> Error:
    """The error, with the path it is about."""
    if error.path is None:
        error.path = os.fsdecode(path)
    return error


class _Walk:
    """Messages of a store. One that cannot be read is an exception, and the
    next step goes on behind it."""
    __slots__ = ("_it", "_mg", "_path", "_on_error", "_ref", "_later", "at",
                 "__weakref__")

    def __init__(self, it: _core.Walk, mg: MailGuard, path: Path,
                 on_error: Optional[OnError], later: bool) -> None:
        self._it = it
        self._later = later
        self._mg = mg
        self._path = path
        self._on_error = on_error
        self._ref = weakref.ref(self)
        self.at: Optional[Message] = None

    def __iter__(self) -> "_Walk":
        return self

    def raw(self) -> bytes:
        """The bytes of the message stepped to."""
        return self._it.raw()

    def properties(self) -> List[str]:
        """Those of the message stepped to, each as JSON."""
        return self._it.properties(self._mg)

    def __next__(self) -> Message:
        while True:
            try:
                head = self._it.head(self._mg)
                raw = self._it.raw() if head and not self._later else None
            except (SystemRefused, FormatError) as e:
                if self._on_error is None:
                    raise _named(e, self._path)
                self._on_error(_named(e, self._path))
                continue
            except Error as e:
                raise _named(e, self._path)
            if head is None:
                raise StopIteration
            message = Message(head, raw, self._ref)
            self.at = message
            return message


class Store:
    """A mail file or folder, open to be read; iterate for its messages.

    A message that cannot be read raises an Error that has the path; next()
    of the same iterator goes on behind it. With on_error that function is
    given the Error instead and the loop never ends. progress is given
    (done, total, what) now and then; if it returns True the work ends with
    Cancelled. An exception in it ends the work, too, as Ctrl-C does.

    Also a context manager. In one thread at a time.
    """

    def __init__(self, path: Path, lang: str = "en", *,
                 on_error: Optional[OnError] = None,
                 progress: Optional[Progress] = None) -> None:
        self._mg = MailGuard(lang)
        self._it: Optional[_core.Store] = None
        self._on_error = on_error
        self._progress = progress
        self.path = path
        try:
            self._it = _core.Store(self._mg, path)
        except Error as e:
            raise _named(e, path)

    def _open(self) -> _core.Store:
        if self._it is None:
            raise ValueError("the store is closed")
        return self._it

    @property
    def format(self) -> str:
        """"mbox", "maildir", "eml" ..."""
        return self._open().format()

    def __iter__(self) -> Iterator[Message]:
        walk = self._open().walk(self._mg, self._progress)
        return _Walk(walk, self._mg, self.path, self._on_error,
                     self.format in _IN_PLACE)

    def items(self) -> Iterator[Item]:
        """Where each message lies, nothing of it read: the quickest walk."""
        walk = self._open().walk(self._mg, self._progress)
        while True:
            try:
                page = walk.page()
            except (SystemRefused, FormatError) as e:
                if self._on_error is None:
                    raise _named(e, self.path)
                self._on_error(_named(e, self.path))
                continue
            except Error as e:
                raise _named(e, self.path)
            if not page:
                return
            yield from page

    def check(self, quick: bool = False) -> Checked:
        """Look at all of it; a damaged store is a good check.

        quick: only the files, their ends and places, not each message.
        """
        check = self._open().check(quick, self._progress)
        findings = []
        try:
            text = check.step(self._mg)
            while text:
                findings.append(Finding(**_only(Finding, json.loads(text))))
                text = check.step(self._mg)
        except Error as e:
            raise _named(e, self.path)
        doc = json.loads(check.json(self._mg))
        own = _only(Summary, doc)
        own.update(newest=_date(doc["newest"]), text=check.text(self._mg))
        return Checked(doc["path"], tuple(findings), Summary(**own))

    @property
    def downloads(self) -> Downloads:
        """What is remembered of mail fetched by POP3, in an Outlook data file
        or beside Thunderbird's mbox files; of other stores nothing."""
        try:
            return _downloads(self._open().downloads(self._mg))
        except Error as e:
            raise _named(e, self.path)

    def salvage(self, dest: Path, format: Optional[str] = None) -> Salvaged:
        """Every message that can be reached into a new store.

        dest must not exist. format: "mbox" or "maildir"; None: as the source.
        """
        try:
            doc = json.loads(self._open().salvage_json(
                self._mg, dest, format, self._progress))
        except Error as e:
            raise _named(e, self.path)
        return Salvaged(**_only(Salvaged, doc))

    def rebuild(self, dest: Path) -> Salvaged:
        """An Outlook data file into a new, clean one, checked and compared.

        Every folder, message and hidden item that can be reached. dest must
        not exist.
        """
        try:
            doc = json.loads(self._open().rebuild_json(
                self._mg, dest, self._progress))
        except Error as e:
            raise _named(e, self.path)
        return Salvaged(**_only(Salvaged, doc))

    def close(self) -> None:
        """Give it up; messages stay valid."""
        self._it = None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open(path: Path, lang: str = "en", *,
         on_error: Optional[OnError] = None,
         progress: Optional[Progress] = None) -> Store:
    """A store, whatever its kind: ``for m in mailguard.open(path): ...``

    See Store for on_error and progress.
    """
    return Store(path, lang, on_error=on_error, progress=progress)


def check(path: Path, quick: bool = False, lang: str = "en", *,
          progress: Optional[Progress] = None) -> Checked:
    """Check one store: ``mailguard.check(path).summary``"""
    with Store(path, lang, progress=progress) as store:
        return store.check(quick)


def downloads(path: Path, lang: str = "en") -> Downloads:
    """What a mail program remembers of mail fetched by POP3.

    path: an Outlook data file, Thunderbird's popstate.dat or the folder it is
    in.
    """
    try:
        return _downloads(_core.downloads_of(MailGuard(lang), path))
    except Error as e:
        raise _named(e, path)


def salvage(path: Path, dest: Path, format: Optional[str] = None,
            lang: str = "en", *,
            progress: Optional[Progress] = None) -> Salvaged:
    """Get the mail out of a store, into a new one."""
    with Store(path, lang, progress=progress) as store:
        return store.salvage(dest, format)


def rebuild(path: Path, dest: Path, lang: str = "en", *,
            progress: Optional[Progress] = None) -> Salvaged:
    """A new, clean Outlook data file from a broken one."""
    with Store(path, lang, progress=progress) as store:
        return store.rebuild(dest)
