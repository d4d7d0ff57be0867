import random
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.resources.difference import Kind, Part, compare

words = st.lists(st.sampled_from(["ferry", "bridge", "the", "é", "🚧", "\n\n", " ", "\u00a0", "said."]), max_size=30)


def told(before: str, after: str) -> list[tuple[str, str]]:
    texts = {Kind.KEPT: (before, 0), Kind.DELETED: (before, 0), Kind.INSERTED: (after, 1)}
    shown = []
    for part in compare(before, after):
        text, side = texts[part.kind]
        start, end = (part.before, part.after)[side]
        shown.append((str(part.kind), text[start:end]))
    return shown


def check(before: str, after: str, parts: list[Part]) -> None:
    """Every part is in its place, kept words are the same in both, and together they are both texts."""
    here, there = 0, 0
    for part in parts:
        assert (part.before[0], part.after[0]) == (here, there)
        here, there = part.before[1], part.after[1]
        old, new = before[slice(*part.before)], after[slice(*part.after)]
        assert {Kind.KEPT: old == new != "", Kind.DELETED: old != "" == new, Kind.INSERTED: new != "" == old}[part.kind]
    assert (here, there) == (len(before), len(after))


def test_words_are_deleted_and_inserted() -> None:
    assert told("The ferry was never inspected.", "The old ferry was inspected.") == [
        ("kept", "The "),
        ("inserted", "old "),
        ("kept", "ferry was "),
        ("deleted", "never "),
        ("kept", "inspected."),
    ]


def test_replaced_words_are_deleted_before_others_are_inserted() -> None:
    assert told("said 40 million crowns", "said about 14 crowns") == [
        ("kept", "said "),
        ("deleted", "40 million "),
        ("inserted", "about 14 "),
        ("kept", "crowns"),
    ]


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", "new"), ("old", ""), ("same", "same")])
def test_texts_with_nothing_in_them_or_nothing_else(before: str, after: str) -> None:
    check(before, after, compare(before, after))
    assert len(compare(before, after)) == (1 if before or after else 0)


@given(words, words)
def test_parts_are_both_texts(before: list[str], after: list[str]) -> None:
    check("".join(before), "".join(after), compare("".join(before), "".join(after)))


def long(seed: int, *, vocabulary: int, lines: int = 0) -> str:
    """A text of 500,000 code points."""
    rng = random.Random(seed)
    text = " ".join(f"{rng.randrange(vocabulary):x}" for _ in range(250_000))[:500_000]
    return text if not lines else "\n".join(text[at : at + lines] for at in range(0, len(text), lines))[:500_000]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (long(1, vocabulary=2), long(2, vocabulary=2)),
        (long(1, vocabulary=2, lines=2), long(2, vocabulary=2, lines=2)),
        (long(1, vocabulary=10**6, lines=500), long(2, vocabulary=10**6, lines=500)),
        ("a" * 500_000, "b" * 500_000),
        ("\n" * 500_000, " " * 500_000),
    ],
    ids=["words", "lines", "paragraphs", "one word", "blanks"],
)
def test_hostile_texts_cost_little(before: str, after: str) -> None:
    check(before, after, compare(before, after))
    started = time.process_time()
    compare(before, after)
    assert time.process_time() - started < 2
    tracemalloc.start()
    compare(before, after)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


def test_small_change_of_a_long_text_is_found_in_words() -> None:
    text = long(3, vocabulary=10**6, lines=400)
    changed = f"{text[:200_000]} new {text[200_000:400_000]}\nlast {text[400_000:]}"
    parts = compare(text, changed)
    check(text, changed, parts)
    assert len(parts) < 12
    assert sum(part.before[1] - part.before[0] for part in parts if part.kind == Kind.KEPT) > 499_900


def test_many_changes_of_a_long_text_are_found_between_its_lines() -> None:
    rng = random.Random(4)
    lines = [" ".join(f"{rng.randrange(10**6)}" for _ in range(10)) for _ in range(5_000)]
    changed = [f"{line} more" if number % 4 == 0 else line for number, line in enumerate(lines)]
    before, after = "\n".join(lines), "\n".join(changed)
    parts = compare(before, after)
    check(before, after, parts)
    deleted = sum(part.before[1] - part.before[0] for part in parts if part.kind == Kind.DELETED)
    assert deleted < 5_000 * 8  # the last word of each line that changed, and never a whole line
