"""With what force a statement is put, and the words that say so; the first that fits of five, else it is bare."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from schemas.extraction import Force, Span
from services.extract.reading.attitudes import says
from services.extract.reading.lexicon import PREPOSITIONS, words
from services.extract.reading.polarity import Reading
from services.extract.reading.tokens import Token

ASKED_BEFORE_WORDS = 4
"""Words before "if" among which a verb of asking makes it mean "whether"."""

_START = r"(?:^|(?<= ))"
_CONDITIONAL = re.compile(
    _START
    + r"(?:only if|if|unless|only once|once (?=(?:the|an?|it|he|she|they|we|i|you|this|certain|all|those|these|his"
    r"|her|their|its|our|there) )|provid(?:ed|ing) that|(?:as|so) long as(?! it takes)|in case|on conditions?"
    r"|(?<=, )provided)(?= |$)"
)
_DEPENDENT = re.compile(_START + r"(?:(?:depend(?:s|ed|ing)?|conditional|contingent) (?:up)?on|subject to)(?= |$)")
_INVERTED = re.compile(_START + r"had (?:he|she|it|they|we|i|you) (?:not )?(?:been )?[a-z]+")
_REPORTED = re.compile(
    _START
    + r"(?:reportedly|allegedly|supposedly|purportedly|unofficially"
    + r"|(?:it|he|she|they) (?:is|was|has been) (?:widely |generally |commonly |also )?"
    r"(?:said|reported|rumou?red|alleged|understood|thought|believed)(?: (?:here|locally))?(?= (?:to|that|,)|$)"
    r"|(?:is|are|was|were|has been|have been) (?:widely |also |even )?(?:said|reported|rumou?red|alleged|believed|understood|thought)"
    r"(?= to| ,)(?: to)?|there (?:is|was|has been) (?:much |some )?(?:talk|word)|i (?:am|was) told|i'm told|i (?:hear|have read) that"
    r"|rumou?r has it|rumours? (?:say|has|have)|so (?:they say|people say)|according to reports|officially)(?= |$)"
)
_HEDGED = re.compile(
    _START
    + r"(?:may(?: yet| well| or may)?|might|could|perhaps|maybe|probably|possibly|potentially|presumably|conceivably|arguably"
    r"|likely|likeliest|unlikely|apparently|seems?|seemed|seemingly|appear(?:s|ed)?(?= (?:to|that|likely|un)|$)"
    r"|looks? (?:like|as)|looked (?:like|as)|possibility|possible|i (?:guess|suppose)|not sure|not certain|in all likelihood"
    r"|(?:hope|hopes|hoped)(?: and expects?)?|expect(?:s|ed)?|understood it|understands it|suggests?|suggested"
    r"|(?:could not|couldn't|cannot|can't) (?:say|promise|guarantee|tell|be sure|be certain)"
    r"|as far as (?:i|we|is) know|that i know of|necessarily)(?= |$)"
)
_PROPOSED = re.compile(
    _START
    + r"(?:should|shouldn't|must|mustn't|ought(?: to|n't)?|let us|let's|needs? to be|ha(?:s|ve|d) to(?! do with)|had better"
    r"|well advised|whereby|(?<!^)(?:calls? for|called for|proposes?|urges?)|(?:i|we) (?:recommend|demand|urge|propose|ask|call on)"
    r"|that i recommend)(?= |$)"
)
_INTENDED = re.compile(
    _START
    + r"(?:willing(?:ness)?|(?<!the )(?<!a )(?<!no )plans? to|openness to|open to (?=a |the idea|talks|\w+ing)|ready to|prepared to|readiness to|intends? to"
    r"|determined to|vows? to|pledges? to|promises? to|offers?(?= to)|agrees? to|threatens? to)(?= |$)"
)
_OWN = re.compile(
    r"^(?P<who>i|we|he|she|they|it)(?P<will>'ll|(?: \w+ly| also| then| still| never)? (?:will|shall|won't|would|wouldn't)| "
    r"(?:am|are) going to)(?: not| never| also| still| now)*(?P<do> [a-z]+|$)"
)
_NO_ACTS = words(
    "be rather like love welcome prefer hate say think expect imagine suggest need want know see feel hope fall rise"
    " become remain stay mean seem look get happen come kill"
)
"""Verbs after "would" that are no act of one's own, or tell no will to act."""

