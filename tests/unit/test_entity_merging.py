"""Merges: a function of the set of entities and of the pins, whatever their order."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from schemas.extraction import MentionType
from services.extract.entities.merging import CROWD, Known, MergeRule, bucket_of, merges_of

PERSON, ORG, GPE, LOC, NORP = MentionType
SPACE = UUID(int=7)

NAMES = [
    *((name, PERSON) for name in ("Venn", "Odra Venn", "Odra M. Venn", "O. Venn", "Harl Venn", "Odra Venn Jr.")),
    *((name, ORG) for name in ("HWU", "Harbour Workers Union", "Hill Walkers United", "NATO")),
    *((name, GPE) for name in ("Portland", "Portland, Oregon", "Portland, Maine", "Lebanon", "Lebanon, Pennsylvania")),
]


def known(name: str, kind: MentionType = PERSON) -> Known:
    return Known(uuid5(SPACE, f"{kind}{name}"), name, kind)


def merged(*names: tuple[str, MentionType], **pins: list[tuple[str, str]]) -> dict[str, str]:
    every = [known(*name) for name in names]
    ids = {each.name: each.id for each in every}
    pairs = {kind: [(ids[a], ids[b]) for a, b in given] for kind, given in pins.items()}
    by_id = {each.id: each.name for each in every}
    return {by_id[key]: by_id[merge.into] for key, merge in merges_of(every, **pairs).items()}


def persons(*names: str) -> list[tuple[str, MentionType]]:
    return [(name, PERSON) for name in names]


def test_surname_goes_into_the_only_full_name() -> None:
    assert merged(*persons("Venn", "Odra Venn")) == {"Venn": "Odra Venn"}


def test_surname_of_two_goes_into_neither() -> None:
    assert merged(*persons("Venn", "Odra Venn", "Harl Venn")) == {}


def test_son_is_another_and_leaves_the_surname_open() -> None:
    assert merged(*persons("Venn", "Odra Venn", "Odra Venn Jr.")) == {}


def test_forms_of_one_name_count_as_one() -> None:
    found = merged(*persons("Venn", "Odra Venn", "Odra M. Venn", "O. Venn"))
    assert found == dict.fromkeys(("Venn", "Odra Venn", "O. Venn"), "Odra M. Venn")


def test_initials_go_into_the_only_body_that_has_them() -> None:
    names = [("HWU", ORG), ("Harbour Workers Union", ORG)]
    assert merged(*names) == {"HWU": "Harbour Workers Union"}
    assert merged(*names, ("Hill Walkers United", ORG)) == {}


def test_well_known_acronym_stays_what_it_is() -> None:
    assert merged(("NATO", ORG), ("North Anvil Trading Office", ORG)) == {}


def test_town_goes_into_the_only_one_that_is_told() -> None:
    assert merged(("Portland", GPE), ("Portland, Oregon", GPE)) == {"Portland": "Portland, Oregon"}
    assert merged(("Portland", GPE), ("Portland, Oregon", GPE), ("Portland, Maine", GPE)) == {}


def test_country_is_no_town_of_its_name() -> None:
    assert merged(("Lebanon", GPE), ("Lebanon, Pennsylvania", GPE)) == {}


def test_pin_makes_one_of_two_that_no_rule_joins() -> None:
    assert merged(*persons("Odra Venn", "Tam Skarne"), same=[("Odra Venn", "Tam Skarne")]) == {
        "Odra Venn": "Tam Skarne"
    }


def test_pin_keeps_apart_what_a_rule_joins() -> None:
    assert merged(*persons("Venn", "Odra Venn"), apart=[("Venn", "Odra Venn")]) == {}


def test_pinned_apart_are_not_one_by_way_of_a_third() -> None:
    names = persons("Odra Venn", "Tam Skarne", "Harl Marsk")
    same = [("Odra Venn", "Tam Skarne"), ("Tam Skarne", "Harl Marsk")]
    assert len(merged(*names, same=same, apart=[("Odra Venn", "Harl Marsk")])) == 1


def test_crowd_tells_nobody() -> None:
    crowd = [known(f"Odra{number} Venn") for number in range(CROWD)]
    assert merges_of([known("Venn"), *crowd]) == {}


def test_rule_and_score_are_told() -> None:
    (merge,) = merges_of([known("Venn"), known("Odra Venn")]).values()
    assert merge.rule is MergeRule.SURNAME
    assert 0 < merge.score < 1


def test_bucket_holds_all_forms_of_a_name() -> None:
    assert len({bucket_of(name, PERSON, SPACE) for name in ("Venn", "Odra Venn", "Odra Venn Jr.")}) == 1
    assert len({bucket_of(name, ORG, SPACE) for name in ("HWU", "Harbour Workers Union")}) == 1


PAIRS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]), max_size=3
)


@given(names=st.permutations(NAMES), count=st.integers(1, len(NAMES)), same=PAIRS, apart=PAIRS)
def test_merges_hang_on_the_set_alone(
    names: list[tuple[str, MentionType]],
    count: int,
    same: list[tuple[tuple[str, MentionType], tuple[str, MentionType]]],
    apart: list[tuple[tuple[str, MentionType], tuple[str, MentionType]]],
) -> None:
    chosen = [known(*name) for name in names[:count]]
    pins = {
        kind: [(known(*a).id, known(*b).id) for a, b in pairs] for kind, pairs in (("same", same), ("apart", apart))
    }
    turned = {kind: [(b, a) for a, b in reversed(pairs)] for kind, pairs in pins.items()}
    found = merges_of(chosen, **pins)
    assert found == merges_of([*reversed(chosen), *chosen], **turned)
    roots = {each.id: found[each.id].into if each.id in found else each.id for each in chosen}
    assert not any(merge.into in found for merge in found.values())
    ids = {each.id for each in chosen}
    assert not any(roots[a] == roots[b] for a, b in pins["apart"] if {a, b} <= ids)
