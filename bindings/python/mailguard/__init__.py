"""Mail has stopped, or is wrong: whose fault is it, and what now?

    >>> import mailguard
    >>> mailguard.explain("0x800CCC0E").fault_domain
    'server_outage'
"""
from .core import Item, version
from .errors import (AlreadyExists, Busy, Cancelled, Error, FormatError,
                     InvalidArgument, LimitReached, OutOfMemory,
                     SystemRefused, Unsupported)
from .checkups import checkup, settings
from .incidents import Incident, StatusPage, Subject, status
from .notices import Notice, notice
from .probes import ProbeResult, probe
from .messages import Attachment, Flags, Message
from .stores import (Checked, Finding, Salvaged, Store, Summary, check, open,
                     salvage)
from .tools import Classifier, MailGuard, endpoint, explain, weigh
from .values import (Component, Endpoint, Explanation, Meaning, Next, Reading,
                     Verdict)

__version__ = version()
__all__ = [
    "AlreadyExists", "Attachment", "Busy", "Cancelled", "Checked",
    "Classifier", "Component", "Endpoint", "Error", "Explanation", "Finding",
    "Flags", "FormatError", "Incident", "InvalidArgument", "Item",
    "LimitReached", "MailGuard",
    "Meaning", "Message", "Next", "Notice", "OutOfMemory", "ProbeResult", "Reading",
    "Salvaged", "StatusPage", "Store", "Subject", "Summary", "SystemRefused",
    "Unsupported", "Verdict", "check", "checkup", "endpoint", "explain",
    "notice", "open", "probe", "salvage", "settings", "status", "version", "weigh",
]
