"""The pages of settings, from their classes: ``python -m services.cli.configuration`` prints docs/configuration.md."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import FilePath, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from services.settings import (
    ApiSettings,
    ClientSettings,
    ExtractSettings,
    FetchSettings,
    IngestSettings,
    ReadingSettings,
    RetentionSettings,
    ServiceSettings,
    Settings,
    UpSettings,
)

HEAD = """# Configuration

Every setting of Claimwire, by who reads it. Settings are environment variables; each is read once, at the start, and a
service that finds one wrong ends with its name in one line. A variable that is set and empty counts as not set. Lists
are parted by commas. A setting that is not known is passed over. This page is made from the code (`make documents`) and
checked against it.

What the environment does not set is looked for in the file `claimwire.env` of the folder `CLAIMWIRE_STATE`, where
`claimwire up` writes how its engines are reached: so commands in the same folder find them.
"""


class Reader(NamedTuple):
    """Who reads a class of settings, in the words of a heading and of a table's cell, and what is to be said of it."""

    heading: str
    short: str
    settings: type[BaseSettings]
    said: str


READERS = (
    Reader(
        "Every service",
        "every service",
        ServiceSettings,
        "Read by `ingest`, `extract`, `api` and `migrate`, and by the commands that look after a running system.",
    ),
    Reader(
        "What speaks to Kafka",
        "all but the api",
        Settings,
        "Read by `ingest`, `extract`, `migrate` and `offsets`. The api needs no Kafka.",
    ),
    Reader("What fetches pages", "ingest, fetch", FetchSettings, "Read by `ingest` and `fetch`."),
    Reader("Ingest", "ingest", IngestSettings, "Read by `ingest` alone."),
    Reader(
        "What reads texts",
        "what reads texts",
        ReadingSettings,
        "Read by `extract`, `text`, `reextract` and `dead-letters redrive`.",
    ),
    Reader(
        "Retention",
        "extract, prune",
        RetentionSettings,
        "Read by `extract` and `prune`. Without them nothing goes by age.",
    ),
    Reader("Extract", "extract", ExtractSettings, "Read by `extract` alone."),
    Reader("Api", "api", ApiSettings, "Read by `api` alone, but for what `up` says below."),
    Reader("Everything on one machine", "up", UpSettings, "Read by `up`, which is what `make run` starts."),
    Reader(
        "Commands that ask the api",
        "commands that ask the api",
        ClientSettings,
        "Read by `submit`, `search`, `claims`, `article`, `threads` and `card`.",
    ),
)
"""Who reads which settings; a field is shown where it first occurs."""

MOST_USED = (
    *("database_url", "kafka_servers", "kafka_security", "metrics_host", "metrics_port", "log_format"),
    *("user_agent", "poll_interval_seconds", "ingest_processes", "extract_processes"),
    *("api_host", "api_port", "api_keys", "api_cursor_secret", "state", "api_url", "api_key"),
)
"""What README shows: all that a first site sets."""


def page() -> str:
    """Return every setting with its type, default, bounds and meaning, by who reads it, as Markdown."""
    return "\n".join([HEAD, *(line for reader in READERS for line in _section(reader))])


def table() -> str:
    """Return the settings that are used most, as README shows them."""
    lines = ["| setting | default | read by | meaning |", "|---|---|---|---|"]
    for reader in READERS:
        for name, field in _own(reader):
            if name in MOST_USED:
                lines.append(f"| {_variable(name)} | {_default(field)} | {reader.short} | {field.description} |")
    return "\n".join(lines) + "\n"


def _own(reader: Reader) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the settings that no reader before this one has."""
    before = READERS[: READERS.index(reader)]
    shown = {name for one in before for name in one.settings.model_fields}
    return ((name, field) for name, field in reader.settings.model_fields.items() if name not in shown)


def _section(reader: Reader) -> Iterator[str]:
    yield from (f"## {reader.heading}", "", reader.said + _shared(reader), "")
    yield from ("| setting | type | default | bounds | meaning |", "|---|---|---|---|---|")
    for name, field in _own(reader):
        cells = (_variable(name), _type(field.annotation), _default(field), _bounds(field), field.description or "")
        yield f"| {' | '.join(cells)} |"
    yield ""


def _shared(reader: Reader) -> str:
    """Tell which settings of those above are read too."""
    own = dict(_own(reader))
    also = {name for name in reader.settings.model_fields if name not in own}
    whole = [one for one in READERS[: READERS.index(reader)] if also and set(dict(_own(one))) <= also]
    rest = also - {name for one in whole for name, _ in _own(one)}
    links = [f"[{one.heading}](#{one.heading.lower().replace(' ', '-')})" for one in whole]
    told = [*links, *(_variable(name) for name in reader.settings.model_fields if name in rest)]
    return f" Who reads these also reads {', '.join(told)}." if told else ""


def _variable(name: str) -> str:
    return f"`CLAIMWIRE_{name.upper()}`"


def _type(annotation: Any) -> str:
    """Name a type for people who do not write Python."""
    origin, parts = get_origin(annotation), [part for part in get_args(annotation) if part is not NoneType]
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return "list"
    if origin in (Union, UnionType):
        return _type(parts[0])
    if origin is Annotated:
        return "file" if annotation == FilePath else _type(parts[0])
    known = {SecretStr: "secret", bool: "true or false", int: "integer", float: "number", str: "text", Path: "path"}
    return known[annotation]


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, bool):
        value = str(value).lower()
    if value in (None, ()):
        return "none"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    """Say between which values a number is, and how long a text."""
    told = []
    for bound in (*field.metadata, *_nested(field.annotation)):
        match bound:
            case Ge(ge):
                told.append(f"at least {ge}")
            case Gt(gt):
                told.append(f"above {gt}")
            case Le(le):
                told.append(f"at most {le}")
            case Lt(lt):
                told.append(f"below {lt}")
            case MinLen(least):
                told.append(f"{least} characters or more")
            case _:  # a pattern: the meaning says it in words
                pass
    return ", ".join(told)


def _nested(annotation: Any) -> Iterator[Any]:
    """Yield the bounds of a type that may also be none: they stand beside it, not beside the field."""
    for part in get_args(annotation):
        if get_origin(part) is Annotated:
            yield from (bound for each in get_args(part)[1:] for bound in getattr(each, "metadata", ()))


if __name__ == "__main__":
    sys.stdout.write(page())
