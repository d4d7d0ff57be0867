"""Reads a source file: header lines, the text, and notes on it, parted by lines of equal signs."""

import re
from dataclasses import dataclass, field

from corpus.excerpts import Unfit

_RULE = re.compile(r"^={3,}$", re.MULTILINE)
_CLAIM = re.compile(r"\[(?P<id>[a-z][a-z0-9_-]*)\]\s*(?P<values>.*)")
_NON_CLAIM = re.compile(r"!\s*(?P<kind>\w+):\s*(?P<excerpt>.+)")
_NAMED = re.compile(r"\+\s*(?P<entity>[a-z0-9_-]+):\s*(?P<excerpt>.+)")
_UNNAMED = re.compile(r"-\s+(?P<excerpt>.+)")
_HEADER = {"genre", "publisher", "title", "date", "bounds", "venue", "flags"}


@dataclass
class ClaimNote:
    """A claim as noted: its id, the values on its first line, and its excerpts."""

    id: str
    values: list[str]
    excerpts: list[str] = field(default_factory=list)


@dataclass
class Notes:
    """A source file, not yet compared with its text."""

    header: dict[str, str]
    text: str
    claims: list[ClaimNote] = field(default_factory=list)
    non_claims: list[tuple[str, str]] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Take one line of notes; raises ``Unfit`` where it is of no known form."""
        if line[0].isspace() and self.claims:
            self.claims[-1].excerpts.append(line.strip())
        elif found := _CLAIM.fullmatch(line):
            self.claims.append(ClaimNote(found["id"], found["values"].split()))
        elif found := _NON_CLAIM.fullmatch(line):
            self.non_claims.append((found["kind"], found["excerpt"]))
        elif found := _NAMED.fullmatch(line):
            self.named.append((found["entity"], found["excerpt"]))
        elif found := _UNNAMED.fullmatch(line):
            self.unnamed.append(found["excerpt"])
        else:
            raise Unfit(f"no claim, excerpt (indented), non-claim or name: {line}")


def _header(lines: str) -> dict[str, str]:
    header = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        key, colon, value = line.partition(":")
        if not colon or key not in _HEADER or key in header:
            raise Unfit(f"not a header line, or twice: {line}")
        header[key] = value.strip()
    return header


def read_notes(source: str) -> Notes:
    """Return the parts of a source file; ``//`` begins a line that is for people. Raises ``Unfit``."""
    header, *rest = _RULE.split(source, maxsplit=2)
    if len(rest) != len(("text", "notes")):
        raise Unfit("a source has a header, a text and notes, parted by two lines of equal signs")
    notes = Notes(_header(header), rest[0].strip("\n"))
    for line in rest[1].splitlines():
        if line.strip() and not line.startswith("//"):
            notes.add(line.rstrip())
    return notes
