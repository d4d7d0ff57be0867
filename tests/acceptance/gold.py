"""The acceptance set, where it lies beside the checkout: its items by id, and its own matching rules as a module."""

import importlib.util
import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "acceptance"
TABLE = Path(__file__).with_name("expected_failures.toml")

Line = dict[str, Any]
Pair = list[int]


@dataclass(frozen=True)
class Gold:
    """``check`` is the set's own module of rules; ``items`` holds the lines of each item, by its id.

    The lines of a card are named K and its article's number, those of entities E and their place in the file.
    """

    check: Any
    texts: dict[str, str]
    lines: list[Line]
    items: dict[str, list[Line]]

    def row(self, item: str) -> Line:
        (row,) = self.items[item]
        return row

    def quotes(self, article: str) -> list[Line]:
        return [line for line in self.lines if self.check.is_quote(line) and line["article"] == article]


@cache
def load() -> Gold:
    check = _rules()
    names = ("expected", "relations", "answers", "negatives")
    lines, relations, answers, negatives = ([*_rows(name)] for name in names)
    items: dict[str, list[Line]] = {}
    for row in (*lines, *relations, *answers, *negatives):
        items.setdefault(check.item_of(row["id"]), []).append(row)
    items |= {f"K{card['article'][:3]}": [card] for card in _rows("cards")}
    items |= {f"E{number:02}": [entity] for number, entity in enumerate(_rows("entities"), start=1)}
    texts = {path.stem: check.text_of(path) for path in sorted((FOLDER / "articles").glob("*.txt"))}
    return Gold(check, texts, lines, items)


def _rows(name: str) -> Iterator[Line]:
    return map(json.loads, (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines())


def _rules() -> Any:
    spec = importlib.util.spec_from_file_location("acceptance_check", FOLDER / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def expected_failures() -> dict[str, str]:
    """Return the reason of each item that does not hold yet."""
    groups = tomllib.loads(TABLE.read_text("utf-8")).get("group", [])
    reasons: dict[str, str] = {}
    for group in groups:
        for item in group["items"]:
            assert item not in reasons, f"{TABLE.name} names {item} twice"
            reasons[item] = group["reason"]
    return reasons


def params(kind: str) -> list[Any]:
    """Return the ids of a kind's items; one that is skipped where the set is absent."""
    if not FOLDER.is_dir():
        skip = pytest.mark.skip(reason=f"the acceptance set is absent: no folder ../{FOLDER.parent.name}/{FOLDER.name}")
        return [pytest.param("", id="absent", marks=skip)]
    reasons = expected_failures()
    items = [item for item in load().items if item[0] == kind]
    return [pytest.param(item, id=item, marks=_xfail(reasons[item]) if item in reasons else ()) for item in items]


def _xfail(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)
