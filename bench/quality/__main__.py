"""Measure the reading: prints one table, writes its figures and a page of errors, ends with 1 below a floor."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bench.quality import affairs, claimdiff, cost, entities, names, polnear, relations, sourcing
from bench.quality.answers import Unanswered
from bench.quality.report import report
from bench.quality.rows import Row, Unfit, bound, read_earlier, show, write

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
"""Annotated news of others; no part of the project, so these measures are left out where it is absent."""

FLOORS = ROOT / "bench" / "floors.toml"
OUT = ROOT / "bench" / "out"


def measure(say: Console) -> Iterator[Row]:
    """Yield all measures and write the page of errors: of the development split, so that nobody tunes on the test."""
    attributed = DATA / "attribution" / "dev.jsonl"
    if attributed.is_file():
        yield from polnear.measure(attributed)
    else:
        say.print(f"skipped: {polnear.GROUP}, for {attributed.relative_to(ROOT.parent)} is absent", highlight=False)
    if named := sorted((DATA / "ner").glob("test_*.jsonl")):
        yield from names.measure(named)
    else:
        say.print(f"skipped: {names.GROUP}, for {(DATA / 'ner').relative_to(ROOT.parent)} is absent", highlight=False)
    linked = DATA / "entities" / "gum_dev.jsonl"
    if linked.is_file():
        yield from entities.measure(linked)
    else:
        say.print(f"skipped: {entities.GROUP}, for {linked.relative_to(ROOT.parent)} is absent", highlight=False)
    paired = DATA / "claim_pairs"
    if paired.is_dir():
        yield from claimdiff.measure(paired)
    else:
        say.print(f"skipped: {claimdiff.GROUP}, for {paired.relative_to(ROOT.parent)} is absent", highlight=False)
    yield from affairs.rows_of("corpus test", affairs.judge_split("test"))
    yield from sourcing.rows_of("corpus test", "test", affairs.load("test"))
    yield from relations.rows_of("corpus test", "test", affairs.load("test"))
    development = affairs.judge_split("dev")
    yield from affairs.rows_of("corpus dev", development)
    yield from sourcing.rows_of("corpus dev", "dev", affairs.load("dev"))
    yield from relations.rows_of("corpus dev", "dev", affairs.load("dev"))
    yield from entities.measure_corpus("dev")
    OUT.mkdir(exist_ok=True)
    (OUT / "errors.html").write_text(report(development), encoding="utf-8")
    texts = [article.text for split in ("train", "dev") for article in affairs.load(split)]
    yield from asyncio.run(cost.measure(texts))


def main() -> int:
    """Measure, show, write, and tell whether every floor is met."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--against", type=Path, metavar="FILE", help="figures of an earlier run, to show what moved")
    given = parser.parse_args()
    say, started = Console(), time.monotonic()
    try:
        earlier = read_earlier(given.against) if given.against else None
        measured = list(measure(say))
        rows = bound(measured, FLOORS, {each.group for each in measured})
    except (Unfit, Unanswered) as error:
        sys.exit(f"bench: {error}")
    show(rows, say, earlier)
    write(rows, OUT / "quality.json")
    missed = [each.measure for each in rows if each.missed]
    say.print(f"{time.monotonic() - started:.0f} s; errors of the development split: bench/out/errors.html")
    for name in missed:
        say.print(f"misses its floor: {name}", style="red", highlight=False)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
