"""The corpus is in order, and its compiler and checker refuse what is not."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from corpus.affairs import Affair
from corpus.articles import Article
from corpus.check import check_affair, check_article, check_corpus
from corpus.compile import Unfitting, make_article, write
from corpus.counts import count_split
from corpus.excerpts import Unfit, find
from corpus.notes import read_notes
from corpus.quotations import find_quotations
from corpus.reading import check_joined

AFFAIR = Affair.model_validate(
    {
        "affair": "mill",
        "summary": "A mill closes.",
        "setting": "invented",
        "articles": ["post", "echo"],
        "entities": [
            {"id": "vane", "type": "PERSON", "name": "Ada Vane", "forms": ["Ada Vane", "Vane"]},
            {"id": "mill", "type": "ORG", "name": "Orle Mill", "forms": ["Orle Mill"]},
        ],
        "relations": [
            {"kinds": ["contradicts"], "a": ["post#c1"], "b": ["echo#c1"], "reasons": ["polarity"], "note": "closing"}
        ],
        "origins": [{"articles": ["post", "echo"], "source": None, "evidence": ["announcement"], "note": "one speech"}],
    }
)
SOURCE = """\
genre: local
publisher: The Post
date: 1962-03-05 | on {5 March 1962}
=====
Mill to close, owner says

Ada Vane said on 5 March 1962 that Orle Mill might close.

“Nobody wants it,” Vane said, “and I did not choose it.” Asked whether wages would be paid, she said they would.

A “rescue plan” was published. A clerk said Vane had promised to stay.
=====
[h1] headline intended
    {c Mill {f to} close, owner says}
[c1] who=vane indirect hedged at=1962-03-05
    {by Ada Vane} {cue said} {at on 5 March 1962} that {c Orle Mill {f might} close}
[c2] who=vane direct denied
    {c “Nobody wants it,”} {by Vane} {cue said}, {c “and I did not choose it.”}
[c3] who=vane indirect intended
    Asked whether {q wages would be paid}, {by she} {cue said} {c they {f would}}
[c4] who=no_name anonymous indirect
    {by A clerk} {cue said} {c Vane had promised to stay}
[c5] who=vane indirect intended promise in=c4
    {by Vane} had {cue {f promised}} {c to stay}
