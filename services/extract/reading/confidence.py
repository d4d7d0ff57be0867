"""Confidence: how likely an attributed claim is right in content and speaker, judged by what is known of it.

The weights lie beside this module, in ``confidence.json``; ``python -m training.confidence`` makes them.
"""

import json
from collections.abc import Mapping
from functools import cache
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from schemas.extraction import Form, ResolvedBy, Speaker
from services.extract.reading.attribution.contents import ALONE, Rule

SHORT_WORDS = 3
"""Words; a content of fewer is more often wrong."""

SURE_MIN, SURE_MAX = 0.02, 0.98
"""Between these the learnt reader's score is told apart."""

DOUBTFUL = 0.3
"""Of what other rules find alone."""

WEIGHTS = "confidence.json"


class Evidence(NamedTuple):
    """What tells how sure a claim is.

    ``score``: the learnt reader's, 0 where it did not find the claim; ``rule``: what found it too, or alone; ``words``
    of the content in ``pieces``; ``known``: the cue is one of the words of saying that are known; ``that``: "that"
    begins the content.
    """

    score: float
    rule: Rule | None
    words: int
    pieces: int
    speaker: Speaker | None
    form: Form
    known: bool
    that: bool


FEATURES = (
    "learnt",
    "agreed",
    "short",
    "long",
    "pieces",
    "direct",
    "known",
    "that",
    "by name",
    "by pronoun",
    "unnamed",
    "no speaker",
)
"""In the order in which ``features_of`` gives them."""


def features_of(evidence: Evidence) -> dict[str, float]:
    """Return the features of a claim by name."""
    by = evidence.speaker.resolved_by if evidence.speaker else None
    score = max(SURE_MIN, min(evidence.score, SURE_MAX))
    values = (
        log(score / (1 - score)),
        float(evidence.rule is not None),
        float(evidence.words < SHORT_WORDS),
        log(max(1, evidence.words)),
        float(evidence.pieces > 1),
        float(evidence.form is Form.DIRECT),
        float(evidence.known),
        float(evidence.that),
        float(by is ResolvedBy.NAME),
        float(by is ResolvedBy.PRONOUN),
        float(by is ResolvedBy.NONE),
        float(by is None),
    )
    return dict(zip(FEATURES, values, strict=True))


def confidence_of(evidence: Evidence) -> float:
    """Return a probability, 0 to 1; what both have found is as sure as what the rule alone would be, at least."""
    alone = ALONE.get(evidence.rule, DOUBTFUL) if evidence.rule is not None else 0.0
    if not evidence.score:
        return alone
    weights = read_weights()
    total = weights["bias"] + sum(weights[name] * value for name, value in features_of(evidence).items())
    return max(round(1 / (1 + exp(-total)), 3), alone)


@cache
def read_weights() -> Mapping[str, float]:
    """Return the weight of each feature, and ``bias``."""
    weights: dict[str, float] = json.loads(Path(__file__).with_name(WEIGHTS).read_text("utf-8"))
    return weights
