"""Persons are told from desks, and wires from writers."""

import pytest

from services.ingest.cleaning.bylines import find_wire_credit, read_authors


@pytest.mark.parametrize(
    ("stated", "authors"),
    [
        ("By Ann Lee", ("Ann Lee",)),
        ("Ann Lee, Bo van Ek and Cy Oz", ("Ann Lee", "Bo van Ek", "Cy Oz")),
        ("Written by Ann Lee | Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Jr.", ("Ann Lee, Jr",)),
        ("desk@news.example (Ann Lee)", ("Ann Lee",)),
        ("ANN LEE, AP Science Writer", ("ANN LEE",)),
        ("Анна Ли", ("Анна Ли",)),
    ],
)
def test_person_is_an_author(stated: str, authors: tuple[str, ...]) -> None:
    assert read_authors([stated], publisher="The Herald") == authors


@pytest.mark.parametrize(
    "stated",
    [
        "Staff",
        "News Desk",
        "The Herald",
        "the herald",
        "Reuters",
        "The Associated Press",
        "https://x.example/ann",
        "@annlee",
        "admin",
        "Ann",
        "ann lee",
        "",
        None,
        5,
    ],
)
def test_desk_agency_or_address_is_no_author(stated: object) -> None:
    assert read_authors([stated], publisher="The Herald") == ()


def test_word_of_papers_is_a_name_of_a_typed_person() -> None:
    assert read_authors(["Ada Post", "Bo Wire"], publisher=None, typed={"Ada Post"}) == ("Ada Post",)
    assert read_authors(["News Desk", "Skarne Post"], publisher="Skarne Post", typed={"News Desk", "Skarne Post"}) == ()


def test_author_counts_once() -> None:
    assert read_authors(["Ann Lee", "By Ann Lee"], publisher=None) == ("Ann Lee",)


@pytest.mark.parametrize(
    ("authors", "paragraphs", "agency"),
    [
        (["The Associated Press"], ["x"], "AP"),
        (["Ann Lee and Reuters"], ["x"], "Reuters"),
        ([], ["LONDON (Reuters) - The bridge opened."], "Reuters"),
        ([], ["Title", "Rivertown, June 3 [AFP] — The bridge opened."], "AFP"),
        ([], ["The bridge opened.", "© 2024 AFP"], "AFP"),
        ([], ["The bridge opened.", "(dpa)"], "dpa"),
        ([], ["The bridge opened.", "Source: Xinhua"], "Xinhua"),
    ],
)
def test_wire_credit_is_found(authors: list[str], paragraphs: list[str], agency: str) -> None:
    assert find_wire_credit(authors, paragraphs) == agency


@pytest.mark.parametrize(
    "paragraphs",
    [
        [],
        ["The bridge opened, Reuters reported."],
        ["The minister told AFP that the bridge (AP 7) would open."],
        ["The Associated Press contributed to this report."],
    ],
)
def test_mere_mention_of_an_agency_is_no_credit(paragraphs: list[str]) -> None:
    assert find_wire_credit([], paragraphs) is None
