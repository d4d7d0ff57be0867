"""What a word of attributing tells of the speaker's stance: the act it names, whether it denies, and its force.

Verbs are those of ``cues`` and some more; nouns, adjectives and phrases are from general knowledge of English, after
the classes of Levin, *English Verb Classes and Alternations* (1993), sections 29, 31 and 37.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.extraction import Force, SpeechAct
from services.extract.reading.language.cues import CUES, inflect
from services.extract.reading.language.lexicon import words


@dataclass(frozen=True, slots=True)
class Attitude:
    """A word or phrase of attributing: its act, whether what follows is denied, and with what force."""

    lemma: str
    act: SpeechAct
    denies: bool = False
    force: Force = Force.BARE


_VERBS: dict[SpeechAct, str] = {
    SpeechAct.SAY: "accept submit interpret count put give read hear know understand establish lower raise remember"
    " decide mean refuse decline speak talk shrug grin smile storm snap thunder rail groan moan beam crow sneer scoff"
    " divulge disagree dissent",
    SpeechAct.DENY: "exclude dispute contest contradict disclaim renounce rescind recant disbelieve correct overrule"
    " discount debunk",
    SpeechAct.PROMISE: "consent volunteer plan intend",
    SpeechAct.DEMAND: "want require instruct command forbid lobby clamour clamor summon",
    SpeechAct.PROPOSE: "invite moot counsel encourage",
    SpeechAct.ACCUSE: "rebuke reproach fault indict implicate berate castigate chide scold attack",
    SpeechAct.WARN: "alert caution",
    SpeechAct.ASK: "beg plead appeal beseech implore entreat petition seek question",
    SpeechAct.DEEM: "deem judge rate rank see hold compare liken prefer regret deplore applaud object approve"
    " disapprove distrust trust",
}
"""Verbs that ``cues`` lacks, or whose act differs where they are not followed by a clause."""

_OTHERS: dict[SpeechAct, str] = {
    SpeechAct.SAY: "statement assertion contention argument admission confession acknowledgement confirmation"
    " announcement declaration disclosure revelation explanation insistence account version testimony description"
    " reminder response conclusion word adamant aware unaware belief opinion conviction assessment impression"
    " expectation prediction projection suspicion speculation concern confidence convinced certain sure confident"
    " afraid worried hopeful persuaded optimistic pessimistic satisfied doubtful sceptical skeptical unconvinced unsure"
    " uncertain openness",
    SpeechAct.DENY: "denial rejection dismissal refutation rebuttal repudiation retraction withdrawal contradiction",
    SpeechAct.PROMISE: "oath commitment assurance agreement willingness readiness intention willing ready prepared"
    " determined",
    SpeechAct.DEMAND: "instruction ultimatum motion",
    SpeechAct.PROPOSE: "proposal suggestion recommendation advice invitation",
    SpeechAct.ACCUSE: "accusation allegation complaint criticism condemnation",
    SpeechAct.WARN: "threat",
    SpeechAct.ASK: "plea wish",
    SpeechAct.DEEM: "judgement judgment verdict",
}
"""Nouns and adjectives; those with the form of a verb count as the verb."""

_DENYING = words(
    "deny reject dismiss refute rebut disavow repudiate withdraw retract disown doubt dispute contest contradict"
    " disclaim renounce rescind recant disbelieve exclude correct overrule discount debunk disagree denial rejection"
    " dismissal refutation rebuttal repudiation retraction withdrawal contradiction doubtful sceptical skeptical"
    " unconvinced"
)
_THINKING = words(
    "believe think consider feel expect hope fear estimate predict forecast project speculate assume suspect reckon"
    " doubt worry regard view wonder envision"
)
"""What they take is said, not judged, unless its words judge."""

_FORCES: dict[Force, frozenset[str]] = {
    Force.HEDGED: words(
        "hint speculate predict suspect wonder fear guess assume expect hope doubt forecast project estimate suspicion"
        " speculation expectation prediction projection doubtful sceptical skeptical unsure uncertain unconvinced"
        " hopeful afraid"
    ),
    Force.PROPOSED: words(
        "demand urge order want require instruct command forbid lobby clamour clamor summon propose recommend advise"
        " advocate invite moot counsel encourage ask request beg plead appeal beseech implore entreat petition seek"
        " instruction ultimatum motion proposal suggestion recommendation advice invitation plea wish favour favor"
    ),
    Force.INTENDED: words(
        "promise pledge vow guarantee commit offer undertake threaten plan intend volunteer oath commitment threat"
        " intention willingness openness readiness consent willing ready prepared determined"
    ),
}

_PHRASES: tuple[tuple[str, str, SpeechAct, bool, Force], ...] = (
    ("rule", "out", SpeechAct.DENY, True, Force.BARE),
    ("take", "back", SpeechAct.DENY, True, Force.BARE),
    ("row", "back", SpeechAct.DENY, True, Force.BARE),
    ("call", "for", SpeechAct.DEMAND, False, Force.PROPOSED),
    ("call", "on", SpeechAct.DEMAND, False, Force.PROPOSED),
    ("call", "upon", SpeechAct.DEMAND, False, Force.PROPOSED),
    ("ask", "for", SpeechAct.ASK, False, Force.PROPOSED),
    ("press", "for", SpeechAct.DEMAND, False, Force.PROPOSED),
    ("push", "for", SpeechAct.DEMAND, False, Force.PROPOSED),
    ("argue", "for", SpeechAct.PROPOSE, False, Force.PROPOSED),
    ("put", "forward", SpeechAct.PROPOSE, False, Force.PROPOSED),
    ("insist", "on", SpeechAct.DEMAND, False, Force.BARE),
    ("warn", "of", SpeechAct.WARN, False, Force.BARE),
    ("lay", "blame", SpeechAct.ACCUSE, False, Force.BARE),
    ("cast", "doubt", SpeechAct.DENY, True, Force.HEDGED),
    ("throw", "doubt", SpeechAct.DENY, True, Force.HEDGED),
    ("call", "question", SpeechAct.DENY, True, Force.HEDGED),
)
"""A verb, a word that follows it, and what both are together."""

_IRREGULAR: dict[str, str] = {
    "put": "puts putting",
    "give": "gives gave given giving",
    "read": "reads reading",
    "hear": "hears heard hearing",
    "know": "knows knew known knowing",
    "understand": "understands understood understanding",
    "speak": "speaks spoke spoken speaking",
    "mean": "means meant meaning",
    "forbid": "forbids forbade forbidden forbidding",
    "plan": "plans planned planning",
    "seek": "seeks sought seeking",
    "see": "sees saw seen seeing",
    "hold": "holds held holding",
    "beg": "begs begged begging",
    "submit": "submits submitted submitting",
    "rule": "rules ruled ruling",
    "take": "takes took taken taking",
    "cast": "casts casting",
    "throw": "throws threw thrown throwing",
    "lay": "lays laid laying",
}


def forms_of(lemma: str) -> Iterator[str]:
    """Yield the forms of a verb, itself among them."""
    yield lemma
    yield from _IRREGULAR[lemma].split() if lemma in _IRREGULAR else inflect(lemma)


def _attitude(lemma: str, act: SpeechAct) -> Attitude:
    force = next((force for force, lemmas in _FORCES.items() if lemma in lemmas), Force.BARE)
    return Attitude(lemma, act, lemma in _DENYING, force)


def _table() -> dict[str, Attitude]:
    table = {
        form: _attitude(cue.lemma, SpeechAct.SAY if cue.lemma in _THINKING else cue.act) for form, cue in CUES.items()
    }
    for act, verbs in _VERBS.items():
        table |= {form: _attitude(lemma, act) for lemma in verbs.split() for form in forms_of(lemma)}
    for act, others in _OTHERS.items():
        for lemma in others.split():
            plural = lemma[:-1] + "ies" if lemma.endswith("y") else lemma + "s"
            table = {form: _attitude(lemma, act) for form in (lemma, plural)} | table
    return table


ATTITUDES: dict[str, Attitude] = _table()
"""Every form of every word of attributing."""

PHRASES: dict[str, dict[str, Attitude]] = {}
"""First word of a phrase, in every form: the later word, and what both are."""

for _lemma, _word, _act, _denies, _force in _PHRASES:
    for _form in forms_of(_lemma):
        PHRASES.setdefault(_form, {})[_word] = Attitude(f"{_lemma} {_word}", _act, _denies, _force)


_SAYING = words("say tell warn ask insist claim reply answer write report explain swear")
_NOUNS = words("report reports claim claims answer answers reply replies")


def says(word: str) -> bool:
    """Tell whether a verb reports speech, so that the clause after it is said and not stated."""
    attitude = ATTITUDES.get(word)
    return attitude is not None and attitude.lemma in _SAYING and word not in _NOUNS
