"""Servers asked, many at once: do they work, and if not, whose fault is it?"""
import json
from dataclasses import dataclass
from typing import (Any, Callable, Iterable, Iterator, Mapping, Optional,
                    Tuple, Union)

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import MailGuard, _handle, endpoint
from .values import Endpoint, _only

Secret = Union[str, bytes, None]
_SLICE = 100_000  # microseconds; between two of them Python sees its signals


@dataclass(frozen=True)
class Times:
    """Seconds of each phase; None if it was not gone through."""
    dns: Optional[float]
    connect: Optional[float]
    tls: Optional[float]
    greeting: Optional[float]
    login: Optional[float]
    total: Optional[float]


@dataclass(frozen=True)
class Tls:
    """What TLS came to; verify is "ok", "dane" if DNS alone vouches for the
    certificate, or the reason it is not; dane is what the TLSA records say,
    None if they were not asked for."""
    version: Optional[str]
    cipher: Optional[str]
    subject: Optional[str]
    issuer: Optional[str]
    names: Tuple[str, ...]
    not_before: Optional[str]
    not_after: Optional[str]
    verify: str
    dane: Optional[str] = None


@dataclass(frozen=True)
class ProbeFinding:
    """What is odd beside the verdict: "tls.cert-expiring"."""
    code: str
    severity: str
    text: str


@dataclass(frozen=True)
class ProbeResult:
    """One server's answer. str() of it is for people.

    Of the mailbox, where somebody logged in and the server told: how many
    messages are in it, how full it is (quota, percent), and, with `newest`,
    when the last one came. None is not known.
    """
    url: str
    ok: bool
    fault_domain: str
    reason: str
    phase: str
    message: str
    action: str
    address: Optional[str]
    times: Times
    tls: Optional[Tls]
    capabilities: Tuple[str, ...]
    login: str
    findings: Tuple[ProbeFinding, ...]
    also: Tuple[str, ...] = ()
    transient: str = "maybe"
    software: Optional[str] = None
    messages: Optional[int] = None
    newest: Optional[str] = None
    quota: Optional[int] = None
    clock: Optional[float] = None
    capabilities_in_clear: Tuple[str, ...] = ()
    text: str = ""
    session: str = ""

    @classmethod
    def _of(cls, doc: Mapping[str, Any], text: str = "",
            session: str = "") -> "ProbeResult":
        own = _only(cls, doc)
        own.update(text=text, session=session)
        own["times"] = Times(**_only(Times, doc["times"]))
        if doc["tls"] is not None:
            tls = _only(Tls, doc["tls"])
            own["tls"] = Tls(**dict(tls, names=tuple(tls["names"])))
        own["findings"] = tuple(ProbeFinding(**_only(ProbeFinding, f))
                                for f in doc["findings"])
        for name in ("capabilities", "capabilities_in_clear", "also"):
            own[name] = tuple(doc[name])
        return cls(**own)

    def __str__(self) -> str:
        return self.text


def _secret_of(secret: Union[Secret, Callable[[Endpoint], Secret]], url: str,
               login: Optional[str]) -> Union[str, bytes]:
    """The bytes of a target's secret; none if nobody is to log in."""
    if not callable(secret):
        found = secret
    else:
        whose = endpoint(url)
        if whose.user is None and login is not None:
            whose = Endpoint(**dict(whose.__dict__, user=login))
        found = secret(whose) if whose.user is not None else None
    return b"" if found is None else found


def _results(probe: _core.Probe, mg: MailGuard,
             wait: bool) -> Iterator[ProbeResult]:
    """All answers that have come in; with `wait` at least one, if any is
    under way."""
    while probe.in_flight():
        answer = probe.step(_SLICE if wait else 0)
        if answer is not None:
            wait = False
            yield ProbeResult._of(json.loads(answer.json(mg)),
                                  answer.text(mg), answer.session(mg))
        elif not wait:
            return


def probe(urls: Union[str, Iterable[str]], *,
          login: Optional[str] = None,
          secret: Union[Secret, Callable[[Endpoint], Secret]] = None,
          starttls: bool = False,
          ca_file: Optional[str] = None,
          resolver: Optional[str] = None,
          helo: Optional[str] = None,
          timeout: float = 0,
          jobs: int = 256,
          per_host: int = 0,
          newest: bool = False,
          dane: bool = False,
          lang: str = "en") -> Iterator[ProbeResult]:
    """Ask servers, `jobs` at once: yield a ProbeResult for each URL, in the
    order the answers come in.

    secret is a password or token, or a function that is given the Endpoint
    and returns one, or None. It is asked only for URLs with a user (or with
    `login`), and is never sent where the certificate is not good. per_host 0
    is 4 at once of one server, and of this computer as many as like. newest
    asks when the last mail of the mailbox came, without marking any; dane
    holds certificates against TLSA records.
    """
    mg = _handle(lang)
    # _core.Probe copies the options; secrets are lent for one call.
    asked = _core.Probe(mg, (ca_file, resolver, helo, jobs, per_host,
                             int(timeout * 1_000_000),
                             _core.PROBE_NEWEST * newest |
                             _core.PROBE_DANE * dane))
    for url in [urls] if isinstance(urls, str) else urls:
        given = _secret_of(secret, url, login)
        while not asked.add(mg, url, login, starttls, given):
            if not asked.in_flight():
                raise _errors.LimitReached("too few files may be open at once")
            yield from _results(asked, mg, True)
        yield from _results(asked, mg, False)
    while asked.in_flight():
        yield from _results(asked, mg, True)
