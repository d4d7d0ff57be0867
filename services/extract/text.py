"""Extraction without any engine: reads JSON Lines or plain texts and writes one JSON line for each, in order."""

import json
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from schemas.events import TEXT_MAX_CODE_POINTS
from services.extract.reading.article import SERVED_MIN_CONFIDENCE, Article, confident, extract
from services.extract.reading.model.reader import WEIGHTS, reader_of

JSON_LINES = frozenset((".jsonl", ".ndjson", ".json"))
"""Endings of files that hold one JSON object a line; any other file is one plain text."""

WINDOW_PER_PROCESS = 8
"""Inputs in flight for each process: enough to keep it busy, few enough that memory stays bounded."""

MISSING_FILE = 2
"""Exit code where a named file cannot be read; nothing is then written."""


class BadInput(ValueError):
    """An input that holds no article; its message names what is wrong."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input: ``line`` is its JSON or, with ``plain``, its text; ``name`` stands for a missing id."""

    name: str
    line: str
    plain: bool


class Way(NamedTuple):
    """How inputs are read: with the model of a folder, showing claims from a confidence on."""

    model: Path
    min_confidence: float


def run(
    files: Sequence[Path],
    *,
    min_confidence: float | None,
    processes: int,
    model: Path | None = None,
    out: TextIO,
    stdin: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Read ``files`` (none: ``stdin``, JSON Lines) and write one line an input to ``out``, in order.

    ``min_confidence``: null for what the services serve. ``model``: the folder of the model to read with, null for
    ours. Return 0, 1 where an input failed, 2 for a missing file.

    Raises:
        BadModel: the model's folder lacks a file, or one is damaged; nothing is then written.
    """
    console = Console(file=err or sys.stderr)
    for path in files:
        if not path.is_file():
            console.print(f"no such file: {path}", markup=False, highlight=False)
            return MISSING_FILE
    way = Way(model or WEIGHTS, SERVED_MIN_CONFIDENCE if min_confidence is None else min_confidence)
    reader_of(way.model)
    inputs = chain.from_iterable(map(_inputs, files)) if files else _lines("stdin", stdin or sys.stdin)
    failed = 0
    with _progress(console) as bar:
        for line, fine in _read_all(((given, way) for given in inputs), processes):
            out.write(line + "\n")
            failed += not fine
            if bar is not None:
                bar.advance(bar.task_ids[0])
    return 1 if failed else 0


def _progress(console: Console) -> Progress | nullcontext[None]:
    """Return a progress bar, or nothing where nobody sits before the console."""
    if not console.is_terminal:
        return nullcontext()
    columns = (SpinnerColumn(), TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console)
    progress.add_task("reading", total=None)
    return progress


def _inputs(path: Path) -> Iterator[Input]:
    if path.suffix in JSON_LINES:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            yield from _lines(path.name, lines)
    else:
        yield Input(path.name, path.read_bytes().decode("utf-8", errors="surrogateescape"), plain=True)


def _lines(name: str, lines: Iterable[str]) -> Iterator[Input]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield Input(f"{name}:{number}", line, plain=False)


def _read_all(inputs: Iterator[tuple[Input, Way]], processes: int) -> Iterator[tuple[str, bool]]:
    """Yield the answers in order; at most a window of inputs is in memory."""
    if processes <= 1:
        yield from map(_answer, inputs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        while window := [given for _, given in zip(range(processes * WINDOW_PER_PROCESS), inputs, strict=False)]:
            yield from pool.map(_answer, window, chunksize=1)


def _answer(given: tuple[Input, Way]) -> tuple[str, bool]:
    """Return the output line of one input, and whether it could be read."""
    this, way = given
    answer: dict[str, Any] = {"id": this.name, "sentences": [], "mentions": [], "claims": [], "claims_reason": None}
    try:
        fields = {"id": this.name, "text": this.line} if this.plain else _fields(this.line)
        answer["id"] = fields.get("id", this.name)
        found = confident(extract(_article(fields), reader_of(way.model)), way.min_confidence).model_dump(mode="json")
    except BadInput as problem:
        return _json(answer | {"error": str(problem)}), False
    except Exception as problem:  # noqa: BLE001 (our own code failed on this text: the others are still read)
        return _json(answer | {"error": f"our own code failed: {type(problem).__name__}: {problem}"}), False
    return _json(answer | {name: found[name] for name in answer if name in found}), True


def _json(answer: dict[str, Any]) -> str:
    shown = json.dumps(answer, ensure_ascii=False)
    return shown.encode("utf-8", errors="replace").decode("utf-8")


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadInput("not a JSON object")
    return fields


def _article(fields: dict[str, Any]) -> Article:
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadInput("text is missing, empty or not a string")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("text holds NUL or a lone surrogate (bytes that are not UTF-8)")
    if len(text) > TEXT_MAX_CODE_POINTS:
        raise BadInput(f"text is longer than {TEXT_MAX_CODE_POINTS} code points")
    title, publisher, language = (_string(fields, name) for name in ("title", "publisher", "language"))
    return Article(text, title, published_at=_time(fields), publisher=publisher, language=language)


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{name} is not a string")
    return value or None


def _time(fields: dict[str, Any]) -> datetime | None:
    shown = _string(fields, "published_at")
    try:
        return datetime.fromisoformat(shown) if shown else None
    except ValueError as error:
        raise BadInput(f"published_at is not an ISO 8601 time: {shown}") from error
