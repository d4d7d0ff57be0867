"""What a speaker's words say beside the name."""

import pytest

from services.api.resources.roles import find_roles


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("Harbour master Odra Venn", ["Harbour master"]),
        ("Its president, Odra Venn", ["president"]),
        ("the port's former head of safety, Odra Venn", ["port's former head of safety"]),
        ("The Chairman, Mr Odra Venn", ["Chairman"]),
        ("Odra Venn, head of the port, 58", ["head of the port"]),
        ("Comrade Odra Venn, Deputy Minister of Transport", ["Comrade", "Deputy Minister of Transport"]),
        ("Venn", []),
        ("Mr Venn", []),
        ("Dr. Odra Venn", []),
        ("Odra Venn, who runs the port", []),
        ("Odra Venn, aged 58", []),
        ("His wife, Odra Venn", []),
        ("Odra Venn, his wife", []),
        ("a report by Odra Venn", []),
        ("the expert opinion of Captain Odra Venn", []),
        ("Odra Vennson", []),
        ("she", []),
        (f"Odra Venn, {'very ' * 20}long", []),
    ],
)
def test_role_is_what_stands_beside_the_name(words: str, roles: list[str]) -> None:
    assert find_roles(words, ["Odra Venn", "Venn"]) == roles
