"""The main job: a checkup of a whole profile."""
import json
import os
from dataclasses import dataclass
from typing import (Any, Callable, Dict, Iterable, Iterator, Mapping, Optional,
                    Tuple, Union)

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import MailGuard, _handle, _stoppable
from .values import Verdict

_NO_NET, _NO_DEEP, _NO_STATUS = 1, 2, 4
_STAGES = ("", "place", "server", "page", "store", "first", "silence", "here")
Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Profile = Union[Path, Mapping[str, Any]]
Secret = Union[str, bytes, None]


def _profile(mg: MailGuard, profile: Profile,
             maps: Mapping[str, str]) -> _core.Profile:
    """A profile of a file, or of what such a file holds."""
    if isinstance(profile, Mapping):
        read = _core.Profile.parse(mg, json.dumps(profile), None)
    else:
        read = _core.Profile.read(mg, profile)
    for owner, here in maps.items():
        read.add_map(owner, here)
    return read


@dataclass(frozen=True)
class Step:
    """One step of a checkup; str() of it is one line.

    stage is "place", "server", "page" or "store" for what was looked at,
    "silence" where an account may wait for mail too long, "here" for this
    machine's line, resolver and clock, and once "first": what is quick is
    through, time to show the verdict so far. unlooked: it could not be looked at, so nothing is known of it.
    """
    stage: str
    outcome: str
    target: Optional[str]
    text: str
    done: int
    total: int
    account: Optional[str]
    outgoing: bool
    unlooked: bool

    def __str__(self) -> str:
        return self.text


class Checkup:
    """A checkup under way: iterate for its Steps.

    profile is the path of a profile's JSON, or a mapping such as settings()
    returns; saw what the person at the mail program sees, as "a1 receive fail
    0x800CCC0F"; maps owners' paths and where they are read here; clients the
    mail programs or systems in use and their versions, {"windows":
    "26100.7623"}; observations what others saw, see observe(). secret is
    given a login and a host and returns the password, or None (the login is
    then untested). net, status, deep: ask servers, fetch status pages, read
    each message. budget: seconds for all of it; what is left out is named by
    the verdict. control: URL of a host far from all mail servers, to tell a
    dead line from dead servers; control_name: another name for the resolver.
    Without it no stranger is asked.

    After every step verdict() and report() tell what is known so far. Ctrl-C
    ends a step at once. In one thread at a time.
    """

    def __init__(self, profile: Profile, *, saw: Iterable[str] = (),
                 maps: Mapping[str, str] = {},
                 clients: Mapping[str, Optional[str]] = {},
                 observations: Any = None,
                 secret: Optional[Callable[[str, str], Secret]] = None,
                 ca_file: Optional[str] = None, net: bool = True,
                 status: bool = True, deep: bool = True,
                 budget: Optional[float] = None,
                 control: Optional[str] = None,
                 control_name: Optional[str] = None,
                 lang: str = "en") -> None:
        self._mg = mg = MailGuard(lang)
        flags = ((0 if net else _NO_NET) | (0 if deep else _NO_DEEP) |
                 (0 if status else _NO_STATUS))
        self._it = _core.Checkup(mg, _profile(mg, profile, maps), secret,
                                 ca_file, flags,
                                 int((budget or 0) * 1_000_000), control,
                                 control_name)
        for words in saw:
            self._it.saw(words)
        if observations is not None:
            self.observe(observations)
        for product, version in clients.items():
            self._it.client(product, version)

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        made = _stoppable(self._mg, self._it.step)
        if made is None:
            raise StopIteration
        stage = _STAGES[made[0]] if made[0] < len(_STAGES) else "unknown"
        return Step(stage, *made[1:7], outgoing=bool(made[7]),
                    unlooked=made[8])

    def saw(self, words: str) -> None:
        """What the person sees: "a1 receive fail 0x800CCC0F"."""
        self._it.saw(words)

    def observe(self, observations: Any) -> None:
        """What others saw: the lines of another machine's `mailguard probe
        --json`, as str or bytes, or in a file given as os.PathLike; or a case
        with "observations", as JSON or a mapping, or just a list of those.
        See docs/schema/probe.json and weigh.json."""
        if isinstance(observations, os.PathLike):
            with open(observations, "rb") as f:
                observations = f.read()
        elif not isinstance(observations, (str, bytes, bytearray, memoryview)):
            if not isinstance(observations, Mapping):
                observations = {"observations": list(observations)}
            observations = json.dumps(observations)
        self._it.observe(observations)

    @property
    def notes(self) -> Tuple[str, ...]:
        """What observations were of no use here, and why."""
        notes = []
        note = self._it.note(0)
        while note is not None:
            notes.append(note)
            note = self._it.note(len(notes))
        return tuple(notes)

    def verdict(self) -> Verdict:
        """Weigh what was seen so far."""
        verdict = self._it.verdict()
        return Verdict._of(json.loads(verdict.json(self._mg)),
                           verdict.text(self._mg))

    def report(self, format: str = "text") -> str:
        """What was seen so far, laid out: "text" for one screen, "json", a
        page as "html", a table as "csv", a line for monitors as "nagios"."""
        return self._it.report(self._mg, format)

    @property
    def code(self) -> int:
        """For a monitor: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
        return self._it.report_code()


def checkup(profile: Profile, *, saw: Iterable[str] = (),
            maps: Mapping[str, str] = {},
            clients: Mapping[str, Optional[str]] = {},
            observations: Any = None,
            secret: Optional[Callable[[str, str], Secret]] = None,
            ca_file: Optional[str] = None, net: bool = True,
            status: bool = True, deep: bool = True,
            budget: Optional[float] = None, control: Optional[str] = None,
            control_name: Optional[str] = None,
            progress: Optional[Callable[[str], object]] = None,
            lang: str = "en") -> Verdict:
    """Ask the servers, look at the mail files, and say who is at fault.

    As Checkup, all steps at once: progress is given a line per step; if it
    returns True the rest is left out.
    """
    steps = Checkup(profile, saw=saw, maps=maps, clients=clients,
                    observations=observations, secret=secret,
                    ca_file=ca_file, net=net, status=status, deep=deep,
                    budget=budget, control=control,
                    control_name=control_name, lang=lang)
    for step in steps:
        if progress is not None and progress(step.text) is True:
            break
    return steps.verdict()
