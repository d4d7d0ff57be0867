"""What the engines tell while they get ready, so that a command can draw it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What is being done, in words that can be shown."""

    FETCH_JARS = "fetch Kafka"
    COPY_POSTGRES = "copy PostgreSQL"
    MAKE_POSTGRES = "make the database"
    START_POSTGRES = "start PostgreSQL"
    MAKE_KAFKA = "make the log"
    START_KAFKA = "start Kafka"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: `done` of `total`, in bytes for FETCH_JARS, else 0 or 1 of 1."""

    step: Step
    done: int
    total: int


Report = Callable[[Progress], None]


def report_nothing(_: Progress) -> None:
    """The report of a caller that shows nothing."""
