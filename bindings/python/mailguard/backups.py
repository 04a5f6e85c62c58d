"""Backups: sealed copies of mail files, verified, restored and tried out."""
import datetime
import json
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple

from . import core as _core
from .checkups import Profile, _profile
from .errors import Error
from .stores import Path, Progress, _date, _named
from .tools import MailGuard
from .values import _only

_ALLOW = {"locked": 1, "changing": 2, "same-disk": 4, "synced": 8, "full": 16}


@dataclass(frozen=True)
class BackedStore:
    """One mail file or folder in a backup."""
    id: str
    path: str
    file: str
    format: str
    files: int
    bytes: int
    skipped: int
    torn: bool
    changing: bool
    locked: bool
    counted: bool
    messages: int
    attachments: int
    damaged: int
    lost: int
    verdict: str
    newest: Optional[datetime.datetime] = None


@dataclass(frozen=True)
class BackupFinding:
    """What was told of a backup; store is from 1, None for all of it.

    "backup.unreadable" is evidence of a failing disk.
    """
    code: str
    severity: str
    store: Optional[int]
    where: str
    offset: Optional[int]
    length: Optional[int]
    text: str


@dataclass(frozen=True)
class BackupReport:
    """What verifying, restoring or a drill came to.

    verdict is "sound" if all is as it was sealed, "damaged", "odd" if files
    lie there that were not sealed, "unknown" if only sizes were looked at.
    """
    verdict: str
    files: int
    bytes: int
    wrong: int
    missing: int
    added: int
    messages: int
    same: int
    mails_missing: int
    mails_added: int


class Backup:
    """A backup that is there; backup() makes one.

    Opening it verifies all but the copies themselves. progress is as in
    Store.
    """

    def __init__(self, path: Path, lang: str = "en", *,
                 progress: Optional[Progress] = None) -> None:
        self._mg = MailGuard(lang)
        self.path = path
        try:
            self._it = _core.Backup.read(self._mg, path, progress)
        except Error as e:
            raise _named(e, path)

    @classmethod
    def _made(cls, mg: MailGuard, it: _core.Backup, path: Path) -> "Backup":
        own = cls.__new__(cls)
        own._mg = mg
        own._it = it
        own.path = path
        return own

    def _doc(self) -> Dict[str, Any]:
        doc: Dict[str, Any] = json.loads(self._it.json(self._mg))
        return doc

    def _report(self) -> BackupReport:
        return BackupReport(**self._doc()["report"])

    @property
    def made(self) -> Optional[datetime.datetime]:
        """When it was made."""
        return _date(self._doc()["made"])

    @property
    def stores(self) -> Tuple[BackedStore, ...]:
        """The mail files and folders in it."""
        stores = []
        for s in self._doc()["stores"]:
            own = _only(BackedStore, s)
            own["newest"] = _date(s["newest"])
            stores.append(BackedStore(**own))
        return tuple(stores)

    @property
    def findings(self) -> Tuple[BackupFinding, ...]:
        """What was told when it was made, opened, verified and drilled."""
        return tuple(BackupFinding(**_only(BackupFinding, f))
                     for f in self._doc()["findings"])

    def profile(self) -> Dict[str, Any]:
        """The settings in it."""
        made: Dict[str, Any] = json.loads(self._it.profile(self._mg))
        return made

    def verify(self, quick: bool = False) -> BackupReport:
        """Read every copy again and compare it with its seal.

        quick: only whether each file is there with its size.
        """
        self._it.verify(quick)
        return self._report()

    def restore(self, dest: Path, store: Optional[int] = None) -> BackupReport:
        """Copy store (from 0) to dest, or all of them into a new folder."""
        self._it.restore(-1 if store is None else store, dest)
        return self._report()

    def drill(self, folder: Optional[Path] = None) -> BackupReport:
        """Restore it to a temporary place and read every message there."""
        self._it.drill(folder)
        return self._report()

    def __str__(self) -> str:
        return self._it.text(self._mg)


def backup(paths: Iterable[Path], dest: Path, *,
           profile: Optional[Profile] = None, maps: Mapping[str, str] = {},
           label: Optional[str] = None, allow: Iterable[str] = (),
           progress: Optional[Progress] = None, lang: str = "en") -> Backup:
    """Seal copies of mail files on another disk, whole or not at all.

    dest is a new folder. With a profile its settings are in it, and if there
    are no paths its mail files. allow names what is refused else: "locked",
    "changing", "same-disk", "synced", "full".
    """
    mg = MailGuard(lang)
    bits = 0
    for name in allow:
        if name not in _ALLOW:
            raise ValueError(f"nothing is called {name!r}")
        bits |= _ALLOW[name]
    it = _core.Backup(mg, label, bits, progress)
    paths = list(paths)
    for path in paths:
        it.add(path)
    if profile is not None:
        it.settings(_profile(mg, profile, maps), not paths)
    it.make(dest)
    return Backup._made(mg, it, dest)
