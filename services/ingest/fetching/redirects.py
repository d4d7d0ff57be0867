"""Redirects: the way from the URL that was requested to the one that answers."""

from dataclasses import dataclass

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import FetchFailed
from services.ingest.urls import BadUrl, resolve

MAX_REDIRECTS = 5
"""What RFC 9309 asks for robots.txt; articles need two or three."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The statuses that send the reader on by themselves (RFC 9110, section 15.4)."""

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True)
class Redirect:
    """An answer that only names another URL, as the server wrote it."""

    location: str
    is_permanent: bool


@dataclass(frozen=True)
class Way:
    """The URLs asked so far, the first being the requested one, and where permanent redirects alone have led."""

    urls: tuple[str, ...]
    moved_permanently_to: str | None = None

    def step(self, redirect: Redirect) -> "Way":
        """Return the way with one more URL on it. Raises `FetchFailed` if that is refused, or one too many."""
        if len(self.urls) > MAX_REDIRECTS:
            raise FetchFailed(PageOutcome.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects")
        url = _resolve(self.urls[-1], redirect.location)
        all_permanent = redirect.is_permanent and self.urls[-1] in {self.urls[0], self.moved_permanently_to}
        return Way((*self.urls, url), url if all_permanent else self.moved_permanently_to)


class Interrupted(Exception):
    """A fetch cannot go on for now, at nobody's fault.

    ``way`` is how far it has come, its last URL the one to be asked next; ``places`` are those still to be looked at.
    """

    way: Way | None = None
    places: tuple[str, ...] = ()


def start(url: str) -> Way:
    """Return the way that begins at `url`. Raises `FetchFailed` if it is refused."""
    return Way((_resolve("", url),))


def read_redirect(status: int, location: str | None) -> Redirect:
    """Return what an answer of a status in `REDIRECTS` says. Raises `FetchFailed` if it names no URL."""
    if not location:
        raise FetchFailed(PageOutcome.BAD_RESPONSE, "redirect without a location", status=status)
    return Redirect(location, status in _PERMANENT)


def _resolve(base: str, reference: str) -> str:
    try:
        return resolve(base, reference)
    except BadUrl as error:
        what = "redirected to a refused URL" if base else "refused URL"
        raise FetchFailed(PageOutcome.BAD_URL, f"{what}: {error.reason}") from error
