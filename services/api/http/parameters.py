"""Parameters: what a query may say, so that a misspelt, repeated or unstorable one is refused and never ignored."""

import re
import unicodedata
from typing import Annotated

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from services.api.http.problems import UNKNOWN_NAME, refuse

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
"""Rows of one answer: about half a megabyte of claims."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_SHOWN_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""The same for a schema; surrogates come in no UTF-8."""


def storable(value: str) -> str:
    """Return ``value`` in Unicode normal form C; raises ValueError where it holds control characters or surrogates."""
    if _UNSTORABLE.search(value):
        raise ValueError("must not hold control characters or lone surrogates")
    return unicodedata.normalize("NFC", value)


class Storable:
    """An annotation of text that is refused unless it is ``storable``, and says so in its schema."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the text after all else."""
        return no_info_after_validator_function(storable, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the text, unless a pattern of its own does so already."""
        return {"pattern": _SHOWN_PATTERN, **handler(schema)}


Name = Annotated[str, Field(min_length=1, max_length=200), Storable()]
"""A name to look for, in the normal form that texts are stored in."""

Domain = Annotated[Name, AfterValidator(str.lower)]


class Selection(BaseModel):
    """Which members of an answer are wanted."""

    model_config = ConfigDict(extra="forbid")

    fields: str | None = Field(
        None,
        min_length=1,
        max_length=1_000,
        description="Answer only these members, by commas: of an item of a list, or of what is asked for.",
    )


class Listing(Selection):
    """How much of a list is wanted, and from where on."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="The most items of one answer.")
    cursor: str | None = Field(
        None, min_length=1, max_length=512, description="`next_cursor` of the answer before, to go on from there."
    )

    def filters(self) -> dict[str, object]:
        """Return what selects the items, which a cursor is bound to."""
        return self.model_dump(mode="json", exclude={"fields", "limit", "cursor"}, exclude_none=True)


async def once_each(request: Request) -> None:
    """Refuse a query parameter that is given twice: whichever counted, the other would be ignored."""
    _refuse_repeated(request, set())


class OnceEachBut:
    """A route's dependency: refuses a query parameter that is given twice, but for those of these names."""

    def __init__(self, *names: str) -> None:
        self._names = set(names)

    async def __call__(self, request: Request) -> None:
        """Refuse a request."""
        _refuse_repeated(request, self._names)


def _refuse_repeated(request: Request, allowed: set[str]) -> None:
    names = [name for name, _ in request.query_params.multi_items() if name not in allowed]
    _refuse_names(sorted({name for name in names if names.count(name) > 1}), "Given more than once")


async def no_parameters(request: Request) -> None:
    """Refuse any query parameter."""
    _refuse_names(list(request.query_params), UNKNOWN_NAME)


def _refuse_names(names: list[str], reason: str) -> None:
    if names:
        raise refuse([{"type": "name", "loc": ("query", name), "msg": reason} for name in names])
