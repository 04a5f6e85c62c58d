"""Results: plain values that can be pickled, compared and printed."""
from dataclasses import dataclass, fields
from typing import Any, Dict, Mapping, Optional, Tuple


def _only(kind: Any, doc: Mapping[str, Any]) -> Dict[str, Any]:
    """The members of a JSON object that `kind` has a field for."""
    return {f.name: doc[f.name] for f in fields(kind) if f.name in doc}


@dataclass(frozen=True)
class Meaning:
    """One thing a code may mean."""
    namespace: str
    code: str
    fault_domain: str
    reason: str
    meaning: str

    @classmethod
    def _of(cls, doc: Mapping[str, Any]) -> "Meaning":
        return cls(**_only(cls, doc))


@dataclass(frozen=True)
class Explanation:
    """What a failure text or code means, and what to do."""
    input: str
    namespace: str
    code: str
    candidates: Tuple[Meaning, ...]
    fault_domain: str
    reason: str
    transient: str
    confidence: int
    meaning: str
    action: str
    rule: str

    @classmethod
    def _of(cls, doc: Mapping[str, Any]) -> "Explanation":
        own = _only(cls, doc)
        own["candidates"] = tuple(Meaning._of(c) for c in doc["candidates"])
        return cls(**own)


@dataclass(frozen=True)
class Bounce:
    """What a mail says of one recipient it did not reach, or did."""
    kind: str
    recipient: Optional[str]
    fault_domain: str
    reason: Optional[str]
    sisimai_reason: Optional[str]
    hard: bool
    transient: str
    status: Optional[str]
    reply_code: Optional[int]
    command: Optional[str]
    remote_host: Optional[str]
    reporting_host: Optional[str]
    confidence: int
    rule: Optional[str]
    said: Optional[str]
    action: Optional[str]

    @classmethod
    def _of(cls, doc: Mapping[str, Any]) -> "Bounce":
        return cls(**_only(cls, doc))


@dataclass(frozen=True)
class Component:
    """A part of the mail system that may be at fault, and how probably."""
    name: str
    p: float


@dataclass(frozen=True)
class Reading:
    """One observation, and how much it says for and against the verdict."""
    what: str
    where: Optional[str]
    when: Optional[str]
    for_it: float
    against: float


@dataclass(frozen=True)
class Next:
    """The next test worth making."""
    text: str
    test: str
    target: Optional[str]
    vantage: Optional[str]


@dataclass(frozen=True)
class Verdict:
    """Who is at fault, who is cleared, with what evidence, and what next."""
    verdict: str
    fault_domain: str
    components: Tuple[Component, ...]
    grade: str
    cleared: Tuple[str, ...]
    evidence: Tuple[Reading, ...]
    meanwhile: Tuple[str, ...]
    next: Tuple[Next, ...]
    avoid: Tuple[str, ...]
    not_looked_at: Tuple[str, ...]
    id: Optional[str] = None
    text: str = ""

    @classmethod
    def _of(cls, doc: Mapping[str, Any], text: str = "") -> "Verdict":
        own = _only(cls, doc)
        own["text"] = text
        own["components"] = tuple(
            Component(c["name"], c["p"]) for c in doc["components"])
        own["evidence"] = tuple(
            Reading(e["what"], e.get("where"), e.get("when"), e["for"],
                    e["against"]) for e in doc["evidence"])
        own["next"] = tuple(
            Next(n["text"], n["test"], n.get("target"), n.get("vantage"))
            for n in doc["next"])
        for name in ("cleared", "meanwhile", "avoid", "not_looked_at"):
            own[name] = tuple(doc[name])
        return cls(**own)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Endpoint:
    """Where a mail service is, and as whom to ask it."""
    protocol: str
    host: str
    port: int
    tls: str
    user: Optional[str] = None
    mechanism: Optional[str] = None
    address: Optional[str] = None
    path: Optional[str] = None
    url: str = ""

    def __str__(self) -> str:
        return self.url
