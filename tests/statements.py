"""Statements for tests: of invented sentences, with the vectors of the model that comes with the project."""

from datetime import date
from uuid import UUID, uuid5

from schemas.extraction import (
    Claim,
    Force,
    Form,
    MentionType,
    Polarity,
    Speaker,
    Voice,
    Words,
)
from services.extract.reading.model.reader import WEIGHTS
from services.extract.reading.model.sentences import sentences_of
from services.extract.relations.meaning import told
from services.extract.relations.statement import Named, Statement

SPACE = UUID("8c1f3d0a-6a3e-5d0e-9b1f-2f6f0c9d4e11")


def named(name: str, kind: MentionType = MentionType.ORG) -> Named:
    return Named(uuid5(SPACE, name), name, kind)


def claimed(
    content: str,
    *,
    speaker: str | None = None,
    polarity: Polarity = Polarity.AFFIRMED,
    force: Force = Force.BARE,
    cue: str | None = None,
    question: str | None = None,
) -> Claim:
    """A claim whose text is its content, its cue and speaker behind it."""
    text = " ".join(filter(None, (content, cue, speaker, question)))

    def at(words: str | None) -> Words | None:
        return None if words is None else Words.of(text, (text.index(words), text.index(words) + len(words)))

    who = at(speaker)
    return Claim(
        content=Words.of(text, (0, len(content))),
        cue=at(cue),
        speaker=who and Speaker(spans=who.spans, text=who.text, name=speaker),
        voice=Voice.ATTRIBUTED if speaker else Voice.ARTICLE,
        form=Form.INDIRECT if speaker else None,
        polarity=polarity,
        force=force,
        question=at(question),
        sentence=0,
        confidence=1,
    )


def statement(
    content: str,
    *,
    article: str = "a",
    speaker: Named | None = None,
    entities: tuple[Named, ...] = (),
    polarity: Polarity = Polarity.AFFIRMED,
    force: Force = Force.BARE,
    cue: str | None = None,
    question: str | None = None,
    sentence: str | None = None,
    own_date: date | None = None,
    said: tuple[date | None, date | None] | None = None,
) -> Statement:
    name = speaker.name if speaker else None
    claim = claimed(content, speaker=name, polarity=polarity, force=force, cue=cue, question=question)
    return Statement(
        claim_id=uuid5(SPACE, f"{article} {name} {content} {question}"),
        article_id=uuid5(SPACE, article),
        claim=claim,
        sentence=sentence or content,
        embedding=sentences_of(WEIGHTS).embed([told(claim)])[0],
        entities=entities,
        speaker=speaker,
        own_date=own_date,
        said=said,
    )
