"""At the end of a run: how many items of each kind hold, counted from the reports of every test process."""

import re
from collections import Counter

import pytest

KINDS = {
    "Q": "quotes",
    "C": "claims",
    "N": "negatives",
    "R": "relations",
    "A": "answers",
    "K": "cards",
    "E": "entities",
}
"""By the first letter of an item's id."""

ITEM = re.compile(r"tests/acceptance/test_(?:reading|served)\.py::\w+\[([A-Z])\d+\]")
OUTCOMES = {"passed": "hold", "xfailed": "are expected to fail", "failed": "failed", "error": "could not be tried"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = {kind: Counter[str]() for kind in KINDS}
    for outcome in OUTCOMES:
        for report in terminalreporter.getreports(outcome):
            if found := ITEM.match(report.nodeid):
                counts[found[1]][outcome] += 1
    if not any(counts.values()):
        return
    terminalreporter.section("acceptance")
    for kind, count in counts.items():
        parts = [f"{count[outcome]} {words}" for outcome, words in OUTCOMES.items() if count[outcome]]
        terminalreporter.write_line(f"{KINDS[kind]:10} {', '.join(parts)}")
