"""The page of metrics, as ``docs/metrics.md`` keeps it: ``python -m services.cli.metrics`` prints it."""

import sys
from collections.abc import Mapping

from services.metrics import REGISTRY
from services.registry import Declared, Service, Values, closed

HEAD = """# Metrics

Every metric that Claimwire's services expose on `CLAIMWIRE_METRICS_PORT` under `/metrics`, what it means, and what to
do when it is odd. Beside them each process shows `process_*` and `python_*` as the Prometheus client for Python counts
them. This page is made from the code (`make documents`) and checked against it.

- A service exposes its own metrics alone. Labels hold closed lists, never a URL, a host or an id; counters of closed
  lists begin at 0, so that `increase()` sees the first event.
- Gauges of what waits are read from the tables by every replica alike, every 10 seconds: take `max`, never `sum`.
  `claimwire_tables_read_timestamp_seconds` tells how old they are. Ages are by the database's clock.
- A gauge is absent until it is known for the first time.
- A histogram `x` is exposed as `x_bucket` (with the label `le`), `x_sum` and `x_count`.
"""


def page() -> str:
    """Return the page as Markdown."""
    head = ["| metric | type | labels | unit | service | meaning | when it is odd |", "|---|---|---|---|---|---|---|"]
    return "\n".join([HEAD, *head, *(_line(declared) for declared in REGISTRY.declared)]) + "\n"


def _line(declared: Declared) -> str:
    services = "all" if len(declared.services) == len(Service) else ", ".join(declared.services)
    cells = (f"`{declared.name}`", declared.kind, _labels(declared.labels), declared.unit.replace("_", " "), services)
    return f"| {' | '.join(cells)} | {declared.meaning} | {declared.odd} |"


def _labels(labels: Mapping[str, Values]) -> str:
    return "<br>".join(f"`{name}`: {_values(values)}" for name, values in labels.items())


def _values(values: Values) -> str:
    return values if isinstance(values, str) else ", ".join(f"`{value}`" for value in closed(values) or ())


if __name__ == "__main__":
    sys.stdout.write(page())