_NO_ACTS_OF_THINGS = words("take last cost rain have make help mark lead end")
_ASKING = words(
    "ask asks asked asking wonder wonders wondered know see sure doubt doubts doubted question questioned say tell"
)
_NOT_IF = words("as even what")
_NOT_AFTER_IF = words("only any anything ever necessary possible")
_PERMITTED = words("submit be apply inspect attend register obtain request visit view vote bring book appeal")
_SEVERAL = words("two three four five six seven eight nine ten some many most several both all others few people half")
_ONE = words("a an one another")
_PERSONAL = words("i he she they we")


class _Line:
    """Words joined by spaces, so that a pattern may run over them, and the way back to their places."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.plain = " ".join(token.word for token in tokens)
        self._starts = list(accumulate((len(token.word) + 1 for token in tokens), initial=0))

    def index(self, at: int) -> int:
        """Return the index of the word that holds a character."""
        return bisect_right(self._starts, at) - 1

    def words(self, match: re.Match[str]) -> tuple[Span, ...]:
        """Return the places of a match's words, joined where nothing but a space parts them."""
        return joined(self.tokens[self.index(match.start()) : self.index(max(match.start(), match.end() - 1)) + 1])

    def only(self, found: Sequence[Span], word: str) -> bool:
        """Tell whether words found are this one."""
        return any((token.start, token.end) == found[0] and token.word == word for token in self.tokens)

    def find(
        self, pattern: re.Pattern[str], fits: Callable[["_Line", re.Match[str]], bool] | None = None
    ) -> tuple[Span, ...]:
        """Return the words of the first match that fits, or none."""
        found = (match for match in pattern.finditer(self.plain) if fits is None or fits(self, match))
        return next((self.words(match) for match in found), ())


