"""Seats of power stand for those who sit there."""

import pytest

from services.extract.reading.names.countries import country_of
from services.extract.reading.names.seats import GOVERNMENTS, government_of, is_seat


@pytest.mark.parametrize(
    ("name", "code"),
    [("Kremlin", "RU"), ("the White House", "US"), ("The Élysée", "FR"), ("Downing Street", "GB"), ("Moncloa", "ES")],
)
def test_seat_stands_for_its_government(name: str, code: str) -> None:
    assert government_of(name) == code
    assert is_seat(name)


def test_seat_of_a_ministry_is_no_governments() -> None:
    assert government_of("Quai d’Orsay") is None
    assert is_seat("Quai d’Orsay")


def test_other_name_is_no_seat() -> None:
    assert not is_seat("Tarrow Street")


def test_seat_stands_for_one_government_and_is_no_country() -> None:
    seats = [seat for names in GOVERNMENTS.values() for seat in names]
    assert len(seats) == len(set(seats))
    assert not [seat for seat in seats if country_of(seat) or seat != seat.lower() or seat.startswith("the ")]
