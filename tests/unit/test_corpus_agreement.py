"""Two annotations of one text are compared by the measures that their table names."""

from pathlib import Path

import pytest

from corpus import agreement
from corpus.affairs import Affair
from corpus.agreement import Row, kappa, measure, read_both, table
from corpus.articles import Article
from corpus.check import check_corpus
from corpus.compile import make_article, write
from corpus.notes import read_notes
from corpus.pairing import Both, jaccard, pair, places
from schemas.extraction import Words

AFFAIR = Affair.model_validate(
    {
        "affair": "quay",
        "summary": "A quay sinks.",
        "setting": "invented",
        "articles": ["post", "echo"],
        "entities": [
            {"id": "lorn", "type": "PERSON", "name": "Eva Lorn", "forms": ["Eva Lorn", "Lorn"]},
            {"id": "brack", "type": "PERSON", "name": "Tom Brack", "forms": ["Tom Brack", "Brack"]},
        ],
        "relations": [],
        "origins": [],
    }
)
SOURCE = """\
genre: local
publisher: The Post
=====
Quay is sinking

Eva Lorn said on Monday that the old quay might sink. Tom Brack denied it. Asked whether it would close, he said no.

A clerk said Lorn had promised to stay. A “plan” was printed.
=====
[h1] headline
    {c Quay is sinking}
[c1] who=lorn indirect hedged
    {by Eva Lorn} {cue said} {at on Monday} that {c the old quay {f might} sink}
[c2] who=brack indirect denied deny
    {by Tom Brack} {cue denied} {c it}
[c3] who=brack indirect denied deny/say
    Asked whether {q it would close}, {by he} {cue said} {c no}
[c4] who=no_name anonymous indirect
    {by A clerk} {cue said} {c Lorn had promised to stay}
[c5] who=lorn indirect intended promise in=c4
    {by Lorn} had {cue {f promised}} {c to stay}
! scare_quotes: A {“plan”} was
"""


def _article(*changes: tuple[str, str]) -> Article:
    source = SOURCE
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return make_article(read_notes(source), AFFAIR, "post")


def _rows(*changes: tuple[str, str]) -> dict[str, Row]:
    return {row.measure: row for row in measure([Both(_article(), _article(*changes))])}


def test_same_annotation_agrees_in_everything() -> None:
    rows = _rows()
    assert {row.agreement for row in rows.values()} == {1.0}
    assert {row.kappa for row in rows.values()} == {1.0, None}
    assert (rows["claims: content ≥ 0.8, F1"].n, rows["speaker: who"].n, rows["non-claims: kind"].n) == (6, 5, 1)
    assert rows["question ≥ 0.5, where one has it"].n == 1


@pytest.mark.parametrize(
    ("old", "new", "expected", "agreement"),
    [
        ("who=brack indirect denied deny\n", "who=lorn by=title indirect denied deny\n", "speaker: who", 4 / 5),
        ("who=brack indirect denied deny\n", "who=brack indirect\n", "polarity", 5 / 6),
        ("anonymous indirect", "indirect", "speaker: anonymous", 4 / 5),
        ("{by A clerk} {cue said}", "A {by clerk} {cue said}", "speaker: words ≥ 0.5", 1.0),
        ("{by A clerk} {cue said}", "{by A clerk} said", "cue: the same words", 4 / 5),
        ("{by Lorn} had {cue {f promised}}", "{by Lorn} {cue had {f promised}}", "cue: the same words", 4 / 5),
        ("{by Lorn} had {cue {f promised}}", "{by Lorn} {cue had {f promised}}", "cue: a word in common", 1.0),
        ("{at on Monday}", "on Monday", "said at: a word in common, where one has it", 0.0),
        ("{q it would close}", "it would close", "question ≥ 0.5, where one has it", 0.0),
        ("intended promise in=c4", "intended promise", "nested in the same, where one is", 0.0),
        ("who=lorn indirect hedged", "who=lorn indirect conditional/hedged", "force", 1.0),
        ("! scare_quotes", "! term", "non-claims: kind", 0.0),
        ("genre: local\n", "genre: local\nflags: vague_source\n", "card: flags, each yes or no", 13 / 14),
    ],
)
def test_difference_lowers_its_own_measure(old: str, new: str, expected: str, agreement: float) -> None:
    assert _rows((old, new))[expected].agreement == pytest.approx(agreement)


