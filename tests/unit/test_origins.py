"""Fingerprints of invented articles, and the origins that they make."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.comparison import OriginEvidence
from services.extract.reading.article import Article, extract
from services.extract.sourcing.fingerprint import Fingerprint, fingerprint, lsh_keys
from services.extract.sourcing.origins import group, same_origin
from services.extract.sourcing.report import read
from services.extract.sourcing.shingles import bands_of, jaccard, shared, shingles_of, sign

REPORT = (
    "The Calder bridge was shut on Monday after divers found cracks in two of its nine piers, the harbour board said.",
    "Harbour master Ines Caldo told workers in Tarrow that the ferries would run every quarter of an hour until dusk.",
    "Farmers from the Brask valley brought their milk across the river in rowing boats before the sun had come up.",
    "The mayor of Tarrow, Petra Lund, asked the province for forty thousand crowns to mend the oldest of the piers.",
    "No train has been held back so far, but the railway has slowed every one of them to the pace of a horse.",
    "Children walked to school over the ice, which had not borne anybody since the hard winter before the war.",
)
OTHER = (
    "The opera house at Brennick opened its new season with a gala that ended long after midnight in the foyer.",
    "Conductor Jan Pohlig said that the strings had never sounded so warm, and the critics seemed to agree with him.",
    "Tickets for the second evening had been sold within the hour, and the queue reached as far as the fish market.",
    "Singers from Tolmukia joined the choir, dressed in felt, and the audience rose to its feet for all of them.",
    "Two ushers fainted in the heat, but nobody was hurt, and the fountain in the square ran with lemonade.",
)


def print_of(*paragraphs: str, title: str | None = None, publisher: str | None = None) -> Fingerprint:
    text = "\n\n".join((title, *paragraphs) if title else paragraphs)
    return fingerprint(read(text, title, publisher, extract(Article(text, title=title, publisher=publisher))))


def kinds(a: Fingerprint, b: Fingerprint, *, leads_agree: bool = False) -> set[OriginEvidence]:
    found = same_origin(a, b, leads_agree=leads_agree)
    assert found == same_origin(b, a, leads_agree=leads_agree)
    return set(found)


@pytest.mark.parametrize(
    "copy",
    [
        print_of(*REPORT, title="Ferries run as bridge stays shut"),
        print_of(*REPORT[:3], title="Bridge closed"),
        print_of("TARROW (TPA) - " + REPORT[0], *REPORT[1:], "(Reporting by Lian Ho; Editing by P. Desouza)"),
    ],
    ids=["headline", "cut", "boilerplate"],
)
def test_near_duplicate_is_found(copy: Fingerprint) -> None:
    report = print_of(*REPORT, title="Bridge at Calder closed after divers find cracks")
    assert OriginEvidence.NEAR_DUPLICATE in kinds(report, copy)
    assert set(lsh_keys(report)) & set(lsh_keys(copy))


def test_reports_of_different_matters_are_no_origin() -> None:
    report, other = print_of(*REPORT), print_of(*OTHER)
    assert not kinds(report, other)
    assert not set(lsh_keys(report)) & set(lsh_keys(other))


def test_shared_boilerplate_is_no_evidence() -> None:
    notices = (
        "Sign up to our newsletter and read the best of the province every morning before you have had your coffee.",
        "Follow us on all the channels that you like, and download our app for the weather and the tides of the river.",
        "All rights reserved. The views expressed here are the authors' own and not necessarily those of this page.",
    )
    assert not kinds(print_of(*REPORT[:3], *notices), print_of(*OTHER[:3], *notices))


def test_wire_credit_joins_the_agency_and_who_prints_it() -> None:
    agency = print_of(f"TARROW, May 9 (TPA) - {REPORT[0]}", *REPORT[1:4], publisher="Tarrow Press Agency")
    paper = print_of(
        "By our own desk, with material from TPA",
        "Nine piers of the bridge at Calder were looked at by divers, and two of them are cracked, says the board.",
        "Ines Caldo has promised ferries. Petra Lund, who is mayor of Tarrow, wants money from the province.",
        publisher="Brask Courier",
    )
    assert kinds(agency, paper) == {OriginEvidence.WIRE_CREDIT}
    assert not kinds(agency, paper.model_copy(update={"credits": ()}))


def test_wire_credit_on_another_matter_is_none() -> None:
    agency = print_of(f"TARROW, May 9 (TPA) - {REPORT[0]}", *REPORT[1:], publisher="Tarrow Press Agency")
    assert not kinds(agency, print_of("By our own desk, with material from TPA", *OTHER, publisher="Brask Courier"))


def test_rewrite_goes_with_whom_it_names() -> None:
    source = print_of(*REPORT, publisher="The Evening Flash")
    farm = print_of(
        "Bridges matter to every family. In Tarrow, Ines Caldo has now shut one at Calder.",
        "Petra Lund is asking for a lot of money, and farmers of Brask must row.",
        "This article was rewritten from a report by The Evening Flash.",
        publisher="Bridgebuzz",
    )
    assert farm.rewrite is not None
    assert kinds(source, farm) == {OriginEvidence.SELF_DECLARED_REWRITE}


def test_rewrite_of_nobody_goes_with_nobody() -> None:
    farm = print_of(
        "Bridges matter. In Tarrow, Ines Caldo has shut one at Calder, and Petra Lund wants money.",
        "This article was created based on information from various sources and rewritten for clarity.",
        publisher="Bridgebuzz",
    )
    assert farm.rewrite is not None
    assert not kinds(print_of(*REPORT, publisher="The Evening Flash"), farm)


def test_one_saying_heard_by_two_is_an_announcement() -> None:
    said = "“We shall not open this bridge before the last pier is mended,” Ines Caldo said in Tarrow."
    one = print_of("The bridge at Calder is closed.", said, "Petra Lund has gone home.")
    two = print_of("Calder has no bridge.", f"{said} Nobody asked Petra Lund.")
    assert kinds(one, two) == {OriginEvidence.ANNOUNCEMENT}
    assert set(lsh_keys(one)) & set(lsh_keys(two))


def test_leads_that_agree_are_one_announcement_of_one_speaker() -> None:
    one = print_of("Ines Caldo has indicated that the Calder bridge will close.", "Ferries are dear.")
    two = print_of("Ines Caldo has announced that the bridge will close.", "Trains are slow.")
    assert not kinds(one, two)
    assert kinds(one, two, leads_agree=True) == {OriginEvidence.ANNOUNCEMENT}


@pytest.mark.parametrize(
    "own",
    [
        "“I have walked on it with my own two feet today,” she said.",
        "In an interview with Radio Calder, Ines Caldo said that it was old.",
        "She told us that it was old.",
    ],
)
def test_article_with_words_of_its_own_is_another_origin(own: str) -> None:
    one = print_of("Ines Caldo has indicated that the Calder bridge will close.", "Ferries are dear.")
    two = print_of("The bridge will close, Ines Caldo has announced.", own)
    assert not kinds(one, two, leads_agree=True)


def test_release_and_the_report_of_it_are_one_announcement() -> None:
    release = print_of(
        "For immediate release",
        "The Calder Bridge Board has closed the bridge at Tarrow. Drivers of 6,140 carts will use the ferry.",
        publisher="Calder Bridge Board",
        title="Board closes bridge at Tarrow",
    )
    report = print_of(
        "The Calder Bridge Board closed the bridge at Tarrow and sent drivers of 6,140 carts to the ferry.",
        publisher="Brask Courier",
        title="Carts sent to ferry as board closes bridge",
    )
    assert kinds(release, report) == {OriginEvidence.ANNOUNCEMENT}


def test_rewrite_of_two_sources_does_not_make_them_one() -> None:
    one = print_of(*REPORT[:4], publisher="Tarrow Wire")
    two = print_of(
        "Ines Caldo shut the bridge. Petra Lund of Tarrow wept at Calder, and Brask had no milk.",
        publisher="Brask Today",
    )
    farm = print_of(
        REPORT[0],
        REPORT[1],
        "Petra Lund of Tarrow wept, and Brask had no milk.",
        "This story was compiled from reports by Tarrow Wire and Brask Today.",
        publisher="Bridgebuzz",
    )
    assert kinds(one, farm)
    assert kinds(two, farm)
    origins = {origin.articles for origin in group({"a": one, "b": two, "farm": farm})}
    assert origins == {("a", "farm"), ("b",)}


def test_origins_are_components_with_their_evidence() -> None:
    prints = {"a": print_of(*REPORT), "b": print_of(*REPORT[:4]), "c": print_of(*OTHER)}
    first, second = group(prints)
    assert (first.articles, second.articles) == (("a", "b"), ("c",))
    assert ("a", "b", OriginEvidence.NEAR_DUPLICATE) in first.evidence
    assert second.evidence == ()


POOL = {
    "copy": print_of(*REPORT, title="Bridge closed"),
    "cut": print_of(*REPORT[:3], title="Ferries run"),
    "flash": print_of(*REPORT[2:], publisher="The Evening Flash"),
    "farm": print_of(
        REPORT[3], "Ines Caldo of Tarrow.", "This article was rewritten from a report by The Evening Flash."
    ),
    "opera": print_of(*OTHER),
    "lead": print_of("Ines Caldo has indicated that the Calder bridge will close."),
    "lead2": print_of("The Calder bridge will close, Ines Caldo has announced."),
}


@given(st.permutations(sorted(POOL)), st.booleans())
def test_origins_do_not_depend_on_the_order(order: list[str], agree: bool) -> None:
    agreeing = {frozenset(("lead", "lead2"))} if agree else set[frozenset[str]]()
    found = group({name: POOL[name] for name in order}, agreeing)
    assert found == group(POOL, agreeing)
    assert sorted(name for origin in found for name in origin.articles) == sorted(POOL)


def test_fingerprint_survives_json() -> None:
    for found in POOL.values():
        assert Fingerprint.model_validate_json(found.model_dump_json()) == found


def test_keys_fit_bigint_and_are_bounded() -> None:
    for found in POOL.values():
        assert all(-(2**63) <= key < 2**63 for key in lsh_keys(found))
        assert len(lsh_keys(found)) <= 42 + 64


def test_empty_text_has_an_empty_fingerprint() -> None:
    nothing = print_of("")
    assert nothing.shingles == 0
    assert lsh_keys(nothing) == []
    assert not kinds(nothing, nothing)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
def test_signature_estimates_what_is_shared(share: float) -> None:
    words = [str(number) for number in random.Random(7).sample(range(100_000), 1_000)]
    a = shingles_of(words)
    b = shingles_of(words[: int(1_000 * share)])
    both = shared(sign(a), sign(b), len(a), len(b))
    assert both == pytest.approx(len(a & b), abs=120)
    assert jaccard(sign(a), sign(a)) == 1
    assert bands_of(sign(a)) == bands_of(sign(frozenset(a)))


def test_signature_never_changes() -> None:
    """Signatures are kept: another one for the same words would part articles of one origin."""
    assert sign(shingles_of(["one", "two", "three", "four", "five", "six"]))[:3] == (1378887617, 51620532, 52938372)
