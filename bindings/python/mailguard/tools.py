"""What the library does, as a Python programmer would call it."""
import json
import threading
from typing import Any, Callable, Iterator, Optional, Tuple, TypeVar, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .values import Bounce, Endpoint, Explanation, Verdict

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

    def bounce(self, mail: Text) -> Tuple[Bounce, ...]:
        """What a mail says of each recipient, if it is a bounce, a notice,
        an automatic reply or a complaint; nothing of any other."""
        text, at = self._open().bounce_json(self._mg, mail), 0
        records = []
        while at < len(text):
            doc, at = json.JSONDecoder().raw_decode(text, at)
            records.append(Bounce._of(doc))
        return tuple(records)

    def close(self) -> None:
        """Give it up."""
        self._it = None

    def __enter__(self) -> "Classifier":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _classifier(lang: str) -> Classifier:
    """This thread's classifier of that language."""
    kept = _own.__dict__.setdefault("classifiers", {})
    if lang not in kept:
        kept[lang] = Classifier(lang)
    classifier: Classifier = kept[lang]
    return classifier


def bounce(mail: Text, *, lang: str = "en") -> Tuple[Bounce, ...]:
    """Who did not get a mail, why, and what to do: a Bounce a recipient.

    mail is all of a mail, as bytes(message) gives it; what is no bounce,
    notice, automatic reply or complaint has none.
    """
    return _classifier(lang).bounce(mail)


def explain(text: Text, *, phase: str = "none",
            lang: str = "en") -> Explanation:
    """What a failure text or code means: an Explanation."""
    return _classifier(lang).explain(text, phase)


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


class Ask:
    """Questions to the person at the mail program, one at a time.

    case is as weigh() takes it. Each question is the one whose possible
    answers would move the verdict furthest apart:

        ask = mailguard.Ask(case)
        while (question := ask.question()) is not None:
            ask.answer(input(question))
        print(ask.verdict())
    """

    def __init__(self, case: Any, *, lang: str = "en") -> None:
        self._mg = _handle(lang)
        first = _core.Cases(self._mg, _cases_text(case)).step()
        if first is None:
            raise ValueError("there is no case")
        self._case = first
        self._it = _core.Ask(first)

    def question(self) -> Optional[str]:
        """The next question, the same again until it is answered; None:
        none would change anything."""
        return self._it.question()

    def answer(self, words: str) -> None:
        """Answer it: "1 3", "all", "none", "yes", "no", "?" or the words of
        a message. InvalidArgument: it cannot be understood; it stays."""
        self._it.answer(words)

    def verdict(self) -> Verdict:
        """What the answers so far amount to."""
        verdict = self._case.weigh()
        return Verdict._of(json.loads(verdict.json(self._mg)),
                           verdict.text(self._mg))


def endpoint(url: str) -> Endpoint:
    """The parts of a URL such as "imaps://ann@mail.example.org"."""
    return Endpoint(**_core.endpoint_parse(_handle("en"), url))
