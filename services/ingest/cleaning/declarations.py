"""Declarations: what a page says of itself in its head, as JSON-LD (schema.org), meta elements and links."""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from schemas.events import Evidence
from services.ingest.characters import label

ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "backgroundnewsarticle",
    "opinionnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle",
    "satiricalarticle", "scholarlyarticle", "techarticle", "blogposting", "liveblogposting", "socialmediaposting",
    "report", "webpage",
})  # fmt: skip
"""The schema.org types that describe what is read on a page, in lower case; WebPage only for want of another."""

NODES_MAX = 2_000
"""More nodes are a catalogue; what describes the article comes among the first."""

RANKS = range(3)
"""Articles, the page, whatever else is dated."""

PROPERTY_MAX = 200
"""Code points read of a property that stands in the page's words: a date has no more."""

_DATED = ("datePublished", "dateCreated", "dateModified")
_OTHERS = frozenset({
    "comment", "review", "person", "organization", "event", "product", "rating", "question", "answer", "recipe",
    "imageobject", "videoobject", "audioobject", "mediaobject", "videogame", "movie", "book", "podcastepisode",
})  # fmt: skip
"""Types whose dates are not the article's, but of what stands in it or beside it."""

_GRAPH = ("@graph", "mainEntity", "mainEntityOfPage")
_LISTED = ("itemListElement", "item")
_NAMES = ("url", "@id", "mainEntityOfPage")


@dataclass(frozen=True)
class Declarations:
    """What was declared: the JSON-LD nodes of articles, best first, the first content of each meta name, and others."""

    articles: tuple[dict[str, Any], ...]
    metas: dict[str, str]
    canonical: str | None
    lang: str | None
    page_title: str | None
    headline: str | None

    def stated(self, key: str) -> Iterator[Any]:
        """Yield the values of a JSON-LD property, over all articles."""
        for node in self.articles:
            value = node.get(key)
            yield from value if isinstance(value, list) else () if value is None else (value,)

    def dated(self, key: str) -> list[Any]:
        """Return the values of a date of the node that is this page's own article; only for want of it, of others.

        Of several articles, the page's own is the one that has its address or its headline.
        """
        for nodes in (filter(self._is_own, self.articles), *(filter(_ranked(rank), self.articles) for rank in RANKS)):
            if values := [value for node in nodes if (value := node.get(key)) is not None]:
                return [each for value in values for each in (value if isinstance(value, list) else [value])]
        return []

    def _is_own(self, node: dict[str, Any]) -> bool:
        here = {_bare(url) for url in (self.canonical, self.meta("og:url")) if url}
        lines = {line for line in (self.headline, label(self.meta("og:title"))) if line}
        named = {_bare(url) for name in _NAMES for url in _urls_in(node.get(name))}
        return _rank(node) == 0 and (bool(named & here) or label(_text(node.get("headline"))) in lines)

    def meta(self, *names: str) -> str | None:
        """Return the content of the first of these meta elements that is there."""
        return next((self.metas[name] for name in names if name in self.metas), None)

    @property
    def titles(self) -> Iterator[tuple[str, Evidence]]:
        """The headline by the JSON-LD, the social card and the page's only first-level heading, where they have one."""
        headlines = (name for value in self.stated("headline") for name in names_in(value))
        stated = (
            (next(headlines, None), Evidence.JSON_LD),
            (self.meta("og:title"), Evidence.META),
            (self.headline, Evidence.TEXT),
        )
        return ((line, evidence) for words, evidence in stated if (line := label(words)))

    @property
    def publisher(self) -> str | None:
        """What the site calls itself."""
        stated = (name for value in self.stated("publisher") for name in names_in(value))
        named = (self.meta("og:site_name"), label(next(stated, None)), self.meta("application-name"))
        return next((name for name in named if name and not name.startswith(("http:", "https:", "www."))), None)

    @property
    def publisher_by(self) -> Evidence | None:
        """What the publisher's name is taken from."""
        is_meta = self.publisher in {self.meta("og:site_name"), self.meta("application-name")}
        return None if self.publisher is None else Evidence.META if is_meta else Evidence.JSON_LD

    @property
    def persons(self) -> list[str]:
        """The authors of the JSON-LD, without those that the page says are organizations."""
        nodes = (value for value in self.stated("author") if not isinstance(value, dict) or not _organized(value))
        return [name for value in nodes for name in names_in(value)]

    @property
    def typed_persons(self) -> frozenset[str]:
        """The authors of the JSON-LD that it types as persons."""
        nodes = (value for value in self.stated("author") if isinstance(value, dict) and "person" in types_of(value))
        return frozenset(name for value in nodes for name in names_in(value))

    @property
    def authors(self) -> list[str]:
        """All that the JSON-LD states as author, organizations too."""
        return [name for value in self.stated("author") for name in names_in(value)]

    @property
    def meta_authors(self) -> list[str]:
        """The authors that meta elements name."""
        names = ("author", "article:author", "byl", "parsely-author", "sailthru.author", "dc.creator")
        return [content for name in names if (content := self.meta(name))]

    @property
    def languages(self) -> tuple[str | None, ...]:
        """The languages declared, the most specific first."""
        stated = label(next(self.stated("inLanguage"), None))
        return self.lang, self.meta("content-language"), self.meta("og:locale"), stated

    @property
    def section(self) -> str | None:
        """The part of the publication that the article stands in."""
        return label(next(self.stated("articleSection"), None)) or self.meta("article:section")

    @property
    def section_by(self) -> Evidence | None:
        """What the section is taken from."""
        linked = label(next(self.stated("articleSection"), None))
        return Evidence.JSON_LD if linked else Evidence.META if self.section else None

    @property
    def paywalled(self) -> bool:
        """Whether the page says that its text is not free."""
        free = [str(value).lower() for value in self.stated("isAccessibleForFree")]
        return "false" in free[:1] or self.meta("article:content_tier") == "locked"


