"""What a claim has from the rest of its sentence: the question that it answers, and when it was said."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from schemas.extraction import Claim, Span, Words
from services.extract.reading.language.spans import at_place
from services.extract.reading.sayings.asked import find_asked
from services.extract.reading.sayings.dates import Saying, said_at

BESIDE_MAX = 30
"""Claims of one sentence that are looked at; real ones hold a few."""


def place(text: str, sentences: Sequence[Span], claims: Sequence[Claim], day: date | None) -> Iterator[Claim]:
    """Yield the claims with their questions and times. ``claims``: nested; ``day``: the article's, if known."""
    ends = [end for _, end in sentences]
    homes: dict[int, list[int]] = defaultdict(list)
    for number, claim in enumerate(claims):
        if claim.cue is not None:
            homes[at_place(ends, claim.cue.spans[0][0])].append(number)
    placed = dict(enumerate(claims))
    for sentence, here in homes.items():
        near = here[:BESIDE_MAX]
        asked = _with_question(text, sentences[sentence], near, placed)
        for number in near:
            saying = _saying(sentences[sentence], number, near, placed, asked)
            said = said_at(text, saying, day)
            if said is not None:
                placed[number] = placed[number].model_copy(update={"said_at": said, "said_at_reason": None})
    yield from (placed[number] for number in range(len(claims)))


def _with_question(text: str, sentence: Span, near: Sequence[int], claims: dict[int, Claim]) -> tuple[Span, ...]:
    """Give the question of a sentence to the first claim in it that stands in no other, and return it."""
    first = next((number for number in near if claims[number].nested_in is None), None)
    if first is None:
        return ()
    claim = claims[first]
    speaker = claim.speaker.spans if claim.speaker else ()
    asked = find_asked(text, sentence, claim.content.spans, claim.cue.spans if claim.cue else (), speaker)
    if asked is None:
        return ()
    claims[first] = claim.model_copy(update={"question": Words.of(text, asked)})
    return (asked,)


def _saying(
    sentence: Span, number: int, near: Sequence[int], claims: dict[int, Claim], asked: Sequence[Span]
) -> Saying:
    claim = claims[number]
    around = set(_outer(number, claims))
    cue = claim.cue.spans if claim.cue else ()
    others = list(asked)
    for other in near:
        beside = claims[other]
        if other != number and other not in around and beside.cue is not None:
            others += () if beside.cue.spans == cue else beside.cue.spans
            others += beside.content.spans
    outer = claims[claim.nested_in].content.spans if claim.nested_in is not None else ()
    speaker = claim.speaker.spans if claim.speaker else ()
    return Saying(sentence, cue, claim.content.spans, speaker, outer, others)


def _outer(number: int, claims: dict[int, Claim]) -> Iterator[int]:
    """Yield the claims around one."""
    outer = claims[number].nested_in
    while outer is not None:
        yield outer
        outer = claims[outer].nested_in
