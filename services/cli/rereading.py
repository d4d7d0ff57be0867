"""Reading again by hand: how many stored articles are left to do, and doing them with a bar."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.extraction import EXTRACTOR_VERSION
from services.cli.bars import open_bar
from services.cli.exits import BadArgument
from services.database import open_database
from services.extract import reextraction
from services.extract.readers import open_readers
from services.extract.reextraction import Again, Choice, Redone
from services.settings import ServiceSettings

FAILURES_TOLD = 20
"""Articles named that could not be read: enough to find the fault; all of them are left to do."""


def choose(below: int | None, publisher: str | None, since: datetime | None) -> Choice:
    """Return the choice that options make.

    Raises:
        BadArgument: no reading of this version could be saved over such an article.
    """
    if below is not None and below > EXTRACTOR_VERSION:
        raise BadArgument(f"--below-version is at most {EXTRACTOR_VERSION}, the version of this extractor")
    domain = publisher and publisher.lower().removeprefix("www.")
    return Choice(EXTRACTOR_VERSION if below is None else below, domain, since)


@dataclass
class Tally:
    """How many articles ended in which outcome, and why the first of those failed that did."""

    outcomes: Counter[Redone] = field(default_factory=Counter)
    failures: list[Again] = field(default_factory=list)

    def add(self, done: list[Again]) -> None:
        """Count some more."""
        self.outcomes.update(one.outcome for one in done)
        failed = [one for one in done if one.outcome is Redone.FAILED]
        self.failures += failed[: FAILURES_TOLD - len(self.failures)]

    def row(self) -> dict[str, Any]:
        """Return the counts of all outcomes."""
        return {outcome.value: self.outcomes[outcome] for outcome in Redone}


async def count_left(settings: ServiceSettings, choice: Choice) -> int:
    """Return how many articles would be read again."""
    async with open_database(
        settings.database_url, application_name="reextract", prepare=settings.database_prepare
    ) as engine:
        return await reextraction.count(engine, choice)


async def reread(
    settings: ServiceSettings,
    choice: Choice,
    *,
    most: int | None,
    processes: int,
    quiet: bool,
    model: Path | None = None,
) -> Tally:
    """Read the articles again, in worker processes, with the model of a folder (None: ours)."""
    tally = Tally()
    async with (
        open_database(settings.database_url, application_name="reextract", prepare=settings.database_prepare) as engine,
        open_readers(processes, model) as readers,
    ):
        left = await reextraction.count(engine, choice)
        with open_bar("reading again", left if most is None else min(left, most), quiet=quiet) as advance:
            async for done in reextraction.reextract(engine, readers.read_one, choice, most=most):
                tally.add(done)
                advance(len(done))
    return tally
