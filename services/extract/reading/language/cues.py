"""The verbs that attribute: their forms, what follows them, what the speaker does with them, and whether they deny.

Compiled from general knowledge of English reporting verbs; see Levin, *English Verb Classes and Alternations* (1993),
section 37, for the classes.
"""

from dataclasses import dataclass
from enum import StrEnum

from schemas.extraction import Polarity, SpeechAct
from services.extract.reading.language.lexicon import words


class Frame(StrEnum):
    """What a cue can take: the letter stands for it in the tables below."""

    QUOTE = "q"
    CLAUSE = "c"
    THAT = "t"
    NOUN = "n"
    INFINITIVE = "i"
    ADDRESSEE = "o"
    EVIDENCE = "e"  # also said of things, so that its subject must be one who can speak, or a document


class Tense(StrEnum):
    """What a form of a verb can be: "said" is both past and participle, so it is ``past``."""

    BASE = "base"
    PRESENT = "present"
    PAST = "past"
    PARTICIPLE = "participle"
    ING = "ing"


@dataclass(frozen=True, slots=True)
class Cue:
    """One form of a cue verb. ``noun``: the same word is also a noun."""

    lemma: str
    tense: Tense
    frames: frozenset[Frame]
    act: SpeechAct
    polarity: Polarity
    noun: bool = False


_VERBS: dict[SpeechAct, str] = {
    SpeechAct.SAY: "say:qc state:qct add:qt tell:qco note:qc explain:qt announce:qtn declare:qt report:qct reveal:te"
    " insist:qc stress:qtn emphasize:qtn emphasise:qtn underline:tn underscore:tne reiterate:qtn repeat:qt maintain:qt"
    " assert:qtn argue:qct claim:qcti contend:qct affirm:qtn confirm:qct acknowledge:qctn admit:qct concede:qct"
    " observe:qt remark:qt comment:q respond:qt reply:qt answer:q continue:q conclude:qt write:qt tweet:qt post:q"
    " text:q email:q recall:qt recount:q mention:t disclose:t indicate:tne hint:t imply:te signal:ten clarify:qt"
    " elaborate:q joke:qt quip:q laugh:q sigh:q shout:q yell:q scream:q cry:q whisper:q mutter:q murmur:q chant:q"
    " boast:qt lament:qtn complain:qt testify:qt quote:q cite:n echo:qn express:n highlight:tne"
    " suggest:qcte show:cte find:te learn:t remind:qo assure:qto inform:qto brief:o notify:qto caution:qt stipulate:t"
    " specify:t summarize:q summarise:q interject:q counter:qt retort:q protest:qt agree:qt gush:q fume:q"
    " narrate:q proclaim:qtn profess:t vent:q tout:n opine:qt begin:q intone:q exclaim:q",
    SpeechAct.DENY: "deny:qctn reject:n dismiss:n refute:tn rebut:n disavow:n repudiate:n withdraw:n retract:n"
    " disown:n decry:nq",
    SpeechAct.PROMISE: "promise:qctio pledge:qtin vow:qtin swear:qci guarantee:tn commit:i offer:qin undertake:i",
    SpeechAct.DEMAND: "demand:qtn urge:qtno order:to",
    SpeechAct.PROPOSE: "propose:qtn recommend:qtn advise:qto advocate:n",
    SpeechAct.ACCUSE: "accuse:n allege:qct blame:n condemn:qn denounce:qn criticize:qn criticise:qn slam:n blast:n"
    " charge:t lambast:n deride:n mock:n",
    SpeechAct.WARN: "warn:qcton threaten:ti",
    SpeechAct.ASK: "ask:q request:tn inquire:q wonder:q query:q",
    SpeechAct.DEEM: "believe:qct think:qct consider:te feel:ct expect:tn hope:cti fear:ct estimate:qct predict:qtn"
    " forecast:tn project:t speculate:qct assume:t suspect:ct reckon:ct doubt:tn call:nqe describe:nq characterise:n"
    " characterize:n praise:nq welcome:n oppose:n endorse:n support:n defend:n view:ne favour:n favor:n worry:qt"
    " envision:n regard:ne label:n brand:n hail:nq laud:n cheer:q dub:n",
}

_MANNERS = words(
    "babble bark bawl bellow bleat boom bray burble cackle carol chatter chirp cluck coo croak croon crow drawl drone"
    " gabble gibber groan growl grumble grunt hiss holler hoot howl jabber lilt lisp moan mumble purr rage rasp roar"
    " rumble screech shriek sing snap snarl snuffle splutter squall squawk squeak squeal stammer stutter thunder tisk"
    " trill trumpet twitter wail warble wheeze whimper whine whistle whoop yammer yap yelp yodel"
    " beam chortle chuckle cough frown gape gasp gawk giggle glare glower goggle grimace grin guffaw jeer leer pout"
    " scowl simper smile smirk sneeze snicker snigger snivel snore snort sob titter weep yawn"
    " blink nod shrug wink"
    " articulate blab blurt confess confide relate brag bitch carp crab gripe grouch grouse kvetch admonish"
)
"""Verbs that attribute a quotation beside them; most of their forms are nouns as well.

Levin's manners of speaking (37.3), nonverbal expression (40.2), signs made with the body that can be meant (40.3.1),
and what 37.7 to 37.9 have besides."""

_DENYING = words("deny reject dismiss refute rebut disavow repudiate withdraw retract disown doubt")

_NOUNS = words(
    "claim report note promise offer demand guarantee state comment remark estimate forecast project hope fear"
    " worry view support favor favour charge blame request query order urge call answer reply post text email"
    " quote echo highlight signal show vow pledge warn praise brief doubt joke laugh sigh shout yell scream cry"
    " whisper protest label brand voice cheer slam blast counter address display plan finding feeling beginning"
    " swear"
)
"""Their present forms are nouns as well: "the reports", "security guarantees"."""

