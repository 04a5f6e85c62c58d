"""Status pages of providers: what goes on, and whether it touches me."""
import builtins
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Iterable, Mapping, Optional, Tuple, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import MailGuard, _stoppable

_SERVICES = {"smtp": 1, "pop": 2, "imap": 4, "webmail": 8, "dns": 16,
             "other": 32}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Subject:
    """Something of mine that an incident may touch.

    services: "smtp", "pop", "imap", "webmail", "dns"; empty is all of mail.
    """
    host: Optional[str] = None
    provider: Optional[str] = None
    addresses: Tuple[str, ...] = ()
    services: Tuple[str, ...] = ()

    def _raw(self) -> Tuple[Any, ...]:
        bits = 0
        for name in self.services:
            bits |= _SERVICES[name]
        return self.host, self.provider, tuple(self.addresses), bits


@dataclass(frozen=True)
class Update:
    """One thing that was said while it went on."""
    at: Optional[datetime]
    phase: str
    text: str


@dataclass(frozen=True)
class Incident:
    """One incident, maintenance or piece of news. Times know their zone."""
    title: str
    kind: str
    phase: str
    impact: str
    when: str
    matches_me: str
    why: str
    why_text: str
    seen: Optional[str]
    provider_key: Optional[str]
    source_url: Optional[str]
    source_kind: str
    native_id: Optional[str]
    url: Optional[str]
    started_at: Optional[datetime]
    started_at_declared: Optional[datetime]
    started_at_observed: Optional[datetime]
    updated_at: Optional[datetime]
    expected_end: Optional[datetime]
    expected_end_revisions: int
    ended_at: Optional[datetime]
    next_update_at: Optional[datetime]
    fetched_at: Optional[datetime]
    components: Tuple[str, ...]
    services: Tuple[str, ...]
    hosts: Tuple[str, ...]
    regions: Tuple[str, ...]
    partly: bool
    body_text: str
    updates: Tuple[Update, ...]
    lang: Optional[str]
    confidence: int

    @classmethod
    def _of(cls, doc: Mapping[str, Any]) -> "Incident":
        own = dict(doc, **doc["affected"])
        for name in ("type", "affected", "http"):
            del own[name]
        for name in own:
            if name.endswith("_at") or name == "expected_end" or \
                    name.startswith("started_at"):
                own[name] = _time(own[name])
        for name in ("components", "services", "hosts", "regions"):
            own[name] = tuple(own[name])
        own["updates"] = tuple(
            Update(_time(u["at"]), u["phase"], u["text"])
            for u in own["updates"])
        return cls(**{k: own[k] for k in cls.__dataclass_fields__})


@dataclass(frozen=True)
class StatusPage:
    """A page: overall is "ok", "incident", "maint" or "unknown"."""
    overall: str
    incidents: Tuple[Incident, ...]
    source_kind: Optional[str]
    source_url: Optional[str]
    title: Optional[str]
    readable: bool
    complete: bool
    findings: Tuple[str, ...]
    sha256: str
    text: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.text


def _time(text: Optional[str]) -> Optional[datetime]:
    return datetime.fromisoformat(text) if text else None


def _facts(content_type: Optional[str], url: Optional[str],
           provider: Optional[str], fetched_at: Optional[datetime],
           utc_offset: Optional[timedelta],
           ca_file: Optional[str]) -> Tuple[Any, ...]:
    at = offset = 0
    if fetched_at is not None:
        at = (fetched_at - _EPOCH) // timedelta(microseconds=1)
    if utc_offset is not None:
        offset = int(utc_offset.total_seconds())
    return (content_type, url, provider, at, offset,
            int(utc_offset is not None), ca_file)


def status(page: Union[bytes, bytearray, memoryview, str, "os.PathLike[Any]"],
           *, subjects: Iterable[Subject] = (), provider: Optional[str] = None,
           url: Optional[str] = None, content_type: Optional[str] = None,
           fetched_at: Optional[datetime] = None,
           utc_offset: Optional[timedelta] = None,
           ca_file: Optional[str] = None, lang: str = "en") -> StatusPage:
    """What a provider's page says of my accounts: a StatusPage.

    page is the page's bytes, the path of a saved one, or a URL to ask.
    """
    mg = MailGuard(lang)
    mine = [s._raw() for s in subjects]
    facts = _facts(content_type, url, provider, fetched_at, utc_offset,
                   ca_file)
    if isinstance(page, str) and page.startswith(("http://", "https://")):
        asked = page
        steps = _stoppable(mg, lambda: _core.incidents_fetch(mg, asked, facts))
    elif isinstance(page, (str, os.PathLike)):
        with builtins.open(page, "rb") as f:
            steps = _core.Incidents(mg, f.read(), facts)
    else:
        steps = _core.Incidents(mg, page, facts)
    *lines, last = steps.json(mg, mine).rstrip("\n").split("\n")
    doc = json.loads(last)
    return StatusPage(
        overall=doc["overall"],
        incidents=tuple(Incident._of(json.loads(x)) for x in lines),
        source_kind=doc["source_kind"], source_url=doc["source_url"],
        title=doc["title"], readable=doc["readable"],
        complete=doc["complete"],
        findings=tuple(f["text"] for f in doc["findings"]),
        sha256=doc["sha256"], text=steps.text(mg, mine))
