"""The bench of ingest: its measures of texts, dates, memory and contests, on figures that can be worked out by hand."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bench import memory, rivals
from bench.agreement import Agreement, agree, f1, is_day, stated_dates, without_json_ld
from bench.contest import Turn, gain, ratio
from bench.contestants import CONTESTANTS
from bench.fetching import Polls
from bench.ingest import IDLE_LOAD, contest_rows, memory_rows, poll_rows, text_rows
from bench.pages import Marked
from schemas.outcomes import PageOutcome


def test_texts_agree_by_their_runs_of_four_words() -> None:
    found = agree("one two three four five", "two, three - four FIVE six")
    assert found == Agreement(0.0, 1 / 2, 1 / 2)  # case tells words apart: two runs each, none in both
    # six runs in all: "a b c d" is in both, twice in the true text and once in the found
    assert agree("a b c d a b c d", "a b c d") == Agreement(1 / 5, 0.0, 4 / 5)


def test_short_texts_agree_as_one_run() -> None:
    assert agree("two words", "Two words!") == Agreement(0.0, 1 / 2, 1 / 2)
    assert agree("two words", "two words!") == Agreement(1.0, 0.0, 0.0)


def test_page_without_any_text_is_missed_and_not_imprecise() -> None:
    missed = agree("a b c d", "")
    assert (missed.both, missed.found, missed.true) == (0.0, 0.0, 1.0)
    assert missed.recall == 0.0
    # precision is of the one page with a text (1), recall the mean of both (1/2): 2 * 1 * 0.5 / 1.5
    assert f1([agree("a b c d", "a b c d"), missed]) == pytest.approx(2 / 3)


def test_f1_weighs_pages_alike_however_long_they_are() -> None:
    long = Agreement(0.5, 0.5, 0.0)
    short = Agreement(0.5, 0.0, 0.5)
    assert (long.precision, long.recall, short.precision, short.recall) == (0.5, 1.0, 1.0, 0.5)
    assert f1([long, short]) == pytest.approx(0.75)


PAGE = """<script type="application/ld+json">{"@type": "Report", "datePublished" : "2024-05-01T22:00:00-05:00"}</script>
<p>"datePublished": "2020-01-01"</p><script type='application/ld+json'>{"datePublished": "0001-01-01"}</script>"""


def test_dates_stated_are_those_of_json_ld_alone() -> None:
    assert stated_dates(PAGE) == [datetime(2024, 5, 2, 3, tzinfo=UTC)]
    assert stated_dates(without_json_ld(PAGE)) == []
    assert "2020-01-01" in without_json_ld(PAGE)


def node(kind: str, day: int, **more: object) -> dict[str, object]:
    return {"@type": kind, "datePublished": f"2024-05-{day:02}"} | more


@pytest.mark.parametrize(
    ("nodes", "days"),
    [
        ([node("VideoObject", 1), node("NewsArticle", 2, comment=[node("Comment", 3)])], [2]),
        ([{"@graph": [node("WebPage", 1), node("BlogPosting", 2, hasPart=node("Article", 3))]}], [2]),
        ([node("NewsArticle", 1, headline="Another"), node("NewsArticle", 2, headline="Ours")], [2]),
        ([node("Article", 1), node("Article", 2, mainEntityOfPage={"@id": "https://a.example/ours"})], [2]),
        ([node("Article", 1), node("Article", 2)], [1]),
        ([node("WebPage", 1, mainEntity=node("NewsArticle", 2))], [2]),
        ([node("WebPage", 1), {"@type": "NewsArticle"}], [1]),
        ([node("ClaimReview", 1, itemReviewed=node("CreativeWork", 2)), node("WebPage", 3)], [1]),
        ([{"@type": "ItemList", "itemListElement": [node("NewsArticle", 1)]}, node("Recipe", 2)], []),
        ([node("NewsArticle", 1, datePublished="soon"), node("WebPage", 2)], [2]),
    ],
)
def test_date_stated_is_that_of_the_articles_own_node(nodes: list[object], days: list[int]) -> None:
    head = '<meta property="og:title" content="Ours"><link rel="canonical" href="https://a.example/ours">'
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in nodes)
    assert [date.day for date in stated_dates(head + scripts)] == days


@pytest.mark.parametrize(("kind", "days"), [("NewsArticle", [2]), ("VideoObject", [])])
def test_broken_json_ld_states_a_date_all_the_same(kind: str, days: list[int]) -> None:
    broken = json.dumps(node(kind, 2, image={"@type": "ImageObject"})).replace("{", "{,", 1)
    assert [date.day for date in stated_dates(f"<script type=application/ld+json>{broken}</script>")] == days


@pytest.mark.parametrize(("hours", "same"), [(-23, True), (23, True), (24, False), (-48, False)])
def test_date_is_that_day_within_less_than_a_day(hours: int, same: bool) -> None:
    stated = stated_dates(PAGE)
    assert is_day(stated[0] + timedelta(hours=hours), stated) is same


def test_no_date_is_no_day() -> None:
    assert not is_day(None, stated_dates(PAGE))


TAKEN = {
    "claimwire": [Turn(1.0, 100), Turn(2.0, 100), Turn(9.0, 100)],
    "trafilatura": [Turn(2.0, 100), Turn(5.0, 100), Turn(9.0, 100)],
    "newspaper4k": [Turn(10.0, 50), Turn(10.0, 100), Turn(18.0, 100)],
}


def test_ratios_are_medians_of_rounds() -> None:
    assert ratio(TAKEN, "claimwire", "trafilatura") == 0.5  # of 0.5, 0.4 and 1
    # articles a CPU second: 100 over 5, 50 over 10, 11.1 over 5.6
    assert gain(TAKEN, "claimwire", "newspaper4k") == 5.0


def test_rows_leave_out_a_peer_that_is_absent() -> None:
    rows = {row.measure: row for row in contest_rows(TAKEN)}
    assert rows["articles a CPU second, over newspaper4k (times)"].value == 5.0
    assert not any("news-please" in measure for measure in rows)
    assert not rows["CPU of cleaning with metadata, over trafilatura.extract (ratio)"].missed


def test_every_peer_has_its_contestant() -> None:
    assert rivals.RIVALS.keys() <= CONTESTANTS.keys()
    named = rivals.REQUIREMENTS.read_text("utf-8")
    assert all(f"\n{name}==" in named for name in rivals.RIVALS)


def test_memory_grows_by_its_last_quarter_over_its_second() -> None:
    held = [50.0, 50.0, 100.0, 100.0, 400.0, 400.0, 110.0, 110.0]
    assert memory.growth(held) == pytest.approx(1.1)
    most, growth = memory_rows(held, 8)
    assert growth.value == pytest.approx(1.1)
    assert (most.value, growth.missed) == (400.0, True)


def test_too_few_readings_tell_of_no_growth() -> None:
    with pytest.raises(ValueError, match="7 readings"):
        memory.growth([1.0] * 7)


def test_page_that_ended_as_no_article_counts_as_empty() -> None:
    marked = [Marked("http://a.example/", "", "a b c d"), Marked("http://b.example/", "", "e f g h")]
    main_text, articles = text_rows({"/first/0.html": "a b c d"}, {PageOutcome.PUBLISHED: 1}, marked)
    assert main_text.value == pytest.approx(2 / 3)
    assert (articles.value, articles.missed) == (1, True)


def test_polls_are_judged_by_the_clock_where_the_machine_was_idle() -> None:
    clock, cpu = poll_rows(Polls(5_000, 75.0, 20.0), IDLE_LOAD)
    assert (clock.value, cpu.value) == (4_000, 15_000)
    assert (clock.missed, cpu.floor) == (True, None)
    clock, cpu = poll_rows(Polls(5_000, 75.0, 75.0), 1.3)
    assert (clock.floor, cpu.missed, "the load before was 1.3" in cpu.measure) == (None, True, True)