def test_agreement_takes_any_defensible_value_and_kappa_the_preferred() -> None:
    row = _rows(("denied deny/say", "denied say/deny"))["speech act"]
    assert row.agreement == 1.0
    assert row.kappa is not None
    assert row.kappa < 1


def test_content_of_half_the_words_is_a_claim_of_the_lower_measure_alone() -> None:
    rows = _rows(("{c the old quay {f might} sink}", "the old {c quay {f might} sink}"))
    assert rows["claims: content ≥ 0.8, F1"].agreement == pytest.approx(10 / 12)
    assert rows["claims: content ≥ 0.5, F1"].agreement == 1.0


def test_claim_of_one_counts_unless_it_is_optional() -> None:
    added = "[a1] article{}\n    {{c A “plan” was printed}}\n! scare_quotes"
    with_one = _rows(("! scare_quotes", added.format("")))
    with_optional = _rows(("! scare_quotes", added.format(" optional")))
    assert with_one["claims: content ≥ 0.8, F1"].agreement == pytest.approx(12 / 13)
    assert with_optional["claims: content ≥ 0.8, F1"].agreement == 1.0


def test_same_content_pairs_with_the_same_voice() -> None:
    own = "[a1] article\n    {c the old quay {f might} sink}\n[h1]"
    first = _article(("[h1]", own.replace("article", "article hedged")))
    found = Both(first, _article()).claims(0.8)
    assert ("c1", "c1") in [(p.first.id, p.second.id) for p in found]


def test_kappa_is_cohens() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: p = 0.7, e = 0.5.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("y", "y")] * 3) is None
    assert kappa([]) is None


def test_pairs_are_the_best_and_each_item_is_in_one() -> None:
    assert pair([1, 5], [5, 6, 40], lambda a, b: (1 / (1 + abs(a - b)),), 0.1) == [(1, 6), (5, 5)]
    assert pair([1], [40], lambda a, b: (1 / (1 + abs(a - b)),), 0.1) == []


def test_words_are_the_same_only_in_their_place() -> None:
    text = "no, no and no"
    first, last = (places(text, Words.of(text, span)) for span in ((0, 2), (11, 13)))
    assert jaccard(first, last) == 0
    assert jaccard(first, places(text, Words.of(text, (0, 6)))) == 0.5
    assert jaccard(places(text, None), frozenset()) == 1


def _keep(folder: Path, article: Article) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "affair.json").write_text(AFFAIR.model_dump_json())
    (folder / f"{article.article}.json").write_text(write(article))
    (folder / f"{article.article}.txt").write_text(SOURCE)


def test_nothing_annotated_twice_is_said_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert agreement.main(tmp_path) == 1
    assert "again is absent or empty" in capsys.readouterr().out
    _keep(tmp_path / "again/quay", _article())
    assert agreement.main(tmp_path) == 1
    assert "annotated again, but not in test" in capsys.readouterr().out


def test_articles_of_again_are_compared_with_those_of_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split in ("test", "again"):
        _keep(tmp_path / split / "quay", _article())
    assert [both.first.article for both in read_both(tmp_path)] == ["post"]
    assert agreement.main(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["| 1 articles | n | agreement | kappa |", "|---|---|---|---|"]
    assert "| polarity | 6 | 1.00 | 1.00 |" in lines
    assert all(line.count("|") == 5 for line in lines)


def test_part_of_an_affair_may_be_annotated_again(tmp_path: Path) -> None:
    _keep(tmp_path / "again/quay", _article())
    assert check_corpus(tmp_path) == [f"{tmp_path}/again/quay: not a text of test: post"]


def test_table_shows_what_is_unknown_as_a_dash() -> None:
    assert table([Row("venue", 0, None)], 3).splitlines()[-1] == "| venue | 0 | – | – |"
