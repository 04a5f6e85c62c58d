"""What the library was built with."""
import mailguard
from mailguard import probes


def networked():
    """Was the library built with a network?"""
    try:
        list(probes.probe([]))
    except mailguard.Unsupported:
        return False
    return True
