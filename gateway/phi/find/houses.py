"""How to reach a house: a telephone, an address or a mailbox whose own clause names the ward, the shop or the firm it is of.

An identifier is of a person (45 CFR 164.514(b)(2): of the individual, of relatives, employers, household members). A number
that a text gives as a switchboard's is nobody's, if that text speaks of nobody: no name that counts, no number of somebody,
no sign of one person in all of it. Between the house and the value stand only words of a closed list, so that what happens
to a person there ("the clinic should ring …") is never read as an entry of a directory. A number out of a range that only
people are given (a mobile) is somebody's whatever stands before it. `registers` asks, and says who else is in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.organisations import is_extension
from gateway.phi.find.text.ways import one_of

_CALLED: Final = frozenset({Kind.PHONE, Kind.FAX, Kind.OTHER_ID})
REACHED: Final = _CALLED | {Kind.ADDRESS, Kind.EMAIL}
_SILENT: Final = REACHED | {Kind.ZIP}
_WINDOW: Final = 260
"""Characters before a value in which its house is named."""
_ALONE: Final = 160
"""Characters around a value in which no name of anybody stands, whatever they do for the house."""

_PART: Final = one_of(
    *(
        "switchboard receptionists? reception desks? offices? departments? dept clinics? wards? units? cent(?:re|er)s? services? teams? lines? helplines? hotline helpdesk "
        "hospitals? pharmac(?:y|ies) practice surger(?:y|ies) laborator(?:y|ies) labs? supply stores agency council hospice institutes? university college charity registry "
        "headquarters security enquiries inquiries information bookings admissions casualty dispensary authority association society foundation publisher manufacturer "
        "distributor sponsor supplier management claims appeals grievances nurses officers advis[eo]rs midwives library bureau lounge hub"
    ).split(),
    "(?-i:Accounts|Finance|Payroll|Health|Bank|Trust|Group|School|Control|Secretariat|Pharma|Ltd|LLC|GmbH|Inc|PLC|plc|AG|SA|BV|NV|Oy|AB)",
    r"(?:main|hospital|practice|surgery|clinic|ward|office|department) (?:number|phone|telephone|fax)",
    "(?:blood|tissue|milk|eye) bank",
    "(?:outpatient|main|surgical|medical|women's|children's) (?:building|block|entrance)",
    "porters['’]? lodge",
    "(?:protection|safety|information|complaints|liaison|press) officer",
    r"(?:duty|on[- ]call) (?:[a-z]{3,14} ){0,2}(?:team|worker|consultant|registrar|pharmacist|biochemist|manager|engineer|microbiologist|officer)",
)
_HOUSE: Final = re.compile(
    rf"\b(?:(?i:{_PART})\b(?:['’]s?)?(?: \([A-Za-z]{{2,8}}\)| (?:of|for) (?:the )?((?:[A-Z][a-z]+,? ?(?:(?:and|&) )?){{1,3}}))?"
    r"|(?i:queries|questions|comments|feedback) to\b)"
)
"""What has a telephone, an address and a mailbox of its own; the group is what it is for."""
_BETWEEN: Final = re.compile(
    r"(?:[ \t\r\n()*•·/–—>#-]|[,:.;](?=[\s(])|'s\b|\b(?:"
    + one_of(
        *(
            "on at is are in the of and or a an tel telephones? phones? ph t f e fax numbers? no main direct general line "
            "address(?:es)? postal visiting email e-mail mail office reception desk opening opens? hours times out outside daily daytime weekdays? weekends? "
            "(?:mon|tues|wednes|thurs|fri|satur|sun)days? mon tue tues wed thu thurs fri sat sun am pm noon midnight after before until "
            "urgent urgently non-urgent emergency national local free freephone ext extension ground first second third level lower upper "
            "basement entrance site available also contact here directly appointments? by"
        ).split(),
        r"to(?= (?:[01]?\d(?:[:.][0-5]\d)?\b|2[0-4]\b|noon|midnight|mon|tue|wed|thu|fri|sat|sun))",
        "straight away",
        "leave a message(?= (?:on|at))",
        "can (?:also )?be (?:called|reached|contacted|phoned|telephoned|found)",
        "is (?:based|located)",
        "(?:unit |ward |duty )?(?:clerks?|secretar(?:y|ies)|managers?|librarians?|coordinators?)(?: on duty)?",
        "(?-i:in [A-Z][a-z]+)",
        "(?:local rate|toll[- ]?free|answerphone|ansaphone|voicemail)",
        "(?:has |have )?(?:moved|relocated)(?: on \\d{1,2} [a-z]{3,9})? to",
        r"(?:ext|extension|x|tel|bleep|pager)\.? ?\d{1,5}",
        r"(?:level|floor|block|suite|unit|room|building|entrance|wing) (?:\d{1,3}|[a-z])",
        r"(?:\d{1,2}(?:st|nd|rd|th) )?floor",
        r"(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?(?: ?[ap]m)?",
        r"24[- ]?(?:hours?|/7)|24/7",
        r"(?-i:[A-Z][\w'’-]+ ){1,3}(?-i:House|Building|Wing|Court|Hall|Park|Lodge|Tower|Campus)",
    )
    + r")(?![\w@]))*",
    re.IGNORECASE,
)
"""All that may stand between a house and a value of it."""
_FOR: Final = re.compile(r"(?i)\W*for (?:the |our |all |any )?(?:[\w'’-]+ ){0,3}")
_ASKED: Final = re.compile(r"(?i)^,? (?:please )?(?:call|ring|phone|telephone|dial|contact)(?: on)?(?= )")
"""`For the renal unit ring …`: what else stands between a house and its number."""
_PUBLICLY: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        "(?:patients|visitors|relatives|carers|families|parents|members|customers|clients|residents|employees|applicants|prescribers)"
        "(?: (?:and|or) [a-z]+)? (?:can|may|should|must) (?:also )?(?:call|ring|phone|telephone|dial)",
        r"please (?:call|ring|phone|telephone|dial)(?: (?:between|after|before|from|at|on) [\w:., ]{1,60}?,?)?(?= (?:us |on |at ))",
        "(?:to (?:enquire|inquire)|for (?:all |more |further |general |any )?(?:enquiries|inquiries|information)),? (?:please )?"
        "(?:call|ring|phone|telephone|contact|dial|e-?mail|write to)",
    )
    + r")(?: us)?(?: on| at)?:? $"
    + r"|(?:^|[.;(\n] ?)(?:questions|queries|enquiries|inquiries|orders|bookings|payments|supplies|returns|complaints|claims|appeals): ?(?:[^\s]+ or )?$"
)
"""What is said to all who read, before how to reach a house."""
_FORM: Final = re.compile(r"(?:^|\n)[^\n:]{1,40}:[^\n]*\Z")
"""A label and a colon before the house, as in a record: what stands in its next line is another field."""
_TOWN: Final = re.compile(r"^,? ?(?:[A-Z][\w'’-]+ ?){1,3}(?:[A-Z0-9]{2,4} ?\d[A-Z]{2})?")
_ENDED: Final = re.compile(r"[.!?;:|]\s|\n|[•*]\s|\t")
_KIN: Final = "mother|father|mum|mom|dad|wife|husband|son|daughter|spouse|brother|neighbou?r|aunt|uncle|grand\\w+|guardian|partner|carer"
_EVENTS: Final = (
    "seen|referred|called|rang|left|came|went|booked|rebook|missed|no[- ]show|dna|voicemail|(?<!a )message|waiting|waits|cancel\\w*|ambulance|transport|deliver\\w*|"
    "discharged|admitted|transfer\\w*|arriv\\w*|attended|attends|visit(?:ed|s)|pick[- ]?up|drop[- ]?off|collect(?:ed|s)?|taken|brought|sent"
)
"""What happens to one person, and stands in no directory."""
_ONES: Final = re.compile(
    rf"(?i)\b(?:my|me|i|mine|myself|his|her|him|he|she|their|them|pt|clients?|caller|claimant|resident|subscriber|home|mobile|cell|personal|private|{_KIN}|"
    r"patients?(?:'s)?(?! (?:advice|services?|support|safety|experience|relations|information|access|transport|liaison|can|may|should|who|are|must|and)\b)|"
    rf"next of kin|nok|kin|emergency contact|lives?|living|named?|account|dob|born|appt|{_EVENTS})\b|\b(?:mr|mrs|ms|miss|dr|prof|sister|nurse|matron)\.? (?-i:[A-Z])"
)
"""What in the clause before a value makes it somebody's, or what happens there something that happens to somebody."""
_CLAIMED: Final = re.compile(
    rf"(?i)\b(?:my|mine|his|her|him|he|she|pt|(?<!\ba )patient|client|mr|mrs|ms|miss|home|mobile|cell|belongs|lives?|living|{_KIN})\b|^[ ,(]{{1,3}}ask for (?-i:[A-Z])"
    r"|^,? (?:who |and )?(?!(?:closed|staffed|based|located|provided|dedicated)\b)(?:[a-z]{2,}ed|wants?|needs?|asks|says|left|rang|has|had|was|would|again|went|came|is (?!open|closed|staffed|answered|free|available|for))\b"
)
"""The same behind it."""
_SENTENCE: Final = re.compile(r"[.!?](?=\s|$)|\n|[•*]\s|\t")
"""Where the sentence of a value ends; a colon ends none, since what follows it may be what happened to somebody."""
_OTHER: Final = re.compile(rf"[;,|] (?:[\w'’&-]+ ){{0,4}}(?i:{_PART})\b")
"""The next house in the same line."""
_GOES_ON: Final = re.compile(
    r"(?i)(?:^|(?<=[\s)]))[,;]? ?(?:"
    + one_of(
        "or(?! was| is| has)",
        "if",
        "for",
        "about",
        "when",
        "where",
        "unless",
        "while",
        "before",
        "so that",
        "as soon as",
        "to",
        "with any",
        "we",
        "they",
        "which",
        "and (?:ask|press|choose|leave|say|give|quote|we|they|you|then)",
        "(?:press|choose|quote|quoting|dial|ask|please|except|including|excluding)",
    )
    + r")\b.*",
    re.DOTALL,
)
"""How a notice goes on behind a value: when and for what it is. Nothing else may follow: a result, an order, a diagnosis is somebody's."""
_HOURS: Final = re.compile(
    r"(?i)\((?:[a-z ]{0,20}(?:free|answerphone)|option \d)\)|\b(?:from|till|day|night|days|nights|every|all|round the clock|except|bank|public|holidays?|hour|a week|24h|seven|five)\b"
)
"""More words for when somebody answers, which say nothing before a value."""
_UNNAMED: Final = re.compile(
    r"(?:[.!?;]|\n)? ?(?:(?!Closed|Based|Located|Staffed|Provided|Supported|Related|Need\b)[A-Z][a-z]{2,}ed(?! by)|Needs|Wants|Has|Had|Fell|Refuses|Asks|Said|Says|Was|Did not|Post|Day \d|Known|Allergic|Positive|Negative|Lives|Query)\b"
)
"""The next sentence speaks of somebody without saying of whom."""
_CASE: Final = re.compile(
    r"(?i)\b(?:\d{1,2}/(?:7|52|12|40)\b(?!/)|post[- ]?(?:op\w*|partum) (?:day )?\d|since (?:yesterday|last night|this morning)|allergic to [a-z]+,|did not attend|dnacpr|"
    r"\d+ ?(?:mg|mcg|ml|units?) (?:\w+ )?(?:missed|given|refused|omitted)|(?:smear|biopsy|scan|swab|culture|serology|mri|ct|x-ray|hiv|hep(?:atitis)? [abc]) (?:was |is |came back )?(?:normal|clear|positive|negative|abnormal|benign|malignant)"
    r"|(?:positive|negative) for [a-z]+)"
    r"|(?i:\b(?:cataracts?|fractures?|knee|hip|hernia|lump|mass|lesion|ulcer|rupture|cellulitis|dvt|tkr|thr|weakness|swelling|glaucoma|otitis|pneumonia|cyst|sprain|amputation) (?:left|right|bilateral|[lr]))(?=\s{0,2}(?:[.,;]|$))"
    r"|(?:^|[.,;\n] ?)(?i:(?:is |an? )?(?:insulin[- ]dependent )?(?:diabetic|asthmatic|epileptic|pregnant|wheelchair(?:[- ](?:bound|user))?|hypertensive|ex-?smoker|smoker|deaf|blind|partially sighted|incontinent|"
    r"housebound|bedbound|lives alone|twins|triplets|penicillin allergy|hiv positive|hep(?:atitis)? [bc] positive|non[- ]verbal|suicidal|homeless|intoxicated|unresponsive|immunosuppressed|keeps? (?:the )?baby|"
    r"\d{1,2} weeks(?: pregnant)?|(?:needs|uses|wants|refuses|declines|fell|feels|vomiting|bleeding since|swabs? taken|samples? taken) ?[a-z ]{0,30}))(?=\s{0,2}(?:[.,;\n]|$))"
)
"""How one case is written down, also where nobody is named: a finding of one side, or what somebody is or has, as a clause of its own."""
_LETTER: Final = re.compile(
    r"(?i)\b(?:emergency contact|next of kin|nok|my (?:number|phone|cell|mobile|address|home)|dear (?-i:[A-Z])|patient[\"']?\s?[:=]|pts?|signed|yours sincerely|kind regards)\b"
)
"""What says that a text is a letter or a record of one person, or is signed by one."""
_NUMBER: Final = re.compile(r"\+?\(?\d[\d ().-]{5,16}\d")
_MOBILE: Final = re.compile(
    one_of(
        r"(?:(?:\+|00)44[ -]?\(?0?\)?[ -]?|0)7[1-9]\d\d[ -]?\d{3}[ -]?\d{3}",
        r"(?:(?:\+|00)353[ -]?|0)8[3-9][ -]?\d{3}[ -]?\d{4}",
        r"(?:(?:\+|00)49[ -]?|0)1[567]\d[ /-]?\d{7,8}",
        r"(?:(?:\+|00)33[ -]?|0)[67](?:[ .]?\d\d){4}",
        r"(?:(?:\+|00)61[ -]?|0)4\d\d[ -]?\d{3}[ -]?\d{3}",
    )
)
"""Ranges that are given to people: United Kingdom, Ireland, Germany, France, Australia. North America has none."""
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_FIELD: Final = re.compile(r"(?:olog|iatr|therap|etic|graph|surg)[a-z]{1,4}$")
"""Fields of medicine, by their endings."""
_LISTED: Final = re.compile(r"\W*([A-Z][\w-]+),")
"""What comes first in a list: `Rogers, eye clinic, …` is somebody's entry."""
_DOERS: Final = re.compile(r"(?:ers|ors|ists|ians)$")
"""People by what they do, who are nobody in particular: `Prescribers may ring …`; no list has such a word as a name."""
_HOUSED: Final = re.compile(
    r"(?:[A-Z][\w-]+ ){1,3}(?:Pharmacy|Clinic|Hospital|Surgery|Practice|Cent(?:re|er)|Hospice|Laborator(?:y|ies)|Ltd|GmbH|Inc)\b,"
)
"""How an address begins that has the name of its house."""
_OWN: Final = re.compile(
    r"(?:\b(?:St\.? [A-Z][\w'’-]*|[A-Z][\w-]*(?:['’](?!s?\b)[\w-]+)?)(?: (?:and|&|of|for|the))?(?: |$)){1,4}$"
)
"""The first words of a house's own name, right before the word for it."""
_FIRM: Final = re.compile(r"(?:^| )(?:Ltd|LLC|GmbH|Inc|PLC|plc|AG|SA|BV|B\.V|NV|Oy|a\.s|S\.A|S\.p\.A|AB)\.?$")
_BOX: Final = re.compile(r"(?i)p\.? ?o\.? ?box|freepost")
_BESIDE: Final = 40
_SHOP: Final = re.compile(
    r" (?:[A-Z][a-z]+ )?(?:Laborator(?:y|ies)|Pharmac(?:y|euticals)|Clinic|Hospital|Surgery|Pharma|Ltd|LLC|GmbH|Inc|PLC|plc|AG|SA)\b"
)
_ONE: Final = re.compile(rf"(?i:{_PART})")
_LAST: Final = re.compile(rf"\b(?:(?i:{_PART})|House|Lodge|Wing|Building)\.?$")
_NEXT: Final = re.compile(rf" (?:[A-Z][\w-]+ )?(?:(?i:{_PART})|House|Lodge|Wing|Building)\b")
_TASK: Final = re.compile(
    r"(?:info|office|clinic|trials?|polic(?:y|ies)|desk|team|enquiries|services?|pharmacy|surgery|practice|unit|ops|pals)$"
)