! scare_quotes: A {“rescue plan”} was
"""

Json = dict[str, Any]
Mutate = Callable[[Json], object]


def _compiled(source: str = SOURCE, name: str = "post") -> Article:
    return make_article(read_notes(source), AFFAIR, name)


def _faults(mutate: Mutate) -> list[str]:
    """Return what is wrong in the article after a change to its JSON, by its shape or by the checker."""
    article = _compiled().model_dump(mode="json")
    mutate(article)
    try:
        return list(check_article(Article.model_validate(article), AFFAIR))
    except ValidationError as error:
        return [f"{fault['loc']} {fault['msg']}" for fault in error.errors()]


def test_corpus_is_in_order() -> None:
    assert check_corpus() == []


def test_source_compiles_into_an_article_without_faults() -> None:
    article = _compiled()
    claims = {claim.id: claim for claim in article.claims}
    assert list(check_article(article, AFFAIR)) == []
    assert claims["c2"].content.text == "“Nobody wants it,” … “and I did not choose it.”"
    assert claims["c1"].speaker is not None
    assert claims["c3"].speaker is not None
    assert (claims["c1"].speaker.resolved_by, claims["c3"].speaker.resolved_by) == (("name",), ("pronoun",))
    assert claims["c3"].speaker.name == "Ada Vane"
    assert claims["c1"].said_at is not None
    assert str(claims["c1"].said_at.not_after) == "1962-03-06"
    assert (article.card.direct, article.card.anonymous) == (1, ("A clerk",))


def _claim(number: int, **fields: object) -> Mutate:
    return lambda article: article["claims"][number].update(fields)


def _shifted(words: Json) -> None:
    words["spans"] = [[start + 1, end + 1] for start, end in words["spans"]]


MUTANTS: dict[str, tuple[Mutate, str]] = {
    "content moved": (lambda a: _shifted(a["claims"][1]["content"]), "c1 content: its spans"),
    "cue moved": (lambda a: _shifted(a["claims"][2]["cue"]), "c2 cue: its spans"),
    "title moved": (lambda a: _shifted(a["title"]), "title: its spans"),
    "mention moved": (lambda a: a["mentions"][0].update(span=[28, 36]), "mention: its span"),
    "mention twice": (lambda a: a["mentions"].insert(1, a["mentions"][0]), "mention overlaps"),
    "mention of nobody": (lambda a: a["mentions"][0].update(entity="nobody"), "mention of no entity"),
    "mention of another type": (lambda a: a["mentions"][0].update(type="ORG"), "of another type"),
    "unknown polarity": (_claim(1, polarity=["maybe"]), "polarity"),
    "unknown field": (lambda a: a.update(mood="glad"), "mood"),
    "missing field": (lambda a: a["claims"][1].pop("force"), "force"),
    "null without its reason": (lambda a: a["claims"][4]["speaker"].update(name_reason=None), "reason for neither"),
    "no speaker and no reason": (_claim(1, speaker=None), "a reason for none"),
    "said_at null without its reason": (_claim(1, said_at=None), "null with a reason"),
    "direct without marks": (_claim(1, form=["direct"]), "c1: direct"),
    "indirect with marks": (_claim(2, form=["indirect"]), "c2: indirect"),
    "partial without marks": (_claim(1, form=["partial"]), "c1: partial"),
    "form of a headline": (_claim(0, form=["indirect"]), "has a form"),
    "headline away from the title": (_claim(1, voice="headline", form=[], speaker=None, cue=None), "outside the title"),
    "force without words": (_claim(1, force_words=None), "c1: force hedged"),
    "words without force": (_claim(1, force=["bare"]), "c1: bare"),
    "nested in nothing": (_claim(5, nested_in="c9"), "c5: nested in no other"),
    "nested away": (_claim(5, nested_in="c1"), "c5: content not inside"),
    "relative pronoun as speaker": (lambda a: a["claims"][4]["speaker"].update(text="who"), "pronoun is no speaker"),
    "claim twice": (lambda a: a["claims"].append(a["claims"][1]), "claim twice: c1"),
    "speaker by another name": (lambda a: a["claims"][1]["speaker"].update(name="A. Vane"), "no such name"),
    "quotation left out": (lambda a: a["claims"].pop(2), "neither claim nor non-claim: “Nobody"),
    "scare quotes left out": (lambda a: a["non_claims"].clear(), "neither claim nor non-claim: “rescue plan”"),
    "non-claim that is claimed": (
        lambda a: a["non_claims"][0].update(kind="credit", words=a["claims"][4]["content"]),
        "non-claim credit inside a claim",
    ),
    "question inside content": (lambda a: a["claims"][3].update(question=a["claims"][3]["content"]), "question inside"),
    "card's date without a reason": (lambda a: a["card"]["date"].update(value=None), "null with a reason"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_article_with_a_fault_is_refused(name: str) -> None:
    mutate, expected = MUTANTS[name]
    assert any(expected in fault for fault in _faults(mutate)), _faults(mutate)


AFFAIR_MUTANTS: dict[str, tuple[Mutate, str]] = {
    "relation to no claim": (lambda a: a["relations"][0].update(a=["post#c9"]), "relation to no claim: post#c9"),
    "relation to itself": (lambda a: a["relations"][0].update(b=["post#c1"]), "to itself"),
    "difference without a reason": (lambda a: a["relations"][0].update(reasons=[]), "without a reason"),
    "reason without a difference": (lambda a: a["relations"][0].update(kinds=["agrees"]), "without a difference"),
    "pair twice": (lambda a: a["relations"].append(a["relations"][0]), "pair in relations twice"),
    "article not kept": (lambda a: a["articles"].append("star"), "differ: ['star']"),
    "entity twice": (lambda a: a["entities"].append(a["entities"][0]), "entity twice: vane"),
    "entity nowhere named": (lambda a: a["entities"].append(a["entities"][0] | {"id": "vole"}), "names: vole"),
    "origin of no article": (lambda a: a["origins"][0].update(articles=["post", "star"]), "origin of no article"),
}  # fmt: skip


@pytest.mark.parametrize("name", AFFAIR_MUTANTS)
def test_affair_with_a_fault_is_refused(name: str) -> None:
    mutate, expected = AFFAIR_MUTANTS[name]
    affair = AFFAIR.model_dump(mode="json")
    articles = {name: _compiled(name=name) for name in ("post", "echo")}
    assert list(check_affair(AFFAIR, articles)) == []
    mutate(affair)
    faults = list(check_affair(Affair.model_validate(affair), articles))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{by A clerk}", "{by The clerk}", "[c4]: not in the text: The clerk"),
        ("    {by Vane} had {cue", "    {by Vane}\n    had {cue", "[c5]: 3 times in the text"),
        ("{c to stay}", "{c to stay", "[c5]: braces that do not close"),
        ("direct denied", "direct dneied", "[c2]: no value of a claim, or a second one: dneied"),
        ("direct denied", "direct denied affirmed", "a second one: affirmed"),
        ("who=vane direct", "who=vole direct", "[c2]: the article does not name the speaker's entity: vole"),
        ("! scare_quotes", "! scary_quotes", "! scary_quotes: no kind of non-claim"),
        ("[c4] who=no_name", "[c4]", "who="),
        ("date: 1962-03-05", "day: 1962-03-05", "not a header line"),
    ],
)
def test_source_with_a_fault_is_refused_by_name(old: str, new: str, expected: str) -> None:
    assert old in SOURCE
    with pytest.raises((Unfit, Unfitting)) as refused:
        _compiled(SOURCE.replace(old, new))
    assert expected in str(refused.value)


def test_excerpt_spans_paragraphs_and_occurrences() -> None:
    text = "“One.\n\n“Two,” she said. She said so."
    assert find(text, "{c “One.} {c “Two,”} {by she}") == [("c", (0, 5)), ("c", (7, 13)), ("by", (14, 17))]
    assert find(text, "#2 {cue said}") == [("cue", (text.rindex("said"), text.rindex("said") + 4))]


def test_name_of_two_entities_needs_a_word() -> None:
    twins = [*AFFAIR.entities, AFFAIR.entities[0].model_copy(update={"id": "bea", "forms": ("Bea Vane", "Vane")})]
    affair = AFFAIR.model_copy(update={"entities": tuple(twins)})
    with pytest.raises(Unfitting, match=re.escape("bea or vane? say which")):
        make_article(read_notes(SOURCE), affair, "post")


def test_quotations_are_found_in_any_marks() -> None:
    text = "He’s “one” of \"two\" and ‘three’s a crowd’, the workers' 'don't go'.\n“Four\n“Five” «six» „seven“"
    found = [text[start:end] for start, end in find_quotations(text)]
    assert found == ["“one”", '"two"', "‘three’s a crowd’", "'don't go'", "“Four", "“Five”", "«six»", "„seven“"]


ONE_CLAIM = """\
    {c “Nobody wants it,”} {by Vane} {cue said}
    {c “And I did not choose it.”}"""
TWO_CLAIMS = """\
    {c “Nobody wants it,”} {by Vane} {cue said}
