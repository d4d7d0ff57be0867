"""Rows as a person or a script wants them: a table, or JSON Lines."""

import json
from datetime import datetime
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from services.logs import plain

SHORT_CHARACTERS = 16
"""A column of a table that is no wider is not broken into lines."""

WIDEST = 500
"""Columns that a table may take where it is not for a terminal."""


def show(rows: list[dict[str, Any]], *, as_json: bool, title: str) -> None:
    """Write rows as JSON Lines, or as a table for a person, without its empty columns; no value steers the terminal."""
    if as_json:
        for row in rows:
            typer.echo(plain(json.dumps(row, default=_said, ensure_ascii=False)))
        return
    table = Table(title=title, min_width=len(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    columns = {name: [plain(_cell(row[name])) for row in rows] for name in (rows[0] if rows else ())}
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    for name, cells in filled.items():
        widest = max(map(len, cells))
        short = widest <= SHORT_CHARACTERS
        title = name.replace("_", " ")
        least = max(widest, *map(len, title.split())) if short else None
        table.add_column(title, overflow="fold", min_width=least, no_wrap=short)
    for line in zip(*filled.values(), strict=True):
        table.add_row(*map(Text, line))
    _print(table if filled else f"no {title}")


def _print(table: Table | str) -> None:
    """Write a table as wide as the terminal, or wider where nothing can be cut off; elsewhere in whole lines."""
    console = Console()
    measured = Measurement.get(console, console.options.update(max_width=WIDEST), table)
    console.width = max(console.width, measured.minimum) if console.is_terminal else measured.maximum
    console.print(table)


def _said(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
