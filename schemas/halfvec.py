"""The type ``halfvec`` of pgvector: a vector of halves, spoken to as an array of floats."""

from collections.abc import Sequence

from sqlalchemy import REAL, BindParameter, ColumnElement, cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from typing_extensions import override


class Halfvec(UserDefinedType[Sequence[float]]):
    """A column of vectors of so many halves; arrays travel in PostgreSQL's binary form, vectors only as text."""

    cache_ok = True

    def __init__(self, dimensions: int | None = None) -> None:
        self.dimensions = None if dimensions is None else int(dimensions)

    @override
    def get_col_spec(self, **_: object) -> str:
        """Return the type as SQL writes it."""
        return "HALFVEC" if self.dimensions is None else f"HALFVEC({self.dimensions})"

    @override
    def bind_expression(self, bindvalue: BindParameter[Sequence[float]]) -> ColumnElement[Sequence[float]]:
        return cast(cast(bindvalue, ARRAY(REAL)), self)

    @override
    def column_expression(self, colexpr: ColumnElement[Sequence[float]]) -> ColumnElement[Sequence[float]]:
        return cast(colexpr, ARRAY(REAL))


ischema_names["halfvec"] = Halfvec  # so that what a database has can be compared with the tables
