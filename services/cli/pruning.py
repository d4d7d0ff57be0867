"""Pruning by hand: how much is older than the settings say, and doing away with it with a bar."""

from typing import Any

from services.cli.bars import open_bar
from services.cli.exits import BadArgument
from services.database import open_database
from services.extract import retention
from services.extract.retention import Keep
from services.settings import RetentionSettings, ServiceSettings


def find_keep(settings: RetentionSettings) -> Keep:
    """Return for how long what is kept.

    Raises:
        BadArgument: everything is, so that there is nothing to do.
    """
    keep = Keep.of(settings)
    if keep.is_all:
        raise BadArgument("nothing goes by age: no CLAIMWIRE_RETENTION_TEXTS_DAYS, _CLAIMS_DAYS or _DEAD_LETTERS_DAYS")
    return keep


async def prune(settings: ServiceSettings, keep: Keep, *, dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Return how much went, or would go, by kind."""
    async with open_database(
        settings.database_url, application_name="prune", prepare=settings.database_prepare
    ) as engine:
        left = await retention.count(engine, keep)
        if dry_run:
            return {what.value: number for what, number in left.items()}
        gone = dict.fromkeys(left, 0)
        with open_bar("pruning", sum(left.values()), quiet=quiet) as advance:
            while any((went := await retention.prune_some(engine, keep)).values()):
                gone = {what: number + went[what] for what, number in gone.items()}
                advance(sum(went.values()))
        return {what.value: number for what, number in gone.items()}
