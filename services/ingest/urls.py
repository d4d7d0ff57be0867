"""URLs: what may be asked for, and which of them name the same article."""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import idna
from w3lib.url import canonicalize_url
from yarl import URL

from services.ingest.canonical import CANONICAL_VERSION, EARLIER, MAY_DIFFER, RULES

MAX_URL_LENGTH = 2_048
"""Characters; beyond it proxies and servers begin to refuse, and no publisher needs it."""

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The schemes that are fetched at all, with the port that need not be written (RFC 9110, section 4.2)."""

ROUNDS_MAX = 12
"""Parts that name nothing, one behind the other; honest URLs have one or two, and each takes a millisecond."""

_BLANKS = "".join(map(chr, range(0x21)))
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_IPV6_AUTHORITY = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")


class BadUrl(ValueError):
    """This cannot be fetched: `reason` says why, without repeating the text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def resolve(base: str, reference: str) -> str:
    """Return the absolute http(s) URL, normalised as it is sent, that `reference` means on the page at `base`.

    Host in lower case and punycode (IDNA 2008 after UTS 46), no default port, dot segments or fragment. `base` is empty
    where the reference must be absolute. Raises `BadUrl`.
    """
    text = reference.strip(_BLANKS)
    _check_characters(text)
    try:
        parts = urlsplit(urljoin(base, text))
        sent = str(URL(f"{_origin(parts)}{_target(parts)}"))
    except BadUrl:
        raise
    except ValueError as error:
        raise BadUrl(f"not a URL: {_first_line(error)}") from error
    if len(sent) > MAX_URL_LENGTH:
        raise BadUrl(f"longer than {MAX_URL_LENGTH} characters")
    return sent


def canonical_url(url: str, version: int = CANONICAL_VERSION) -> str:
    """Return the form that names the article: as sent, the parameters sorted, without those that name nothing.

    Those are trackers, session ids, and what asks for an AMP, print or mobile page; of the path what an AMP page adds
    and an index file. A trailing slash stays as it is: which form a server means is learnt from its redirect or its
    canonical link. Scheme and `www.` stay for the same reason. Calling it twice changes nothing. Raises `BadUrl`, also
    where one part after another names nothing, ever again.
    """
    for _ in range(ROUNDS_MAX):
        parts = urlsplit(canonicalize_url(resolve("", url)))
        path, query = RULES[version].strip(parts.path, parts.query)
        url = resolve("", parts._replace(path=path, query=query).geturl())
        if (path, query) == (parts.path, parts.query):
            return url
    raise BadUrl(f"what names nothing does not end after {ROUNDS_MAX} parts")


def article_id(canonical: str) -> UUID:
    """Return the article's id, made once from its canonical URL (RFC 9562, version 5)."""
    return uuid5(NAMESPACE_URL, canonical)


def choose_canonical(final_url: str, declared: str | None, version: int = CANONICAL_VERSION) -> str:
    """Return the canonical URL of a page found at `final_url` whose link element says `declared`.

    The declared one counts only on the same host and port, give or take a leading `www.`, and for a page of a mobile,
    AMP or print host on the host that it renders: other subdomains may belong to others. One that names the front page
    for a page below it is a known mistake and does not count either. A page read over https is never named by http.
    Raises `BadUrl` if `final_url` is none.
    """
    final = canonical_url(final_url, version)
    if declared is None:
        return final
    try:
        candidate = canonical_url(resolve(final_url, declared), version)
    except BadUrl:
        return final
    hosts = {host_key(final).removeprefix("www."), RULES[version].rendition_host.sub("", host_key(final))}
    if host_key(candidate).removeprefix("www.") not in hosts or (_is_front(candidate) and not _is_front(final)):
        return final
    if final.startswith("https:") and candidate.startswith("http:"):
        return candidate.replace("http:", "https:", 1)
    return candidate


NAMED_LATELY = 1_024
"""Pages whose names are kept: they are asked for before a page is read and after, and there are fewer in hand."""


class Names(NamedTuple):
    """The canonical URLs of a page: `now` by the rules of today, `before` those that only earlier rules gave it.

    `shared` ones, too, earlier rules gave it, by mistake: today's give them to another page.
    """

    now: str
    before: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@lru_cache(maxsize=NAMED_LATELY)
def name_page(final_url: str, declared: str | None = None) -> Names:
    """Return the names of the page found at `final_url` whose link element says `declared`, the newest first.

    Raises `BadUrl` if `final_url` is none.
    """
    now = choose_canonical(final_url, declared)
    if not MAY_DIFFER.search(f"{final_url} {declared or ''}"):
        return Names(now)
    others = dict.fromkeys(choose_canonical(final_url, declared, version) for version in EARLIER)
    others.pop(now, None)
    ours = {now, *(canonical_url(url) for url in (final_url, _resolved(final_url, declared)) if url)}
    before = tuple(name for name in others if canonical_url(name) in ours)
    return Names(now, before, tuple(name for name in others if name not in before))


def _resolved(base: str, reference: str | None) -> str | None:
    try:
        return None if reference is None else resolve(base, reference)
    except BadUrl:
        return None


def host_key(url: str) -> str:
    """Return `host` or `host:port` where the port is not the scheme's own: what politeness is kept by.

    The same for http and https. Raises `BadUrl`.
    """
    return urlsplit(resolve("", url)).netloc


def default_publisher(url: str) -> str:
    """Return the domain that stands for a URL's publisher: its host without `www.`. Raises `BadUrl`."""
    return (urlsplit(resolve("", url)).hostname or "").removeprefix("www.")


def _check_characters(text: str) -> None:
    if not text:
        raise BadUrl("empty")
    if len(text) > MAX_URL_LENGTH:
        raise BadUrl(f"longer than {MAX_URL_LENGTH} characters")
    if "\\" in text:
        raise BadUrl("has a backslash, which readers of URLs disagree on")
    if _CONTROL.search(text):
        raise BadUrl("has a control character or half of a surrogate pair")


def _origin(parts: SplitResult) -> str:
    if parts.scheme not in DEFAULT_PORTS:
        raise BadUrl("neither http nor https")
    if "@" in parts.netloc:
        raise BadUrl("has a user name")
    if "[" in parts.netloc and not _IPV6_AUTHORITY.fullmatch(parts.netloc):
        raise BadUrl("no valid IPv6 host")
    host = _host(parts.hostname or "")
    if parts.port == 0:
        raise BadUrl("port 0")
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return (parts.path or "/") + query


def _host(name: str) -> str:
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    host = ascii_name.lower().removesuffix(".")
    if not _NAME.fullmatch(host):
        raise BadUrl("no valid host")
    if _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        # 127.1, 0177.0.0.1 and 2130706433 mean different hosts to different readers: four plain decimals or nothing.
        return str(ipaddress.IPv4Address(host))
    return host


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path == "/" and not parts.query


def _first_line(error: ValueError) -> str:
    return (str(error).splitlines() or ["malformed"])[0][:120]
