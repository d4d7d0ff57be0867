"""The source card of invented articles."""

from datetime import UTC, date, datetime

import pytest

from schemas.comparison import Card, Flag, NoDate
from schemas.extraction import Form, Words
from services.extract.reading.article import Article, extract
from services.extract.sourcing.card import make_card
from services.extract.sourcing.firmness import Firmness, firmness_of, leaves_open
from services.extract.sourcing.report import read

LEAD = "The span of the Calder bridge will be closed on Monday, harbour master Ines Caldo said."


def card_of(
    *paragraphs: str, title: str | None = None, publisher: str | None = None, published_at: datetime | None = None
) -> Card:
    text = "\n\n".join((title, *paragraphs) if title else paragraphs)
    extraction = extract(Article(text, title=title, publisher=publisher))
    card = make_card(read(text, title, publisher, extraction), published_at)
    shown = [words for flag in card.flags for words in flag.words]
    assert all(words.fits(text) for words in (*shown, *card.disclosures, *card.date.evidence))
    return card


def flags_of(card: Card) -> dict[Flag, list[str]]:
    return {each.flag: [words.text for words in each.words] for each in card.flags}


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("In an interview with Radio Calder on Friday, Ines Caldo said that the bridge was safe.", "Radio Calder"),
        ("Ines Caldo told the Tavia Herald that the bridge was safe.", "Tavia Herald"),
        ("Ines Caldo told a press conference in Tarrow that the bridge was safe.", "press conference in Tarrow"),
        ("The bridge was safe, Ines Caldo told the town council.", "town council"),
        ("In a letter to the Brennick Post, Ines Caldo said that the bridge was safe.", "Brennick Post"),
    ],
)
def test_named_venue_is_on_the_card(sentence: str, name: str) -> None:
    card = card_of(sentence, LEAD)
    assert card.venue is not None
    assert card.venue.name.removeprefix("the ") == name
    assert Flag.NAMED_VENUE in flags_of(card)
    assert Flag.NO_VENUE not in flags_of(card)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ines Caldo told reporters in Tarrow that the bridge was safe.",
        "Ines Caldo told the Tavia Herald that the bridge was safe.",
        "Ines Caldo said in a statement that the bridge was safe.",
        "In an interview with Marek Dohl, Ines Caldo said that the bridge was safe.",
        "Talks are to be held in Berlin next week, Ines Caldo said.",
    ],
)
def test_publisher_statement_and_reporters_are_no_venue(sentence: str) -> None:
    card = card_of(sentence, LEAD, publisher="The Tavia Herald")
    assert card.venue is None
    assert Flag.NO_VENUE in flags_of(card)


def test_dateline_dates_the_card() -> None:
    card = card_of("TARROW, 9 May 1931 (TPA) - The bridge fell, Ines Caldo said.", title="Bridge falls")
    assert card.date.value == date(1931, 5, 9)
    assert card.date.evidence[0].text == "9 May 1931"
    assert Flag.UNDATED not in flags_of(card)


def test_day_without_year_is_ambiguous() -> None:
    card = card_of("TARROW, May 9 - The bridge fell, Ines Caldo said.", title="Bridge falls")
    assert (card.date.value, card.date.reason) == (None, NoDate.AMBIGUOUS)
    assert Flag.UNDATED in flags_of(card)


def test_weekday_and_years_mentioned_make_a_day_whole() -> None:
    said = "In an interview with Radio Calder on Friday, November 29, Ines Caldo said that the bridge was safe."
    card = card_of(said, "The bridge was built in 2022.")
    assert card.date.value == date(2024, 11, 29)


def test_weekday_without_years_mentioned_makes_no_day_whole() -> None:
    card = card_of(
        "In an interview with Radio Calder on Friday, November 29, Ines Caldo said that the bridge was safe."
    )
    assert (card.date.value, card.date.reason) == (None, NoDate.AMBIGUOUS)


