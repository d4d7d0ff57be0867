"""Closed word lists of English that the rules read: function words, abbreviations, titles, and kinds of speakers.

Words are in lower case with straight apostrophes. No list names a person.
"""


def words(text: str) -> frozenset[str]:
    """Return the set of words that ``text`` lists, parted by spaces."""
    return frozenset(text.split())


TITLE_ABBREVIATIONS = words(
    "mr mrs ms mx dr prof sen rep gov gen lt col sgt capt cmdr adm maj rev hon pres sec amb st fr sr messrs supt insp"
    " det del cllr"
)
"""Stand before a name: the full stop after them never ends a sentence."""

OTHER_ABBREVIATIONS = words(
    "jr inc ltd corp co llc plc bros vs etc approx dept est fig no vol ed eds al cf jan feb mar apr aug sept sep"
    " oct nov dec mon tue tues wed thu thurs fri ave blvd rd mt ft e.g i.e a.m p.m ph.d u.s u.k u.n e.u"
)
"""The full stop after them ends a sentence only where a word follows that begins sentences."""

ABBREVIATIONS = frozenset(
    form
    for word in TITLE_ABBREVIATIONS | OTHER_ABBREVIATIONS - {"no", "fig", "est", "ed", "al", "sec", "mar", "sun", "co"}
    for form in (word, word.capitalize())
)
"""Written with their full stop as one token; those that are also common words are left to the sentence rules."""

PRONOUNS = words("he she they it we i you")
OBJECT_PRONOUNS = words("me him her us them you it")
PERSONAL = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
POSSESSIVES = words("his her their its our my your")
DEMONSTRATIVES = words("this that these those which what there here everything nothing anything something")
DETERMINERS = words("the a an this that these those some any many several most all both each every no another") | (
    POSSESSIVES
)
CONJUNCTIONS = words("and but or yet nor then while though although whereas")
SUBORDINATORS = words(
    "that because if when while whether although though since as so than until unless where how why what who whom"
    " whose which whereby whereas once lest"
)
PREPOSITIONS = words(
    "in on at by for from with of to about into over under after before during without within against between"
    " among through across amid despite following ahead near outside inside off per via toward towards upon"
    " besides like throughout beyond behind above below since until including"
)
AUXILIARIES = words(
    "is are was were be been being am has have had having do does did will would can could may might must shall"
    " should isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot"
    " couldn't mustn't shouldn't it's he's she's there's that's i'm we're they're i've we've they've he'd she'd"
    " they'd i'd we'd i'll we'll they'll he'll she'll it'll"
)
BE = words("is are was were be been being am isn't aren't wasn't weren't it's he's she's i'm we're they're")
HAVE_OR_DO = words("has have had having do does did hasn't haven't hadn't don't doesn't didn't")
WILL = words("will would won't wouldn't")
MODALS = words("can could may might must shall should cannot can't couldn't mustn't shouldn't")
NEGATORS = words("not never cannot neither nor")
ADVERBS = words(
    "also later then once already again still even now first just only never not often always soon twice instead"
    " however meanwhile too earlier yesterday today ever since rather further thus therefore far so long yet"
    " nevertheless nonetheless moreover furthermore additionally likewise indeed"
)
NOT_ADVERBS = words("family ally assembly july italy reply supply monopoly anomaly bully rally only early daily weekly")
TIME_WORDS = words(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight earlier later last"
    " next this week month year weekend morning afternoon evening night january february march april may june july"
    " august september october november december recently afterward afterwards previously"
)
CALENDAR = words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december jan. feb. mar. apr. aug. sept. oct. nov. dec. easter christmas"
)
SENTENCE_OPENERS = words(
    "the a an in on at he she they it we i you but and or so if when while as after before since although though"
    " because this that these those there here what who how why where for from with by to of our his her their its"
    " my your not no yes meanwhile however instead then now later earlier also still some many most several few"
    " all both one another everyone everybody nobody something nothing everything anyone none other others such"
    " more much well just maybe perhaps first second third finally asked let look please thank thanks during"
    " despite until unless under over last next it's he's she's that's there's i'm we're they're nor yet"
)
FUNCTION_WORDS = (
    SENTENCE_OPENERS | PREPOSITIONS | SUBORDINATORS | AUXILIARIES | PRONOUNS | OBJECT_PRONOUNS | DETERMINERS | ADVERBS
)

