"""Canonical rules are kept: what named an article once does so for ever, and other rules are another version."""

import hashlib
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.canonical import CANONICAL_VERSION, EARLIER, MAY_DIFFER, RULES, Rules
from services.ingest.urls import BadUrl, Names, canonical_url, choose_canonical, name_page

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "canonical.json").read_text())
"""The hash of each version's rules, and what each version names some URLs."""

VERSIONS = [str(version) for version in RULES]


def sha256_of(rules: Rules) -> str:
    patterns = [rules.pair, *(pattern for pattern, _ in rules.path), rules.rendition_host]
    stated = [(each.pattern, each.flags) for each in patterns], [kept for _, kept in rules.path]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def test_rules_that_have_named_articles_are_as_they_were() -> None:
    """Who changes the rules adds a version to ``RULES``, and its hash and names to the golden file."""
    assert {str(version): sha256_of(rules) for version, rules in RULES.items()} == GOLDEN["rules"]
    assert max(RULES) == CANONICAL_VERSION
    assert [CANONICAL_VERSION, *EARLIER] == sorted(RULES, reverse=True)


@pytest.mark.parametrize("url", GOLDEN["names"])
def test_every_version_names_a_url_as_it_did(url: str) -> None:
    """Where this fails for another reason than the rules (a library normalises otherwise), that is a version too."""
    named = dict(zip(VERSIONS, GOLDEN["names"][url], strict=True))
    assert {version: canonical_url(url, int(version)) for version in VERSIONS} == named


@pytest.mark.parametrize("version", RULES)
def test_each_version_names_its_own_names(version: int) -> None:
    names = [named[version - 1] for named in GOLDEN["names"].values()]
    assert [canonical_url(name, version) for name in names] == names


WORDS = [
    "/",
    "/amp",
    "/tag",
    "/2024/05",
    "/bridge",
    "/12345678",
    "-",
    ".amp",
    ".html",
    "/index.html",
    "/default.asp",
    "%61mp",
]
PAIRS = [";", ";sid=", "jsessionid=1", "?", "&", "=", "print", "view=print", "session_id=", "utm_x=1", "id=4"]
REST = st.lists(st.sampled_from([*WORDS, *PAIRS]), max_size=10).map("".join)


@given(host=st.sampled_from(["example.com", "m.example.com"]), rest=st.lists(st.sampled_from(WORDS)).map("".join))
def test_versions_differ_only_where_that_is_looked_for(host: str, rest: str) -> None:
    url, link = f"https://{host}/{rest}", f"https://example.com/{rest}"
    if MAY_DIFFER.search(url) is None:
        assert len({choose_canonical(url, link, version) for version in RULES}) == 1


@given(REST)
def test_names_of_any_version_are_names_still(rest: str) -> None:
    for version in RULES:
        try:
            once = canonical_url(f"https://example.com/{rest}", version)
        except BadUrl:
            return
        assert canonical_url(once, version) == once
        assert urlsplit(once).netloc == "example.com"


@pytest.mark.parametrize(
    ("path", "declared", "names"),
    [
        ("/bridge", None, Names("/bridge")),
        ("/a/index.html", None, Names("/a/", before=("/a/index.html",))),
        ("/a/", "/a/index.html", Names("/a/", before=("/a/index.html",))),
        ("/a/", "index.html", Names("/a/", before=("/a/index.html",))),
        ("/a/", "default.html", Names("/a/default.html", before=("/a/",))),
        ("/tag/amp", None, Names("/tag/amp", shared=("/tag",))),
        ("/bridge/amp", "/bridge", Names("/bridge")),
        ("/bridge?format=print", None, Names("/bridge?format=print", shared=("/bridge",))),
        ("/bridge?print=1", None, Names("/bridge", before=("/bridge?print=1",))),
        (
            "/news/1234567/amp?sessionid=1",
            None,
            Names("/news/1234567?sessionid=1", ("/news/1234567/amp?sessionid=1",), ("/news/1234567",)),
        ),
    ],
)
def test_page_has_the_names_of_before(path: str, declared: str | None, names: Names) -> None:
    site = "https://example.com"
    found = name_page(site + path, declared)
    assert found == Names(site + names.now, *(tuple(site + each for each in kind) for kind in names[1:]))


def test_page_of_a_mobile_host_was_named_by_itself() -> None:
    found = name_page("https://m.example.com/a", "https://www.example.com/b")
    assert found == Names("https://www.example.com/b", before=("https://m.example.com/a",))


@pytest.mark.parametrize("path", ["/a" + ".amp" * 490, "/12345" + "/amp" * 490])
def test_page_of_a_hostile_path_is_refused_in_a_moment(path: str) -> None:
    started = time.process_time()
    with pytest.raises(BadUrl, match="does not end"):
        name_page(f"https://example.com{path}")
    assert time.process_time() - started < 0.5  # names are asked for beside everything else; it was a second and a half
