"""Only English is read, whatever a page says of itself, and what is not read says so."""

import pytest

from schemas.extraction import Claim, Extraction, Form, Reason, Voice, Words
from services.extract.reading.article import Article, extract
from services.extract.reading.language.languages import is_english

OTHERS = {
    "Finnish": "Ministeri sanoi maanantaina, että silta on suljettu nyt, mutta asukkaat eivät ole tyytyväisiä.",
    "Turkish": "Bakan pazartesi günü köprünün kapatıldığını söyledi, halk ise yetkililerden yeni bir açıklama istiyor.",
    "Hungarian": "A miniszter hétfőn azt mondta, hogy a híd le van zárva, a lakosok viszont nem értenek ezzel egyet.",
    "Indonesian": "Menteri mengatakan pada hari Senin bahwa jembatan itu ditutup, dan warga tidak setuju dengan itu.",
    "Swahili": "Waziri alisema Jumatatu kwamba daraja limefungwa kwa muda, na wakazi hawakubaliani na uamuzi huo.",
    "Spanish": "El ministro dijo el lunes que el puente está cerrado, y los vecinos no están de acuerdo con ello.",
    "Vietnamese": "Bộ trưởng cho biết hôm thứ Hai rằng cây cầu đã bị đóng và người dân không đồng ý với điều đó.",
    "Chinese": "部长周一表示，这座桥已经关闭。",
    "Arabic": "قال الوزير يوم الاثنين إن الجسر مغلق.",
}


@pytest.mark.parametrize("name", OTHERS)
def test_text_of_another_language_has_no_claims_and_says_so(name: str) -> None:
    text = f"{OTHERS[name]} " * 2
    found = extract(Article(text))
    assert (found.claims, found.mentions, found.claims_reason) == ((), (), Reason.LANGUAGE)
    assert found.sentences


def test_page_that_calls_itself_english_is_not_believed() -> None:
    assert not is_english(OTHERS["Indonesian"] * 2, "en")
    assert is_english("Bridge closed, mayor says", "en")


def test_page_that_calls_itself_foreign_is_believed() -> None:
    assert extract(Article("Klein said that the bridge is safe.", language="de")).claims_reason is Reason.LANGUAGE


@pytest.mark.parametrize(
    "text",
    [
        "Klein said that the bridge is safe.",
        "Bridge closed",
        "Results: Kiel 3, Bremen 1; Ulm 0, Trier 0.",
        "Police in the town of Odra say that two men, who had fled from a camp, were found by a patrol on Monday.",
        "",
    ],
)
def test_english_text_has_no_reason_for_having_no_claims(text: str) -> None:
    assert is_english(text)
    assert extract(Article(text)).claims_reason is None


def test_claims_have_no_reason_for_being_none() -> None:
    claim = Claim(
        content=Words(spans=((0, 1),), text="a"),
        speaker_reason=Reason.NO_EVIDENCE,
        voice=Voice.ATTRIBUTED,
        form=Form.INDIRECT,
        sentence=0,
        confidence=0.5,
    )
    with pytest.raises(ValueError, match="no reason for none"):
        Extraction(claims=(claim,), claims_reason=Reason.LANGUAGE)