TITLES = words(
    "president chancellor minister premier secretary senator representative governor general lieutenant colonel"
    " sergeant captain commander admiral major mayor king queen prince princess pope bishop archbishop cardinal"
    " judge justice professor doctor director chairman chairwoman chair chief ambassador spokesman spokeswoman"
    " spokesperson sir lord lady dame commissioner inspector detective officer congressman congresswoman"
    " councillor councilman councilwoman attorney prosecutor coach rabbi imam sheikh emir sultan emperor dictator"
    " leader candidate nominee lawmaker aide deputy vice executive managing prime foreign former ex-president"
    " co-founder founder ceo author analyst editor reporter host mr mrs ms mx dr prof sen rep gov gen lt col sgt"
    " capt cmdr adm maj rev hon pres amb mr. mrs. ms. mx. dr. prof. sen. rep. gov. gen. lt. col. sgt. capt. cmdr."
    " adm. maj. rev. hon. pres. amb. delegate del. assemblyman assemblywoman alderman alderwoman cllr cllr. det. insp."
    " supt. comrade senhor senhora señor señora signor signora monsieur madame mme herr frau"
)
"""Words before a person's name that are not the name."""

GENERIC_ADDRESSEES = words("reporters journalists supporters lawmakers voters viewers listeners investors parliament")

PEOPLE = words(
    "spokesman spokeswoman spokesperson official officials source sources analyst analysts expert experts"
    " observer observers critic critics aide aides adviser advisers advisor advisors lawyer lawyers attorney"
    " attorneys witness witnesses resident residents investigator investigators prosecutor prosecutors police"
    " authorities lawmaker lawmakers senator senators diplomat diplomats leader leaders minister ministers ally"
    " allies opponent opponents supporter supporters voter voters activist activists economist economists"
    " scientist scientists researcher researchers doctor doctors executive executives employee employees worker"
    " workers member members people person man woman men women student students teacher teachers parent parents"
    " neighbour neighbours neighbor neighbors friend friends relative relatives strategist strategists candidate"
    " candidates politician politicians conservatives liberals insider insiders donor donors reporter reporters"
    " journalist journalists editor editors manager managers director president chancellor secretary governor"
    " mayor judge judges senior representative representatives historian historians scholars campaigner"
    " campaigners others some many several most few one another both none everyone everybody someone somebody"
    " nobody team crowd commentators pundits staff staffers negotiators traders investors rescuers firefighters"
    " soldiers officer officers commander commanders envoy envoys mediator mediators veteran veterans protesters"
    " demonstrators farmers union unions rivals partner partners father mother wife husband son daughter brother"
    " sister pollster pollsters delegate delegates advocate advocates"
)
"""Heads of noun phrases for people who can speak."""

GROUPS = words(
    "government ministry company firm agency campaign party administration court committee department office"
    " board bank council group organisation organization institute university union team newspaper network station"
    " army military navy embassy parliament senate congress house commission club band watchdog regulator charity"
    " alliance bloc delegation militia coalition association federation palace state country nation city"
    " tribunal panel jury"
)
"""Heads of noun phrases for bodies that can speak; they are not anonymous."""

FIRMS = words(
    "company firm bank insurer utility operator supplier contractor manufacturer maker retailer airline carrier"
    " developer builder lender shipper charterer brewer publisher broadcaster factory plant works mill mine shop"
    " store hotel group conglomerate corporation business enterprise start-up club newspaper paper daily magazine"
    " station network channel radio website outlet consultancy"
)
"""Bodies by their trade: "the company" is whichever was named, and is anonymous where none was."""

DOCUMENTS = words(
    "report reports poll polls survey surveys study studies data documents document records record email emails"
    " letter statement article filing filings lawsuit complaint indictment ruling memo analysis book paper census"
    " figures results research findings audit transcript website tweet post review release draft agreement treaty"
    " law bill constitution affidavit petition"
)
"""Heads of noun phrases for writings: they speak, and are not anonymous."""

FOREIGN = words(
    "der das und ist nicht ein eine mit dem den von zu auf für sich auch les des et est une dans que qui pour pas"
    " sur au aux avec il elle los las una por con para del se su como más pero lo y es gli della di che e sono"
    " alla um uma os da em não ao na het een niet dat op zijn voor och att det som av är inte på og af ikke w z"
    " nie się jest że ve bir bu için olarak ile ama çok daha gibi till från"
)
"""Frequent function words of other languages in Latin script, as far as English does not write them."""

ENGLISH = words(
    "the of and to in a that is was for on with as it at by from be are this have has had not but his her he she"
    " they we will would said says who which their its been were an or i you my our"
)
