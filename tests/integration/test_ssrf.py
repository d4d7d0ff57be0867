"""Requests that somebody else would have us make: a corpus of URLs, redirect chains, names and proxies, none dialled.

The guard of these tests checks as ours does, and notes and refuses what passes: were one let through, it would be told,
and still nothing would be connected to.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.outcomes import PageOutcome
from services.ingest.fetching.fetcher import Fetched, Fetcher, FetchFailed, open_fetcher
from services.ingest.fetching.robots import Robots
from tests.integration.dialling import NamesOf, NeverDials
from tests.integration.hostile_server import HostileServer, Request, Write, always, answer, open_server

AGENT = "Claimwire/0.1 (+https://claimwire.example/crawler)"
REFUSED = {PageOutcome.REFUSED_ADDRESS, PageOutcome.BAD_URL}

CORPUS: dict[str, tuple[str, ...]] = {
    "loopback": ("http://127.0.0.1/", "https://127.0.0.1/", "http://127.255.255.254/", "http://0.0.0.0/"),
    "private": ("http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/"),
    "carrier and link": ("http://100.64.0.1/", "http://169.254.0.1/", "http://255.255.255.255/", "http://224.0.0.1/"),
    "metadata": (
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/v2/credentials/",
        "http://100.100.100.200/latest/meta-data/",
        "http://168.63.129.16/machine?comp=goalstate",
        "http://192.0.0.192/opc/v2/instance/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[fd20:ce::254]/computeMetadata/v1/",
    ),
    "protocol assignments": ("http://192.0.0.1/", "http://192.0.0.8/", "http://192.0.0.170/", "http://192.0.0.255/"),
    "for tests and relays": ("http://198.18.0.1/", "http://198.51.100.1/", "http://192.88.99.1/", "http://240.0.0.1/"),
    "other spellings": (
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://127.0.0.01/",
        "http://127.0.0.1./",
        "http://4294967297/",
        "http://127.0.0.256/",
    ),
    "unicode digits": (
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７．０．０．１/",
        "http://127。0。0。1/",
        "http://127｡0｡0｡1/",
        "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/",
        "http://١٢٧.٠.٠.١/",
        "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1\u00ad/",
    ),
    "IPv6": (
        "http://[::]/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fec0::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
        "http://[2001:db8::1]/",
        "http://[3fff::1]/",
        "http://[5f00::1]/",
    ),
    "IPv4 in IPv6": (
        "http://[::127.0.0.1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[2001:0:7f00:1::]/",
        "http://[2606:4700::5efe:7f00:1]/",
        "http://[2606:4700::200:5efe:7f00:1]/",
    ),
    "ports": ("http://1.1.1.1:22/", "http://1.1.1.1:6379/", "https://1.1.1.1:8443/", "http://[2606:4700::1111]:9092/"),
    "whose host": (
        "http://example.com@127.0.0.1/",
        "http://example.com:80@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://127.0.0.1\t.example.com/",
        "http://example.com%00.127.0.0.1/",
        "http://127.0.0.1#@example.com/",
        "//127.0.0.1/",
    ),
    "schemes": (
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "ftp://127.0.0.1/",
        "dict://127.0.0.1:11211/stat",
        "unix:///run/some.sock",
        "data:text/html,x",
        "javascript:alert(1)",
        "ws://127.0.0.1/",
    ),
}
URLS = [url for urls in CORPUS.values() for url in urls]
CASES = [pytest.param(url, id=f"{group}-{number}") for group, urls in CORPUS.items() for number, url in enumerate(urls)]

NAMES: dict[str, list[str]] = {
    "localhost": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "two-private.example": ["10.0.0.1", "192.168.0.1"],
    "both-families.example": ["::1", "127.0.0.1"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "translated.example": ["64:ff9b::a9fe:a9fe"],
    "three.example": ["fe80::1", "fd00::1", "10.0.0.1"],
    "assigned.example": ["192.0.0.192"],
    "xn--bcher-kva.example": ["0.0.0.0"],
}


async def redirect(request: Request, write: Write) -> None:
    """Answer ``/2/17`` with a redirect to ``/1/17``, and that with one to the seventeenth URL of the corpus."""
    if request.target == "/robots.txt":
        await write(answer(status=302, location="http://169.254.169.254/"))
        return
    _, hops, number = request.target.split("/")
    location = URLS[int(number)] if hops == "0" else f"/{int(hops) - 1}/{number}"
    if location.startswith("//"):  # a reference that takes the scheme of the page it stands on
        location = f"http:{location}"
    await write(answer(status=301 if hops == "1" else 302, location=location))


@pytest.fixture(scope="module")
async def redirects() -> AsyncIterator[HostileServer]:
    async with open_server(redirect) as server:
        yield server


@asynccontextmanager
async def open_watched(resolver: NamesOf, port: int | None = None) -> AsyncIterator[tuple[Fetcher, NeverDials]]:
    guard = NeverDials(port)
    async with open_fetcher(user_agent=AGENT, guard=guard, resolver=resolver, total_timeout_seconds=5.0) as fetcher:
        yield fetcher, guard


async def fetch(fetcher: Fetcher, url: str) -> Fetched:
    return await fetcher.fetch(url, accept="text/html", max_bytes=1_000)


def test_corpus_has_sixty_urls() -> None:
    assert len(set(URLS)) == len(URLS) >= 60


@pytest.mark.parametrize("url", CASES)
async def test_hostile_url_is_never_dialled(url: str) -> None:
    names = NamesOf(["1.1.1.1"])
    async with open_watched(names) as (fetcher, guard):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, url)
    assert guard.let_through == []
    assert names.asked == []
    assert failed.value.outcome in REFUSED
    assert failed.value.reason


@pytest.mark.parametrize("hops", [0, 2])
@pytest.mark.parametrize("url", CASES)
async def test_redirect_to_a_hostile_url_is_never_dialled(redirects: HostileServer, url: str, *, hops: int) -> None:
    names = NamesOf(["1.1.1.1"])
    async with open_watched(names, redirects.port) as (fetcher, guard):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, redirects.url(f"/{hops}/{URLS.index(url)}"))
    assert guard.let_through == []
    assert names.asked == []
    assert failed.value.outcome in REFUSED


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", NAMES)
async def test_name_of_private_addresses_is_refused(name: str, scheme: str) -> None:
    async with open_watched(NamesOf(NAMES[name])) as (fetcher, guard):
        with pytest.raises(FetchFailed) as failed:
            await fetch(fetcher, f"{scheme}://{name}/")
    assert failed.value.outcome is PageOutcome.REFUSED_ADDRESS
    assert any(failed.value.reason.startswith(f"{address}: ") for address in NAMES[name])
    assert guard.let_through == []


async def test_name_with_one_public_address_is_dialled_there_alone() -> None:
    async with open_watched(NamesOf(["10.0.0.1", "1.1.1.1"])) as (fetcher, guard):
        with pytest.raises(FetchFailed):
            await fetch(fetcher, "https://half.example/")
    assert set(guard.let_through) == {"1.1.1.1"}


@pytest.mark.parametrize("private", ["169.254.169.254", "10.0.0.1", "::1", "64:ff9b::7f00:1", "192.0.0.192"])
async def test_name_that_changes_its_address_is_checked_at_every_dial(private: str) -> None:
    async with open_server(always(answer(status=302, location="http://second.example/"))) as server:
        resolver = NamesOf(["127.0.0.1"], [private])
        async with open_watched(resolver, server.port) as (fetcher, guard):
            with pytest.raises(FetchFailed) as failed:
                await fetch(fetcher, f"http://first.example:{server.port}/")
        assert len(server.requests) == 1
    assert failed.value.outcome is PageOutcome.REFUSED_ADDRESS
    assert failed.value.reason.startswith(private)
    assert guard.let_through == []


async def test_robots_that_redirect_to_a_private_address_refuse_the_host(redirects: HostileServer) -> None:
    async with open_watched(NamesOf([]), redirects.port) as (fetcher, guard):
        with pytest.raises(FetchFailed) as failed:
            await Robots(fetcher, "claimwire").check(redirects.url("/page"), datetime.now(UTC))
    assert failed.value.outcome is PageOutcome.REFUSED_ADDRESS
    assert guard.let_through == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("variable", ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"])
async def test_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    async with open_server(always(answer(b"from the proxy"))) as proxy:
        monkeypatch.setenv(variable, proxy.url())
        async with open_watched(NamesOf(["1.1.1.1"]), proxy.port) as (fetcher, guard):
            with pytest.raises(FetchFailed):
                await fetch(fetcher, f"{scheme}://news.example/")
        assert proxy.requests == []
    assert set(guard.let_through) == {"1.1.1.1"}


async def test_password_of_the_environment_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with open_server(always(answer(b"words"))) as server:
        async with open_watched(NamesOf(["127.0.0.1"]), server.port) as (fetcher, _):
            assert (await fetch(fetcher, f"http://news.example:{server.port}/")).body == b"words"
        assert "authorization" not in server.requests[0].headers
