"""Filters: what several lists may be narrowed by: words, a speaker, a language, a period."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from services.api.http.parameters import Name, Storable
from services.api.http.problems import refuse
from services.api.resources.terms import read_terms, speaker_tsquery

ASKED_MAX_CHARACTERS = 300
"""Code points of what may be asked: some 50 words."""

_DAY = "(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d)"
_DATE = rf"(?:19|2[01])\d\d-(?:{_DAY})"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_MOMENT = re.compile(rf"({_DATE})(?:T({_TIME}))?", re.ASCII)
"""RFC 3339 with its time zone, or a date; of the years 1900 to 2199."""


def _has_word(asked: str) -> str:
    read_terms(asked)
    return asked


def _has_name(name: str) -> str:
    speaker_tsquery(name)
    return name


def _read_moment(value: object) -> tuple[datetime, bool]:
    """Return a moment in UTC, and whether it is a day's beginning that stands for the day."""
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    try:
        if match is not None and match[2] is None:
            return datetime.combine(date.fromisoformat(match[1]), time(), UTC), True
        if match is not None:
            return datetime.fromisoformat(match[0]).astimezone(UTC), False
    except ValueError:  # the 30th of February
        pass
    raise ValueError("must be a date or a time as RFC 3339 has it, with its time zone, of the years 1900 to 2199")


def _read_start(value: object) -> datetime:
    return _read_moment(value)[0]


def _read_end(value: object, info: ValidationInfo) -> datetime:
    """Return the end; a start beyond it is refused by its own name, which pydantic's error would not say."""
    moment, is_day = _read_moment(value)
    end, start = moment + timedelta(days=1) if is_day else moment, info.data.get("start")
    if start is not None and (start > end or (is_day and start == end)):
        raise refuse([{"type": "period", "loc": ("query", "from"), "msg": "must not be after `to`"}])
    return end


_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "pattern": f"^{_DATE}$"},
            {"type": "string", "pattern": f"^{_DATE}T{_TIME}$"},
        ]
    }
)

Asked = Annotated[str, Field(min_length=1, max_length=ASKED_MAX_CHARACTERS), Storable(), AfterValidator(_has_word)]
"""Words to look for: all of them; those in quotation marks side by side."""

Speaker = Annotated[Name, AfterValidator(_has_name)]
"""A speaker's name, or a part of it, in any spelling of its letters."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]

PUBLISHER = (
    "The publisher's domain. Also lists texts that were handed in whose submitters state it: their `arrival` is "
    "`submitted`, and `arrival=fetched` leaves them out."
)

ASKED = "Words that must all be there, in any of their forms; in quotation marks: side by side. No operators."


class Period(BaseModel):
    """When the article was fetched: from ``start`` to before ``end``."""

    start: Annotated[datetime, BeforeValidator(_read_start), _SCHEMA] | None = Field(
        None,
        alias="from",
        description="Fetched at this time or later (`fetched_at`): RFC 3339 with its time zone, or a date in UTC.",
    )
    end: Annotated[datetime, BeforeValidator(_read_end), _SCHEMA] | None = Field(
        None,
        alias="to",
        description="Fetched before this time (`fetched_at`); of a date, before that day ended in UTC.",
    )
