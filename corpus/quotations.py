"""Finds what stands in quotation marks in a text, paragraph by paragraph, whatever marks it uses."""

import re

from schemas.extraction import Span

_QUOTATION = re.compile(
    r"„[^“”\n]*(?:[“”]|$)|‚[^‘’\n]*(?:[‘’]|$)|“[^”\n]*(?:”|$)|\"[^\"\n]*(?:\"|$)"
    r"|«[^»\n]*(?:»|$)|»[^«\n]*(?:«|$)|‹[^›\n]*(?:›|$)|›[^‹\n]*(?:‹|$)"
    r"|(?<!\w)‘[^\n]*?(?:’(?!\w)|$)|(?<!\w)'(?=\w)[^\n]*?'(?!\w)",
    re.MULTILINE,
)
"""A quotation that goes on in the next paragraph has no closing mark in this one, but in straight single marks."""

OPENING = "„‚“\"«»‹›‘'"
CLOSING = "”\"»«›‹’'“‘"
"""Guillemets point either way, and the marks that open English quotations close German ones."""


def find_quotations(text: str) -> list[Span]:
    """Return the spans of the outermost quotations, with their marks."""
    return [found.span() for found in _QUOTATION.finditer(text)]
