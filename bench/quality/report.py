"""A page for a person to look at: the articles read worst, annotated and served claims side by side.

It loads nothing and runs nothing; all that comes from an article is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from bench.quality.calibration import bins_of, guesses_of
from bench.quality.judging import Judged
from corpus.articles import Claim
from schemas import extraction
from schemas.extraction import JOINT, Span, Voice, Words

WORST = 12
"""Articles shown: an hour's reading."""

FIELDS = ("polarity", "force", "form", "speech_act")

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Claims read wrongly</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em; color: #222 }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 2em }
.text { white-space: pre-wrap }
.content { background: #fff1b8 } .content.twice { background: #ffd666 }
.speaker { border-bottom: 3px solid #1d6fb8 } .cue { border-bottom: 3px solid #c2410c }
table { border-collapse: collapse; width: 100%; margin: 1em 0 } td, th { border: 1px solid #ccc; padding: .3em .5em;
text-align: left; vertical-align: top }
.right, .optional { color: #666 } .missed, .unwanted, .speaker-wrong { background: #fdecea }
b { color: #b3261e }
</style></head><body>
"""
_LEGEND = (
    '<p><span class="content">content</span>, <span class="content twice">one inside another</span>, '
    '<span class="speaker">speaker</span>, <span class="cue">cue</span>; left what was annotated, right what is '
    "served by default. In the tables <b>red</b> marks a value that is not among those annotated.</p>\n"
)

Row = tuple[int, str, Claim | None, extraction.Claim | None]
"""Where in the text it stands, what became of it, the annotated claim and the served one."""


def faults(judged: Judged) -> int:
    """Return how many claims were missed or are served and not right."""
    score = judged.score
    return score.wanted + score.found - 2 * score.right


def report(judged: Iterable[Judged], worst: int = WORST) -> str:
    """Return the page (HTML) of the articles with the lowest F1, those with most faults first where they tie."""
    every = list(judged)
    chosen = sorted(every, key=lambda each: (each.score.f1 or 0.0, -faults(each), each.article.article))[:worst]
    parts = [_HEAD, "<h1>Claims read wrongly</h1>\n", _LEGEND, _calibration(every)]
    return "".join([*parts, *map(_article, chosen), "</body></html>\n"])


def _calibration(judged: Sequence[Judged]) -> str:
    cells = "".join(
        f"<tr><td>{each.low:.1f}</td><td>{each.guesses}</td><td>{each.confidence:.2f}</td><td>{each.right:.2f}</td></tr>\n"
        for each in bins_of(guesses_of(judged))
    )
    head = "<tr><th>confidence from</th><th>claims</th><th>mean confidence</th><th>share right</th></tr>\n"
    return f"<h2>Confidence</h2>\n<table>{head}{cells}</table>\n"


def _article(judged: Judged) -> str:
    article, score = judged.article, judged.score
    title = f"{article.affair} / {article.article}"
    figures = (
        f"{article.genre}; F1 {score.f1 or 0:.0f}: {score.right} right, {score.wanted} wanted, {score.found} served"
    )
    sides = "".join(
        f'<div class="text">{_marked(article.text, side)}</div>' for side in (article.claims, judged.served)
    )
    head = "<tr><th></th><th>annotated</th><th>served</th></tr>\n"
    rows = "".join(map(_row, sorted(_rows(judged), key=lambda each: each[0])))
    return (
        f'<h2>{escape(title)}</h2>\n<p>{escape(figures)}</p>\n<div class="sides">{sides}</div>\n'
        f"<table>{head}{rows}</table>\n"
    )


def _marked(text: str, claims: Sequence[Claim] | Sequence[extraction.Claim]) -> str:
    """Return the text with the claims' words marked; a stretch between two ends of spans has one set of marks."""
    marks: list[tuple[str, Span]] = []
    for claim in claims:
        for kind, words in (("content", claim.content), ("cue", claim.cue), ("speaker", claim.speaker)):
            marks.extend((kind, span) for span in (words.spans if words else ()))
    ends = sorted({0, len(text), *(end for _, span in marks for end in span)})
    return "".join(_stretch(text, span, marks) for span in pairwise(ends))


def _stretch(text: str, span: Span, marks: Sequence[tuple[str, Span]]) -> str:
    kinds = [kind for kind, (start, end) in marks if start <= span[0] and span[1] <= end]
    words = escape(text[slice(*span)])
    if not kinds:
        return words
    classes = sorted(set(kinds)) + (["twice"] if kinds.count("content") > 1 else [])
    return f'<span class="{" ".join(classes)}">{words}</span>'


def _rows(judged: Judged) -> Iterator[Row]:
    golds, served = judged.article.claims, judged.served
    paired = {**judged.right, **judged.near, **judged.excused}
    for number, gold in enumerate(golds):
        ours = served[paired[number]] if number in paired else None
        if gold.optional:
            verdict = "optional"
        elif number in judged.right:
            verdict = "right"
        else:
            verdict = "missed" if ours is None else "speaker wrong"
        yield gold.content.spans[0][0], verdict, gold, ours
    for number in sorted(set(range(len(served))) - set(paired.values())):
        yield served[number].content.spans[0][0], "unwanted", None, served[number]


def _row(row: Row) -> str:
    _, verdict, gold, ours = row
    cells = (verdict, _claim(gold, None) if gold else "", _claim(ours, gold) if ours else "")
    shown = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr class="{verdict.replace(" ", "-")}">{shown}</tr>\n'


def _claim(claim: Claim | extraction.Claim, gold: Claim | None) -> str:
    values = ", ".join(filter(None, (_value(claim, gold, field) for field in FIELDS)))
    speaker = _speaker(claim) if claim.voice is Voice.ATTRIBUTED else ""
    sure = f" ({claim.confidence:.2f})" if isinstance(claim, extraction.Claim) else ""
    return f"{speaker}{_words(claim.content)}<br>{claim.voice}, {values}{sure}"


def _value(claim: Claim | extraction.Claim, gold: Claim | None, field: str) -> str:
    value = getattr(claim, field)
    if isinstance(value, tuple):
        return escape("/".join(value))
    if value is None:
        return ""
    wrong = gold is not None and value not in getattr(gold, field)
    return f"<b>{escape(value)}</b>" if wrong else escape(value)


def _speaker(claim: Claim | extraction.Claim) -> str:
    if claim.speaker is None:
        return "(nobody): "
    name = claim.speaker.name or f"({claim.speaker.name_reason})"
    return f"{_words(claim.speaker)} = {escape(name)}: "


def _words(words: Words) -> str:
    return escape(words.text.replace(JOINT, " / "))
