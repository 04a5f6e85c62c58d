"""Which mail files lie on this computer, whose they are, and what the mail
programs here have for settings."""
import datetime
import json
import os
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, Mapping, Optional, Tuple

from . import core as _core
from .checkups import Path, Profile, _profile
from .stores import Progress, _date
from .tools import MailGuard
from .values import _only


@dataclass(frozen=True)
class Found:
    """Mail found, or what was passed over; str() of it is for people.

    state is "read", "not-read-yet" for a kind this version cannot look into,
    or "passed-over", where text says why. orphan: no settings of the profile
    name it; None without a profile.
    """
    path: str
    owner_path: Optional[str]
    kind: Optional[str]
    state: str
    client: Optional[str]
    files: int
    size: int
    newest: Optional[datetime.datetime]
    newest_from: Optional[str]
    place: str
    cloud: Optional[str]
    store: Optional[str]
    account: Optional[str]
    orphan: Optional[bool]
    text: Optional[str]
    words: str = ""

    @classmethod
    def _of(cls, doc: Mapping[str, Any], words: str) -> "Found":
        own = _only(cls, doc)
        own.update(newest=_date(doc["newest"]), words=words)
        return cls(**own)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Looked:
    """One thing a look around saw; str() of it is one line.

    what is "settings" that were read, "unread" settings, where text says why
    and what to do, "orphan" for a mail file no settings name, or "passed" for
    what could not be looked into. accounts: how many new ones came of it.
    """
    what: str
    path: str
    client: Optional[str]
    text: str
    accounts: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Around:
    """What a look around gathered: a profile, as checkup() takes it."""
    profile: Dict[str, Any]
    seen: Tuple[Looked, ...]


def find(*paths: Path, profile: Optional[Profile] = None,
         maps: Mapping[str, str] = {}, progress: Optional[Progress] = None,
         lang: str = "en") -> Iterator[Found]:
    """Mail files below these paths: yield a Found for each.

    profile, as checkup() takes it, tells which are in use and which are
    orphans; maps owners' paths and where they are read here. A path that is
    not there is a SystemRefused, a folder that cannot be read only told.
    progress is as in Store.
    """
    mg = MailGuard(lang)
    known = None if profile is None else _profile(mg, profile, maps)
    search = _core.Find(mg, known, progress)
    for owner, here in maps.items():
        search.add_map(owner, here)
    for path in paths:
        search.add(path)
    found = search.step(mg)
    while found is not None:
        yield Found._of(json.loads(found[0]), found[1])
        found = search.step(mg)


_LOOKED = ("", "settings", "unread", "orphan", "passed")


def look(root: Optional[Path] = None, *, homes: Iterable[Path] = (),
         progress: Optional[Progress] = None, lang: str = "en") -> Around:
    """Settings of mail programs, and mail files, on a computer: an Around.

    root is where another computer's disk is mounted. Without it this one is
    looked at, in homes or, if there are none, that of the user.
    ``mailguard.checkup(mailguard.look().profile)`` is the main job without
    a profile. progress is as in Store.
    """
    mg = MailGuard(lang)
    looking = _core.Look(mg, root, progress)
    homes = list(homes)
    if root is None and not homes:
        homes = [os.path.expanduser("~")]
    for home in homes:
        looking.home(home)
    seen = []
    step = looking.step()
    while step is not None:
        what = _LOOKED[step[0]] if step[0] < len(_LOOKED) else "unknown"
        seen.append(Looked(what, *step[1:]))
        step = looking.step()
    profile: Dict[str, Any] = json.loads(looking.profile().json(mg))
    return Around(profile, tuple(seen))
