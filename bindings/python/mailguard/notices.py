"""Notices: what to tell the people who are waiting. Nothing is sent."""
import email.utils
import json
import os
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .tools import MailGuard

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Time = Union[datetime, str, None]
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FACTS = ("company", "address", "resend", "phone", "status", "since", "until",
          "window_from", "window_to", "next_update", "slips")
_ENVELOPE = ("sender", "sender_name", "to", "to_name", "reply_to")


def _time(name: str, value: Time) -> Optional[datetime]:
    """A time that knows its zone; one without is the system's."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if value is None or isinstance(value, datetime):
        return value.astimezone() if value and not value.tzinfo else value
    raise TypeError(f"{name} is no time")


def _usec(at: Optional[datetime]) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) if at else 0


class Notice:
    """One notice, drafted. It never changes; str() of it is the text.

    It can be pickled: it is what it was told, drafted again.
    """

    def __init__(self, facts: Mapping[str, Any], phase: str,
                 lang: str) -> None:
        unknown = set(facts) - set(_FACTS) - set(_ENVELOPE)
        if unknown:
            raise TypeError(f"no fact is called {sorted(unknown)[0]!r}")
        self._facts = dict(facts)
        self.phase = phase
        self.lang = lang
        raw = {name: facts.get(name) for name in _FACTS}
        since = _time("since", raw["since"])
        times = [_usec(_time(name, raw[name])) for name in _FACTS[5:10]]
        # Times are told in the zone of "since".
        offset = since.utcoffset() if since else None
        self._mg = MailGuard(lang, None if offset is None else
                             int(offset.total_seconds()))
        self._it = _core.Notice(self._mg, (
            lang, *(raw[name] for name in _FACTS[:5]), *times, phase,
            raw["slips"] or 0))

    @property
    def subject(self) -> str:
        """One line."""
        return self._it.subject()

    @property
    def text(self) -> str:
        """All of it, lines ended by LF."""
        return self._it.text()

    @property
    def parts(self) -> Tuple[str, ...]:
        """The seven: that there is an outage, since when, the expected end,
        which mail may not have arrived, where to send again or call, that
        the rest follows after recovery, and an apology."""
        return tuple(json.loads(self._it.json(self._mg))["parts"])

    def _envelope(self, charset: str, own: Dict[str, Any]) -> Tuple[Any, ...]:
        have = {name: self._facts.get(name) for name in _ENVELOPE}
        have.update((k, v) for k, v in own.items() if v is not None)
        sender = have["sender"] or self._facts.get("resend")
        message_id = own.get("message_id")
        if message_id is None and sender:
            message_id = email.utils.make_msgid(
                domain=sender.rpartition("@")[2])
        return (have["sender_name"], sender, have["to_name"], have["to"],
                have["reply_to"], message_id and message_id.strip("<>"),
                charset, _usec(_time("date", own.get("date"))))

    def as_bytes(self, charset: str = "utf-8", *, to: Optional[str] = None,
                 to_name: Optional[str] = None, sender: Optional[str] = None,
                 sender_name: Optional[str] = None,
                 reply_to: Optional[str] = None,
                 message_id: Optional[str] = None,
                 date: Time = None) -> bytes:
        """A message ready to send to one person: CRLF, 7-bit.

        charset is "utf-8" or, for old readers, "iso-2022-jp", where what is
        unencodable raises InvalidArgument ("draft.misfits"): nothing is ever
        replaced. What is left out is taken from the notice's facts; sender is
        then where to send instead, message_id a new one and date now.
        """
        envelope = self._envelope(charset, dict(
            to=to, to_name=to_name, sender=sender, sender_name=sender_name,
            reply_to=reply_to, message_id=message_id, date=date))
        return self._it.message(self._mg, envelope)

    @property
    def unencodable(self) -> Tuple[str, ...]:
        """The characters that iso-2022-jp does not have."""
        # Of no consequence for the text, but a message must have them.
        anybody = dict(to="a@example.org", message_id="1@example.org",
                       sender=self._facts.get("sender") or "b@example.org")
        misfits = self._it.misfits(
            self._mg, self._envelope("iso-2022-jp", anybody))
        return tuple(misfits.split())

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Notice(phase={self.phase!r}, subject={self.subject!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return Notice, (self._facts, self.phase, self.lang)


def _of_profile(path: Path, account: Optional[str]) -> Dict[str, Any]:
    """What a profile knows of an account (the first, if none is named)."""
    mg = MailGuard("en")
    doc = json.loads(_core.Profile.read(mg, path).json(mg))
    accounts = {a["id"]: a for a in doc.get("accounts", [])}
    chosen = account if account is not None else next(iter(accounts), "")
    if chosen not in accounts:
        raise _errors.InvalidArgument(
            f"no such account in the profile: {account}", _core.EINVAL, 0,
            "account.unknown")
    own = accounts[chosen]
    providers = {p["id"]: p for p in doc.get("providers", [])}
    return {
        "address": own.get("address"), "phone": own.get("phone"),
        "resend": accounts.get(own.get("backup"), {}).get("address"),
        "status": providers.get(own.get("provider"), {}).get("status"),
    }


def notice(facts: Union[Mapping[str, Any], Path, None] = None,
           phase: str = "first", lang: str = "ja", *,
           account: Optional[str] = None, **more: Any) -> Notice:
    """Draft a notice of an outage: a Notice.

    facts is a mapping, or the path of a profile, where account names the
    account that does not work; more are further facts and win:

    company      who tells it *
    address      the address that does not work *
    resend       where to send instead, in another domain * (not if resolved)
    phone        for what is urgent * (not if resolved)
    status       URL of the provider's page
    since        when it began *
    until        when the provider expects the end; if resolved, when it was *
    window_from, window_to   mail sent between may not have arrived
    next_update  when the next word comes
    slips        how often the expected end was put off
    sender, sender_name, to, to_name, reply_to   for as_bytes()

    Without one marked * InvalidArgument names it ("notice.missing"): a blank
    is worse than no notice. Times are datetime or RFC 3339; the text tells
    them in the zone of since. phase: "first", "update" or "resolved".
    """
    if facts is None or isinstance(facts, Mapping):
        own = dict(facts or {})
    else:
        own = _of_profile(facts, account)
    own.update((k, v) for k, v in more.items() if v is not None)
    return Notice({k: v for k, v in own.items() if v is not None}, phase,
                  lang)
