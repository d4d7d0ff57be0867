"""The order of two statements: which one was made earlier, as far as the texts themselves tell."""

from datetime import date, timedelta

from schemas.comparison import Order
from services.extract.relations.statement import Statement

Days = tuple[date | None, date | None]
"""The first day on which it may have been said and the day before which it was, each null where open."""


def days_of(one: Statement) -> Days:
    """Return when a statement was made: by its own words, else by the day that its article's text gives."""
    if one.said is not None:
        return one.said
    return (one.own_date, one.own_date + timedelta(days=1)) if one.own_date else (None, None)


def order_of(a: Statement, b: Statement) -> Order:
    """Return whether ``a`` was made earlier or later than ``b``; unknown where their days may overlap."""
    (a_first, a_end), (b_first, b_end) = days_of(a), days_of(b)
    if a_end is not None and b_first is not None and a_end <= b_first:
        return Order.EARLIER
    if b_end is not None and a_first is not None and b_end <= a_first:
        return Order.LATER
    return Order.UNKNOWN
