"""The measures of `make quality` on cases so small that their answers are known."""

import io
import json
import re
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.quality.affairs import field_right, hits, rows_of, speakers_resolved
from bench.quality.answers import Unanswered, ask
from bench.quality.attributions import (
    Attribution,
    Exact,
    attributions_of,
    exact_spans,
    score_claims,
    score_exact,
    trim,
)
from bench.quality.calibration import bins_of, calibration_error, guesses_of, right_when_sure
from bench.quality.judging import Judged, judge, names_of
from bench.quality.load import spend
from bench.quality.names import names_of as names_in
from bench.quality.names import score_names
from bench.quality.polnear import load
from bench.quality.report import report
from bench.quality.rows import Row, Unfit, bound, read_earlier, row, show, write
from bench.quality.scores import Score, assign, best_first
from bench.quality.words import WORD, Cut, jaccard, share
from corpus.affairs import Affair
from corpus.compile import make_article
from corpus.notes import read_notes
from schemas.extraction import (
    Claim,
    Extraction,
    Force,
    Form,
    MentionType,
    Polarity,
    Reason,
    ResolvedBy,
    Span,
    Speaker,
    Voice,
)
from tests.builders import claim, mention, words

TEXT = "The mayor said that “the old bridge fell.”\nPolice denied it."


def at(shown: str, text: str = TEXT) -> tuple[Span, ...]:
    start = text.index(shown)
    return ((start, start + len(shown)),)


MAYOR = Attribution(at("The mayor"), at("said"), at("that “the old bridge fell.”"))
POLICE = Attribution(at("Police"), at("denied"), at("it"))


def test_words_are_runs_of_letters_and_single_marks() -> None:
    cut = Cut("“It’s 3.5%”")
    assert [cut.text[slice(*span)] for span in cut.spans] == ["“", "It", "’", "s", "3", ".", "5", "%", "”"]
    assert len(Cut("“It’s 3.5%”", WORD).spans) == 4


def test_words_of_a_span_are_those_it_touches() -> None:
    cut = Cut("one two three")
    assert list(cut.numbers((4, 7))) == [1]
    assert list(cut.numbers((2, 5))) == [0, 1]
    assert list(cut.numbers((3, 4))) == []
    assert cut.inside([(0, 3), (8, 9)]) == {0, 2}


def test_jaccard_of_words() -> None:
    assert jaccard({1, 2, 3}, {2, 3, 4}) == 0.5
    assert jaccard(set(), {1}) == 0
    assert jaccard(set(), set()) == 1


def test_score_of_sums_is_micro() -> None:
    score = Score(1, 1, 1) + Score(1, 3, 7)
    assert (score.precision, score.recall) == (50, 25)
    assert score.f1 == pytest.approx(100 / 3)
    assert [Score().precision, Score().recall, Score().f1, share(0, 0)] == [None] * 4


def test_assignment_is_one_to_one_and_as_large_as_can_be() -> None:
    assert assign({0: [0, 1], 1: [0]}) == {0: 1, 1: 0}
    assert len(assign({0: [5], 1: [5], 2: []})) == 1


def test_assignment_is_as_large_as_the_best_of_all() -> None:
    choices = {0: [0, 1, 2], 1: [0], 2: [0, 3], 3: [3, 1]}
    best = max(
        sum(choice in choices[key] for key, choice in enumerate(order))
        for order in permutations(range(4), len(choices))
    )
    assert len(assign(choices)) == best == 4


def test_choices_are_tried_best_first_without_those_that_fit_too_little() -> None:
    assert best_first({7: 0.5, 3: 0.9, 4: 0.9, 1: 0.4}, 0.5) == [3, 4, 7]


def test_trim_cuts_that_and_outer_marks_at_each_piece() -> None:
    text = "He said that “it fell,” she noted, “that it stands”, and left that."
    pieces = (*at("that “it fell,”", text), *at("“that it stands”", text), *at("that.", text))
    trimmed = trim(text, Attribution((), (), pieces))
    assert [text[slice(*span)] for span in trimmed.content] == ["it fell,", "it stands", "that."]


