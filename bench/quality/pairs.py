"""Statements of a corpus affair, and how people say that they stand to one another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import NAMESPACE_URL, UUID, uuid5

from bench.quality.statements import sentence_of
from corpus.affairs import Affair, Relation, RelationKind
from corpus.articles import Article, Claim
from corpus.compile import HERE, read_affair
from schemas import extraction
from schemas.extraction import Span
from services.extract.reading.layout.layout import lay_out
from services.extract.reading.model.sentences import Sentences
from services.extract.relations.meaning import told
from services.extract.relations.statement import Named, Statement

Key = frozenset[str]
"""Both claims of a pair, as ``article#claim``."""


@dataclass(frozen=True, eq=False)
class Annotated:
    """An affair: its statements by ``article#claim``, the optional ones of them, and its relations by pair."""

    affair: Affair
    statements: Mapping[str, Statement]
    optional: frozenset[str]
    relations: Mapping[Key, Relation]

    def pairs(self) -> Iterator[tuple[Key, Statement, Statement]]:
        """Yield every pair of statements once."""
        for one, other in combinations(sorted(self.statements), 2):
            yield frozenset((one, other)), self.statements[one], self.statements[other]

    def kinds(self, key: Key) -> tuple[RelationKind, ...]:
        """Return every kind that people find defensible, the preferred one first; none alone for an unlisted pair."""
        return self.relations[key].kinds if key in self.relations else (RelationKind.NONE,)


def relations_of(affair: Affair) -> dict[Key, Relation]:
    """Return the relations of an affair by pair."""
    return {frozenset(pair): relation for relation in affair.relations for pair in relation.pairs}


def read_annotated(split: str, articles: Iterable[Article], sentences: Sentences) -> list[Annotated]:
    """Return the affairs of a split with statements made of the annotated claims."""
    by_affair: dict[str, list[Article]] = {}
    for article in articles:
        by_affair.setdefault(article.affair, []).append(article)
    return [annotated(read_affair(HERE / split / name), held, sentences) for name, held in sorted(by_affair.items())]


def annotated(affair: Affair, articles: Sequence[Article], sentences: Sentences) -> Annotated:
    """Return an affair with statements made of the annotated claims of its articles."""
    made: dict[str, Statement] = {}
    for article in articles:
        made |= statements_of(article, [f"{article.article}#{claim.id}" for claim in article.claims], sentences)
    optional = frozenset(f"{each.article}#{claim.id}" for each in articles for claim in each.claims if claim.optional)
    return Annotated(affair, made, optional, relations_of(affair))


def statements_of(article: Article, names: Sequence[str], sentences: Sentences) -> dict[str, Statement]:
    """Return the statements that are the annotated claims of an article, by the names given in their order."""
    layout = lay_out(article.text, article.headline)
    claims = as_read(article, layout.sentences)
    vectors = sentences.embed([told(claim) for claim in claims])
    known = {mention.entity: mention for mention in article.mentions}
    made = {}
    for number, (name, claim, vector) in enumerate(zip(names, claims, vectors, strict=True)):
        gold = article.claims[number].speaker
        speaker = known.get(gold.entity) if gold and gold.entity else None
        made[name] = Statement(
            claim_id=uuid5(NAMESPACE_URL, f"{article.affair}/{name}"),
            article_id=article_id(article),
            claim=claim,
            sentence=sentence_of(article.text, layout.sentences, claim),
            embedding=vector,
            title=article.headline,
            publisher=article.publisher,
            entities=tuple(
                {
                    mention.entity: Named(entity_id(article, mention.entity), mention.name, mention.type)
                    for mention in article.mentions
                    if any(start <= mention.span[0] < end for start, end in claim.content.spans)
                }.values()
            ),
            speaker=Named(entity_id(article, speaker.entity), speaker.name, speaker.type) if speaker else None,
            own_date=article.card.date.value,
        )
    return made


def article_id(article: Article) -> UUID:
    """Return an id for an article."""
    return uuid5(NAMESPACE_URL, f"{article.affair}/{article.article}")


def entity_id(article: Article, entity: str) -> UUID:
    """Return an id for an entity of an article's affair."""
    return uuid5(NAMESPACE_URL, f"{article.affair}/{entity}")


def as_read(article: Article, sentences: Sequence[Span]) -> list[extraction.Claim]:
    """Return annotated claims as a reading would have them, with the preferred value of each field."""
    number = {claim.id: at for at, claim in enumerate(article.claims)}
    return [_as_read(claim, number, sentences) for claim in article.claims]


def _as_read(claim: Claim, number: Mapping[str, int], sentences: Sequence[Span]) -> extraction.Claim:
    speaker, start = claim.speaker, claim.content.spans[0][0]
    return extraction.Claim(
        content=claim.content,
        cue=claim.cue,
        speaker=speaker
        and extraction.Speaker(
            spans=speaker.spans,
            text=speaker.text,
            name=speaker.name,
            name_reason=speaker.name_reason,
            anonymous=speaker.anonymous,
            resolved_by=speaker.resolved_by[0],
        ),
        speaker_reason=claim.speaker_reason,
        voice=claim.voice,
        form=claim.form[0] if claim.form else None,
        polarity=claim.polarity[0],
        force=claim.force[0],
        force_words=claim.force_words,
        speech_act=claim.speech_act[0],
        nested_in=number[claim.nested_in] if claim.nested_in else None,
        question=claim.question,
        sentence=next((at for at, (_, end) in enumerate(sentences) if start < end), 0),
        said_at=None,
        confidence=1.0,
    )
