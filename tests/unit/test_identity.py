from uuid import UUID

from schemas.extraction import Voice
from services.extract.identity import Successors, claim_id, keep_sound
from tests.builders import TEXT, article, claim, reading, sha256, words

ARTICLE = UUID("11111111-1111-5111-8111-111111111111")
QUOTE = '"The bridge is closed."'


def test_same_reading_of_same_text_has_same_id() -> None:
    made = [claim_id(ARTICLE, sha256(TEXT), claim(TEXT, QUOTE, speaker="Anna Weller")) for _ in range(2)]
    assert made[0] == made[1]


def test_id_never_changes_between_releases() -> None:
    assert claim_id(ARTICLE, sha256(TEXT), claim(TEXT, QUOTE, speaker="Anna Weller")) == UUID(
        "4f8409f3-e6f8-514e-b7a1-5992d2ffb175"
    )


def test_other_text_speaker_or_voice_has_another_id() -> None:
    base = claim(TEXT, QUOTE, speaker="Anna Weller")
    headline = claim(TEXT, QUOTE, voice=Voice.HEADLINE, form=None, speaker_reason=None)
    ids = {
        claim_id(ARTICLE, sha256(TEXT), base),
        claim_id(ARTICLE, sha256(TEXT + "x"), base),
        claim_id(ARTICLE, sha256(TEXT), claim(TEXT, QUOTE)),
        claim_id(ARTICLE, sha256(TEXT), headline),
    }
    assert len(ids) == 4


def test_other_confidence_keeps_the_id() -> None:
    one, other = claim(TEXT, QUOTE), claim(TEXT, QUOTE, confidence=0.1)
    assert claim_id(ARTICLE, sha256(TEXT), one) == claim_id(ARTICLE, sha256(TEXT), other)


def test_claim_with_wrong_words_is_refused_and_counted() -> None:
    wrong = claim(TEXT, QUOTE).model_copy(update={"content": words(TEXT, QUOTE).model_copy(update={"text": "other"})})
    kept, refused = keep_sound(reading(article(), wrong, claim(TEXT, "slow")).extraction, TEXT)
    assert ([one.content.text for one in kept.claims], refused) == (["slow"], 1)


def test_span_beyond_the_text_is_refused() -> None:
    beyond = words(TEXT, QUOTE).model_copy(update={"spans": ((len(TEXT) - 1, len(TEXT) + 5),), "text": "."})
    kept, refused = keep_sound(
        reading(None, claim(TEXT, QUOTE).model_copy(update={"content": beyond})).extraction, TEXT
    )
    assert (kept.claims, refused) == ((), 1)


def test_repeated_claim_is_one_claim_and_no_violation() -> None:
    kept, refused = keep_sound(reading(None, claim(TEXT, QUOTE), claim(TEXT, QUOTE, confidence=0.2)).extraction, TEXT)
    assert (len(kept.claims), kept.claims[0].confidence, refused) == (1, 0.9, 0)


def test_nesting_follows_its_claim_when_another_is_refused() -> None:
    wrong = claim(TEXT, QUOTE).model_copy(update={"content": words(TEXT, QUOTE).model_copy(update={"text": "other"})})
    outer, inner = claim(TEXT, "Traffic was slow on Monday."), claim(TEXT, "slow", nested_in=1)
    orphan = claim(TEXT, "Monday", nested_in=0)
    kept, _ = keep_sound(reading(None, wrong, outer, inner, orphan).extraction, TEXT)
    assert [one.nested_in for one in kept.claims] == [None, 0, None]


def test_replacement_has_the_largest_share_of_at_least_half() -> None:
    one, two, three = (UUID(int=n) for n in (1, 2, 3))
    candidates = {one: "the bridge stays shut", two: "The bridge is closed today", three: "nothing alike"}
    assert Successors(candidates).find("the bridge is closed") == two
    assert Successors(candidates).find("bridge opens at noon tomorrow") is None
    assert Successors({two: "the bridge", one: "the bridge"}).find("the bridge") == one
    assert Successors(candidates).find("") is None
    assert Successors({}).find("the bridge") is None
