"""What is asked for in a talk, so that the answer is known for what it is; and how somebody is spoken to or of by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.text.ways import one_of


@dataclass(frozen=True, slots=True)
class Ask:
    """A pattern in casefolded text, and the kind that the answer to it has.

    `hits` are questions with the words that ask in guillemets, `misses` sentences that ask for something else.
    """

    kind: Kind
    pattern: str
    hits: tuple[str, ...]
    misses: tuple[str, ...] = ()


_OWN: Final = r"(?:your|his|her|their|the|a|my|its|patient's|child's|baby's|full|current|home|new|first|best|good|contact|daytime|mobile|main|usual)"
_NUMBER: Final = r"(?:numbers?|no\.?|digits|id|code)"

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        Kind.NAME,
        r"\b(?:(?:full|first|last|middle|maiden|family|given|second|christian|legal|preferred|birth) ?names?|surname|forename|"
        r"your(?: \w+){0,2} names?|(?:his|her|their|patient's|child's|baby's|mum's|mother's|father's|partner's|next of kin's|gp's|doctor's|dentist's|the) names?|name(?: please|,? for (?:me|the)|\?|$))",
        (
            "can i take your «full name»",
            "what's «the name»",
            "and «your little girl's name»",
            "spell the «surname» for me",
        ),
        ("the same of it", "what is the tablet called"),
    ),
    Ask(
        Kind.NAME,
        r"\b(?:"
        + one_of(
            r"who(?:'s| is| was| am i| are you| have i|'s that| do i)(?: \w+){0,4} (?:speaking|calling|with you|phoning|talking to|speaking (?:to|with)|got|on the line|at home)",
            "who(?:'s| is) (?:this|that|calling|speaking|the patient)",
            "who(?:'s| is| was) (?:it|this|that|the (?:letter|note|call|report|message|referral)) (?:about|from)",
            "(?:whose|which patient(?:'s|s)?) (?:are|is|was|were|results?|chart|letter|scans?|notes|bloods|appointment|file|record)",
            "which patient",
            "(?:am i|are you|is that|is this|have i got|do i have) (?:speaking (?:to|with)|talking to)",
            "who (?:came|is here|brought|drove|comes|lives|looks|do you live|should we (?:call|ring)|can we (?:call|ring)|referred|did you see|saw|will pick|picks|do you see)",
            "which (?:doctor|consultant|gp|nurse|surgeon|midwife)",
            r"who(?:'s| is) your (?:\w+ ){0,2}(?:doctor|gp|dentist|consultant|midwife|next of kin|carer|pharmacist|surgeon|nurse|social worker|emergency contact)",
            "what (?:should|do|can|may) (?:i|we|people) call you",
            "(?:how|can|could) (?:do|are|would|is|you) (?:you |that )?(?:say|spell|spelling|spelt|pronounce|pronouncing)",
            "spell (?:it|that)",
            "next of kin",
            "emergency contact",
        )
        + r")\b",
        (
            "«whose results» are these",
            "«who is it about»",
            "«which patient»",
            "«who am i speaking to»",
            "«who came» with you today",
            "«who's your gp»",
            "«what should i call you»",
        ),
        ("who cares", "what do you call this"),
    ),
    Ask(
        Kind.DATE,
        r"\b(?:"
        + one_of(
            "dates? of birth",
            "birth ?dates?",
            "birthday",
            r"d\.?o\.?b\.?",
            "born",
            r"date of (?:the )?(?:\w+ )?(?:operation|surgery|accident|admission|procedure|injury|death|wedding|visit|appointment|scan)",
            "(?:what|which) (?:date|day)",
            "what (?:was|is) the (?:date|day)",
            r"when (?:was|were|is|did|are|will|do)(?: \w+){1,6}",
            "due date",
            "last (?:period|appointment|visit|seen)",
        )
        + r")\b",
        ("and your «date of birth»", "«when was the operation» ", "«what date»"),
        ("at what time",),
    ),
    Ask(
        Kind.ZIP,
        r"\b(?:post ?-?codes?|zip(?: ?codes?)?|postal codes?|eir ?codes?)\b",
        ("what's the «postcode»", "and your «zip code»"),
        ("post the code to us",),
    ),
    Ask(
        Kind.ADDRESS,
        r"\b(?:"
        + one_of(
            f"(?:{_OWN} ){{1,3}}address(?!es)",
            r"address(?: is| was|\?|$| please| for| we have| on file)",
            "first line",
            "house number",
            "door number",
            r"where (?:do|does|are|did) (?:you|he|she|they|your \w+) (?:live|living|stay|staying|based|moved?)",
            "where (?:you|he|she|they) lives?",
            "still (?:at|in|on|living at)",
            "which street",
            "name of the (?:street|road)",
            "where (?:should|do|can|shall|are|is) (?:we|i|it) (?:send|sending|post|posting|deliver|going|visit)",
        )
        + r")\b",
        ("can i confirm «your address»", "are you «still at» number nine", "what's the «first line» of it"),
        ("email addresses are kept",),
    ),
    Ask(
        Kind.EMAIL,
        r"\b(?:e-?mails?(?: address)?)\b",
        ("do you have an «email»", "what's your «e-mail address»"),
        ("have you a male nurse",),
    ),
    Ask(
        Kind.PHONE,
        r"\b(?:"
        + one_of(
            f"(?:tele)?phone(?: {_NUMBER})?",
            f"mobile(?: {_NUMBER})?",
            f"cell(?:phone)?(?: {_NUMBER})?",
            "landline",
            f"(?:best|contact|daytime|home|work|good|another|different|call ?back|right|current) {_NUMBER}",
            f"{_NUMBER} (?:for you|to (?:reach|call|ring|text|contact)|(?:we|i) can (?:reach|call|ring|text)|you(?:'re| are) calling from|on file)",
            "reach you",
            "(?:call|ring|text) you(?: back)? on",
        )
        + r")\b",
        ("what's the «best number» for you", "is there a «number to reach» you on", "and your «mobile number»"),
        ("a number of things",),
    ),
    Ask(
        Kind.MRN,
        rf"\b(?:(?:nhs|hospital|patient|medical record|record|chart|chi|hospital record|health and care|h and c|unit|clinic|medicare|health card|ohip|ihi)[ -](?:{_NUMBER}|card)|mrn)\b",
        ("have you got your «nhs number»", "what's the «hospital number»"),
        ("a number of hospital visits",),
    ),
    Ask(
        Kind.PLAN_MEMBER,
        rf"\b(?:(?:member(?:ship)?|policy|plan|insurance|subscriber|group|beneficiary|scheme|medicaid|cover|authori[sz]ation|claim)(?:'s)? (?:\w+ )?{_NUMBER}|{_NUMBER} (?:on|off|from) (?:your|the|that|his|her) (?:\w+ )?card)\b",
        ("i'll need the «member number» off your card", "what's the «policy number»"),
        ("many members of the card club",),
    ),
    Ask(
        Kind.SSN,
        rf"\b(?:social(?: security)?(?: {_NUMBER})?(?! (?:reformers?|reforms?|work|workers?|services?|care|history|media|distancing|isolation|science|sciences|medicine|support|network|club|housing|prescrib\w+|anxiety|phobia|events?|skills|status|needs|factors|determinants|circumstances|welfare|policy|theory)\b)|national insurance(?: {_NUMBER})?|s ?s ?n|social insurance(?: {_NUMBER})?|ni number|last four(?: of| digits)?)\b",
        ("can you give me your «social security number»", "and the «last four of» your social"),
        ("is he sociable", "a social reformer"),
    ),
    Ask(
        Kind.OTHER_ID,
        r"\b(?:(?:"
        + one_of(
            *(
                "reference account case booking order prescription rx licen[cs]e passport card serial device id "
                "identification confirmation ticket tracking registration plate file study participant staff employee "
                "account"
            ).split()
        )
        + f") {_NUMBER}|your id"
        + rf"|(?:the|that|your|his|her) {_NUMBER} (?:at|on|in|from|off|under|below|above|printed|written)(?: on| at| in)? (?:the|your|that|his|her|it)\b(?! (?:scale|phone))"
        + r")\b",
        ("do you have a «reference number»", "read me the «account number»", "what's «the number at the» top"),
        ("in case a number is missing", "the number of tablets", "what's the number on the scale"),
    ),
)

_COMPILED: Final = tuple((ask, re.compile(ask.pattern)) for ask in ASKS)
_PLACES: Final = re.compile(
    r"\bwhere (?:were you|was (?:he|she|it|that)|did (?:you|he|she|it|that)|do you|does (?:he|she)|are you|is (?:he|she))(?: \w+){0,3} (?:born|treated|seen|done|happen|go|live|from|admitted|operated|work|works|stay)\b|"
    r"\bwhere did they (?:treat|see|take|send|operate)|\bwhich (?:hospital|clinic|surgery|practice|pharmacy|school|ward|town|city|village|care home|nursing home|chemist)\b|\bwhat (?:town|city|village|school|hospital|clinic|pharmacy)\b"
)


def asked(said: str) -> Iterator[tuple[Kind, int]]:
    """The kinds that casefolded text asks for, with where it has done so."""
    for ask, pattern in _COMPILED:
        for match in pattern.finditer(said):
            yield ask.kind, match.end()


def place_asked(said: str) -> int | None:
    """Where casefolded text has asked for a place or a house by its name."""
    found = _PLACES.search(said)
    return found.end() if found is not None else None


@dataclass(frozen=True, slots=True)
class Opening:
    """Words in casefolded text after which a person is named, if what follows can be a name (`names.name`).

    `ending` must follow the name, if there is one; `asked` says that a word which is a name besides will do, `known` that
    a word which no list knows will not.
    """

    pattern: str
    hits: tuple[str, ...]
    ending: str = ""
    asked: bool = False
    known: bool = False


_AFTER_CALL: Final = (
    r"\s*(?:[,.!?;:]|$|\n|-|(?:(?:"
    + one_of(
        *(
            "i i'll i'm i've you we we'll let let's how what can could would will shall come have take nice good "
            "great thank thanks please so do did are is if just and my this the when where it it's that that's "
            "there not for sorry okay ok right bye see any who why pop hop sit lie hold give tell show in on up "
            "over roll turn lift breathe open shall mind step through get try put keep"
        ).split()
    )
    + r")\b))"
)
"""What goes on after somebody is addressed."""

OPENINGS: Final[tuple[Opening, ...]] = (
    Opening(
        r"\b(?:"
        + one_of(
            "(?:good )?(?:morning|afternoon|evening)",
            *"hi hiya hello hey dear".split(),
            "welcome(?: back| in)?",
            "bye(?: bye)?",
            "goodbye",
            "bye now",
            "take care",
            "good night",
            "cheers",
            "thanks",
            "thank you",
            "ta",
            "well done",
            "all the best",
            "see you",
            "(?:nice|good|lovely) to (?:see|meet) you",
        )
        + r")(?: again| there| now| then| soon| later| next week| ever so much| so much| very much)*,?\s+",
        ("morning «fehintola»", "thank you, «kwesi»", "hi «léo», nice to see you"),
        _AFTER_CALL,
    ),
    Opening(
        r"(?:\A|[.?!]\s+|\n\s*)(?:(?:"
        + one_of(
            "let me see",
            *"sorry good fine there super smashing okay ok right alright".split(),
            "all right",
            *"so now well great good lovely listen look and but um uh er yes no yeah perfect brilliant".split(),
            "come in",
            "come on in",
            "come on",
            "go on",
        )
        + r"),?\s+){1,3}",
        ("okay «judit» i will ring the clinic", "right, «marisol», let's see"),
        _AFTER_CALL,
    ),
    Opening(
        r"\b(?:how's|how is|how are|how has|how was|how did|where's|where is|what does|what did|so|and|that|when|because|if|but|says|said|then|while|after|before|since) +",
        ("how's «zewditu» getting on at school", "so «wiremu» tells me the pain", "and «sabine»'s breathing"),
        r"\s+(?:"
        + one_of(
            "getting on",
            *(
                "doing keeping coping tells? told says? said mentioned reckons? thinks? feels? rang called phoned "
                "came went was has had will would wants? needs? takes? took lives? works? helps?"
            ).split(),
            "looks? after",
            *"sleeps? manages? eats? drives?".split(),
        )
        + r")\b|'s\s",
    ),
    Opening(
        r"\b(?:has|did|does|is|was|can|could|will|would|should) +",
        ("did «magda» sleep through",),
        r"\s+(?:[a-z]+)\b",
        known=True,
    ),
    Opening(
        r"\b(?:what about|how about|tell|told|ask|asked|ring|rang|call|phone|phoned|text|texted|see|saw|seen|met|with|from|for|about|by|to|love) +",
        ("i spoke to «grace» yesterday", "ask «martin», he knows"),
        r"\s+(?:"
        + one_of(
            *"yesterday today tomorrow again please about".split(),
            "at (?:the|your|her|his|our)",
            "from (?:the|your)",
            "in (?:the|your)",
            "who",
            "and (?:me|i|my|the)",
            "or",
            "on (?:the|monday|tuesday|wednesday|thursday|friday)",
        )
        + r")\b|\s*[,.?!]|\s*(?:$|\n)",
        known=True,
    ),
    Opening(
        r"\b(?:"
        + one_of(
            "is that",
            "is this",
            "am i (?:speaking|talking) (?:to|with)",
            "are you",
            "you're",
            "you are",
            "you must be",
            "this is",
            "it's",
            "i'm",
            "i am",
            "my name is",
            "my name's",
            "name's",
            "name is",
            "call me",
            "they call me",
            "(?:everyone|everybody|she|he|mum|mam) (?:calls|called) (?:me|her|him)",
            "goes by",
            "known as",
            "speaking to",
            "calling for",
            "here for",
            "appointment for",
            "looking for",
            "on behalf of",
            "named",
            "called",
            "that'll be",
            "that is",
            "that's",
        )
        + ") +",
        ("is that «amrita pramanik»?", "my name is «aoife»", "you must be «tendai»"),
        r"\s*(?:[.,?!;]|$|\n|(?:here|speaking|calling|again|from|and|is it|isn't it|one of|the|i'm|i am|your|her|his|my)\b)",
    ),
    Opening(
        r"\b(?:my|your|his|her|our|their|the) (?:(?:little|big|elder|older|younger|eldest|youngest|late|dear|twin|ex) )?(?:"
        + one_of(
            *(
                "partner wife husband son daughter mother father mum mom dad sister brother niece nephew auntie "
                "aunt uncle cousin gran granny grandma grandad grandpa grandson granddaughter friend neighbou?r "
                "carer fiancee? boyfriend girlfriend stepson stepdaughter flatmate baby boy girl mate colleague"
            ).split(),
            "key worker",
            "social worker",
            *"midwife gp consultant surgeon dentist nurse".split(),
        )
        + "),? +",
        ("that's my partner «imre»", "my son «tariq», he's seven"),
        asked=False,
    ),
    Opening(
        r"\b(?:dr|mr|mrs|ms|miss|mx|prof)\.? +",
        ("i will ring dr «massey» about the scan",),
        asked=True,
    ),
    Opening(
        r"\b(?:doctor|professor|nurse|sister|matron|reverend|father) +",
        ("nurse «ekwueme» said so",),
    ),
)

_OPENED: Final = tuple(
    (opening, re.compile(opening.pattern), re.compile(opening.ending) if opening.ending else None)
    for opening in OPENINGS
)


def openings(said: str) -> Iterator[tuple[Opening, int, re.Pattern[str] | None]]:
    """Where in casefolded text a name may begin, and what must follow it."""
    for opening, pattern, ending in _OPENED:
        for match in pattern.finditer(said):
            yield opening, match.end(), ending