def test_relative_words_are_kept_and_make_no_date() -> None:
    card = card_of("Last week Ines Caldo said that the bridge had been safe since 1931.")
    assert (card.date.value, card.date.reason) == (None, NoDate.RELATIVE)
    assert card.date.relative is not None
    assert card.date.relative.text.lower() == "last week"
    assert card.date.not_before == date(1931, 1, 1)


def test_years_to_come_are_no_bound() -> None:
    card = card_of("The bridge will be rebuilt by 2040, Ines Caldo said.")
    assert card.date.not_before is None


def test_time_of_day_is_no_bound() -> None:
    assert card_of("The ferry left at 18:10 (1610 GMT), Ines Caldo said.").date.not_before is None
    assert card_of("The ferry left in 1610, Ines Caldo said.").date.not_before == date(1610, 1, 1)


def test_publication_is_a_bound_and_no_date() -> None:
    card = card_of("The bridge is safe, Ines Caldo said.", published_at=datetime(2024, 5, 9, 12, tzinfo=UTC))
    assert card.date.value is None
    assert card.date.reason is NoDate.NO_EVIDENCE
    assert card.date.not_after == date(2024, 5, 10)


def test_quotations_and_speakers_are_counted() -> None:
    card = card_of(
        "“The bridge is safe and will stay open all summer,” Ines Caldo said.",
        "Engineer Marek Dohl said that it was “rotten”.",
        "Two officials who asked not to be named said that the span had cracked.",
    )
    assert (card.direct, card.mixed, card.partial) == (1, 0, 1)
    known = {one.name: one.claims for one in card.attributed if not one.anonymous}
    assert known == {"Ines Caldo": 1, "Marek Dohl": 1}
    assert [one.claims for one in card.attributed if one.anonymous] == [1]
    shares = (card.share_attributed, card.share_anonymous, card.share_own_voice)
    assert all(share is not None for share in shares)
    assert sum(share or 0 for share in shares) == pytest.approx(1, abs=0.01)
    assert {Flag.ANONYMOUS_ATTRIBUTION} <= flags_of(card).keys()
    assert not {Flag.NO_QUOTE, Flag.SINGLE_SPEAKER} & flags_of(card).keys()


def test_words_quoted_in_several_claims_count_once() -> None:
    text = "“It is safe,” Ines Caldo said.\n\n“It was never shut,” said Marek Dohl, “and it is not shut now.”"
    extraction = extract(Article(text))
    first, second = (claim for claim in extraction.claims if claim.form is Form.DIRECT)
    whole = (*first.content.spans, *second.content.spans)
    joined = first.model_copy(update={"content": Words.of(text, *whole)})
    again = extraction.model_copy(update={"claims": (joined, first, second, second)})
    assert make_card(read(text, None, None, extraction), None).direct == 2
    assert make_card(read(text, None, None, again), None).direct == 2


def test_nobody_and_papers_are_no_unnamed_speakers() -> None:
    nobody = card_of("No one said that the bridge was safe.", LEAD)
    assert not any(one.anonymous for one in nobody.attributed)
    papers = card_of("The notes said that the bridge was safe.", "An internal memorandum says that it is not.", LEAD)
    assert Flag.ANONYMOUS_ATTRIBUTION not in flags_of(papers)


def test_one_speaker_is_told() -> None:
    card = card_of("“The bridge is safe and will stay open,” Ines Caldo said.", "She added that it was old.")
    assert Flag.SINGLE_SPEAKER in flags_of(card)


def test_text_without_claims_has_no_shares() -> None:
    card = card_of("Rain.")
    assert card.share_attributed is None
    assert Flag.NO_QUOTE in flags_of(card)


