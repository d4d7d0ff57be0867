"""Canonical rules: which parts of a URL name nothing, in every version of the rules that articles were named by.

A version that has named articles is never changed: other rules are a new version, so that the names of before are known
for those of the same articles. A part is taken for one that names nothing only on good evidence: two addresses for one
article are joined by its canonical link; of two articles under one address one is lost.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Rules(NamedTuple):
    """One version: which pairs ``name=value`` of a query to drop whole, and what to replace in a path, in this order.

    ``rendition_host`` begins the hosts that hold the pages of the host without it, for small screens, caches and paper.
    """

    pair: re.Pattern[str]
    path: tuple[tuple[re.Pattern[str], str], ...]
    rendition_host: re.Pattern[str]

    def strip(self, path: str, query: str) -> tuple[str, str]:
        """Return the path and the query of a URL without what names nothing."""
        for pattern, kept in self.path:
            path = pattern.sub(kept, path)
        return path, "&".join(pair for pair in query.split("&") if not self.pair.fullmatch(pair))


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


_CAMPAIGNS = (
    r"(?:utm|mtm|piwik|matomo|hsa|vero|__hs\w*)_\w+|pk_(?:campaign|kwd|keyword|source|medium|content)|mc_[ce]id"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|at_(?:medium|campaign|link_\w+|custom\d|format|ptr_name|bbc_team)"
    r"|(?:fb|g|d|y|ys|tw|tt)clid|msclkid|irclickid|gclsrc|[gw]braid|igsh(?:id)?|li_fat_id|mkt_tok|oly_(?:anon|enc)_id"
    r"|_hsenc|_hsmi|hsctatracking|_g[al]|s?cmp(?:id)?|xtor"
)
"""Names of parameters that say how a reader came, never what is read.

Kept short on purpose: longer lists also drop names like `cid`, `source` or `uid`, by which some publishers tell
articles apart.
"""

_NO_HOST = _compile("(?!)")
_RENDITION_HOST = _compile(r"(?:www\.)?(?:m|mobile|amp|wap|touch|print)\.(?=[^.]+\.)")

_FIRST = Rules(_compile(rf"(?:{_CAMPAIGNS})(?:=.*)?"), (), _NO_HOST)

_GREEDY = Rules(
    _compile(
        rf"(?:{_CAMPAIGNS}|(?:j|php|asp|asp\.net_|cf)?sess(?:ion)?_?id|aspsessionid\w+|cftoken)(?:=.*)?"
        r"|(?:amp|print|printable|mobile)(?:=(?:1|true|yes|y|amp|on)?)?"
        r"|(?:output|outputtype|view|format|layout|mode)=(?:amp|print|mobile)"
    ),
    (
        (_compile(r";(?:j?sessionid|phpsessid|sid)=[^/;?]*"), ""),
        (_compile(r"(?<=[^/])(?:/amp/?|\.amp)$|\.amp(?=\.html?$)"), ""),
        (_compile(r"(?<=/)(?:index|default)\.(?:s?html?|php|aspx?|jsp)$"), ""),
    ),
    _RENDITION_HOST,
)
"""Also joined ``/tag/amp`` to ``/tag``, ``/economy/default.html`` to ``/economy/`` and the sessions of a parliament."""

_SESSION = "[0-9a-z][0-9a-z_.,!-]{15,}"
"""The value of a session id: shorter ones also number the sessions of a parliament."""

_ARTICLE = (
    r"[^/]\.(?:s?html?|php|aspx?)"  # a file
    r"|/(?!(?:19|20)\d{4}(?:\d\d)?/)[^/]*\d{5}|/\d{5,}-[^/]+"  # a number that is no date
    r"|/[^/-]+(?:-+[^/-]+){5,}"  # a headline: six words
    r"|/(?:19|20)\d\d/[01]?\d/(?:[0-3]?\d/)?(?=[^/]*[a-z])[^/]+"  # what follows a date
)
"""The end of an article's path, no section's and no tag's: what follows asks for the article in another dress."""

_CAREFUL = Rules(
    _compile(
        rf"(?:{_CAMPAIGNS}|(?:j|php|asp|asp\.net_|cf)sess(?:ion)?_?id|aspsessionid\w+|cftoken)(?:=.*)?"
        rf"|sess(?:ion)?_?id={_SESSION}"
        r"|amp(?:=(?:1|true|yes|y|amp|on)?)?|(?:print|printable|mobile)=(?:1|true|yes|y|on)"
        r"|(?:output|outputtype|view|format|layout|mode)=amp|(?:outputtype|view|layout)=(?:print|mobile)"
    ),
    (
        (_compile(rf";(?:(?:j?sessionid|phpsessid)=[^/;?]*|sid={_SESSION}(?=[/;]|$))"), ""),
        (_compile(rf"^(.*(?:{_ARTICLE}))/amp/?$"), r"\1"),
        (_compile(r"(?<=[^/])\.amp(?=(?:\.html?)?$)"), ""),
        (_compile(r"(?<=/)(?:index\.(?:s?html?|php|aspx?|jsp)|default\.aspx?)$"), ""),
    ),
    _RENDITION_HOST,
)

RULES: Mapping[int, Rules] = {1: _FIRST, 2: _GREEDY, 3: _CAREFUL}
"""Every version of the rules."""

CANONICAL_VERSION = max(RULES)
"""The version that names articles today."""

EARLIER = tuple(sorted(set(RULES) - {CANONICAL_VERSION}, reverse=True))
"""The versions of before, the newest first."""

MAY_DIFFER = _compile(r"[?;%]|[/ ]amp|\.amp|[/ ]index\.|[/ ]default\.|//(?:www\.)?(?:m|mobile|amp|wap|touch|print)\.")
"""Found in what versions name differently, a URL and after a space what its page links: in most there is nothing."""
