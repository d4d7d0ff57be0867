"""What a speaker does in saying something: by the cue where it names an act, else by what is said."""

from collections.abc import Sequence

from schemas.extraction import Force, Polarity, SpeechAct
from services.extract.reading.language.lexicon import words
from services.extract.reading.language.tokens import Token
from services.extract.reading.stance.attitudes import Attitude
from services.extract.reading.stance.polarity import Reading

ANSWER_MAX_WORDS = 3
"""Words of an answer that says no more than no: "he hasn't"."""

REJECTION_WORDS = 8
"""Words among which a content that is called something names what it is called."""

_REJECTED = words(
    "lie lies false untrue nonsense rubbish fabrication invention fable fiction fairy misunderstanding baseless"
    " unfounded foundation hoax slander absurd smear libel"
)
_WRONGS = words(
    "lied lying lies lie stole stolen stealing steal thief thieves robbed cheated cheating betrayed hid hidden ignored"
    " fraud corrupt corruption guilty negligence negligent bribed bribery murdered murderer blame responsibility"
    " culprit criminal crooks liar liars sabotage pinched sacked threatened"
)
_THREATS = words("resign sue quit strike block walk leave chain boycott bring summon fetch punish sack fire retaliate")


def act_of(
    attitude: Attitude | None,
    sentence: Sequence[Token],
    reading: Reading,
    force: Force,
    polarity: Polarity,
    *,
    attributed: bool,
) -> SpeechAct:
    """Return the speech act of a statement under a cue, by the cue if it names one, else by its words."""
    if attitude is not None and attitude.act is not SpeechAct.SAY:
        return attitude.act
    said = [token.word for token in sentence if token.word[0].isalnum()]
    if (polarity is Polarity.DENIED and attributed and _rejects(said, reading)) or _is_rejected(said):
        return SpeechAct.DENY
    if force is Force.INTENDED or (force is Force.CONDITIONAL and _own_would(reading)):
        return SpeechAct.WARN if any(word in _THREATS for word in said) else SpeechAct.PROMISE
    if force is Force.PROPOSED:
        return SpeechAct.PROPOSE if any(word in {"let", "let's"} for word in said[:2]) else SpeechAct.DEMAND
    wrong = polarity is Polarity.AFFIRMED and any(word in _WRONGS for word in said) and said[0] not in {"i", "we"}
    return SpeechAct.ACCUSE if wrong else SpeechAct.SAY


def _own_would(reading: Reading) -> bool:
    return any(token.word in {"will", "would", "won't", "wouldn't"} for token in reading.clause) and (
        reading.clause[0].word in {"i", "we", "he", "she", "they", "it", "would", "will"}
    )


def _rejects(said: Sequence[str], reading: Reading) -> bool:
    """Tell a denial of what others say from a statement that merely has a negation."""
    clause = [token.word for token in reading.clause]
    shown = " ".join(clause)
    such = "no such" in shown or "nothing of the kind" in shown
    disowned = shown.startswith(("this is not ", "it is not ", "there was no ", "there is no "))
    short = reading.denied and len(said) <= ANSWER_MAX_WORDS and said[:1] != ["no"]
    return short or such or disowned or "never" in clause or said == ["no"]


def _is_rejected(said: Sequence[str]) -> bool:
    """Tell "is a lie", "are without foundation"."""
    return any(word in _REJECTED for word in said[-REJECTION_WORDS:]) and any(
        word in {"is", "are", "was", "were", "be"} for word in said
    )
