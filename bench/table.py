"""What every bench ends with: its measures as one table, and the same as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

OUT = Path(__file__).parent / "out"


class Row(NamedTuple):
    """One line of the table; ``floor`` and ``aim`` are null where none is set."""

    measure: str
    value: float
    floor: float | None = None
    aim: float | None = None
    lower_is_better: bool = False

    @property
    def missed(self) -> bool:
        """Whether the value is beyond its floor."""
        if self.floor is None:
            return False
        return self.value > self.floor if self.lower_is_better else self.value < self.floor


def show(name: str, rows: Sequence[Row], say: Console) -> None:
    """Print the table and write ``bench/out/<name>.json``."""
    table = Table("measure", "value", "floor", "aim", title=name, title_justify="left")
    for row in rows:
        table.add_row(row.measure, f"{row.value:.3g}", *("" if bound is None else f"{bound:g}" for bound in row[2:4]))
    say.print(table)
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(
        json.dumps({"name": name, "rows": [row._asdict() for row in rows]}, indent=2) + "\n"
    )
