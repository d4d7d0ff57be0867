"""When a claim was made is told by words beside its cue, resolved by the article's own day."""

from datetime import UTC, date, datetime

import pytest

from services.extract.reading.sayings.dates import Saying, article_date, said_at

FRIDAY = date(1931, 5, 8)


def span(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def told(
    text: str, *, content: str, cue: str = "said", day: date | None = FRIDAY
) -> tuple[str, str | None, str | None]:
    found = said_at(text, Saying((0, len(text)), [span(text, cue)], [span(text, content)]), day)
    assert found is not None
    assert found.evidence is not None
    assert found.evidence.fits(text)
    return found.evidence.text, found.not_before, found.not_after


@pytest.mark.parametrize(
    ("words", "first", "end"),
    [
        ("on 3 May 1930", "1930-05-03", "1930-05-04"),
        ("on May 3, 1930", "1930-05-03", "1930-05-04"),
        ("on Saturday 3 May 1930", "1930-05-03", "1930-05-04"),
        ("on 3 May", "1931-05-03", "1931-05-04"),
        ("on Dec. 3", "1930-12-03", "1930-12-04"),
        ("on Friday", "1931-05-08", "1931-05-09"),
        ("last Friday", "1931-05-01", "1931-05-02"),
        ("on Tuesday night", "1931-05-05", "1931-05-06"),
        ("Tuesday", "1931-05-05", "1931-05-06"),
        ("yesterday", "1931-05-07", "1931-05-08"),
        ("last night", "1931-05-07", "1931-05-08"),
        ("this morning", "1931-05-08", "1931-05-09"),
        ("last week", "1931-04-27", "1931-05-04"),
        ("three days ago", "1931-05-05", "1931-05-06"),
        ("two months ago", "1931-03-01", "1931-04-01"),
        ("in March", "1931-03-01", "1931-04-01"),
        ("in December", "1930-12-01", "1931-01-01"),
        ("in March last year", "1930-03-01", "1930-04-01"),
        ("in March 1907", "1907-03-01", "1907-04-01"),
        ("in 1907", "1907-01-01", "1908-01-01"),
        ("in ’98", "1898-01-01", "1899-01-01"),
        ("last winter", None, None),
        ("on 31 February 1930", None, None),
    ],
)
def test_words_mean_days_of_the_articles_time(words: str, first: str | None, end: str | None) -> None:
    assert told(f"Ferro said {words} that it fell.", content="it fell") == (words, first, end)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("on Monday", None),
        ("in March", None),
        ("on 3 May", None),
        ("on 3 May 1930", "1930-05-03"),
        ("in 1907", "1907-01-01"),
    ],
)
def test_undated_article_keeps_the_words_alone(words: str, first: str | None) -> None:
    found = told(f"Ferro said {words} that it fell.", content="it fell", day=None)
    assert found[:2] == (words, first)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday, Ferro said it fell.",
        "Ferro on Monday said it fell.",
        "“it fell”, Ferro said on Monday.",
        "Ferro told a packed meeting in the town hall on Monday that it fell, and said so.",
    ],
)
def test_words_by_the_cue_date_the_saying(text: str) -> None:
    cue = "told" if "told" in text else "said"
    assert told(text, content="it fell", cue=cue)[1] == "1931-05-04"


@pytest.mark.parametrize(
    "text",
    [
        "Ferro said it fell.",
        "Ferro said it fell on Monday.",
        "Ferro, who arrived on Monday, said it fell.",
        "Ferro said by Monday it fell.",
        "Ferro said Monday’s bridge: it fell.",
        "Ferro may have said it fell.",
        "Ferro said 1907 times it fell.",
    ],
)
def test_other_dates_do_not_date_the_saying(text: str) -> None:
    content = "it fell on Monday" if "it fell on Monday" in text else "it fell"
    assert said_at(text, Saying((0, len(text)), [span(text, "said")], [span(text, content)]), FRIDAY) is None


def test_dates_of_another_claim_are_not_this_ones() -> None:
    text = "Ferro said on Monday that it fell, and denied that it was old."
    other = [span(text, "said"), span(text, "it fell")]
    saying = Saying((0, len(text)), [span(text, "denied")], [span(text, "it was old")], others=other)
    assert said_at(text, saying, FRIDAY) is None


def test_nested_claim_is_dated_inside_the_claim_around_it() -> None:
    text = "Ferro said on Monday that Caldo had told her in March that it fell."
    outer, inner = span(text, "Caldo had told her in March that it fell"), span(text, "it fell")
    first = said_at(text, Saying((0, len(text)), [span(text, "said")], [outer]), FRIDAY)
    second = said_at(text, Saying((0, len(text)), [span(text, "told")], [inner], within=[outer]), FRIDAY)
    assert first is not None
    assert second is not None
    assert (first.not_before, second.not_before) == ("1931-05-04", "1931-03-01")


def test_claim_without_cue_has_no_date() -> None:
    assert said_at("“It fell on Monday.”", Saying((0, 20), [], [(0, 20)]), FRIDAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Bridge falls\n\nBRASK, Harmark, 9 May 1931 (HNA) — The bridge fell.", date(1931, 5, 9)),
        ("Bridge falls\n\nBy Ines Caldo\nSaturday, May 9, 1931\n\nThe bridge fell.", date(1931, 5, 9)),
        ("Bridge falls\n\nBrask, May 9\n\nThe bridge fell.", None),
        ("Bridge falls\n\nThe bridge, which was built on 9 May 1907 by hand, fell on Monday in a storm.", None),
        ("The bridge fell on 9 May 1907.", None),
    ],
)
def test_article_has_the_day_of_its_dateline(text: str, day: date | None) -> None:
    assert article_date(text) == day


def test_article_without_dateline_has_the_day_of_its_publication() -> None:
    published = datetime(1931, 5, 9, 12, tzinfo=UTC)
    assert article_date("The bridge fell.", published) == date(1931, 5, 9)