def test_exact_spans_count_with_both_ends_right() -> None:
    cut = Cut(TEXT)
    wanted = exact_spans(cut, [MAYOR, POLICE])
    found = exact_spans(cut, [MAYOR._replace(source=at("mayor")), POLICE])
    assert Exact("source", 0, 2) in wanted
    assert [score_exact(wanted, found, layer) for layer in ("source", "cue", "content")] == [
        Score(1, 2, 2),
        Score(2, 2, 2),
        Score(2, 2, 2),
    ]


def test_exact_spans_put_cue_over_source_over_content() -> None:
    cut = Cut("a b c d e")
    spans = exact_spans(cut, [Attribution(((2, 5),), ((4, 5),), ((0, 9),))])
    assert spans == {Exact("content", 0, 1), Exact("source", 1, 2), Exact("cue", 2, 3), Exact("content", 3, 5)}


def test_exact_spans_end_with_the_line_and_where_another_begins() -> None:
    cut = Cut("a b\nc d")
    whole = Attribution((), (), ((0, 7),))
    assert exact_spans(cut, [whole]) == {Exact("content", 0, 2), Exact("content", 2, 4)}
    inner = Attribution((), (), ((6, 7),))
    both = {Exact("content", 0, 2), Exact("content", 2, 3), Exact("content", 3, 4)}
    assert exact_spans(cut, [whole, inner]) == exact_spans(cut, [inner, whole]) == both


def test_exact_spans_of_one_claim_said_twice_count_once() -> None:
    cut = Cut(TEXT)
    assert exact_spans(cut, [POLICE, POLICE]) == exact_spans(cut, [POLICE])


def test_claims_match_from_half_the_words_of_content_and_source() -> None:
    text = "Ann Lee said a b c d"
    cut, said = Cut(text), at("said", text)
    wanted = [Attribution(at("Ann Lee", text), said, at("a b c d", text))]
    half = Attribution(at("Lee", text), said, at("c d", text))
    assert score_claims(cut, wanted, [half]) == Score(1, 1, 1)
    assert score_claims(cut, wanted, [half._replace(content=at("d", text))]) == Score(0, 1, 1)
    assert score_claims(cut, wanted, [half._replace(source=())]) == Score(0, 1, 1)
    assert score_claims(cut, [wanted[0]._replace(source=())], [half._replace(source=())]) == Score(1, 1, 1)


def test_claims_found_twice_are_right_once() -> None:
    assert score_claims(Cut(TEXT), [MAYOR], [MAYOR, MAYOR]) == Score(1, 2, 1)


def test_attributions_are_those_in_the_voice_of_somebody() -> None:
    said = claim(TEXT, "the old bridge fell", speaker="The mayor", cue=words(TEXT, "said"))
    own = said.model_copy(update={"voice": Voice.ARTICLE, "form": None})
    assert attributions_of(Extraction(claims=(said, own))) == [
        Attribution(at("The mayor"), at("said"), at("the old bridge fell"))
    ]