def joined(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Return the span of neighbouring words, in pieces where more than a space is between them."""
    spans: list[Span] = []
    for token in tokens:
        if spans and token.start - spans[-1][1] <= 1:
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return tuple(spans)


def force_of(sentence: Sequence[Token], reading: Reading, *, own: bool) -> tuple[Force, tuple[Span, ...]]:
    """Return the force of a statement by its own words. ``own``: its "he will" may be the speaker's will."""
    main = _Line((*reading.frame, *reading.clause))
    conditions = _Line(_before_saying(sentence))
    if found := conditions.find(_CONDITIONAL, _is_condition) or main.find(_DEPENDENT) or _should(sentence):
        return Force.CONDITIONAL, found
    inverted = _Line(sentence).find(_INVERTED, _follows_would)
    if inverted:
        return Force.CONDITIONAL, inverted
    if found := main.find(_REPORTED) or _at_end(sentence):
        return Force.REPORTED, found
    if reading.doubly:
        return Force.HEDGED, joined(reading.doubly)
    if (found := main.find(_HEDGED, _is_hedge)) and not (reading.denied and main.only(found, "could")):
        return Force.HEDGED, found
    if found := main.find(_PROPOSED, _is_proposal) or _imperative(reading.clause):
        return Force.PROPOSED, found
    found = main.find(_INTENDED) or (_own_will(_Line(reading.clause)) if own else ())
    return (Force.INTENDED, found) if found else (Force.BARE, ())


def _before_saying(sentence: Sequence[Token]) -> Sequence[Token]:
    """Return a statement up to where it tells what somebody said: a condition there is not its own."""
    verbs = (at for at in range(1, len(sentence)) if says(sentence[at].word) and not sentence[at].capital)
    passive = {"is", "are", "was", "were", "been", "be"}
    at = next((at for at in verbs if sentence[at - 1].word not in passive), len(sentence))
    return sentence[:at]


def _is_condition(line: _Line, match: re.Match[str]) -> bool:
    """Leave out "if" that means whether, "as if", "if anything"."""
    if match.group() != "if":
        return True
    at = line.index(match.start())
    before = [token.word for token in line.tokens[max(0, at - ASKED_BEFORE_WORDS) : at]]
    after = line.tokens[at + 1].word if at + 1 < len(line.tokens) else ""
    whether = bool(before) and (before[-1] in _NOT_IF or any(word in _ASKING for word in before))
    return not whether and after not in _NOT_AFTER_IF


def _follows_would(line: _Line, match: re.Match[str]) -> bool:
    return any(word in line.plain[: match.start()].split() for word in ("would", "could", "might", "wouldn't"))


def _should(sentence: Sequence[Token]) -> tuple[Span, ...]:
    """Return the "Should" of "Should the board vote, …"."""
    asks = not sentence or sentence[-1].word == "?"
    return joined(sentence[:1]) if not asks and sentence[0].word == "should" else ()


def _at_end(sentence: Sequence[Token]) -> tuple[Span, ...]:
    """Return the ", it is reported" that closes a statement."""
    comma = max((at for at, token in enumerate(sentence) if token.word == ","), default=None)
    return () if comma is None else _Line(sentence[comma + 1 :]).find(_REPORTED, lambda _, match: match.start() == 0)


def _is_hedge(line: _Line, match: re.Match[str]) -> bool:
    at = line.index(match.start())
    word, after = line.tokens[at].word, line.tokens[at + 1].word if at + 1 < len(line.tokens) else "."
    before = line.tokens[at - 1].word if at else ""
    if word == "may":
        month = line.tokens[at].capital and (at > 0 or after[0].isdigit()) and not line.plain.isupper()
        return not month and not (after in _PERMITTED - {"be"})
    if word == "could" and match.group() == "could":
        return after not in {"not", "never", "have", "only", "no"} and before not in {"as", "than"}
    if word == "possible":
        return before not in {"as", "if", "where"} and after not in {"to", "for"}
    if word == "necessarily":
        return before == "not"
    return word not in {"suggested", "expected"} or at > 0


def _is_proposal(line: _Line, match: re.Match[str]) -> bool:
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


def _own_will(line: _Line) -> tuple[Span, ...]:
    match = _OWN.match(line.plain.lstrip(", "))
    if match is None or line.plain[:1] == ",":
        return ()
    act = match["do"].strip()
    thing = match["who"] == "it" and (not act or act in _NO_ACTS_OF_THINGS)
    if act in _NO_ACTS or thing or (act == "have" and "would" in match["will"]):
        return ()
    at = line.index(match.start("will") + (match["will"][0] == " "))
    last = line.index(match.end("will") - 1)
    return joined(line.tokens[at : last + 1][-1:] if match["will"][0] == " " else line.tokens[:1])


def is_own(subject: str, speaker: str | None, *, alone: bool = False) -> bool:
    """Tell whether a pronoun at the head of a statement may be its speaker, as far as the speaker's words tell.

    ``alone``: nobody else can be meant, as in a headline's saying.
    """
    if subject in {"i", "we"}:
        return True
    if alone and subject in _PERSONAL:
        return True
    if speaker is None or subject not in {"he", "she", "they", "it"}:
        return False
    words_of = speaker.lower().split()
    if words_of[0] in _PERSONAL | {"it"}:
        return words_of[0] == subject
    stop = next(
        (at for at, word in enumerate(words_of) if at and (word in PREPOSITIONS or word == "who")), len(words_of)
    )
    plural = words_of[stop - 1].endswith("s") and speaker.split()[stop - 1].islower() and words_of[0] not in _ONE
    return (subject == "they") == (words_of[0] in _SEVERAL or "and" in words_of or words_of[0].isdigit() or plural)
