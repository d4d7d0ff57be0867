import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from services import traces
from services.engines.ports import find_free_port
from services.registry import Service
from services.traces import Kind, open_traces
from tests.collector import Collector, open_collector

PARENT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
ERROR = 2


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with open_collector() as one:
        yield one


@pytest.mark.parametrize("service", ["ingest", "extract"])
def test_off_nothing_of_opentelemetry_is_imported(service: str) -> None:
    look = (
        f"import sys, services.{service}.service; "
        "sys.exit(sum(name.startswith(('opentelemetry', 'requests')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_off_the_api_imports_neither_sdk_nor_exporter() -> None:
    look = (
        "import sys, services.api.server; "
        "sys.exit(sum(name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


async def test_off_a_span_is_one_object_that_does_nothing() -> None:
    async with open_traces(None, Service.INGEST) as provider:
        assert (provider, traces.are_on(), traces.current()) == (None, False, None)
        with traces.span("fetch", kind=Kind.CLIENT, url="x") as span:
            span.note(outcome="published")
            assert span.traceparent is None
        assert traces.span("clean") is traces.span("fetch")
        with traces.spans("store", [None, PARENT]) as spans:
            assert [one.traceparent for one in spans] == [None, None]


async def test_spans_nest_and_say_whose_they_are(collector: Collector) -> None:
    async with open_traces(collector.url, Service.INGEST):
        with traces.span("ingest", url="https://a.example") as outer, traces.span("fetch", kind=Kind.CLIENT):
            assert traces.current() != outer.traceparent
        assert traces.current() is None
    ingest, fetch = collector.named("ingest")[0], collector.named("fetch")[0]
    assert (fetch.trace, fetch.parent, ingest.parent) == (ingest.trace, ingest.span, "")
    assert (ingest.service, ingest.attributes) == ("claimwire-ingest", {"claimwire.url": "https://a.example"})
    assert (ingest.kind, fetch.kind) == (1, 3)
    assert outer.traceparent is not None
    assert outer.traceparent.startswith(f"00-{ingest.trace}-{ingest.span}-")
    assert set(collector.paths) == {"/v1/traces"}


async def test_endpoint_with_a_path_keeps_it(collector: Collector) -> None:
    async with open_traces(f"{collector.url}/otlp/", Service.API):
        with traces.span("request"):
            pass
    assert set(collector.paths) == {"/otlp/v1/traces"}


async def test_parent_is_gone_on_from_and_a_cause_is_linked(collector: Collector) -> None:
    async with open_traces(collector.url, Service.EXTRACT):
        with traces.span("read", parent=PARENT):
            pass
        with traces.span("ingest", cause=PARENT):
            pass
        with traces.spans("store", [PARENT, None]):
            pass
    read, ingest = collector.named("read")[0], collector.named("ingest")[0]
    assert (read.trace, read.parent) == (PARENT[3:35], PARENT[36:52])
    assert (ingest.parent, ingest.links) == ("", (PARENT[3:35],))
    assert ingest.trace != PARENT[3:35]
    assert [one.trace == PARENT[3:35] for one in collector.named("store")] == [True, False]


@pytest.mark.parametrize("said", ["", "no traceparent", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "\ufffd"])
async def test_what_is_no_traceparent_begins_a_trace(collector: Collector, said: str) -> None:
    async with open_traces(collector.url, Service.EXTRACT):
        with traces.span("read", parent=said), traces.span("ingest", cause=said):
            pass
    assert (collector.named("read")[0].parent, collector.named("ingest")[0].links) == ("", ())


async def test_parent_that_is_not_sampled_sends_nothing(collector: Collector) -> None:
    async with open_traces(collector.url, Service.EXTRACT):
        with traces.span("read", parent=PARENT[:-1] + "0") as span:
            assert span.traceparent is not None
            assert span.traceparent.endswith("-00")
    assert collector.spans == []


async def test_error_is_told_by_its_name_alone(collector: Collector) -> None:
    async with open_traces(collector.url, Service.EXTRACT):
        with pytest.raises(ValueError, match="words"), traces.span("read"):
            raise ValueError("words of an article")
        with pytest.raises(KeyError), traces.spans("store", [None, None]):
            raise KeyError("words of an article")
    assert [(one.status, one.events) for one in collector.spans] == [
        ((ERROR, "ValueError"), 0),
        ((ERROR, "KeyError"), 0),
        ((ERROR, "KeyError"), 0),
    ]


async def test_collector_that_is_away_holds_neither_work_nor_stop() -> None:
    began = time.monotonic()
    async with open_traces(f"http://127.0.0.1:{find_free_port()}", Service.INGEST):
        for _ in range(100):
            with traces.span("ingest"):
                await asyncio.sleep(0)
        assert time.monotonic() - began < 3
    assert time.monotonic() - began < 8


def test_traceparent_is_found_among_headers() -> None:
    assert traces.parent_of([("ce_id", b"1"), ("traceparent", PARENT.encode())]) == PARENT
    assert traces.parent_of([("ce_id", b"1"), ("traceparent", None)]) is None
    assert traces.parent_of([("traceparent", b"\xff\xfe")]) == "\ufffd\ufffd"
