"""The table of a run: a row a measure, with its floor, its aim and what it was before."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

NAME = "quality"

BETWEEN = ": "
"""Stands between a measure's group and its name."""

WIDE = 1_000
"""From here on a value is shown without decimals."""

DECIMALS = 2
"""Of a value: a hundredth of a per cent is less than one claim of any set."""


class Unfit(ValueError):
    """The floors or the earlier figures cannot be used; the message names the file and what is wrong with it."""


class Row(NamedTuple):
    """One measure; ``value`` is null where nothing could be measured, ``floor`` and ``aim`` where none is set."""

    measure: str
    value: float | None
    floor: float | None = None
    aim: float | None = None
    lower_is_better: bool = False

    @property
    def group(self) -> str:
        """What the measure was taken on."""
        return self.measure.partition(BETWEEN)[0]

    @property
    def missed(self) -> bool:
        """Whether a floor is set and not met; a null meets none."""
        if self.floor is None:
            return False
        return self.value is None or (self.value > self.floor if self.lower_is_better else self.value < self.floor)


def row(group: str, name: str, value: float | None, *, lower_is_better: bool = False) -> Row:
    """Return a row without bounds, its value rounded."""
    shown = None if value is None else round(value, DECIMALS)
    return Row(f"{group}{BETWEEN}{name}", shown, lower_is_better=lower_is_better)


def bound(rows: Iterable[Row], path: Path, groups: Iterable[str]) -> list[Row]:
    """Return the rows with the floors and aims of a TOML file; ``groups`` are those measured.

    Raises:
        Unfit: the file names a measure that a measured group does not have, or a bound that is none.
    """
    bounds = tomllib.loads(path.read_text("utf-8"))
    given, measured = list(rows), set(groups)
    unknown = set(bounds) - {each.measure for each in given}
    if wrong := sorted(name for name in unknown if name.partition(BETWEEN)[0] in measured):
        raise Unfit(f"{path.name}: no such measure: {', '.join(wrong)}")
    for name, limits in bounds.items():
        if not isinstance(limits, dict) or not all(_is_limit(*limit) for limit in limits.items()):
            raise Unfit(f"{path.name}: {name} has neither floor nor aim alone, or no number: {limits}")
    return [each._replace(**bounds.get(each.measure, {})) for each in given]


def _is_limit(name: str, value: object) -> bool:
    return name in {"floor", "aim"} and type(value) in {int, float}


def read_earlier(path: Path) -> dict[str, float | None]:
    """Return the values of an earlier run by measure.

    Raises:
        Unfit: the file cannot be read, or is not what ``write`` writes.
    """
    try:
        return {each["measure"]: each["value"] for each in json.loads(path.read_text("utf-8"))["rows"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unfit(f"{path}: no earlier figures: {error!r}") from error


def show(rows: Sequence[Row], say: Console, earlier: Mapping[str, float | None] | None = None) -> None:
    """Print the table; with ``earlier`` also what each measure was, and by how much it moved."""
    before = () if earlier is None else ("was", "moved")
    table = Table("measure", title=NAME, title_justify="left")
    for name in ("value", "floor", "aim", *before):
        table.add_column(name, justify="right")
    last = None
    for each in rows:
        if last not in {None, each.group}:
            table.add_section()
        last = each.group
        moved = () if earlier is None else _moved(each, earlier)
        style = "red" if each.missed else None
        arrow = " ↓" if each.lower_is_better else ""
        bounds = (_number(value) if value is not None else "" for value in (each.floor, each.aim))
        table.add_row(each.measure + arrow, _number(each.value), *bounds, *moved, style=style)
    say.print(table)


def _moved(each: Row, earlier: Mapping[str, float | None]) -> tuple[str, str]:
    was = earlier.get(each.measure)
    if was is None or each.value is None:
        return _number(was), "new" if each.measure not in earlier else ""
    change = round(each.value - was, DECIMALS)
    return _number(was), f"{'+' if change > 0 else ''}{_number(change)}" if change else ""


def _number(value: float | None) -> str:
    return "null" if value is None else f"{value:,.0f}" if abs(value) >= WIDE else f"{value:.1f}"


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the rows as JSON."""
    path.parent.mkdir(exist_ok=True)
    answer = {"name": NAME, "rows": [each._asdict() for each in rows]}
    path.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