def test_rewrite_credit_and_owner_are_disclosures() -> None:
    card = card_of(
        "By Clemens Voigt",
        LEAD,
        "The Calder Courier is owned by a trust in which Caldo & Sons holds shares.",
        "This article was rewritten from a report by Radio Calder.",
        publisher="The Calder Courier",
        title="Bridge closed",
    )
    assert [words.text for words in card.disclosures] == [
        "By Clemens Voigt",
        "The Calder Courier is owned by a trust in which Caldo & Sons holds shares.",
        "This article was rewritten from a report by Radio Calder.",
    ]
    assert flags_of(card)[Flag.SELF_DECLARED_REWRITE] == ["This article was rewritten from a report by Radio Calder."]


def test_agency_in_a_dateline_is_a_credit_where_no_line_is_one() -> None:
    dated = f"TARROW, May 9 (Harbour Wire) - {LEAD}"
    assert [words.text for words in card_of(dated, LEAD).disclosures] == ["(Harbour Wire)"]
    signed = card_of(dated, LEAD, "(Reporting by Clemens Voigt; Editing by Marek Dohl)")
    assert [words.text for words in signed.disclosures] == ["(Reporting by Clemens Voigt; Editing by Marek Dohl)"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The shift in policy, told in recent statements, is a surprise, Ines Caldo said.",
        "Reports suggest that the bridge will close, and Ines Caldo said nothing.",
        "Sources say the bridge will close.",
    ],
)
def test_vague_source_is_shown_with_its_words(sentence: str) -> None:
    assert flags_of(card_of(sentence, LEAD))[Flag.VAGUE_SOURCE]


def test_hearsay_on_the_headline_is_vague() -> None:
    hearsay = "The bridge at Calder has reportedly been sold."
    assert flags_of(card_of(hearsay, LEAD, title="Calder bridge sold"))[Flag.VAGUE_SOURCE] == [hearsay[:-1]]
    assert Flag.VAGUE_SOURCE not in flags_of(card_of(hearsay, LEAD, title="Ferry runs again on Monday"))


def test_named_source_is_not_vague() -> None:
    assert Flag.VAGUE_SOURCE not in flags_of(card_of(LEAD, "Harbour sources are few, she said."))


def test_title_is_as_printed() -> None:
    title = card_of(LEAD, title="FLOOD NEWS: Bridge at Calder to stay closed").title
    assert title is not None
    assert title.text == "FLOOD NEWS: Bridge at Calder to stay closed"
    assert card_of(LEAD).title is None


def test_title_printed_twice_is_told() -> None:
    title = "Bridge at Calder to stay closed until the spring"
    assert flags_of(card_of(title, LEAD, title=title))[Flag.DUPLICATED_TITLE] == [title, title]
    assert Flag.DUPLICATED_TITLE not in flags_of(card_of(LEAD, title=title))


def test_headline_firmer_than_the_body_shows_both() -> None:
    title = "Caldo admits Calder bridge cracked before the flood"
    body = "The Calder bridge may have cracked before the flood, harbour master Ines Caldo said."
    flags = flags_of(card_of(body, title=title))
    assert flags[Flag.HEADLINE_STRONGER_THAN_BODY][0] == title
    assert "may have cracked" in flags[Flag.HEADLINE_STRONGER_THAN_BODY][1]


def test_headline_firmer_than_hearsay_shows_both() -> None:
    hearsay = "The bridge at Calder has reportedly been sold."
    title = "Calder bridge sold"
    other = "The ferry runs again on Monday, harbour master Ines Caldo said."
    assert flags_of(card_of(hearsay, other, title=title))[Flag.HEADLINE_STRONGER_THAN_BODY] == [title, hearsay[:-1]]


def test_headline_as_firm_as_the_article_itself_is_no_drift() -> None:
    title = "Calder bridge shut after the flood"
    told = "The Calder bridge was shut after the flood on Monday."
    hedged = "The Calder bridge may have cracked in the flood, harbour master Ines Caldo said."
    assert Flag.HEADLINE_STRONGER_THAN_BODY in flags_of(card_of(hedged, title=title))
    assert Flag.HEADLINE_STRONGER_THAN_BODY not in flags_of(card_of(told, hedged, title=title))