def reached(hits: Sequence[Hit], told: Sequence[bool], text: str, *, somebody: bool, to_all: bool) -> list[bool]:
    """For each hit whether it is nobody's: by what is `told` of it already, or as a house or how to reach one.

    `somebody` is whether anything but a name says that one person is in the text, `to_all` whether it is a notice. An address
    is a house's only there: elsewhere it may be where somebody was brought, or lives.
    """
    if somebody or not any(hit.kind in REACHED for hit in hits):
        return list(told)
    names = [
        hit.kind is Kind.NAME and hit.evidence is not Evidence.DOUBT and not _of_a_house(hit, text) for hit in hits
    ]
    if any(name and not one for name, one in zip(names, told, strict=True)) or of_one(text):
        return list(told)
    named = [hit for hit, name in zip(hits, names, strict=True) if name]
    return _Houses(text, hits, named, to_all=to_all).explained(told)


def of_one(text: str) -> bool:
    """Whether a text is a letter, a record or a case of one person."""
    return _LETTER.search(text) is not None or _CASE.search(text) is not None


class _Houses:
    """A text that speaks of nobody, asked for its hits in order, since one value of a house stands beside another."""

    def __init__(self, text: str, hits: Sequence[Hit], names: Sequence[Hit], *, to_all: bool) -> None:
        """`names` are those of people whom the text has excused."""
        self._text, self._hits, self._names, self._to_all = text, hits, names, to_all
        self._values = sorted((hit for hit in hits if hit.kind in _SILENT), key=lambda hit: hit.start)
        self._starts = [hit.start for hit in self._values]
        self._last: Hit | None = None

    def explained(self, told: Sequence[bool]) -> list[bool]:
        """For each hit whether it is told already, or of a house."""
        explained: list[bool] = []
        for hit, one in zip(self._hits, told, strict=True):
            explained.append(one or self._explains(hit))
            if explained[-1] and hit.kind in REACHED:
                self._last = hit
        return explained

    def _explains(self, hit: Hit) -> bool:
        if hit.evidence is Evidence.FIELD:
            return False
        if hit.kind is Kind.NAME:
            called = _FIRM.search(self._text[hit.start : hit.end]) or _SHOP.match(self._text, hit.end)
            return hit.evidence is Evidence.CONTEXT and called is not None and _of_a_house(hit, self._text)
        if is_extension(hit, self._text):
            return True
        return self._can_be(hit) and self._named_before(hit) and not self._claimed(hit)

    def _can_be(self, hit: Hit) -> bool:
        """Whether its own shape, and that nobody is named near it, let it be a house's."""
        text = self._text
        if hit.kind in _CALLED:
            if hit.kind is Kind.OTHER_ID and _NUMBER.fullmatch(text, hit.start, hit.end) is None:
                return False
            if _MOBILE.fullmatch(text, hit.start, hit.end) is not None:
                return False
        elif hit.kind is Kind.EMAIL:
            if not _a_mailbox(text[hit.start : hit.end].partition("@")[0].casefold()):
                return False
        elif hit.kind is not Kind.ADDRESS or not (self._to_all or self._of_a_firm(hit)):
            return False
        low, high = hit.start - _ALONE, hit.end + _ALONE
        return not any(name.start < high and low < name.end for name in self._names)

    def _of_a_firm(self, hit: Hit) -> bool:
        """Whether an address is a post box, where nobody lives, or stands right behind the legal form of a firm."""
        before = self._text[max(0, hit.start - _BESIDE) : hit.start]
        return _BOX.match(self._text, hit.start, hit.end) is not None or _FIRM.search(before.rstrip(" ,")) is not None

    def _named_before(self, hit: Hit) -> bool:
        """Whether a house is the nearest that could own it, with nothing else between."""
        before = self._hushed(max(0, hit.start - _WINDOW), hit.start)
        if _PUBLICLY.search(before) is not None:
            return _HOUSE.search(self._text) is not None
        if hit.kind is Kind.ADDRESS and _HOUSED.match(self._text, hit.start, hit.end) is not None:
            lead = _ENDED.split(before)[-1]
            return _ONES.search(lead) is None and _ordinary(lead)
        house = None
        for house in _HOUSE.finditer(before):  # noqa: B007  (the last one is meant)
            pass
        if house is None or not _ordinary(house[1] or ""):
            return self._follows(hit)
        lead, between = _ENDED.split(before[: house.start()])[-1], before[house.end() :]
        if _FOR.fullmatch(lead) is not None:
            between = _ASKED.sub("", between, count=1)
        if _BETWEEN.fullmatch(between) is None:
            return self._follows(hit)
        if "\n" in between and _FORM.search(before[: house.start()]) is not None:
            return False
        firm = _FIRM.search(house.group()) is not None  # what happens before the name of a firm is done by it
        return (firm or _ONES.search(lead) is None) and _ordinary(lead)

    def _follows(self, hit: Hit) -> bool:
        """Whether it follows another value of a house, and nothing but a town, hours and labels stand between."""
        if self._last is None:
            return False
        between = self._hushed(self._last.end, hit.start)
        if self._last.kind is Kind.ADDRESS:
            between = _TOWN.sub("", between, count=1)
        return len(between) < _WINDOW and _BETWEEN.fullmatch(between) is not None

    def _hushed(self, low: int, high: int) -> str:
        """The text between two places without the values in it; a house that one begins with stays."""
        parts, at = [], low
        for one in self._values[bisect_left(self._starts, low) : bisect_left(self._starts, high)]:
            if at <= one.start and one.end <= high:
                own = one.start
                for house in _HOUSE.finditer(self._text, one.start, one.end):
                    own = house.end()
                parts.append(self._text[at:own])
                at = one.end
        return "".join([*parts, self._text[at:high]])

    def _claimed(self, hit: Hit) -> bool:
        after = self._text[hit.end : hit.end + 90]
        if _CLAIMED.search(_ENDED.split(after)[0]) is not None:
            return True
        sentence = _SENTENCE.search(self._text, hit.end)
        end = sentence.start() if sentence is not None else len(self._text)
        behind = _OTHER.split(self._hushed(hit.end, end))[0]
        if hit.kind is Kind.ADDRESS:
            behind = _TOWN.sub("", behind, count=1)
        behind = _HOURS.sub("", _GOES_ON.sub("", behind)).rstrip(" ,")
        return _BETWEEN.fullmatch(behind) is None or _UNNAMED.match(self._text, end) is not None


