"""Bars: how far something that takes long has come, shown to whoever looks at a terminal and to nobody else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typing_extensions import override

Advance = Callable[[int], None]
"""Tells a bar that so many more are done."""


class Bar:
    """A bar on the screen: called, it moves on by so many."""

    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars = bars
        self._task = task

    def __call__(self, more: int) -> None:
        """So many more are done."""
        self._bars.advance(self._task, more)

    def expect(self, total: int) -> None:
        """There are so many in all, as far as is known by now."""
        self._bars.update(self._task, total=total)


class RateColumn(ProgressColumn):
    """How many are done in a second."""

    @override
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s", style="progress.data.speed")


@contextmanager
def open_bar(what: str, total: int | None, *, quiet: bool = False) -> Iterator[Bar]:
    """Show a bar on standard error while open, if both streams are a terminal; yield what moves it."""
    console = Console(stderr=True)
    hidden = quiet or not (console.is_terminal and sys.stdout.isatty())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=hidden) as bars:
        yield Bar(bars, bars.add_task(what, total=total))