def test_headline_of_several_statements_is_as_firm_as_its_weakest() -> None:
    title = "Caldo says railway offered to buy the Calder bridge; railway denies it"
    body = "The railway offered to buy the Calder bridge, harbour master Ines Caldo said."
    assert Flag.HEADLINE_STRONGER_THAN_BODY not in flags_of(card_of(body, title=title))


def test_headline_borne_out_by_the_body_is_no_drift() -> None:
    title = "Calder bridge closed before the flood, Caldo says"
    body = "“The Calder bridge was closed before the flood,” harbour master Ines Caldo said."
    assert (
        not {Flag.HEADLINE_STRONGER_THAN_BODY, Flag.HEADLINE_NOT_SUPPORTED_BY_QUOTE}
        & flags_of(card_of(body, title=title)).keys()
    )


def test_headline_denying_what_its_speaker_leaves_open_is_drift() -> None:
    title = "Caldo dismisses talk of selling the Calder bridge"
    flags = flags_of(card_of("Ines Caldo did not rule out that the town would sell it.", title=title))
    assert flags[Flag.HEADLINE_STRONGER_THAN_BODY][0] == title


def test_headline_without_any_quotation_is_unsupported() -> None:
    flags = flags_of(card_of(LEAD, title="Caldo vows to rebuild the bridge"))
    assert Flag.HEADLINE_NOT_SUPPORTED_BY_QUOTE in flags


def test_lead_firmer_than_its_quotation_shows_both() -> None:
    card = card_of(
        "Ines Caldo said that the town will sell the Calder bridge to the railway.",
        "“The town might sell the Calder bridge, perhaps to the railway,” Caldo said.",
    )
    stronger, weaker = flags_of(card)[Flag.LEAD_STRONGER_THAN_QUOTE]
    assert "will sell" in stronger
    assert "might sell" in weaker


def test_province_called_disputed_is_told() -> None:
    flags = flags_of(card_of("Ines Caldo said that the contested region of Sinaloa would be sold."))
    assert flags[Flag.ENTITY_TYPE_CONFLICT] == ["contested region of Sinaloa"]
    assert Flag.ENTITY_TYPE_CONFLICT not in flags_of(card_of("Ines Caldo said that Sinaloa would be sold."))


def test_lead_that_the_speaker_disowns_shows_both() -> None:
    card = card_of(
        "Ines Caldo has promised to sell the bridge to the railway.",
        "“I said that we would look at it,” Caldo said.",
        "Caldo said she had promised no such thing.",
    )
    stronger, weaker = flags_of(card)[Flag.LEAD_STRONGER_THAN_QUOTE]
    assert "to sell the bridge" in stronger
    assert "no such thing" in weaker


def test_denial_of_what_others_did_disowns_nothing() -> None:
    card = card_of(
        "Ines Caldo has promised to sell the bridge to the railway.",
        "“I said that we would look at it,” Caldo said.",
        "Caldo said that no such offer had been made by the ferry.",
    )
    assert Flag.LEAD_STRONGER_THAN_QUOTE not in flags_of(card)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("did not rule out a sale", "dismisses a sale"),
        ("hinted at a sale", "announced a sale"),
        ("would consider a sale", "is willing to sell"),
        ("is willing to sell", "will sell"),
        ("a proposal to sell", "an offer to sell"),
        ("said it sold", "vowed to sell"),
    ],
)
def test_firmness_grows(weaker: str, stronger: str) -> None:
    assert firmness_of(weaker) < firmness_of(stronger)


def test_denial_denied_leaves_open() -> None:
    assert leaves_open("did not rule out")
    assert not leaves_open("ruled out")
    assert firmness_of("did not rule out") is Firmness.POSSIBLE
