"""With what force a statement is put, and the words that say so; the first that fits of five, else it is bare."""

import re
from collections.abc import Sequence
from itertools import pairwise

from schemas.extraction import Force, Span
from services.extract.reading.language.lexicon import words
from services.extract.reading.language.tokens import Token
from services.extract.reading.stance.attitudes import says
from services.extract.reading.stance.lines import Line, joined
from services.extract.reading.stance.polarity import Reading
from services.extract.reading.stance.will import own_will

ASKED_BEFORE_WORDS = 4
"""Words before "if" among which a verb of asking makes it mean "whether"."""

Stated = tuple[Force, tuple[Span, ...]]
"""A force, and the places of the words that say so."""

_START = r"(?:^|(?<= ))"
_CONDITIONAL = re.compile(
    _START
    + r"(?:only if|if|unless|only once|once (?=(?:the|an?|it|he|she|they|we|i|you|this|certain|all|those|these|his"
    r"|her|their|its|our|there) )|provid(?:ed|ing) that|(?:as|so) long as(?! it takes)|in case|on conditions?"
    r"|(?<=, )provided)(?= |$)"
)
_DEPENDENT = re.compile(_START + r"(?:(?:depend(?:s|ed|ing)?|conditional|contingent) (?:up)?on|subject to)(?= |$)")
_INVERTED = re.compile(_START + r"had (?:he|she|it|they|we|i|you) (?:not )?(?:been )?[a-z]+")
_KNOWN = r"(?:said|reported|rumou?red|alleged|understood|thought|believed)"
_REPORTED = re.compile(
    _START
    + r"(?:reportedly|allegedly|supposedly|purportedly|unofficially|officially|according to reports"
    + r"|(?:it|he|she|they) (?:is|was|has been) (?:widely |generally |commonly |also )?"
    + _KNOWN
    + r"(?: (?:here|locally))?(?= (?:to|that|,)|$)"
    r"|(?:is|are|was|were|has been|have been) (?:widely |also |even )?" + _KNOWN + r"(?= to| ,)(?: to)?"
    r"|there (?:is|was|has been) (?:much |some )?(?:talk|word)|i (?:am|was) told|i'm told|i (?:hear|have read) that"
    r"|rumou?r has it|rumours? (?:say|has|have)|so (?:they|people) say)(?= |$)"
)
_HEDGED = re.compile(
    _START
    + r"(?:(?:could not|couldn't) promise|(?:could not|couldn't|cannot|can't) (?:say|guarantee|tell|be sure|be certain)"
    r"|may(?: yet| well| or may)?|might|could|perhaps|maybe|probably|possibly|potentially|presumably"
    r"|conceivably|arguably|likely|likeliest|unlikely|apparently|seems?|seemed|seemingly"
    r"|appear(?:s|ed)?(?= (?:to|that|likely|un)|$)|looks? (?:like|as)|looked (?:like|as)|possibility|possible"
    r"|i (?:guess|suppose)|not sure|not certain|in all likelihood|(?:hope|hopes|hoped)(?: and expects?)?"
    r"|expect(?:s|ed)?|understood it|understands it|suggests?|suggested|as far as (?:i|we|is) know|that i know of"
    r"|necessarily)(?= |$)"
)
_PROPOSED = re.compile(
    _START + r"(?:should|shouldn't|must|mustn't|ought(?: to|n't)?|let us|let's|needs? to be|ha(?:s|ve|d) to(?! do with)"
    r"|had better|well advised|whereby|(?<!^)(?:calls? for|called for|proposes?|urges?)"
    r"|(?:i|we) (?:recommend|demand|urge|propose|ask|call on))(?= |$)"
)
_INTENDED = re.compile(
    _START + r"(?:willing(?:ness)?|(?<!the )(?<!a )(?<!no )plans? to|openness to|open to (?=a |the idea|talks|\w+ing)"
    r"|ready to|prepared to|readiness to|intends? to|determined to)(?= |$)"
)
_ASKING = words(
    "ask asks asked asking wonder wonders wondered know see sure doubt doubts doubted question questioned say tell"
)
_NOT_IF = words("as even what")
_NOT_AFTER_IF = words("only any anything ever necessary possible")
_PERMITTED = words("submit apply inspect attend register obtain request visit view vote bring book appeal")


def force_of(sentence: Sequence[Token], reading: Reading, *, own: bool, asked: bool = False) -> Stated:
    """Return the force of a statement by its own words.

    ``own``: its "he will" may be the speaker's will. ``asked``: its cue asks, so that its "if" is "whether".
    """
    main = Line((*reading.frame, *reading.clause))
    if (found := _condition(sentence, main)) and not asked:
        return Force.CONDITIONAL, found
    if found := main.find(_REPORTED) or _at_end(sentence):
        return Force.REPORTED, found
    if found := _hedge(sentence, main, reading):
        return Force.HEDGED, found
    if found := main.find(_PROPOSED, _is_proposal) or _imperative(reading.clause):
        return Force.PROPOSED, found
    found = main.find(_INTENDED) or (own_will(Line(reading.clause)) if own else ())
    return (Force.INTENDED, found) if found else (Force.BARE, ())


