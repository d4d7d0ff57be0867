"""The page of capacity: what a size needs follows from what was measured, by arithmetic that can be done by hand."""

import pytest

from bench import capacity, sizing
from bench.cpu import Cpu
from schemas.tables import metadata

MEASURED = {
    "ingest (ms)": 30.0,
    "extract (ms)": 120.0,
    "PostgreSQL (ms)": 36.0,
    "Kafka (ms)": 3.0,
    "ingest (MiB at most)": 400.0,
    "PostgreSQL (GB a million articles)": 100.0,
    "vectors' index (GB a million articles)": 10.0,
    "write-ahead log (GB a million articles)": 200.0,
    "claimwire.articles.v1 (GB a million articles)": 2.0,
    "claimwire.claims.v1 (GB a million articles)": 8.0,
}


def test_need_is_the_arithmetic_that_the_page_states() -> None:
    found = sizing.need(960_000, MEASURED)
    # 960,000 a day are 11.1 a second; 30 ms each are a third of a core, three times that in the busiest hour
    assert found.ingest_pods == 1
    # 120 ms, three times that in a large store: 4 cores, 12 in the busiest hour, two a pod
    assert (found.extract_pods, found.partitions) == (6, 6)
    assert found.postgres_cores == 4  # 3.6
    assert found.postgres_disk == pytest.approx(0.96 * 30 * 100 * 1.3)
    assert found.vectors == pytest.approx(0.96 * 30 * 10)
    assert found.wal_a_day == pytest.approx(0.96 * 200)
    assert found.kafka_disk == pytest.approx(0.96 * 30 * (2 + 8) * 3 * 1.3)


def test_least_site_still_needs_one_pod_of_each() -> None:
    found = sizing.need(1, MEASURED)
    assert (found.ingest_pods, found.extract_pods, found.partitions, found.postgres_cores) == (1, 1, 6, 2)


def test_page_of_capacity_has_the_sizes_that_follow_from_its_figures() -> None:
    page = sizing.PAGE.read_text("utf-8")
    assert sizing.table(sizing.read(page)) in page, "print it: python -m bench.sizing"


def test_every_table_that_grows_with_articles_is_counted() -> None:
    counted = {name for names in capacity.KINDS.values() for name in names}
    kept_apart = {"consumer_offset", "dead_letter", "erased", "api_key", "robots", "task"}
    assert counted | kept_apart == set(metadata.tables)


def test_rows_tell_what_one_article_took() -> None:
    cpu = {row.measure: row.value for row in capacity.cpu_rows({"a": Cpu(1.0, 2.0), "b": Cpu(1.0, 0.0)}, 20)}
    assert cpu == {
        "articles a day and core": 432_000.0,
        "CPU an article (ms)": 200.0,
        "  a (ms)": 150.0,
        "  b (ms)": 50.0,
    }
    grown = {"articles": 20.0, "claims": 60.0} | {f"{kind}, bytes": 2_000_000.0 for kind in capacity.KINDS}
    disk = {row.measure: row.value for row in capacity.disk_rows(grown)}
    assert disk["claims an article"] == 3.0
    assert disk["PostgreSQL (GB a million articles)"] == 100.0 * len(capacity.KINDS)
    assert disk["  texts (GB a million articles)"] == 100.0
