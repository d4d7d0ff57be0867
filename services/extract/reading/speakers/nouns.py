"""Nouns for those who speak: persons by what they are, bodies by their office or trade, and writings."""

from services.extract.reading.language.lexicon import DOCUMENTS, FIRMS, GROUPS, PEOPLE, TITLES, words

MALE = words(
    "man boy father dad son husband brother uncle grandfather grandson nephew great-nephew great-grandfather"
    " stepfather stepson widower king prince duke emperor sultan monk priest imam father-in-law son-in-law"
    " brother-in-law boyfriend schoolboy gentleman lad bloke guy businessman salesman policeman"
    " fireman fisherman cameraman chairman spokesman congressman councilman statesman clergyman craftsman foreman"
    " signalman watchman nobleman"
)
FEMALE = words(
    "woman girl mother mum mom daughter wife sister aunt grandmother granddaughter niece great-niece"
    " great-grandmother stepmother stepdaughter widow queen princess duchess empress nun mother-in-law"
    " daughter-in-law sister-in-law girlfriend schoolgirl lady waitress stewardess actress heroine businesswoman"
    " saleswoman policewoman chairwoman spokeswoman congresswoman councilwoman stateswoman midwife housewife"
    " headmistress heiress hostess"
)
MALE_TITLES = words("mr mr. sir king prince lord father brother uncle monsieur herr signor señor don pan emperor pope")
FEMALE_TITLES = words(
    "mrs mrs. ms ms. miss queen princess lady dame mother sister aunt auntie madam madame mme mlle frau signora señora"
    " doña empress"
)

SPOKEN_FOR = words("spokesman spokeswoman spokesperson")
"""Unnamed, they speak for the body whose they are."""

OFFICIALS = words("official officer representative")
"""Unnamed, they speak for a body only where its name stands beside them."""

SINGLE = (
    words(
        "person colleague employee worker owner boss head chief neighbour neighbor friend guard clerk driver teller"
        " teacher parent child doctor nurse engineer consultant counsel barrister solicitor lawyer attorney poet"
        " writer singer musician artist painter actor player striker captain skipper coach trainer manager director"
        " executive secretary treasurer superintendent headteacher principal politician deputy senator minister premier"
        " president governor mayor councillor alderman judge magistrate justice prosecutor ombudsman inspector"
        " investigator detective constable sheriff commissioner commander general colonel major sergeant lieutenant"
        " soldier volunteer firefighter paramedic sailor farmer baker butcher miner builder cook chef shopkeeper"
        " trader broker banker economist analyst historian professor lecturer academic researcher scientist student"
        " pupil expert restorer curator librarian journalist reporter correspondent editor columnist blogger presenter"
        " producer photographer publisher founder chair leader whip candidate nominee voter resident tenant landlord"
        " villager passenger passer-by bystander witness victim survivor patient relative cousin partner customer"
        " shopper visitor guest insider source aide adviser advisor ally rival opponent critic supporter activist"
        " campaigner protester organiser organizer diplomat ambassador envoy consul mediator negotiator delegate"
        " commissar comrade bishop archbishop vicar pastor rabbi minister stationmaster harbourmaster pilot mechanic"
        " technician developer designer architect surveyor accountant auditor trustee shareholder investor member"
        " juror defendant suspect accused plaintiff claimant convict prisoner inmate refugee migrant teenager"
        " pensioner veteran whistleblower applicant buyer seller vendor carrier dealer restaurateur hotelier"
        " weatherman meteorologist forecaster biologist geologist physicist chemist psychologist pathologist coroner"
        " steward waiter cashier porter official observer strategist pollster commentator pundit rescuer donor staffer"
        " scholar interpreter translator successor predecessor assistant executive grandparent grandchild twin fan"
    )
    | MALE
    | FEMALE
    | frozenset(word for word in TITLES if word.isalpha())
) - words(
    "vice prime foreign former managing mr mrs ms mx dr prof sen rep gov gen lt col sgt capt cmdr adm maj rev hon"
)
"""Heads of noun phrases for one person."""

_ENDINGS = ("man", "woman", "person", "-year-old", "maker", "keeper", "worker", "holder", "ologist", "master")
_NOT_PERSONS = words("german roman human woman's talisman ottoman shaman's")

EPITHETS = (
    words(
        "politician poet writer author singer musician artist painter actor actress player striker star"
        " champion athlete coach businessman businesswoman entrepreneur tycoon billionaire lawmaker veteran"
        " man woman boy girl teenager pensioner widow widower father mother grandfather grandmother son"
        " daughter witness defendant suspect accused activist campaigner scientist economist historian"
        " academic engineer republican democrat conservative liberal socialist nationalist independent"
        " newcomer frontrunner incumbent counsel lawyer barrister survivor victim blogger columnist"
    )
    | MALE
) - words("spokesman chairman husband brother uncle nephew king prince priest imam monk")
"""What a person is, said of one named before: "the politician"; an office, like "the captain", may be another's."""

INSTITUTIONS = words(
    "government ministry administration cabinet parliament senate congress house assembly council court tribunal"
    " committee commission secretariat department office board bureau authority inspectorate police army military navy"
    " coastguard guard militia embassy consulate delegation mission university college school hospital clinic union"
    " federation association party service brigade panel jury inquiry regulator watchdog ombudsman agency institute"
    " municipality district county province prefecture chancellery kremlin palace presidency treasury state country"
    " nation city town centre center church diocese bloc coalition alliance campaign team group foundation charity"
    " museum library theatre"
)
"""Bodies known by their office: not anonymous though they have no name."""

BODIES = INSTITUTIONS | FIRMS | GROUPS

PAPERS = DOCUMENTS | words(
    "notice sign stamp print page log note letters e-mail e-mails message communique communiqué opinion judgment"
    " judgement verdict assessment estimate index diary memoir manifesto plan budget leaflet label placard banner"
    " contract receipt certificate chart map list advert advertisement invoice newsletter bulletin dispatch review"
    " editorial column papers minutes transcripts studies notes memorandum memoranda memos accounts letters telegram"
    " telegrams dossier logbook ledger ledgers pamphlet pamphlets booklet brochure circular handout handouts deposition"
    " depositions affidavits reviews opinions assessments estimates reports surveys contracts invoices receipts diaries"
    " decree charter communiqués dispatches editorials columns"
)
"""Writings: they speak, for their author where he is named, and are not anonymous."""


def is_person(word: str) -> bool:
    """Tell whether a noun means one person."""
    return word in SINGLE or (word.endswith(_ENDINGS) and word not in _NOT_PERSONS)


def is_people(word: str) -> bool:
    """Tell whether a noun means several persons."""
    if word in {"people", "men", "women", "children", "authorities"} or word.endswith(("men", "women")):
        return True
    if not word.endswith("s") or word in SINGLE:
        return False
    return (
        word in PEOPLE
        or is_person(word[:-1])
        or is_person(word[:-2])
        or (word.endswith("ies") and is_person(word[:-3] + "y"))
    )


def is_epithet(word: str) -> bool:
    """Tell whether a noun says what a person is, and not whose office: "the politician", "the 61-year-old"."""
    return word in EPITHETS or word.endswith("-year-old")


def gender_of(word: str) -> str | None:
    """Return the gender that a noun for a person tells, ``m`` or ``f``, or None."""
    if word in FEMALE or (word.endswith("woman") and is_person(word)):
        return "f"
    return "m" if word in MALE or (word.endswith("man") and word in SINGLE | MALE) else None
