"""Mail has stopped, or is wrong: whose fault is it, and what now?

    >>> import mailguard
    >>> mailguard.explain("0x800CCC0E").fault_domain
    'server_outage'

The main job, and what it is made of:

    checkup(profile)     ask servers, look at files, say who is at fault
    Checkup(profile)     the same step by step, with report("html") and others
    look()               this computer's settings and mail files as a profile
    settings(path)       a mail program's own settings as such a profile
    export_settings(profile, format)  the other way, or as a page to print
    diff(before, after)  what changed between two profiles
    probe(urls)          ask servers, many at once
    status(page)         what a provider's status page says of my accounts
    explain(text)        what a failure text or code means
    bounce(mail)         who did not get it, why, and what to do
    weigh(cases)         who is at fault, from observations alone
    Ask(case)            questions that narrow it down, one at a time

Mail files, which are only ever read:

    for m in mailguard.open(path):
        m.folder, m.date, m.subject, m.attachments[0].name
        bytes(m), m.as_email()
    find(*paths)         which mail files lie here, and whose they are
    check(path)          is it whole? check(path).summary
    salvage(path, dest)  what can be reached, into a new store
    rebuild(path, dest)  a clean Outlook data file from a broken one
    downloads(path)      what was fetched by POP3, as the program remembers it
    backup(paths, dest)  sealed copies; Backup(path).verify(), drill(), restore()

And the people who are waiting:

    notice(facts)        what to tell them, in ja or en, as bytes to send

Results are plain values that can be pickled; str() of many is for people.
A dead server or a damaged file is a result. A failure of the library is an
Error, which has a stable code and, if it is about a file, its path. Texts for
people are in the language of lang, "en" or "ja". Long work gives the
interpreter's lock up, and Ctrl-C ends it.
"""
from .core import Item, version
from .errors import (AlreadyExists, Busy, Cancelled, Error, FormatError,
                     InvalidArgument, LimitReached, OutOfMemory,
                     SystemRefused, Unsupported)
from .backups import (BackedStore, Backup, BackupFinding, BackupReport,
                      backup)
from .checkups import Checkup, Step, checkup
from .finds import Around, Found, Looked, find, look
from .incidents import Incident, StatusPage, Subject, status
from .notices import Notice, notice
from .probes import ProbeResult, probe
from .profiles import Change, diff, export_settings, settings
from .messages import Attachment, Flags, Message, Property
from .stores import (Checked, Download, Downloads, Finding, Salvaged, Store,
                     Summary, check, downloads, open, rebuild, salvage)
from .tools import (Ask, Classifier, MailGuard, bounce, endpoint, explain,
                    weigh)
from .values import (Bounce, Component, Endpoint, Explanation, Meaning, Next,
                     Reading, Verdict)

__version__ = version()
__all__ = [
    "AlreadyExists", "Around", "Ask", "Attachment", "BackedStore", "Backup",
    "BackupFinding", "BackupReport", "Bounce", "Busy", "Cancelled", "Change",
    "Checked", "Checkup", "Classifier", "Component", "Download", "Downloads",
    "Endpoint", "Error", "Explanation", "Finding", "Flags", "FormatError",
    "Found", "Incident", "InvalidArgument", "Item", "LimitReached", "Looked",
    "MailGuard", "Meaning", "Message", "Next", "Notice", "OutOfMemory",
    "ProbeResult", "Property", "Reading", "Salvaged", "StatusPage", "Step", "Store",
    "Subject", "Summary", "SystemRefused", "Unsupported", "Verdict", "backup",
    "bounce", "check", "checkup", "diff", "downloads", "endpoint", "explain",
    "export_settings", "find", "look", "notice", "open", "probe", "rebuild",
    "salvage", "settings", "status", "version", "weigh",
]
