"""Months: their names in the languages that news is often written in, as the Unicode CLDR has them."""

from functools import cache

from babel.dates import get_month_names

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "ro", "tr", "id", "ru", "uk")
"""A word that means different months in two of these is no month's name here."""


def month_of(word: str) -> int | None:
    """Return the number of the month (1 to 12) that a word names in full or shortened, or None."""
    return _numbers().get(word.rstrip(".").casefold())


@cache
def _numbers() -> dict[str, int | None]:
    numbers: dict[str, int | None] = {"sept": 9}
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context, language).items():
                    word = name.rstrip(".").casefold()
                    numbers[word] = number if numbers.get(word, number) == number else None
    return {word: number for word, number in numbers.items() if not word.isdigit()}
