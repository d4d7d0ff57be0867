"""The page of ingest tells of every outcome, and of no other."""

import re

from schemas.outcomes import FeedOutcome, PageOutcome
from tests.docs.pages import ROOT


def test_every_outcome_is_told_once() -> None:
    page = (ROOT / "docs" / "ingest.md").read_text("utf-8")
    section = page.partition("## What can become of")[2].partition("\n## ")[0]
    told = [
        name for line in section.splitlines() if line.startswith("| `") for name in re.findall("`([a-z0-9_]+)`", line)
    ]
    assert sorted(told) == sorted({*PageOutcome, *FeedOutcome})
