"""The main job: a checkup of a whole profile."""
import json
import os
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import MailGuard, _handle, _stoppable
from .values import Verdict

_NO_NET, _NO_DEEP = 1, 2
Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Secret = Union[str, bytes, None]


def _profile(mg: MailGuard, path: Path,
             maps: Mapping[str, str]) -> _core.Profile:
    profile = _core.Profile.read(mg, path)
    for owner, here in maps.items():
        profile.add_map(owner, here)
    return profile


def checkup(profile: Path, *, saw: Iterable[str] = (),
            maps: Mapping[str, str] = {},
            secret: Optional[Callable[[str, str], Secret]] = None,
            ca_file: Optional[str] = None, net: bool = True,
            deep: bool = True,
            progress: Optional[Callable[[str], object]] = None,
            lang: str = "en") -> Verdict:
    """Ask the servers, look at the mail files, and say who is at fault.

    profile is the path of a profile's JSON; saw what the person at the mail
    program sees, as "a1 receive fail 0x800CCC0F"; maps owners' paths and where
    they are read here; secret is given a login and a host and returns the
    password, or None (the login is then untested). progress is given a line
    per step; if it returns True the rest is left out. Ctrl-C ends it at once.
    """
    mg = MailGuard(lang)
    flags = (0 if net else _NO_NET) | (0 if deep else _NO_DEEP)
    steps = _core.Checkup(mg, _profile(mg, profile, maps), secret, ca_file,
                          flags)
    for words in saw:
        steps.saw(words)
    while True:
        line = _stoppable(mg, steps.step)
        if line is None or (progress is not None and progress(line) is True):
            break
    verdict = steps.verdict()
    return Verdict._of(json.loads(verdict.json(mg)), verdict.text(mg))


def settings(path: Path, address: Optional[str] = None,
             lang: str = "en") -> Dict[str, Any]:
    """A mail program's own settings as a profile: a dict to keep as JSON."""
    mg = _handle(lang)
    profile = _core.Profile(mg)
    profile.take(path, address)
    made: Dict[str, Any] = json.loads(profile.json(mg))
    return made