[c6] who=vane direct denied
    #2 {by Vane} {cue said}
    {c “And I did not choose it.”}"""


def _speech(between: str, excerpts: str) -> str:
    """Return the source with c2's quotation parted by other words, and annotated so."""
    one = "    {c “Nobody wants it,”} {by Vane} {cue said}, {c “and I did not choose it.”}"
    return SOURCE.replace("Vane said, “and", f"{between} “And").replace(one, excerpts)


def _faults_of_speech(between: str, excerpts: str) -> list[str]:
    article = _compiled(_speech(between, excerpts))
    return [*check_article(article, AFFAIR), *check_joined(article)]


@pytest.mark.parametrize("between", ["Vane said,", "Vane said.", "Vane said on the stairs, in tears."])
def test_quotation_that_goes_on_after_its_cue_is_one_claim(between: str) -> None:
    assert _faults_of_speech(between, ONE_CLAIM) == []
    assert [fault[:32] for fault in _faults_of_speech(between, TWO_CLAIMS)] == ["c6: goes on from c2 after the cu"]


@pytest.mark.parametrize("between", ["Vane said. She left.", "Vane said, and she left.", "Vane said.\n\nDusk fell:"])
def test_quotation_parted_by_more_than_its_cue_is_two_claims(between: str) -> None:
    assert _faults_of_speech(between, TWO_CLAIMS) == []


