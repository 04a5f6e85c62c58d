"""The main job: a checkup of a whole profile."""
import json
from typing import Any, Callable, Iterable, Mapping, Optional, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import _handle
from .values import Verdict

_NO_NET, _NO_DEEP = 1, 2
Secret = Union[str, bytes, None]


def _profile(mg: Any, path: Any, maps: Mapping[str, str]) -> Any:
    profile = _core.Profile.read(mg, path)
    for owner, here in maps.items():
        profile.add_map(owner, here)
    return profile


def checkup(profile: Any, *, saw: Iterable[str] = (),
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
    per step; if it returns True the rest is left out.
    """
    mg = _handle(lang)
    flags = (0 if net else _NO_NET) | (0 if deep else _NO_DEEP)
    steps = _core.Checkup(mg, _profile(mg, profile, maps), secret, ca_file,
                          flags)
    for words in saw:
        steps.saw(words)
    while True:
        line = steps.step()
        if line is None or (progress is not None and progress(line) is True):
            break
    verdict = steps.verdict()
    return Verdict._of(json.loads(verdict.json(mg)), verdict.text(mg))


def settings(path: Any, address: Optional[str] = None,
             lang: str = "en") -> Any:
    """A mail program's own settings as a profile: a dict to keep as JSON."""
    mg = _handle(lang)
    profile = _core.Profile(mg)
    profile.take(path, address)
    return json.loads(profile.json(mg))
