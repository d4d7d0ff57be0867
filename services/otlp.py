"""OpenTelemetry's side of the traces: spans of its SDK, sent to a collector by OTLP over HTTP.

Imported only where traces are on. What the SDK reads from the environment by its own standard (``OTEL_*``: headers,
certificates, sampler, the size of batches) holds here too.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.registry import Service
from services.traces import HEADER, Kind, Span

PATH = "v1/traces"
"""Where below the endpoint traces go (OpenTelemetry specification, OTLP exporter, "Endpoint URLs for OTLP/HTTP")."""

SEND_SECONDS = 5.0
"""The most that sending one batch may take, tries included."""

CLOSE_SECONDS = 3.0
"""The most that a stop waits for the last spans: a collector that is away must not hold a pod."""

PREFIX = "claimwire."
"""Before the names of our own attributes; those of the semantic conventions keep theirs."""

_W3C = TraceContextTextMapPropagator()


class _Span:
    """A span of the SDK's, in our words."""

    def __init__(self, span: trace.Span) -> None:
        self.span = span

    @property
    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, trace.set_span_in_context(self.span, Context()))
        return carrier.get(HEADER)

    def note(self, **attributes: str | int) -> None:
        for name, value in attributes.items():
            self.span.set_attribute(f"{PREFIX}{name}", value)


def _context(traceparent: str | None) -> Context | None:
    """Return the context that a traceparent names; None for none: then the current one counts."""
    return None if traceparent is None else _W3C.extract({HEADER: traceparent}, Context())


def _links(traceparent: str | None) -> list[Link]:
    cause = trace.get_current_span(_context(traceparent) or Context()).get_span_context()
    return [Link(cause)] if cause.is_valid else []


@contextmanager
def _ended(spans: Sequence[trace.Span]) -> Iterator[None]:
    """End spans, marked with the name of the error that ended them; its words may be an article's."""
    try:
        yield
    except BaseException as error:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        for span in spans:
            span.end()


class _Tracer:
    """Makes spans by the SDK's provider."""

    def __init__(self, provider: TracerProvider) -> None:
        self.provider = provider
        self._tracer = provider.get_tracer("claimwire", version("claimwire"))

    @contextmanager
    def span(
        self, name: str, *, parent: str | None, cause: str | None, kind: Kind, attributes: dict[str, str | int]
    ) -> Iterator[Span]:
        span = self._tracer.start_span(name, _context(parent), SpanKind[kind.name], links=_links(cause))
        made = _Span(span)
        made.note(**attributes)
        with _ended([span]), trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield made

    @contextmanager
    def spans(self, name: str, parents: Sequence[str | None], kind: Kind) -> Iterator[list[Span]]:
        began = [self._tracer.start_span(name, _context(parent), SpanKind[kind.name]) for parent in parents]
        with _ended(began):
            yield [_Span(span) for span in began]

    def current(self) -> str | None:
        return _Span(trace.get_current_span()).traceparent

    async def close(self) -> None:
        """Send what is left in a thread that may be left behind: the SDK waits for 30 s where nobody answers."""
        ending = threading.Thread(target=self.provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, CLOSE_SECONDS)


def open_tracer(endpoint: str, service: Service) -> _Tracer:
    """Return the tracer of a process, which sends by a thread of its own; what a full queue cannot hold is dropped."""
    named = {"service.name": f"claimwire-{service}", "service.version": version("claimwire")}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/{PATH}", timeout=SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return _Tracer(provider)
