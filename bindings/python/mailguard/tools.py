"""What the library does, as a Python programmer would call it."""
import json
import threading
from typing import Any, Callable, Iterator, Optional, Tuple, TypeVar, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .values import Endpoint, Explanation, Verdict

Text = Union[str, bytes, bytearray, memoryview]
T = TypeVar("T")
_own = threading.local()


class MailGuard(_core.MailGuard):
    """A handle of the library: its language and its clock's zone.

    lang is that of every text for people, "en" or "ja"; utc_offset are the
    seconds east of UTC in which times are told, None the system's own zone.
    It never changes and may be shared by threads.
    """

    def __init__(self, lang: Optional[str] = "en",
                 utc_offset: Optional[int] = None) -> None:
        super().__init__(lang, _core.LOCAL_TIME if utc_offset is None
                         else utc_offset)

    def interrupt(self, on: bool = True) -> None:
        """Stop all work of this handle with Cancelled, from any thread;
        False allows it again."""
        super().interrupt(on)


def _handle(lang: str) -> MailGuard:
    """This thread's handle of that language."""
    handles = _own.__dict__.setdefault("handles", {})
    if lang not in handles:
        handles[lang] = MailGuard(lang)
    handle: MailGuard = handles[lang]
    return handle


def _stoppable(mg: MailGuard, call: Callable[[], T]) -> T:
    """What the call returns; Ctrl-C ends it, wherever it waits.

    Python sees its signals between two steps of its own only, so the main
    thread waits beside the call and interrupts the handle. That must be one
    nobody else works with.
    """
    if threading.current_thread() is not threading.main_thread():
        return call()
    came: Tuple[Any, ...] = ()

    def work() -> None:
        nonlocal came
        try:
            came = (call(), None)
        except BaseException as e:
            came = (None, e)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        mg.interrupt(True)
        thread.join()
        mg.interrupt(False)
        raise
    result, error = came
    if error is not None:
        raise error
    done: T = result
    return done


class Classifier:
    """The tables of codes and phrases, and one's own rows.

    Building it costs more than a question, so keep it; in one thread at a
    time. Also a context manager.
    """

    def __init__(self, lang: str = "en") -> None:
        self._mg = _handle(lang)
        self._it: Optional[_core.Classifier] = _core.Classifier(self._mg)

    def _open(self) -> _core.Classifier:
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
        """Give it up."""
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
    classifier: Classifier = kept[lang]
    return classifier.explain(text, phase)


def _cases_text(cases: Any) -> Text:
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
