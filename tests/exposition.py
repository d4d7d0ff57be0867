"""What a service's /metrics shows, held against what docs/metrics.md says of that service."""

from prometheus_client.parser import text_string_to_metric_families

from services.metrics import REGISTRY
from services.registry import Declared, Service, closed

FOREIGN = ("process_", "python_")
"""What the client for Python counts by itself."""


def check_exposition(shown: str, service: Service) -> None:
    """Assert that the page's metrics of this service are there, with its labels and values, and no others."""
    documented = {declared.name: declared for declared in REGISTRY.declared if service in declared.services}
    families = {
        family.name: family for family in text_string_to_metric_families(shown) if not family.name.startswith(FOREIGN)
    }
    counters = {name.removesuffix("_total"): name for name in documented}
    assert {counters[name] for name in families} == documented.keys()
    for family in families.values():
        declared = documented[counters[family.name]]
        assert (family.type, family.documentation) == (declared.kind, declared.meaning)
        for sample in family.samples:
            assert sample.name in declared.series
            _check_labels(declared, {name: value for name, value in sample.labels.items() if name != "le"})


def _check_labels(declared: Declared, labels: dict[str, str]) -> None:
    assert labels.keys() == declared.labels.keys()
    for name, value in labels.items():
        values = closed(declared.labels[name])
        assert values is None or value in values, (declared.name, name, value)
