"""What holds of every metric, and that the registry begins and shows them as it says."""

import re

import pytest
from prometheus_client import generate_latest

from schemas.outcomes import KillReason
from schemas.tables import ErasedKind
from services.metrics import REGISTRY
from services.registry import Declared, Registry, Service, closed

DECLARED = REGISTRY.declared


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_metric_is_named_by_the_practice(declared: Declared) -> None:
    assert re.fullmatch(r"claimwire(_[a-z]+)+", declared.name)
    assert declared.name.endswith("_total") == (declared.kind == "counter")
    assert not re.search("_(ms|minutes|hours|milliseconds|kb|mb|percent)(_|$)", declared.name)
    assert declared.services
    assert not {"host", "url", "id", "article", "feed", "path"} & declared.labels.keys()
    if not declared.name.startswith(("claimwire_ingest_", "claimwire_extract_", "claimwire_api_")):
        return
    assert declared.services == (Service(declared.name.split("_")[1]),)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_metric_says_what_it_means_and_what_to_do(declared: Declared) -> None:
    for words in (declared.meaning, declared.odd):
        assert words.endswith((".", ")."))
        assert "|" not in words


def test_names_are_declared_once() -> None:
    names = [declared.name for declared in DECLARED]
    assert len(set(names)) == len(names)


def test_counters_of_closed_labels_begin_at_zero() -> None:
    registry = Registry()
    registry.counter("x", "X.", of=Service, odd="X.", reason=KillReason, work=("a", "b"))
    registry.counter("y", "Y.", of=Service, odd="Y.", key="the prefix of a key", outcome=("a",))
    shown = registry.of(Service.API)
    assert shown.get_sample_value("x_total", {"reason": "died", "work": "b"}) == 0
    assert "y_total{" not in generate_latest(shown).decode()


def test_service_shows_its_own_metrics_alone() -> None:
    registry = Registry()
    registry.gauge("x", "X.", of=[Service.INGEST], odd="X.")
    registry.histogram("z", "Z.", of=[Service.API], odd="Z.", buckets=(1.0,))
    assert registry.of(Service.INGEST).get_sample_value("x") == 0
    assert registry.of(Service.API).get_sample_value("x") is None
    assert registry.of(Service.API).get_sample_value("z_bucket", {"le": "1.0"}) == 0
    assert [(each.name, each.series) for each in registry.declared] == [
        ("x", ("x",)),
        ("z", ("z_bucket", "z_sum", "z_count")),
    ]


def test_closed_lists_are_told_from_words() -> None:
    assert closed(KillReason) == ("cpu", "memory", "wall", "died")
    assert (closed(("a", "b")), closed("the route's template")) == (("a", "b"), None)


def test_counters_have_no_second_series_of_when_they_were_made() -> None:
    assert b"_created" not in generate_latest(REGISTRY.of(Service.EXTRACT))


def test_kinds_of_erasures_are_those_of_the_table() -> None:
    [erased] = [declared for declared in DECLARED if declared.name == "claimwire_erased"]
    assert closed(erased.labels["kind"]) == tuple(ErasedKind)
