"""Times as people type them: a date, or a date and a time; UTC where no zone is named."""

from datetime import UTC, datetime

from services.cli.exits import BadArgument


def parse_time(option: str, value: str) -> datetime:
    """Return the time that the value of an option names; of a date its beginning. Raises ``BadArgument``."""
    try:
        given = datetime.fromisoformat(value)
        return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadArgument(f"{option} is a date like 2026-03-01, or with a time like 2026-03-01T08:30") from None
