"""Which served claims of a corpus article are which annotated ones: the matching that its measures stand on."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.quality.scores import Score, assign, best_first
from bench.quality.words import WORD, Cut, jaccard
from corpus.affairs import Affair
from corpus.articles import Article, Claim
from schemas import extraction
from schemas.extraction import Voice

CONTENT_MIN = 0.8
"""The least Jaccard of the content's words at which a served claim says what the annotated one says."""

SPEAKER_MIN = 0.5
"""The least Jaccard of the words at which a speaker without a name is the one annotated."""

Names = Mapping[str, frozenset[str]]
"""Every form of an entity's name, folded, by the entity's id."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An article, what is served of it, and their matching, by number: annotated to served.

    ``right``: content and speaker are right. ``near``: the content alone is. ``excused``: served claims that are right
    of an optional annotation. No claim is in two of them.
    """

    article: Article
    served: tuple[extraction.Claim, ...]
    right: Mapping[int, int]
    near: Mapping[int, int]
    excused: Mapping[int, int]

    @property
    def score(self) -> Score:
        """The claims: optional ones are neither wanted nor, where they are right, found."""
        wanted = sum(not claim.optional for claim in self.article.claims)
        return Score(len(self.right), len(self.served) - len(self.excused), wanted)

    @property
    def pairs(self) -> list[tuple[Claim, extraction.Claim]]:
        """Annotated and served claims of the same content, whoever the speaker."""
        both = sorted({**self.right, **self.near}.items())
        return [(self.article.claims[gold], self.served[ours]) for gold, ours in both]


def fold(name: str) -> str:
    """Return a name without regard to case, apostrophes and a leading "the"."""
    folded = unicodedata.normalize("NFC", name).casefold().replace("\u2019", "'").strip()
    return folded.removeprefix("the ")


def names_of(affair: Affair) -> Names:
    """Return every form of every name of the affair."""
    return {each.id: frozenset(map(fold, (each.name, *each.forms))) for each in affair.entities}


def is_right_speaker(gold: Claim, ours: extraction.Claim, names: Names, cut: Cut) -> bool:
    """Tell whether a served claim is in the voice and of the speaker annotated.

    A named speaker: the name that the served one resolves to, or else its words, are a form of the entity's name; so a
    pronoun or title must be resolved. A speaker without a name must have none, and half the words. None must be none.
    The article's and the headline's voice have no other speaker.
    """
    if gold.voice is not ours.voice:
        return False
    if gold.voice is not Voice.ATTRIBUTED:
        return True
    wanted, found = gold.speaker, ours.speaker
    if wanted is None or found is None:
        return wanted is None and found is None
    if wanted.entity is not None:
        return fold(found.name or found.text) in names[wanted.entity]
    return found.name is None and jaccard(cut.inside(wanted.spans), cut.inside(found.spans)) >= SPEAKER_MIN


def judge(article: Article, served: Sequence[extraction.Claim], names: Names) -> Judged:
    """Match served claims to annotated ones, each to one at most, as many as can be.

    First wanted ones by content and speaker, then optional ones likewise, then the wanted that are left by content
    alone. Content is compared as words without marks, so its quotation marks count nothing here.
    """
    cut = Cut(article.text, WORD)
    contents = [cut.inside(claim.content.spans) for claim in served]
    wanted = [number for number, claim in enumerate(article.claims) if not claim.optional]
    optional = [number for number, claim in enumerate(article.claims) if claim.optional]

    def of_speaker(gold: int, ours: int) -> bool:
        return is_right_speaker(article.claims[gold], served[ours], names, cut)

    def match(golds: Iterable[int], taken: Iterable[int], fits: Callable[[int, int], bool]) -> dict[int, int]:
        free = set(range(len(served))) - set(taken)
        choices = {}
        for gold in golds:
            content = cut.inside(article.claims[gold].content.spans)
            near = {ours: jaccard(content, contents[ours]) for ours in sorted(free) if fits(gold, ours)}
            choices[gold] = best_first(near, CONTENT_MIN)
        return assign(choices)

    right = match(wanted, (), of_speaker)
    excused = match(optional, right.values(), of_speaker)
    left = [number for number in wanted if number not in right]
    near = match(left, {*right.values(), *excused.values()}, lambda _gold, _ours: True)
    return Judged(article, tuple(served), right, near, excused)