def _a_mailbox(box: str) -> bool:
    """Whether a mailbox is called after a task (`trialoffice`, `ecd.policies`), all other words of it being nobody's name."""
    words = re.split(r"[._-]", box)
    if not all(map(str.isalpha, words)):
        return False
    told = _TASK.search(words[-1])
    if told is None:
        return len(words) == 1 and lexicon.ORDINARY in lexicon.marks(box) and not lexicon.marks(box) & lexicon.PEOPLE
    rest = [*words[:-1], words[-1][: told.start()]]
    return not any(lexicon.marks(word) & _OFTEN for word in rest) and all(
        len(word) <= _ACRONYM or lexicon.marks(word) & lexicon.ELSE for word in rest
    )


_ACRONYM: Final = 4
_OFTEN: Final = lexicon.GIVEN | {"F"}
"""Marks of words that people are often called."""


def _of_a_house(hit: Hit, text: str) -> bool:
    """Whether what a model took for a name is a house's: it ends with a word for one, or such a word follows."""
    for word in text[hit.start : hit.end].casefold().split():
        marks = lexicon.marks(word)
        if lexicon.GIVEN & marks and not lexicon.ELSE & marks:
            return False
    return _LAST.search(text, hit.start, hit.end) is not None or _NEXT.match(text, hit.end) is not None


def _ordinary(lead: str) -> bool:
    """Whether a clause before a house names nobody: its words in capitals are everyday ones, or of the name of the house."""
    first = _LISTED.match(lead)
    if first is not None and lexicon.PEOPLE & lexicon.marks(first[1].casefold()):
        return False
    own = _OWN.search(lead)
    for word in _WORD.findall(lead[: own.start()] if own is not None else lead):
        bare = re.split("['’]", word)[0]
        marks = lexicon.marks(bare.casefold())
        known = lexicon.ELSE & marks or _FIELD.search(bare) or (_DOERS.search(bare) and not marks)
        if bare[0].isupper() and bare.isalpha() and not known and _ONE.fullmatch(bare) is None:
            return False
    return True