def read_declarations(tree: HtmlElement, documents: list[Any]) -> Declarations:
    """Return what the page declares; ``documents`` are its JSON-LD scripts, decoded."""
    headings = [words for element in tree.iter("h1") if (words := label(element.text_content()))]
    return Declarations(
        articles=tuple(_articles(documents)),
        metas=_metas(tree),
        canonical=_link(tree, "canonical"),
        lang=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        page_title=label(tree.findtext(".//head/title")),
        headline=headings[0] if len(headings) == 1 else None,
    )


def names_in(value: Any) -> Iterator[str]:
    """Yield the names in a JSON-LD value: a string, a node with a name, or a list of these."""
    if isinstance(value, str):
        yield html.unescape(value)
    elif isinstance(value, dict):
        yield from names_in(value.get("name"))
    elif isinstance(value, list):
        for each in value[:NODES_MAX]:
            yield from names_in(each)


def types_of(node: dict[str, Any]) -> set[str]:
    """Return the schema.org types of a node, in lower case."""
    kinds = node.get("@type")
    return {kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Return the first content of each meta element and of each dated property (microdata), by lower-case name."""
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and (content := label(element.get("content"))):
            metas.setdefault(name.strip().lower(), content)
    for element in tree.xpath(".//*[@itemprop='datePublished' or @itemprop='dateModified']"):
        if content := label(element.get("content") or element.get("datetime") or element.text_content()[:PROPERTY_MAX]):
            metas.setdefault(element.get("itemprop").lower(), content)
    return metas


def _organized(node: dict[str, Any]) -> bool:
    return any(kind.endswith("organization") for kind in types_of(node))


def _link(tree: HtmlElement, rel: str) -> str | None:
    for element in tree.iter("link"):
        if rel in (element.get("rel") or "").lower().split() and element.get("href"):
            return str(element.get("href"))
    return None


def _articles(documents: list[Any]) -> list[dict[str, Any]]:
    nodes = list(_nodes(documents, _GRAPH))
    found = [node for node in nodes if types_of(node) & ARTICLE_TYPES]
    if not found:  # else what a list names are other articles
        nodes = list(_nodes(documents, (*_GRAPH, *_LISTED)))
        found = [node for node in nodes if types_of(node) & ARTICLE_TYPES]
    if not any(_is_dated(node) for node in found):
        found += [node for node in nodes if node not in found and not types_of(node) & _OTHERS and _is_dated(node)]
    return sorted(found, key=_rank)


def _is_dated(node: dict[str, Any]) -> bool:
    return any(key in node for key in _DATED)


def _rank(node: dict[str, Any]) -> int:
    """Return 0 for an article, 1 for a page, 2 for whatever else is dated."""
    kinds = types_of(node)
    return 0 if kinds & (ARTICLE_TYPES - {"webpage"}) else 1 if "webpage" in kinds else 2


def _ranked(rank: int) -> Callable[[dict[str, Any]], bool]:
    return lambda node: _rank(node) == rank


def _urls_in(value: Any) -> Iterator[str]:
    """Yield the URLs by which a JSON-LD property names a page."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (each for name in ("@id", "url") if isinstance(each := value.get(name), str))


def _bare(url: str) -> str:
    """Return an address without what may differ between two spellings of it."""
    return url.strip().partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _nodes(documents: list[Any], followed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of JSON-LD documents in their order, without descending into authors and publishers."""
    waiting = list(reversed(documents))
    seen = 0
    while waiting and seen < NODES_MAX:
        seen += 1
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            waiting.extend(value[key] for key in reversed(followed) if isinstance(value.get(key), dict | list))
