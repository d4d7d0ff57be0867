"""Rows as a person or a script wants them: a table, or JSON Lines."""

import json
from datetime import datetime
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.logs import plain

SHORT_CHARACTERS = 16
"""A column of a table that is no wider is not broken into lines."""


def show(rows: list[dict[str, Any]], *, as_json: bool, title: str) -> None:
    """Write rows as JSON Lines, or as a table for a person, without its empty columns; no value steers the terminal."""
    if as_json:
        for row in rows:
            typer.echo(plain(json.dumps(row, default=str, ensure_ascii=False)))
        return
    table = Table(title=title, min_width=len(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    columns = {name: [plain(_cell(row[name])) for row in rows] for name in (rows[0] if rows else ())}
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    for name, cells in filled.items():
        table.add_column(name, overflow="fold", no_wrap=max(map(len, cells)) <= SHORT_CHARACTERS)
    for line in zip(*filled.values(), strict=True):
        table.add_row(*map(Text, line))
    Console().print(table if filled else f"no {title}")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d %b %H:%M}"
    return "" if value is None else str(value)
