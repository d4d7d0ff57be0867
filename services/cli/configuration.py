"""The table of settings, as README shows it: ``python -m services.cli.configuration`` prints it."""

import sys
from typing import Any

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from services.settings import (
    ApiSettings,
    ClientSettings,
    ExtractSettings,
    IngestSettings,
    ReadingSettings,
    ServiceSettings,
    Settings,
    UpSettings,
)

READERS: tuple[tuple[str, type[BaseSettings]], ...] = (
    ("every service", ServiceSettings),
    ("all but the api", Settings),
    ("ingest", IngestSettings),
    ("what reads texts", ReadingSettings),
    ("extract", ExtractSettings),
    ("api", ApiSettings),
    ("up", UpSettings),
    ("commands that ask the api", ClientSettings),
)
"""Who reads which settings; a field is shown where it first occurs."""


def table() -> str:
    """Return every setting with its default, its reader and its meaning, as a Markdown table."""
    lines = ["| setting | default | read by | meaning |", "|---|---|---|---|"]
    shown: set[str] = set()
    for reader, settings in READERS:
        for name, field in settings.model_fields.items():
            if name not in shown:
                shown.add(name)
                default = _default(field.default)
                lines.append(f"| `CLAIMWIRE_{name.upper()}` | {default} | {reader} | {field.description} |")
    return "\n".join(lines) + "\n"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    return "" if value in (None, ()) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(table())
