"""Logs: one JSON object a line on standard error, with what is known of the work at hand bound to every line."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

from typing_extensions import override

from services.settings import ServiceSettings

logger = logging.getLogger(__name__)

_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}
"""Controls and line breaks: what a page or a record says must neither forge a line nor steer a terminal."""

_bound: ContextVar[dict[str, object]] = ContextVar("bound", default={})  # noqa: B039 (never changed in place)


def plain(words: str) -> str:
    """Return words with controls and line breaks written as escapes, which JSON reads back."""
    return words.translate(_ESCAPES)


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Add ``values`` to every line logged inside, also by tasks started there."""
    token = _bound.set({**_bound.get(), **values})
    try:
        yield
    finally:
        _bound.reset(token)


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object; line breaks in values are escaped, so no value can forge a line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_bound.get(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return plain(json.dumps(line, default=str, ensure_ascii=False))


class TextFormatter(logging.Formatter):
    """Writes a record for a person at a terminal, one line but for an exception's traceback."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        values = " ".join(f"{key}={value}" for key, value in _bound.get().items())
        return plain(f"{super().formatMessage(record)} {values}".rstrip())


def set_up_logs(level: str, style: Literal["json", "text"]) -> None:
    """Send every log of the process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("aiokafka", "alembic", "asyncio", "trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def log_settings(settings: ServiceSettings) -> None:
    """Log the settings in force, secrets starred out."""
    logger.info("settings: %s", settings.model_dump_json())
