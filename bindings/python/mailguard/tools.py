"""What the library does, as a Python programmer would call it."""
import json
import threading
from typing import Any, Iterator, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .values import Endpoint, Explanation, Verdict

MailGuard = _core.MailGuard
Text = Union[str, bytes, bytearray, memoryview]
_own = threading.local()


def _handle(lang):
    """This thread's handle of that language."""
    handles = _own.__dict__.setdefault("handles", {})
    if lang not in handles:
        handles[lang] = MailGuard(lang)
    return handles[lang]


class Classifier:
    """The tables of codes and phrases, and one's own rows.

    Building it costs more than a question, so keep it; in one thread at a
    time. Also a context manager.
    """

    def __init__(self, lang: str = "en") -> None:
        self._mg = _handle(lang)
        self._it = _core.Classifier(self._mg)

    def _open(self):
        if self._it is None:
            raise ValueError("the classifier is closed")
        return self._it

    def add(self, tsv: Text) -> None:
        """Add rows: str or bytes with the columns of data/codes/*.tsv."""
        self._open().add_rows(tsv)

    def explain(self, text: Text, phase: str = "none") -> Explanation:
        """What a failure text or code means: an Explanation.

        phase is where it happened, if known: "login", "rcpt", "data" ...
        """
        doc = self._open().explain_json(self._mg, phase, text)
        return Explanation._of(json.loads(doc))

    def close(self) -> None:
        self._it = None

    def __enter__(self) -> "Classifier":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def explain(text: Text, *, phase: str = "none",
            lang: str = "en") -> Explanation:
    """What a failure text or code means: an Explanation."""
    kept = _own.__dict__.setdefault("classifiers", {})
    if lang not in kept:
        kept[lang] = Classifier(lang)
    return kept[lang].explain(text, phase)


def _cases_text(cases):
    if isinstance(cases, (str, bytes, bytearray, memoryview)):
        return cases
    return json.dumps(cases)


def weigh(cases: Any, *, lang: str = "en") -> Iterator[Verdict]:
    """Weigh observations: yield a Verdict for each case.

    cases is one case, a list of them, or the JSON text of either; its form
    is docs/schema/weigh.json.
    """
    mg = _handle(lang)
    steps = _core.Cases(mg, _cases_text(cases))
    while True:
        case = steps.step()
        if case is None:
            return
        verdict = case.weigh()
        yield Verdict._of(json.loads(verdict.json(mg)), verdict.text(mg))


def endpoint(url: str) -> Endpoint:
    """The parts of a URL such as "imaps://ann@mail.example.org"."""
    return Endpoint(**_core.endpoint_parse(_handle("en"), url))