_IRREGULAR: dict[str, tuple[str, str, str]] = {
    "say": ("said", "said", "saying"),
    "tell": ("told", "told", "telling"),
    "write": ("wrote", "written", "writing"),
    "read": ("read", "read", "reading"),
    "begin": ("began", "begun", "beginning"),
    "find": ("found", "found", "finding"),
    "show": ("showed", "shown", "showing"),
    "think": ("thought", "thought", "thinking"),
    "feel": ("felt", "felt", "feeling"),
    "swear": ("swore", "sworn", "swearing"),
    "withdraw": ("withdrew", "withdrawn", "withdrawing"),
    "undertake": ("undertook", "undertaken", "undertaking"),
    "forecast": ("forecast", "forecast", "forecasting"),
    "sing": ("sang", "sung", "singing"),
    "weep": ("wept", "wept", "weeping"),
}
_DOUBLED = words("admit slam quip commit dub snap yap grin sob nod shrug blab brag crab")

_PHRASES: tuple[tuple[str, tuple[str, ...], str, SpeechAct, Polarity], ...] = (
    ("rule", ("out",), "n", SpeechAct.DENY, Polarity.DENIED),
    ("call", ("for",), "n", SpeechAct.DEMAND, Polarity.AFFIRMED),
    ("call", ("on",), "n", SpeechAct.DEMAND, Polarity.AFFIRMED),
    ("call", ("upon",), "n", SpeechAct.DEMAND, Polarity.AFFIRMED),
    ("point", ("out",), "qt", SpeechAct.SAY, Polarity.AFFIRMED),
    ("point", ("to",), "ne", SpeechAct.SAY, Polarity.AFFIRMED),
    ("refer", ("to",), "ne", SpeechAct.SAY, Polarity.AFFIRMED),
    ("make", ("clear",), "t", SpeechAct.SAY, Polarity.AFFIRMED),
    ("make", ("it", "clear"), "t", SpeechAct.SAY, Polarity.AFFIRMED),
    ("go", ("on",), "q", SpeechAct.SAY, Polarity.AFFIRMED),
    ("ask", ("for",), "n", SpeechAct.DEMAND, Polarity.AFFIRMED),
    ("insist", ("on",), "n", SpeechAct.DEMAND, Polarity.AFFIRMED),
    ("complain", ("about",), "n", SpeechAct.SAY, Polarity.AFFIRMED),
    ("complain", ("of",), "n", SpeechAct.SAY, Polarity.AFFIRMED),
    ("warn", ("of",), "n", SpeechAct.WARN, Polarity.AFFIRMED),
    ("warn", ("against",), "n", SpeechAct.WARN, Polarity.AFFIRMED),
    ("caution", ("against",), "n", SpeechAct.WARN, Polarity.AFFIRMED),
    ("push", ("back",), "q", SpeechAct.DENY, Polarity.AFFIRMED),
    ("chime", ("in",), "q", SpeechAct.SAY, Polarity.AFFIRMED),
    ("fire", ("back",), "q", SpeechAct.SAY, Polarity.AFFIRMED),
)


def inflect(lemma: str) -> dict[str, Tense]:
    """Return the forms of a verb, each with its tense."""
    s = "es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s"
    stem = lemma + lemma[-1] if lemma in _DOUBLED else lemma
    third, past, ing = lemma + s, stem + "ed", stem + "ing"
    if lemma.endswith("e"):
        past, ing = lemma + "d", lemma[:-1] + "ing"
    elif lemma.endswith("y") and lemma[-2] not in "aeo":
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    past, participle, ing = _IRREGULAR.get(lemma, (past, past, ing))
    forms = {lemma: Tense.BASE, third: Tense.PRESENT, participle: Tense.PARTICIPLE, ing: Tense.ING}
    return forms | {past: Tense.PAST}


def _cue(lemma: str, tense: Tense, frames: str, act: SpeechAct) -> Cue:
    polarity = Polarity.DENIED if lemma in _DENYING else Polarity.AFFIRMED
    return Cue(lemma, tense, frozenset(map(Frame, frames)), act, polarity, lemma in _NOUNS | _MANNERS)


def _table() -> dict[str, Cue]:
    entries = ((act, *entry.partition(":")[::2]) for act, verbs in _VERBS.items() for entry in verbs.split())
    manners = ((SpeechAct.SAY, lemma, Frame.QUOTE) for lemma in sorted(_MANNERS))
    return {
        form: _cue(lemma, tense, frames, act)
        for act, lemma, frames in (*manners, *entries)
        for form, tense in inflect(lemma).items()
    }


def _phrase_table() -> dict[str, tuple[tuple[tuple[str, ...], Cue], ...]]:
    irregular = {"make": {"make": Tense.BASE, "makes": Tense.PRESENT, "made": Tense.PAST, "making": Tense.ING}}
    irregular["go"] = {"go": Tense.BASE, "goes": Tense.PRESENT, "went": Tense.PAST}
    table: dict[str, list[tuple[tuple[str, ...], Cue]]] = {}
    for lemma, then, frames, act, polarity in _PHRASES:
        for form, tense in irregular.get(lemma, inflect(lemma)).items():
            cue = Cue(lemma, tense, frozenset(map(Frame, frames)), act, polarity)
            table.setdefault(form, []).append((then, cue))
    return {form: tuple(phrases) for form, phrases in table.items()}


CUES: dict[str, Cue] = _table()
"""Every form of every cue verb of one word."""

PHRASES: dict[str, tuple[tuple[tuple[str, ...], Cue], ...]] = _phrase_table()
"""First word of a cue of several words: what must follow it, and the cue."""
