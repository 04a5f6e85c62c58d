"""Mail has stopped, or is wrong: whose fault is it, and what now?

    >>> import mailguard
    >>> mailguard.explain("0x800CCC0E").fault_domain
    'server_outage'
"""
from .core import version
from .errors import (AlreadyExists, Busy, Cancelled, Error, FormatError,
                     InvalidArgument, LimitReached, OutOfMemory,
                     SystemRefused, Unsupported)
from .tools import Classifier, MailGuard, endpoint, explain, weigh
from .values import (Component, Endpoint, Explanation, Meaning, Next, Reading,
                     Verdict)

__version__ = version()
__all__ = [
    "AlreadyExists", "Busy", "Cancelled", "Classifier", "Component",
    "Endpoint", "Error", "Explanation", "FormatError", "InvalidArgument",
    "LimitReached", "MailGuard", "Meaning", "Next", "OutOfMemory", "Reading",
    "SystemRefused", "Unsupported", "Verdict", "endpoint", "explain",
    "version", "weigh",
]
