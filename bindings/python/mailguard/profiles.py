"""Settings of mail programs as a profile, out again, and what changed."""
import json
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from . import core as _core
from . import errors as _errors  # registers the exceptions
from .checkups import Path, Profile, _profile
from .tools import _handle


@dataclass(frozen=True)
class Change:
    """One difference between two profiles.

    what is "added", "removed" or "changed"; list is "accounts", "providers"
    or "stores"; name is an address, a provider's name or a path. field is
    such as "server_in.port", None where all of it came or went.
    """
    what: str
    list: str
    name: str
    field: Optional[str] = None
    before: Optional[str] = None
    after: Optional[str] = None


def settings(path: Path, address: Optional[str] = None,
             lang: str = "en") -> Dict[str, Any]:
    """A mail program's own settings as a profile: a dict to keep as JSON.

    Thunderbird, Outlook (.reg, NTUSER.DAT, .prf), Windows Live Mail, Outlook
    Express, Becky!, Apple's .mobileconfig, Mozilla's autoconfig, Autodiscover,
    msmtp, mbsync, getmail, offlineimap and mutt. "origins" in it says which
    file told what. address is whose they are, where the file does not say.
    """
    mg = _handle(lang)
    profile = _core.Profile(mg)
    profile.take(path, address)
    made: Dict[str, Any] = json.loads(profile.json(mg))
    return made


def export_settings(profile: Profile, format: str,
                    account: Optional[str] = None, lang: str = "en") -> bytes:
    """A profile for another mail program, or as a page to print.

    format is "profile", "autoconfig", "mobileconfig", "prf", "thunderbird" or
    "sheet", which is HTML in lang; account the id of the only one to export.
    """
    mg = _handle(lang)
    return _profile(mg, profile, {}).as_format(mg, format, account)


def diff(before: Profile, after: Profile,
         lang: str = "en") -> Tuple[Change, ...]:
    """What changed between two profiles; () if nothing did."""
    mg = _handle(lang)
    said = _profile(mg, before, {}).changes(mg, _profile(mg, after, {}))
    return tuple(Change(**change) for change in json.loads(said)["changes"])
