"""The one way in which an embedded engine fails: a line that a person can act on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class EngineFailed(Exception):
    """An engine could not be made, fetched, started or stopped; the message is one line for a person."""


@contextmanager
def failing_as(what: str) -> Iterator[None]:
    """Turns an error of the operating system into EngineFailed that names what was being done.

    Raises:
        EngineFailed: the body raised OSError.
    """
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
        where = f" ({error.filename})" if error.filename else ""
        raise EngineFailed(f"{what}: {reason}{where}") from error