def _condition(sentence: Sequence[Token], main: Line) -> tuple[Span, ...]:
    """Return the "if" of a statement, or what stands for one: "depends on", "Should it …", "had she …"."""
    found = Line(_before_saying(sentence)).find(_CONDITIONAL, _is_condition) or main.find(_DEPENDENT)
    return found or _should(sentence) or Line(sentence).find(_INVERTED, _follows_would)


def _hedge(sentence: Sequence[Token], main: Line, reading: Reading) -> tuple[Span, ...]:
    """Return a hedge of the main clause, or of the clause that ", while" sets beside it."""
    if reading.doubly:
        return joined(reading.doubly)
    found = main.find(_HEDGED, _is_hedge)
    if found and not (reading.denied and main.is_one(found, "could")):
        return found
    pairs = enumerate(pairwise(token.word for token in sentence))
    beside = next((at + 2 for at, pair in pairs if pair in {(",", "while"), (",", "though")}), len(sentence))
    return () if found else Line(sentence[beside:]).find(_HEDGED, _is_hedge)


def _before_saying(sentence: Sequence[Token]) -> Sequence[Token]:
    """Return a statement up to where it tells what somebody said: a condition there is not its own."""
    verbs = (at for at in range(1, len(sentence)) if says(sentence[at].word) and not sentence[at].capital)
    passive = {"is", "are", "was", "were", "been", "be"}
    at = next((at for at in verbs if sentence[at - 1].word not in passive), len(sentence))
    return sentence[:at]


def _is_condition(line: Line, match: re.Match[str]) -> bool:
    """Leave out "if" that means whether, "as if", "if anything"."""
    if match.group() != "if":
        return True
    at = line.index(match.start())
    before = [token.word for token in line.tokens[max(0, at - ASKED_BEFORE_WORDS) : at]]
    after = line.tokens[at + 1].word if at + 1 < len(line.tokens) else ""
    whether = bool(before) and (before[-1] in _NOT_IF or any(word in _ASKING for word in before))
    return not whether and after not in _NOT_AFTER_IF


def _follows_would(line: Line, match: re.Match[str]) -> bool:
    return any(word in line.plain[: match.start()].split() for word in ("would", "could", "might", "wouldn't"))


def _should(sentence: Sequence[Token]) -> tuple[Span, ...]:
    """Return the "Should" of "Should the board vote, …"."""
    asks = not sentence or sentence[-1].word == "?"
    return joined(sentence[:1]) if not asks and sentence[0].word == "should" else ()


def _at_end(sentence: Sequence[Token]) -> tuple[Span, ...]:
    """Return the ", it is reported" that closes a statement."""
    comma = max((at for at, token in enumerate(sentence) if token.word == ","), default=None)
    return () if comma is None else Line(sentence[comma + 1 :]).find(_REPORTED, lambda _, match: match.start() == 0)


def _is_hedge(line: Line, match: re.Match[str]) -> bool:
    at = line.index(match.start())
    word, after = line.tokens[at].word, line.tokens[at + 1].word if at + 1 < len(line.tokens) else "."
    before = line.tokens[at - 1].word if at else ""
    if word == "may":
        return after not in _PERMITTED and not _is_month(line, at)
    if word == "could" and match.group() == "could":
        return after not in {"not", "never", "have", "only", "no"} and before not in {"as", "than"}
    if word == "possible":
        return before not in {"as", "if", "where"} and after not in {"to", "for"}
    if word == "necessarily":
        return before == "not"
    return word not in {"suggested", "expected"} or at > 0


def _is_month(line: Line, at: int) -> bool:
    """Tell "May" as a month or a name, where it has a capital and its neighbours, as in a title, have not."""
    capitals = sum(token.capital for token in line.tokens)
    return line.tokens[at].capital and (at == 0 or capitals * 2 <= len(line.tokens))


def _is_proposal(line: Line, match: re.Match[str]) -> bool:
    at = line.index(match.start())
    after = line.tokens[at + 1].word if at + 1 < len(line.tokens) else "."
    done = line.tokens[at + 2].word if at + 2 < len(line.tokens) else ""
    return not (line.tokens[at].word == "must" and after == "have" and done.endswith(("ed", "en", "one", "ade")))


def _imperative(clause: Sequence[Token]) -> tuple[Span, ...]:
    """Return the "let" or "do not" with which a request begins."""
    start = next(
        (at for at, token in enumerate(clause) if token.word not in {"then", ",", "so", "and", "please"}), None
    )
    if start is None or start + 1 >= len(clause):
        return ()
    word, after = clause[start].word, clause[start + 1].word
    if word == "let" or (word in {"don't", "do"} and (word == "don't" or after == "not")):
        return joined(clause[start : start + 1 + (word == "do")])
    return ()
