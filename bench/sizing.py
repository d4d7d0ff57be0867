"""What a site of a given size needs, by arithmetic from what was measured: ``python -m bench.sizing`` prints the table.

The figures are those that docs/capacity.md records of ``bench.capacity``; the page states the arithmetic in words, and
a test holds its table of sizes against this one.
"""

import math
import re
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench.pages import ROOT

PAGE = ROOT / "docs" / "capacity.md"

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
"""Articles a day."""

PEAK = 2.0
"""The busiest hour brings twice the mean of its day: newspapers sleep."""

BUSY = 2 / 3
"""How busy a core is planned to be in that hour; the rest is for restarts, catching up and neighbours."""

GROWTH = 3.0
"""What comparing costs in a large store of what it cost in the measured one: ``bench.relate`` finds about that from ten
thousand to a million statements, and neighbours of a statement are capped beyond."""

POD_CORES = 2
"""What a pod of ingest or extract uses at most: two worker processes, and a parent that mostly waits."""

KEPT_DAYS = 30
"""How long the articles topic keeps what it was told, and for how long the table counts claims."""

REPLICAS = 3
"""Copies of a topic's log."""

ROOM = 1.3
"""Free room on a volume, for bloat, sorting and alerts that come before it is full."""

Measured = Mapping[str, float]
"""Rows of ``bench.capacity`` by their names."""


class Need(NamedTuple):
    """What a number of articles a day needs; sizes in GB."""

    ingest_pods: int
    extract_pods: int
    partitions: int
    postgres_cores: int
    postgres_disk: float
    vectors: float
    wal_a_day: float
    kafka_disk: float


def read(page: str) -> dict[str, float]:
    """Return the measured rows of the page."""
    return {
        name.strip(): float(value) for name, value in re.findall(r"^\| ([^|]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    }


def need(a_day: int, measured: Measured) -> Need:
    """Return what so many articles a day need."""

    def cores(part: str, growth: float) -> float:
        names = [name for name in measured if name.startswith(part) and name.endswith("(ms)")]
        return sum(measured[name] for name in names) / 1_000 * growth * a_day / 86_400 * PEAK / BUSY

    def gigabytes(name: str, days: float) -> float:
        return measured[f"{name} (GB a million articles)"] * a_day * days / 1_000_000

    extract = max(1, math.ceil(cores("extract", GROWTH) / POD_CORES))
    return Need(
        ingest_pods=max(1, math.ceil(cores("ingest", 1.0) / POD_CORES)),
        extract_pods=extract,
        partitions=6 * math.ceil(extract / 6),
        postgres_cores=max(2, math.ceil(cores("PostgreSQL", GROWTH))),
        postgres_disk=gigabytes("PostgreSQL", KEPT_DAYS) * ROOM,
        vectors=gigabytes("vectors' index", KEPT_DAYS),
        wal_a_day=gigabytes("write-ahead log", 1),
        kafka_disk=sum(gigabytes(f"claimwire.{topic}.v1", KEPT_DAYS) for topic in ("articles", "claims"))
        * REPLICAS
        * ROOM,
    )


COLUMNS: Mapping[str, Callable[[Need], float]] = {
    "pods of ingest": lambda found: found.ingest_pods,
    "pods of extract": lambda found: found.extract_pods,
    "partitions": lambda found: found.partitions,
    "cores of PostgreSQL": lambda found: found.postgres_cores,
    "disk of PostgreSQL, GB": lambda found: found.postgres_disk,
    "index of vectors, GB": lambda found: found.vectors,
    "write-ahead log a day, GB": lambda found: found.wal_a_day,
    "disk of all brokers, GB": lambda found: found.kafka_disk,
}


def table(measured: Measured) -> str:
    """Return what each size needs, as a Markdown table; what would be an exactness that is not there is rounded."""
    lines = [f"| articles a day | {' | '.join(COLUMNS)} |", "|" + "---:|" * (len(COLUMNS) + 1)]
    for a_day in SIZES:
        found = need(a_day, measured)
        lines.append(f"| {a_day:,} | {' | '.join(_shown(column(found)) for column in COLUMNS.values())} |")
    return "\n".join(lines) + "\n"


def _shown(value: float) -> str:
    """Two digits that count, of whole numbers all."""
    if isinstance(value, int):
        return f"{value:,}"
    digits = 1 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{round(value, digits):,.{max(0, digits)}f}"


if __name__ == "__main__":
    sys.stdout.write(table(read(PAGE.read_text("utf-8"))))
