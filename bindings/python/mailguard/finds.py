"""Which mail files lie on this computer, and whose they are."""
import datetime
import json
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional

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