def test_pieces_of_a_quotation_that_no_cue_parts_are_refused() -> None:
    cue_before = ONE_CLAIM.replace("{by Vane} {cue said}", "Vane spoke.\n    {by Ada Vane} {cue said} on 5 March")
    assert "c2: pieces of a quotation that no cue parts:  Vane spoke. " in _faults_of_speech("Vane spoke.", cue_before)


def test_low_marks_and_guillemets_are_quotations_whichever_way_they_point() -> None:
    text = "„Er sagte ‚nie‘ dazu“, dann ‚vielleicht.‘ »So ›halb‹« ‹oui› ›doch‹\n»Offen"
    found = [text[start:end] for start, end in find_quotations(text)]
    assert found == ["„Er sagte ‚nie‘ dazu“", "‚vielleicht.‘", "»So ›halb‹«", "‹oui›", "›doch‹", "»Offen"]


def test_inner_quotation_in_low_marks_is_direct() -> None:
    source = SOURCE.replace("“Nobody wants it,”", "„A clerk told me ‚Nobody wants it‘,“")
    source = source.replace("“and I did not choose it.”", "„and I did not choose it.“")
    source += "[c6] who=no_name anonymous direct denied in=c2\n    {by A clerk} {cue told} me {c ‚Nobody wants it‘}\n"
    assert list(check_article(_compiled(source), AFFAIR)) == []


def _written(
    root: Path, split: str, affair: str, names: tuple[str, ...] = ("post", "echo"), source_of: str = SOURCE
) -> None:
    folder = root / split / affair
    folder.mkdir(parents=True)
    value = AFFAIR.model_copy(update={"affair": affair, "articles": names})
    (folder / "affair.json").write_text(value.model_dump_json())
    for name in names:
        source = source_of.replace("A clerk", f"A clerk of {affair} {name}")
        (folder / f"{name}.txt").write_text(source)
        (folder / f"{name}.json").write_text(write(make_article(read_notes(source), value, name)))


def test_files_with_a_fault_are_refused(tmp_path: Path) -> None:
    _written(tmp_path, "train", "mill")
    assert check_corpus(tmp_path) == []
    source = tmp_path / "train/mill/post.txt"
    source.write_text(source.read_text().replace("direct denied", "direct"))
    assert [fault for fault in check_corpus(tmp_path) if "compile it" in fault]
    (tmp_path / "train/mill/echo.txt").unlink()
    assert [fault for fault in check_corpus(tmp_path) if "echo.txt" in fault]


def test_affair_in_two_splits_is_refused(tmp_path: Path) -> None:
    _written(tmp_path, "train", "mill")
    _written(tmp_path, "test", "mill")
    faults = check_corpus(tmp_path)
    assert "affair twice: mill" in faults
    assert [fault for fault in faults if fault.startswith("text twice")]


def test_second_annotation_is_of_a_text_of_test(tmp_path: Path) -> None:
    _written(tmp_path, "test", "mill")
    _written(tmp_path, "again", "mill")
    assert check_corpus(tmp_path) == []
    _written(tmp_path, "again", "dyke")
    assert [fault for fault in check_corpus(tmp_path) if "not a text of test: post" in fault]


def test_second_annotation_keeps_the_two_claims_of_its_time(tmp_path: Path) -> None:
    _written(tmp_path, "test", "mill", source_of=_speech("Vane said.", ONE_CLAIM))
    _written(tmp_path, "again", "mill", source_of=_speech("Vane said.", TWO_CLAIMS))
    assert check_corpus(tmp_path) == []
    _written(tmp_path, "train", "dyke", source_of=_speech("Vane said.", TWO_CLAIMS))
    assert [fault for fault in check_corpus(tmp_path) if "dyke/post: c6: goes on from c2" in fault]


def test_counts_are_of_preferred_values(tmp_path: Path) -> None:
    _written(tmp_path, "dev", "mill")
    counts = count_split([tmp_path / "dev/mill"])
    assert (counts["articles"], counts["claims"], counts["force intended"], counts["nested"]) == (2, 12, 6, 2)
    assert counts["relation contradicts"] == 1
