"""Exceptions: one class for each way the library can fail."""
from typing import Optional

from . import core as _core


class Error(Exception):
    """Base of every failure of the library.

    code is stable and for programs ("file.unreadable"), status is the
    library's number, sys an errno or 0, path the file it is about or None.
    """
    path: Optional[str] = None

    def __init__(self, message: str, status: int = 0, sys: int = 0,
                 code: str = "") -> None:
        super().__init__(message, status, sys, code)
        self.message = message
        self.status = status
        self.sys = sys
        self.code = code

    def __str__(self) -> str:
        return self.message


class InvalidArgument(Error, ValueError):
    """The caller broke the contract."""


class OutOfMemory(Error, MemoryError):
    """There is no memory."""


class SystemRefused(Error, OSError):
    """The system said no; errno says how."""

    def __init__(self, message: str, status: int = 0, sys: int = 0,
                 code: str = "") -> None:
        Error.__init__(self, message, status, sys, code)
        if sys:
            self.errno = sys


class FormatError(Error, ValueError):
    """Not a thing this library knows."""


class Cancelled(Error):
    """Progress or interrupt said stop."""


class Busy(Error):
    """Another thread is in this object."""


class LimitReached(Error):
    """A named limit was reached."""


class AlreadyExists(Error, FileExistsError):
    """It would overwrite something."""


class Unsupported(Error, NotImplementedError):
    """The library was built without it."""


_core._register(Error, {
    _core.EINVAL: InvalidArgument,
    _core.ENOMEM: OutOfMemory,
    _core.EIO: SystemRefused,
    _core.EFORMAT: FormatError,
    _core.ECANCELLED: Cancelled,
    _core.EBUSY: Busy,
    _core.ELIMIT: LimitReached,
    _core.EEXIST: AlreadyExists,
    _core.EUNSUPPORTED: Unsupported,
})
