"""Traces: how long each step of an article took, from a feed's item to its stored claims, across processes.

Off, which is the default, a span is an object that does nothing and nothing of OpenTelemetry is imported. A span goes
on in another process by its ``traceparent`` (W3C Trace Context), which travels in records' headers and in rows.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self

from services.registry import Service

HEADER = "traceparent"
"""The header of a record, and of a request, that names the span it comes from (W3C Trace Context)."""


class Kind(StrEnum):
    """What a span is to others (OpenTelemetry's span kinds)."""

    INTERNAL = "internal"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span(Protocol):
    """A step that is under way."""

    @property
    def traceparent(self) -> str | None:
        """What a later step names to belong to this one; None where traces are off."""
        ...

    def note(self, **attributes: str | int) -> None:
        """Add what became known of the step."""
        ...


class Tracer(Protocol):
    """Something that makes spans and sends them."""

    provider: Any
    """OpenTelemetry's own provider, for libraries that make spans by themselves."""

    def span(
        self, name: str, *, parent: str | None, cause: str | None, kind: Kind, attributes: dict[str, str | int]
    ) -> AbstractContextManager[Span]:
        """Return a span that is the current one while it is entered."""
        ...

    def spans(self, name: str, parents: Sequence[str | None], kind: Kind) -> AbstractContextManager[list[Span]]:
        """Return spans of one step that many take together, each below its parent."""
        ...

    def current(self) -> str | None:
        """Return the traceparent of the current span."""
        ...

    async def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ...


class _Off:
    """A span that is none."""

    traceparent: str | None = None

    def note(self, **attributes: str | int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass


class _Many:
    """Spans that are none, as many as are asked for."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> list[Span]:
        return [_OFF] * self._number

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass


_OFF = _Off()

_tracer: Tracer | None = None
"""The tracer of this process; like its metrics, there is one."""


def are_on() -> bool:
    """Tell whether spans are sent anywhere."""
    return _tracer is not None


def span(
    name: str,
    *,
    parent: str | None = None,
    cause: str | None = None,
    kind: Kind = Kind.INTERNAL,
    **attributes: str | int,
) -> AbstractContextManager[Span]:
    """Return a step to be entered: below ``parent``, else below the current one, else at the head of a new trace.

    ``cause`` is a span of another trace that this one is linked to. A step that raises is marked with the error's name
    alone: its words may be an article's.
    """
    if _tracer is None:
        return _OFF
    return _tracer.span(name, parent=parent, cause=cause, kind=kind, attributes=attributes)


def spans(
    name: str, parents: Sequence[str | None], *, kind: Kind = Kind.INTERNAL
) -> AbstractContextManager[Sequence[Span]]:
    """Return one span for each parent of a step that they take together; none of them is the current one."""
    if _tracer is None:
        return _Many(len(parents))
    return _tracer.spans(name, parents, kind)


def current() -> str | None:
    """Return the traceparent of the current span, or None."""
    return None if _tracer is None else _tracer.current()


def parent_of(headers: Sequence[tuple[str, bytes | None]]) -> str | None:
    """Return the traceparent among a record's headers; what is none is left to the tracer, which begins a trace."""
    found = next((value for name, value in headers if name == HEADER), None)
    return None if found is None else found.decode("ascii", "replace")


@asynccontextmanager
async def open_traces(endpoint: str | None, service: Service) -> AsyncIterator[Any]:
    """Send this process's spans to a collector; yields OpenTelemetry's provider, or None where there is no endpoint."""
    global _tracer  # noqa: PLW0603 (one a process, like the logs)
    if endpoint is None:
        yield None
        return
    from services.otlp import open_tracer

    tracer = _tracer = open_tracer(endpoint, service)
    try:
        yield tracer.provider
    finally:
        _tracer = None
        await tracer.close()
