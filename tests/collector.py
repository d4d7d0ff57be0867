"""A collector of traces on loopback, as far as tests need one: it takes OTLP over HTTP and keeps the spans."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.engines.ports import find_free_port


class Seen(NamedTuple):
    """A span as the collector got it; ids in hex, ``links`` are the traces that it is linked to."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    kind: int
    links: tuple[str, ...]
    attributes: dict[str, Any]
    status: tuple[int, str]
    events: int
    nanoseconds: int


@dataclass
class Collector:
    port: int
    spans: list[Seen] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    async def take(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.spans += _spans(ExportTraceServiceRequest.FromString(body))
        return web.Response(body=b"", content_type="application/x-protobuf")


def _spans(request: Any) -> list[Seen]:
    return [
        Seen(
            service=_values(part.resource.attributes)["service.name"],
            name=span.name,
            trace=span.trace_id.hex(),
            span=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            kind=span.kind,
            links=tuple(link.trace_id.hex() for link in span.links),
            attributes=_values(span.attributes),
            status=(span.status.code, span.status.message),
            events=len(span.events),
            nanoseconds=span.end_time_unix_nano - span.start_time_unix_nano,
        )
        for part in request.resource_spans
        for scope in part.scope_spans
        for span in scope.spans
    ]


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    collector = Collector(find_free_port())
    app = web.Application()
    app.router.add_post("/{path:.*}", collector.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", collector.port).start()
    try:
        yield collector
    finally:
        await runner.cleanup()
