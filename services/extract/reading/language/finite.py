"""Finite verbs: whether a word can be the verb of a clause."""

from services.extract.reading.language.cues import CUES, Tense
from services.extract.reading.language.lexicon import AUXILIARIES, words
from services.extract.reading.language.tokens import Token

PAST_MIN_LETTERS = 5
"""Letters of a regular past form: "red" and "need" are none."""

_IRREGULAR = words(
    "became began broke brought built bought came chose cost cut did drew drove fell felt fled flew fought found froze"
    " gave got grew held hit hung kept knew laid lay led left lent let lost made meant met paid put ran rang read rose"
    " sang sank sat saw sent set shook shot shut sold sought spent split spoke spread stood stole struck swept swore"
    " taught thought threw told took tore understood went won wore wrote"
)
_PRESENT = words(
    "allows appears becomes begins belongs brings buys carries closes comes connects consists constitutes contains"
    " continues covers depends enjoys enters exists falls follows gets gives goes hangs hinges holds includes involves"
    " keeps leaves lies looks loses makes marks means moves opens owns pays plays provides reads reaches receives"
    " refers reflects remains represents requires rises runs seeks sees seems sells serves shows signals sits speaks"
    " stands stays suggests takes threatens turns underlines underscores uses wants wins"
)
"""Common present forms that are seldom a noun's plural."""


def is_verb(token: Token) -> bool:
    """Tell whether a word is an auxiliary or, as far as its form tells, a finite verb."""
    if token.word in AUXILIARIES or token.word in _IRREGULAR | _PRESENT:
        return True
    regular = len(token.word) >= PAST_MIN_LETTERS and token.word.endswith("ed") and not token.capital
    cue = CUES.get(token.word)
    return regular or (cue is not None and cue.tense in {Tense.PAST, Tense.PRESENT} and not cue.noun)
