"""The registry of metrics: each is declared once, with who exposes it, its labels, what it means and what to do then.

A service exposes its own metrics and no other's: a gauge that nobody sets would show 0 where it should be absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside every counter, which nothing reads

Values = type[StrEnum] | tuple[str, ...] | str
"""The values of a label: a closed list, or in words what they are where code does not know them."""

Metric = Counter | Gauge | Histogram | Info


class Service(StrEnum):
    """Who exposes a metric."""

    INGEST = "ingest"
    EXTRACT = "extract"
    API = "api"


@dataclass(frozen=True)
class Declared:
    """A metric as people read of it; ``name`` is as exposed, ``odd`` says what to do when it is."""

    name: str
    kind: str
    labels: Mapping[str, Values]
    services: tuple[Service, ...]
    meaning: str
    odd: str

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series: a histogram has three."""
        parts = ("_bucket", "_sum", "_count") if self.kind == "histogram" else ("",)
        return tuple(f"{self.name}{part}" for part in parts)

    @property
    def unit(self) -> str:
        """The unit, which a name ends with wherever there is one (Prometheus, "Metric and label naming")."""
        stem = self.name.removesuffix("_total")
        return next((unit for unit in ("timestamp_seconds", "seconds", "bytes") if stem.endswith(f"_{unit}")), "number")


class Registry:
    """Declares metrics and shows those of a service; ``declared`` lists them in their order."""

    def __init__(self) -> None:
        self.declared: list[Declared] = []
        self._of = {service: CollectorRegistry() for service in Service}
        for registry in self._of.values():
            for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
                registry.register(collector)

    def counter(self, name: str, meaning: str, *, of: Iterable[Service], odd: str, **labels: Values) -> Counter:
        """Declare what only grows; series of closed labels begin at 0, so that even the first event is an increase."""
        metric = Counter(name, meaning, list(labels), registry=None)
        _begin(metric, labels)
        self._declare(metric, Declared(f"{name}_total", "counter", labels, tuple(of), meaning, odd))
        return metric

    def gauge(self, name: str, meaning: str, *, of: Iterable[Service], odd: str, **labels: Values) -> Gauge:
        """Declare what goes up and down; a series is absent until it is known."""
        metric = Gauge(name, meaning, list(labels), registry=None)
        self._declare(metric, Declared(name, "gauge", labels, tuple(of), meaning, odd))
        return metric

    def histogram(
        self, name: str, meaning: str, *, of: Iterable[Service], odd: str, buckets: Iterable[float], **labels: Values
    ) -> Histogram:
        """Declare a distribution."""
        metric = Histogram(name, meaning, list(labels), registry=None, buckets=tuple(buckets))
        _begin(metric, labels)
        self._declare(metric, Declared(name, "histogram", labels, tuple(of), meaning, odd))
        return metric

    def info(self, name: str, meaning: str, *, of: Iterable[Service], odd: str, **labels: Values) -> Info:
        """Declare words that are always 1."""
        metric = Info(name, meaning, registry=None)
        self._declare(metric, Declared(f"{name}_info", "gauge", labels, tuple(of), meaning, odd))
        return metric

    def of(self, service: Service) -> CollectorRegistry:
        """Return what a service exposes: its own metrics, and those of its process."""
        return self._of[service]

    def _declare(self, metric: Metric, declared: Declared) -> None:
        for service in declared.services:
            self._of[service].register(metric)
        self.declared.append(declared)


def closed(values: Values) -> tuple[str, ...] | None:
    """Return a closed list's values, or None where there is none."""
    if isinstance(values, str):
        return None
    return values if isinstance(values, tuple) else tuple(member.value for member in values)


def _begin(metric: Counter | Histogram, labels: Mapping[str, Values]) -> None:
    lists = [closed(values) for values in labels.values()]
    known = [values for values in lists if values is not None]
    if labels and len(known) == len(lists):
        for combination in product(*known):
            metric.labels(*combination)