def test_polnear_counts_a_text_annotated_twice_once(tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    marks = [[{"source": [[0, 9]], "cue": [], "content": [[15, 19], [20, 23]]}], []]
    rows = [{"id": str(n), "title": None, "text": TEXT, "attributions": marks[n]} for n in range(2)]
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    (only,) = load(path)
    assert only.attributions == (Attribution(((0, 9),), (), ((15, 19), (20, 23))),)


def test_names_are_exact_with_states_as_places_and_without_peoples() -> None:
    text = "Ann Lee of Orle met Tavian Rail by the Orle River"
    types = {"Ann Lee": MentionType.PERSON, "Orle": MentionType.GPE, "Tavian": MentionType.NORP}
    found = names_in(Extraction(mentions=tuple(mention(text, name, kind) for name, kind in types.items())))
    assert found == {(0, 7, "PERSON"), (11, 15, "LOC")}
    wanted = frozenset({(0, 7, "ORG"), (11, 15, "LOC"), (20, 31, "ORG")})
    assert score_names(wanted, found) == Score(1, 2, 3)


def test_answers_are_those_of_the_command_in_order() -> None:
    texts = [{"id": "a", "text": "Klein said that the bridge is safe."}, {"id": "b", "text": "Is it raining?"}]
    first, second = ask(texts, min_confidence=0.0)
    assert [each.content.text for each in first.claims] == ["the bridge is safe"]
    assert second.claims == ()
    with pytest.raises(Unanswered, match="c: text is missing"):
        ask([{"id": "c", "text": ""}], min_confidence=None)


AFFAIR = Affair.model_validate(
    {
        "affair": "bridge",
        "summary": "A bridge falls.",
        "setting": "invented",
        "articles": ["post"],
        "entities": [
            {"id": "weller", "type": "PERSON", "name": "Anna Weller", "forms": ["Anna Weller", "Weller"]},
            {"id": "orle", "type": "GPE", "name": "Orle", "forms": ["Orle"]},
        ],
        "relations": [],
        "origins": [],
    }
)
SOURCE = """\
genre: local
publisher: The Post
date: no_evidence
=====
Bridge closed, mayor of Orle says

Anna Weller said that the old bridge might fall into the river. “Nobody wants it there,” she said.

Officials said the town would pay for <b>all</b>. The “rescue plan” of last year was never printed. Weller laughed at
it. “Are you sure?” asked a boy.
=====
[h1] headline
    {c Bridge closed}
[c1] who=weller indirect hedged/bare
    {by Anna Weller} {cue said} that {c the old bridge {f might} fall into the river}
[c2] who=weller direct denied
    {c “Nobody wants it there,”} {by she} {cue said}
[c3] who=no_name anonymous indirect
    {by Officials} {cue said} {c the town would pay for <b>all</b>}
[a1] article denied optional
    {c The “rescue plan” of last year was never printed}
! scare_quotes: The {“rescue plan”} of
! question: {“Are you sure?”}
"""
ARTICLE = make_article(read_notes(SOURCE), AFFAIR, "post")
BODY = ARTICLE.text
H1, C1, C2, C3, A1 = (
    next(n for n, each in enumerate(ARTICLE.claims) if each.id == i) for i in ("h1", "c1", "c2", "c3", "a1")
)


def said(content: str, speaker: str, name: str | None, **changes: Any) -> Claim:
    by = words(BODY, speaker)
    fields = {"name": name, "name_reason": None if name else Reason.NO_NAME}
    how = ResolvedBy.NAME if name else ResolvedBy.NONE
    made = claim(BODY, content, form=Form.INDIRECT, **changes)
    found = Speaker(spans=by.spans, text=by.text, anonymous=False, resolved_by=how, **fields)
    return made.model_copy(update={"speaker": found, "speaker_reason": None})


def judged(*served: Claim) -> Judged:
    return judge(ARTICLE, served, names_of(AFFAIR))


RIVER = said("the old bridge might fall into the river", "Anna Weller", "weller")
NOBODY = said("“Nobody wants it there,”", "she", "Anna Weller", confidence=0.6)
TOWN = said("the town would pay for <b>all</b>", "Officials", None)
PLAN = claim(BODY, "The “rescue plan” of last year was never printed", voice=Voice.ARTICLE, form=None)


def test_served_claims_are_matched_by_content_and_speaker() -> None:
    each = judged(TOWN, RIVER, NOBODY)
    assert each.right == {C1: 1, C2: 2, C3: 0}
    assert each.score == Score(3, 3, 4)


def test_content_is_matched_from_eight_words_in_ten() -> None:
    eight = said("the old bridge might fall into the", "Anna Weller", "Weller")
    seven = said("old bridge might fall into the", "Anna Weller", "Weller")
    assert judged(eight).right == {C1: 0}
    assert judged(seven).right == {}


def test_quotation_marks_of_content_count_nothing() -> None:
    assert judged(said("Nobody wants it there", "she", "Weller")).right == {C2: 0}


@pytest.mark.parametrize(
    ("wrong", "gold"),
    [
        (said("“Nobody wants it there,”", "she", None), C2),
        (said("“Nobody wants it there,”", "she", "Orle"), C2),
        (said("the town would pay for <b>all</b>", "Officials", "Orle"), C3),
        (said("the town would pay for <b>all</b>", "Anna Weller", None), C3),
        (claim(BODY, "the town would pay for <b>all</b>"), C3),
        (claim(BODY, "Bridge closed"), H1),
    ],
    ids=["pronoun left open", "wrong name", "name of nobody", "other words", "no speaker", "voice"],
)
def test_wrong_speaker_or_voice_matches_by_content_alone(wrong: Claim, gold: int) -> None:
    each = judged(wrong)
    assert (each.right, each.near, each.score) == ({}, {gold: 0}, Score(0, 1, 4))


def test_optional_claims_are_neither_wanted_nor_faults() -> None:
    each = judged(RIVER, PLAN)
    assert (each.excused, each.score) == ({A1: 1}, Score(1, 1, 4))


def test_optional_claim_of_a_wrong_speaker_is_a_fault() -> None:
    assert judged(said("The “rescue plan” of last year was never printed", "Weller", "Weller")).score == Score(0, 1, 4)


def test_claim_served_twice_is_right_once() -> None:
    assert judged(RIVER, RIVER).score == Score(1, 2, 4)


def test_the_speaker_decides_between_two_of_the_same_content() -> None:
    wrong = said("the old bridge might fall into the river", "Officials", None)
    assert judged(wrong, RIVER).right == {C1: 1}


def test_any_defensible_value_is_right() -> None:
    bare = judged(RIVER.model_copy(update={"force": Force.BARE}), TOWN)
    hedged = judged(RIVER.model_copy(update={"force": Force.HEDGED}), TOWN)
    wrong = judged(RIVER.model_copy(update={"force": Force.PROPOSED}), TOWN)
    assert [field_right([each], "force") for each in (bare, hedged, wrong)] == [100, 100, 50]


def test_fields_are_counted_on_claims_of_the_same_content() -> None:
    denied = NOBODY.model_copy(update={"polarity": Polarity.DENIED, "form": Form.DIRECT})
    other = said("the town would pay for <b>all</b>", "Anna Weller", "Weller", polarity=Polarity.DENIED)
    each = judged(denied, other, claim(BODY, "Bridge closed", voice=Voice.HEADLINE, form=None))
    assert field_right([each], "polarity") == pytest.approx(200 / 3)
    assert field_right([each], "form") == 100
    assert field_right([judged()], "form") is None


def test_speakers_resolved_are_those_of_pronouns_and_titles() -> None:
    assert speakers_resolved([judged(RIVER, NOBODY)]) == 100
    assert speakers_resolved([judged(RIVER, said("“Nobody wants it there,”", "she", None))]) == 0
    assert speakers_resolved([judged(RIVER)]) is None


def test_non_claims_are_hit_by_words_that_nobody_said() -> None:
    kinds = [each.kind for each in ARTICLE.non_claims]
    assert kinds == ["scare_quotes", "question"]
    assert hits(judged(PLAN, claim(BODY, "it. “Are you"))) == [False, True]
    assert hits(judged(claim(BODY, "“rescue plan”"))) == [True, False]


def test_bins_hold_confidence_and_share_right() -> None:
    guesses = [(0.7, True), (0.72, False), (1.0, True), (0.9, True), (0.95, False)]
    assert [(each.low, each.guesses) for each in bins_of(guesses)] == [(0.7, 2), (0.9, 3)]
    assert [each.confidence for each in bins_of(guesses)] == pytest.approx([0.71, 0.95])
    assert [each.right for each in bins_of(guesses)] == pytest.approx([1 / 2, 2 / 3])
    assert right_when_sure(guesses) == pytest.approx(200 / 3)
    expected = 100 * (2 * 0.21 + 3 * (0.95 - 2 / 3)) / 5
    assert calibration_error(guesses) == pytest.approx(expected)
    assert (right_when_sure([(0.5, True)]), calibration_error([])) == (None, None)


def test_guesses_leave_out_optional_claims() -> None:
    assert list(guesses_of([judged(PLAN, NOBODY, claim(BODY, "laughed"))])) == [(0.6, True), (0.9, False)]


def test_rows_of_a_split_say_where_less_is_better() -> None:
    rows = {each.measure: each for each in rows_of("split", [judged(RIVER, NOBODY), judged()])}
    assert rows["split: claims, F1"].value == 40
    assert rows["split: non-claims hit"].lower_is_better


def test_floor_is_missed_below_it_or_without_a_value() -> None:
    assert not Row("a: b", 1.0, 1.0).missed
    assert Row("a: b", 0.9, 1.0).missed
    assert Row("a: b", 1.1, 1.0, lower_is_better=True).missed
    assert not Row("a: b", 0.9, 1.0, lower_is_better=True).missed
    assert Row("a: b", None, 1.0).missed
    assert not Row("a: b", None, None, 1.0).missed


def test_bounds_are_read_and_those_of_what_was_not_measured_left(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    path.write_text('"a: x" = { floor = 1, aim = 2 }\n"b: y" = { floor = 3 }\n', encoding="utf-8")
    assert bound([row("a", "x", 1.234)], path, {"a"}) == [Row("a: x", 1.23, 1, 2)]
    with pytest.raises(Unfit, match="no such measure: b: y"):
        bound([row("a", "x", 1)], path, {"a", "b"})


@pytest.mark.parametrize("limits", ["1", "{ flor = 1 }", '{ floor = "1" }'])
def test_bound_that_is_none_is_refused(tmp_path: Path, limits: str) -> None:
    path = tmp_path / "floors.toml"
    path.write_text(f'"a: x" = {limits}\n', encoding="utf-8")
    with pytest.raises(Unfit, match="a: x has neither"):
        bound([row("a", "x", 1)], path, {"a"})


def test_what_moved_is_shown_against_figures_written_before(tmp_path: Path) -> None:
    path = tmp_path / "out" / "quality.json"
    write([row("a", "x", 40.0), row("a", "same", 7)], path)
    assert json.loads(path.read_text("utf-8"))["rows"][0] == {
        "measure": "a: x",
        "value": 40.0,
        "floor": None,
        "aim": None,
        "lower_is_better": False,
    }
    say = Console(record=True, width=100, file=io.StringIO())
    show([row("a", "x", 42.5), row("a", "same", 7), row("a", "z", None)], say, read_earlier(path))
    shown = say.export_text()
    assert re.search(r"a: x .* 42\.5 .* 40\.0 .* \+2\.5 ", shown)
    assert re.search(r"a: z .* null .* null .* new ", shown)
    assert "+0" not in shown


def test_earlier_figures_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "earlier.json"
    for content in ("[]", "{}", "no"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(Unfit, match="no earlier figures"):
            read_earlier(path)
    with pytest.raises(Unfit, match="no earlier figures"):
        read_earlier(tmp_path / "absent.json")


def test_report_shows_both_sides_and_escapes_them() -> None:
    page = report([judged(TOWN, NOBODY, claim(BODY, "laughed"))])
    assert "<b>all" not in page
    assert page.count("&lt;b&gt;all&lt;/b&gt;") == 4
    for verdict in ("right", "missed", "unwanted", "optional"):
        assert f'<tr class="{verdict}">' in page
    assert "<b>indirect</b>" in page
    assert not re.search(r"(?:src|href)=|<script|url\(|https?:", page)


def test_report_shows_the_worst_first_and_no_more() -> None:
    better, worse = judged(RIVER, NOBODY, TOWN), judged(RIVER)
    page = report([better, worse, better], worst=2)
    assert page.count("<h2>bridge / post</h2>") == 2
    assert page.index("1 right, 4 wanted") < page.index("3 right, 4 wanted")


def test_cost_counts_words_between_white_space() -> None:
    cost = spend(("It is raining.", "Klein said that the bridge is safe."), cpu_seconds=0.01)
    assert cost.words > 0
    assert cost.words % 10 == 0
    assert cost.cpu_seconds >= 0.01
    assert cost.peak_bytes > 1_000_000
