"""The rules that an annotated article keeps: its words, names, claims, forms and non-claims, each a list of faults."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, permutations

from corpus.affairs import Affair
from corpus.articles import Article, Claim, NonClaimKind
from corpus.quotations import CLOSING, OPENING, find_quotations
from schemas.extraction import Force, Form, Span, Voice, Words

INSIDE = {NonClaimKind.SCARE_QUOTES, NonClaimKind.QUOTED_TITLE, NonClaimKind.TERM, NonClaimKind.QUESTION}
"""Non-claims that may stand inside what somebody says."""

MIXED_MIN_WORDS = 4
"""A quoted part of so many words makes a claim mixed, a shorter one partial (the guidelines say so)."""

RELATIVE = {"who", "which", "whose", "whom", "that"}
"""Words that stand for a speaker in a relative clause, and are none."""

_NARRATION = re.compile(r"\n|[.!?:;]\s+\S|, (?:and|but) |[“”«»‹›„\"]")
"""After a cue, a sign that more than its phrase stands before the next quotation: a sentence, a clause, a quotation."""

WORD = re.compile(r"[^\W_]+(?:['’\-‑][^\W_]+)*")


def _inside(inner: Iterable[Span], outer: Iterable[Span]) -> bool:
    around = list(outer)
    return all(any(start <= a and b <= end for start, end in around) for a, b in inner)


def _overlap(some: Iterable[Span], others: Iterable[Span]) -> bool:
    around = list(others)
    return any(a < end and start < b for a, b in some for start, end in around)


def _hull(words: Words) -> Span:
    return words.spans[0][0], words.spans[-1][1]


def _every_words(article: Article) -> Iterator[tuple[str, Words]]:
    for claim in article.claims:
        yield from ((f"{claim.id} {field}", words) for field, words in claim.words())
    yield from ((f"non-claim {non_claim.kind}", non_claim.words) for non_claim in article.non_claims)
    card = article.card
    for name, words in (
        ("title", article.title),
        ("venue", card.venue.words if card.venue else None),
        ("date", card.date.evidence),
    ):
        if words:
            yield name, words
    yield from (("disclosure", words) for words in card.disclosures)


def check_text(article: Article) -> Iterator[str]:
    """Every span shows its words, no span has white space at its ends or runs over a paragraph, the text is clean."""
    text = article.text
    if text != text.strip() or "{" in text or "}" in text or "\r" in text or "  " in text:
        yield "the text has braces, double spaces, carriage returns or white space at its ends"
    for name, words in _every_words(article):
        shown = [text[start:end] for start, end in words.spans]
        if not words.fits(text):
            yield f"{name}: its spans do not show its words: {words.text}"
        elif any(piece != piece.strip() or "\n" in piece for piece in shown):
            yield f"{name}: white space at an end, or over a paragraph (one piece a paragraph): {words.text}"


def check_mentions(article: Article, affair: Affair) -> Iterator[str]:
    """Every mention shows a name of a known entity with its type, none overlaps another."""
    known, text, at = {entity.id: entity for entity in affair.entities}, article.text, 0
    for mention in article.mentions:
        start, end = mention.span
        entity = known.get(mention.entity)
        if text[start:end] != mention.text:
            yield f"mention: its span does not show its words: {mention.text}"
        if start < at:
            yield f"mention overlaps another or stands out of order: {mention.text}"
        at = end
        if entity is None or mention.type is not entity.type:
            yield f"mention of no entity, or of another type: {mention.text} {mention.type} {mention.entity}"
    names = {(mention.entity, mention.name) for mention in article.mentions}
    for claim in article.claims:
        speaker = claim.speaker
        if speaker and speaker.entity and (speaker.entity, speaker.name) not in names:
            yield f"{claim.id}: the speaker's entity has no such name here: {speaker.entity} {speaker.name}"


def _check_claim(claim: Claim, article: Article, claims: dict[str, Claim]) -> Iterator[str]:
    content = claim.content.spans
    every = [span for _, words in claim.words() if words is not claim.force_words for span in words.spans]
    sentence = [(min(start for start, _ in every), max(end for _, end in every))]
    if Force.BARE not in claim.force and claim.force_words is None:
        yield f"{claim.id}: force {claim.force[0]} without the words that decide it"
    if claim.force == (Force.BARE,) and claim.force_words:
        yield f"{claim.id}: bare, yet words decide its force: {claim.force_words.text}"
    if claim.force_words and not _inside(claim.force_words.spans, sentence):
        yield f"{claim.id}: force words away from content and cue: {claim.force_words.text}"
    for field, words in claim.words():
        if field in {"cue", "speaker", "question"} and _overlap(words.spans, content):
            yield f"{claim.id}: {field} inside the content: {words.text}"
    if claim.voice is Voice.HEADLINE and not (article.title and _inside(content, article.title.spans)):
        yield f"{claim.id}: a headline's claim outside the title: {claim.content.text}"
    if claim.voice is Voice.ARTICLE and article.title and _overlap(content, article.title.spans):
        yield f"{claim.id}: the article's voice inside the title: {claim.content.text}"
    if claim.speaker and claim.speaker.text.lower() in RELATIVE:
        yield f"{claim.id}: a relative pronoun is no speaker; mark what it stands for: {claim.speaker.text}"
    outer = claims.get(claim.nested_in) if claim.nested_in else None
    if claim.nested_in and (outer is None or outer is claim):
        yield f"{claim.id}: nested in no other claim: {claim.nested_in}"
    if outer and not _inside([_hull(claim.content)], [_hull(outer.content)]):
        yield f"{claim.id}: content not inside the content of {outer.id}: {claim.content.text}"


def _torn(claim: Claim, text: str) -> Iterator[str]:
    """Yield what parts two pieces of a direct claim in a paragraph, where neither cue nor speaker is in it."""
    said = [span for words in (claim.cue, claim.speaker) if words for span in words.spans]
    if claim.form[:1] == (Form.DIRECT,):
        gaps = ((before, after) for (_, before), (after, _) in pairwise(claim.content.spans))
        yield from (
            text[start:end] for start, end in gaps if "\n" not in text[start:end] and not _overlap(said, [(start, end)])
        )


def check_joined(article: Article) -> Iterator[str]:
    """A quotation that goes on after its interposed cue is one claim, unless a sentence or clause more parts it."""
    direct = [c for c in article.claims if c.form[:1] == (Form.DIRECT,) and c.nested_in is None and c.cue and c.speaker]
    for first, second in permutations(direct, 2):
        gap = (first.content.spans[-1][1], second.content.spans[0][0])
        said = [span for words in (first.cue, first.speaker) if words for span in words.spans]
        same = first.cue == second.cue and first.speaker == second.speaker
        if same and _inside(said, [gap]) and not _NARRATION.search(article.text, max(end for _, end in said), gap[1]):
            yield f"{second.id}: goes on from {first.id} after the cue, one claim: {article.text[slice(*gap)]}"


def check_claims(article: Article) -> Iterator[str]:
    """Claims keep the rules of force, voice and nesting, and none stands twice."""
    claims = {claim.id: claim for claim in article.claims}
    yield from (f"claim twice: {id_}" for id_, n in Counter(claim.id for claim in article.claims).items() if n > 1)
    readings = Counter(
        (claim.voice, claim.speaker and claim.speaker.spans, claim.cue and claim.cue.spans, claim.content.spans)
        for claim in article.claims
    )
    if any(times > 1 for times in readings.values()):
        yield "two claims with the same voice, speaker, cue and content"
    for claim in article.claims:
        yield from _check_claim(claim, article, claims)
        yield from (f"{claim.id}: pieces of a quotation that no cue parts: {gap}" for gap in _torn(claim, article.text))


def _quoted_words(content: Words, quotations: Iterable[Span], text: str) -> list[int]:
    """Return how many words of the content stand in each of the quotations that it holds whole or in part."""
    return [
        len(WORD.findall(text, max(a, start), min(b, end)))
        for start, end in quotations
        for a, b in content.spans
        if a <= start < b or a < end <= b
    ]


def _form_fault(claim: Claim, form: Form, quoted: list[int]) -> str | None:
    content = claim.content.text
    whole = content[0] in OPENING and content[-1] in CLOSING
    faults = {
        Form.DIRECT: None if whole else "direct, yet not within quotation marks",
        Form.MIXED: None if max(quoted, default=0) >= MIXED_MIN_WORDS else "mixed, yet no four words quoted",
        Form.PARTIAL: None
        if 0 < max(quoted, default=0) < MIXED_MIN_WORDS
        else "partial, yet no quoted term of 1 to 3 words",
        Form.INDIRECT: "indirect, yet words of it are quoted" if quoted else None,
    }
    return faults[form]


def check_forms(article: Article) -> Iterator[str]:
    """The form of a claim is what the quotation marks of its content show; quoted non-claims inside it aside."""
    terms = [span for non in article.non_claims if non.kind in INSIDE for span in non.words.spans]
    quotations = [span for span in find_quotations(article.text) if not _inside([span], terms)]
    for claim in article.claims:
        quoted = _quoted_words(claim.content, quotations, article.text)
        for form in claim.form:
            if fault := _form_fault(claim, form, quoted):
                yield f"{claim.id}: {fault}: {claim.content.text}"


def check_non_claims(article: Article) -> Iterator[str]:
    """No claim is made of a non-claim, and whatever is quoted is one or the other."""
    contents = [span for claim in article.claims for span in claim.content.spans]
    for non_claim in article.non_claims:
        spans = non_claim.words.spans
        if non_claim.kind not in INSIDE and _overlap(spans, contents):
            yield f"non-claim {non_claim.kind} inside a claim: {non_claim.words.text}"
        if non_claim.kind in INSIDE and spans in [claim.content.spans for claim in article.claims]:
            yield f"both claim and non-claim {non_claim.kind}: {non_claim.words.text}"
    seen = [*contents, *(span for non in article.non_claims for span in non.words.spans)]
    seen += [span for claim in article.claims if claim.question for span in claim.question.spans]
    for start, end in find_quotations(article.text):
        if not _overlap([(start, end)], seen):
            yield f"quoted, yet neither claim nor non-claim: {article.text[start:end]}"
