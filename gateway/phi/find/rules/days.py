"""Days and months without a year (`8/1`, `14.2.`, `in June`), told from ratios and scores by the words beside them; nothing longer."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

NOT_A_DATE: Final = re.compile(
    r"(?i)\s?(?:mg|mcg|ml|mm|cm|kg|g\b|%|units?|pain|/10|scale|score|patients?|participants?|people|times|mice|cases|tablets?|of\b|tabs?\b|cups?)"
)
_PREPOSITION: Final = re.compile(
    "(?i)(?:"
    + one_of(
        *(
            r"\bon since dated? until till before after by from between and through thru to around approx\w* circa "
            r"ca\.? of seen visit admit\w* discharg\w* adm d/c dc due dob born birthday lmp edd surgery procedure "
            r"exam scan mri ct eval\w* appt appointment f/u follow-?up labs? drawn collected clinic ward given "
            "reviewed echo last next here dx'?d rx'?d"
        ).split()
    )
    + r")[\s:#(]*(?:the |about )?$"
)
_NEAR: Final = 30
"""Characters before a day in which its preposition stands."""


def placed(before: str) -> bool:
    """Whether a preposition or an event that takes a day stands at the end of `before`."""
    return _PREPOSITION.search(before[-_NEAR:]) is not None


NUMBERS: Final = re.compile(r"\d+")
_GOES_ON: Final = re.compile(r"[-/.]?\d|[a-z%]|/")
_MEASURED_WORDS: Final = (
    "pain painful painad score scores scored scale rate rated bp vision acuity va unaided aided strength power tone reflex reflexes gcs pressure bipap cpap ipap peep apgar "
    "apgars grade graded ratio moca mmse phq phq-2 phq-9 gad gad-7 nrs vas borg murmur edema pulse pulses node nodes negative mod nihss asa met mets rass "
    "cam epworth madrs hamd cfs mrs curb curb-65 percocet norco vicodin mono monofilament aldrete braden morse"
)
_MEASURED: Final = frozenset(_MEASURED_WORDS.split())
"""What is told as one number over another."""
_HAPPENED_WORDS: Final = (
    "missed scheduled planned started stopped scripted filled refilled taken took given fell fall evicted moved reported sent scanned tapped placed removed "
    "removal replaced repeat repeated recheck rechecked rpt show showed called returned resulted positive swab swabbed culture cultures cultured cx bcx ucx "
    "bal tte tee echo ekg ecg eeg emg xray xrays x-ray cxr kub us ultrasound pet dexa mammo mammogram pap biopsy biopsied bx egd scope cath lap revision "
    "graft dose doses prev previous previously updated signed expires exp expiry issued effective eff renew renews refill refills off line lines aline picc "
    "foley ett trach hospitalized hospitalised inpatient stay hosp stent implant implanted tube drain suture sutures staples chemo infusion cycle dialysis hd transfused transfusion vaccine vaccinated "
    "vaccination booster shot injection depo period menses onset symptom symptoms alive booked rescheduled cancelled canceled arrived arrives transferred "
    "intubated extubated operated died passed date hearing home end ended ends begin begins began return rtc rtw work night ij sc subclavian admitted "
    "xfer expiring note out bedside supply place anointed baptised baptized visited clinic scans scan rhogam tdap"
)
_HAPPENED: Final = frozenset(_HAPPENED_WORDS.split())
_OPERATIONS: Final = ("ectomy", "otomy", "ostomy", "plasty", "oscopy", "gram", "graphy")
_LOOSE: Final = " \t\n:=#(,'\""
_WORDS: Final = 3


def _last_words(before: str) -> list[str]:
    """Up to three words right before, the last first; a word that ends a clause and what stands before it are left out."""
    bare = before.rstrip(_LOOSE)
    if bare == before:
        return []
    words: list[str] = []
    for word in reversed(bare.rsplit(None, _WORDS)[-_WORDS:]):
        if words and word[-1] in ".;,":
            break
        words.append(word.strip(".:,;()").casefold())
    return words


def _measured(before: str) -> bool:
    words = _last_words(before)
    return not _MEASURED.isdisjoint(words) or (words[:1] in (["l"], ["r"]) and _SIDE.search(before) is not None)


_SIDE: Final = re.compile(r"(?:[A-Za-z:,.;]|/\d{1,2}) ?\b[LR] $")


def _happened(before: str) -> bool:
    words = _last_words(before)
    return (
        not _HAPPENED.isdisjoint(words) or any(word.endswith(_OPERATIONS) for word in words) or before.endswith(" d. ")
    )


_CHAINED: Final = frozenset(" -")
_CHAIN: Final = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}(?:, ?and |,? & ?| and |, ?| or ))+$")
_CLOCK_AFTER: Final = re.compile(
    r"(?i)[, ]{1,2}(?:at |@ ?|~|approx\.? )?(?:[01]?\d|2[0-3])(?::?[0-5]\d(?:\b|h)|\s?[ap]\.?m\b)"
)
_ON: Final = re.compile(r"(?i)\b(?:on|since|until|till|dated|due|dob|dos|dod|doa|before|by)[\s:#(]*$")
_ENDS: Final = re.compile(r"[\s,;)\]]*(?:$|[,;.)\]\n]|[A-Za-z(])")
_DATED_KEY: Final = re.compile(r"(?i)(?:date|_dt|_on|due|_at|since|when|day)[\"']?\s?[:=]\s?[\"']?$")


def month_and_day(value: str) -> tuple[int, int] | None:
    """Month and day of `3/14` or `14.3.`, whichever is which; None when neither order makes a date."""
    first, second = (int(part) for part in NUMBERS.findall(value))
    if not (1 <= first <= 31 and 1 <= second <= 31) or min(first, second) > 12:
        return None
    return (first, second) if first <= 12 else (second, first)


def tied(before: str, after: str) -> bool:
    """Whether what stands around a day says that something happened on it."""
    if before[-1:] in _CHAINED:
        before = _CHAIN.sub("", before)
    return placed(before) or _happened(before) or _CLOCK_AFTER.match(after) is not None


_COUNTED: Final = re.compile(
    r"(?i)\s?(?:\w+ )?(?:nodes?|lns?|lymph|cores?|slides|positive|neg\w*|correct|items?|points?|beats?|fields?|x\b)"
)
_SECONDARY: Final = re.compile(r" [a-z]")
"""`2/2 dehydration`: secondary to it."""
_STRENGTH: Final = 5
_RATED: Final = frozenset({_STRENGTH, 10})
"""Ends of scales so common that `4/5` and `7/10` are seldom days."""
_SCALES: Final = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 21, 24, 27, 28, 30})


def _day_only(value: str, before: str, after: str) -> float:
    """`3/14`: a date where something happened, never a ratio, score or dose."""
    first, second = (int(part) for part in value.split("/"))
    if (
        not (1 <= first <= 31 and 1 <= second <= 31)
        or min(first, second) > 12
        or _GOES_ON.match(after)
        or NOT_A_DATE.match(after)
    ):
        return 0.0
    if _measured(before):
        return 0.0
    if second in _RATED and first <= second and not _ON.search(before) and not _CLOCK_AFTER.match(after):
        return 0.7 if second == _STRENGTH and _happened(before) else 0.0
    if value == "2/2" and _SECONDARY.match(after):
        return 0.0
    if first > 12 and second in _SCALES and not _ON.search(before) and not _happened(before):
        return 0.0
    if first <= 12 < second and second not in _SCALES and not _COUNTED.match(after):
        return 0.7
    return 0.75 if tied(before, after) else 0.0


def _day_dashed(value: str, before: str, after: str) -> float:
    """`5-17`: a date only right after what happened or a key for dates, for most such pairs are ranges."""
    if month_and_day(value) is None or _GOES_ON.match(after):
        return 0.0
    if _DATED_KEY.search(before):
        return 0.9
    if not _ENDS.match(after) or NOT_A_DATE.match(after):
        return 0.0
    if re.search(
        r"(?i)(?:grade|stage|ages?|aged|levels?|doses?|cycles?|weeks?|days?|lines?|pain|score|symptoms?|x)[\s:]*$",
        before,
    ):
        return 0.0
    if re.match(r"(?i)\s?(?:x\b|times|days?|weeks?|hours?|h\b|hrs?|min|months?|mo\b|yrs?|years?|of|lit|l\b|/)", after):
        return 0.0
    _, day = month_and_day(value) or (0, 0)
    return 0.7 if (day > 12 or value[0] == "0") and (_ON.search(before) or _happened(before)) else 0.0


_DOTTED_ENDS: Final = re.compile(r"$|[\s,;)-]")
_DAY_FIRST: Final = re.compile(
    r"(?i)\b(?:vom|am|bis|seit|ab|den|le|du|au|op|van|tot|il|dal|al|el|desde|hasta|dated?|adm|disch|entl|aufn)[.:\s]{1,3}$"
)


def _day_dotted(value: str, before: str, after: str) -> float:
    """`14.2.` as in much of Europe: a date in the middle of a sentence or after a word for one, never the end of a number."""
    day, month = (int(part) for part in value.rstrip(".").split("."))
    if value[-1] == "." and not _DOTTED_ENDS.match(after):
        return 0.0
    if not (1 <= day <= 31 and 1 <= month <= 12) or before.rstrip(" ")[-1:] in {"\n", ""} or NOT_A_DATE.match(after):
        return 0.0
    if _DAY_FIRST.search(before) or _DATED_KEY.search(before):
        return 0.85
    if value[-1] != ".":  # 17.05
        happened = value[-2] in "01" and (_ON.search(before) or _happened(before))
        return 0.7 if happened and _ENDS.match(after) and not re.match(r"\s?[A-Za-z%]", after) else 0.0
    return (
        0.75
        if re.match(r" [a-z]{2}|-\d", after) and (_ON.search(before) or _happened(before) or placed(before))
        else 0.0
    )


def _day(value: str, before: str, after: str) -> float:
    """A day and a month without a year, as its separator tells."""
    if "/" in value:
        return _day_only(value, before, after)
    return _day_dashed(value, before, after) if "-" in value else _day_dotted(value, before, after)


def _months_only(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`2019-11`, where `2010-11` may be a pair of years."""
    year, month = value.split("-")
    if int(month) == int(year[2:]) + 1 and not _ON.search(before):
        return 0.0
    return 0.0 if re.search(r"(?i)(?:version|v|model|release|api|iso|edition|series)[\s:=\"']*$", before) else 0.8


_CLAUSE_ENDS: Final = re.compile(
    r"\s*(?:[,.;:?!)\n]|$|-- |- )|\s(?:and|at|when|because|but|with|for|to|so|until|then|please|if|or|instead|he|she|they|i|it|we|in|from|morning|evening|night|afternoon)\b",
    re.IGNORECASE,
)


_UNTIL: Final = re.compile(r"(?i)\b(?:since|until|till|'til|day),? $")
_IN_A_DIARY: Final = re.compile(
    r"(?i)\b(?:appointment|appt|booked|book|rebook\w*|clinic|slot|move[ds]?|change[ds]?|make it|born|came|seen|rang|told|started|went|due|date|week|month|night|see you|runs? out|expir\w+|renew\w*|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)


def _ordinal_day(value: str, before: str, after: str) -> float:
    """`since the seventeenth`, unless a noun follows (the seventeenth day, floor, percentile); a low one needs a word of a diary."""
    if not _CLAUSE_ENDS.match(after):
        return 0.0
    late = value[4:5].isdigit() or _LATE.match(value) is not None
    if late and not _LOOSELY.search(before):
        return 0.7
    return 0.7 if _UNTIL.search(before) or _IN_A_DIARY.search(before.rpartition(". ")[2]) else 0.0


_LOOSELY: Final = re.compile(r"(?i)\b(?:for|to|it) $")


def _feast(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A feast on which something happened: behind a word for when, or before its year."""
    return 0.75 if _WHEN.search(before) or _A_YEAR.match(after) else 0.0


_WHEN: Final = re.compile(
    r"(?i)\b(?:on|since|at|before|after|until|till|by|was|were|is|it's|over|around|last|this|from|born|about|of|like|came|fell|ill|home)(?: the)? $"
)
_A_YEAR: Final = re.compile(r"(?i),? (?:of )?(?:'\d\d\b|(?:19|20)\d\d\b|(?:nineteen|twenty|last|this|that) )")


_YEAR_OR_NAME: Final = re.compile(r"(?:\s|,\s?)(?:'?\d|[A-Z][a-z])|[a-z'-]")
_BY: Final = re.compile(r"(?i)\b(?:by|from) $")


def _month_alone(value: str, before: str, after: str) -> float:
    """`in June`, unless a year or a surname follows; nor `by May`, who may be a person."""
    if _YEAR_OR_NAME.match(after) or (value in {"May", "March"} and _BY.search(before)):
        return 0.0
    return 0.6


def _several(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`4 and 6 March`: days of one month; no doses, no decimals."""
    return 0.0 if NOT_A_DATE.match(after) or re.match(r"[/.]\d", after) or before[-1:] in {"/", "."} else 0.85


_DAY_NUMBER: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_MONTH_ALONE: Final = r"(?:January|Jan|February|Feb|Febuary|March|April|Apr|May|June|July|August|Aug|September|Sept?|October|Oct|November|Nov|December|Dec)"
_LATE_ORDINAL: Final = one_of(
    "(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)",
    *(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
        "nineteenth twentieth thirtieth"
    ).split(),
)
"""Ordinals that count days more often than anything else."""

_LOW_ORDINAL: Final = one_of(*"first second third fourth fifth sixth seventh eighth ninth".split())
_TENS: Final = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_SPOKEN_YEAR: Final = (
    rf"(?:'\d\d|(?:19|20)\d\d|(?:nineteen|twenty)[ -](?:oh[ -]|{_TENS}[ -]?)?[a-z]{{3,9}}|two thousand(?: and [a-z]{{3,9}})?|"
    rf"{_TENS}(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_FEASTS: Final = one_of(
    "(?:bonfire|burns|guy fawkes|twelfth) night",
    r"(?:new year'?s?|christmas|boxing|easter|whit|valentine'?s|mother'?s|father'?s|pancake|ash|good|palm|thanksgiving|independence|labou?r|memorial|veterans|anzac|armistice|remembrance|"
    r"st\.? (?:patrick|david|andrew|george|valentine|stephen)'?s) (?:day|eve|(?:mon|tues|wednes|fri|satur|sun)day|weekend)",
    *"easter christmas whitsun hallowe?'?en hogmanay diwali eid ramadan hanukkah passover thanksgiving lent".split(),
)
"""Days that a calendar of some faith or country fixes, each year anew."""
_LATE: Final = re.compile(rf"(?i)the (?:{_LATE_ORDINAL})\b")

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.DATE,
        r"(?:^|[^\w./-])(\d{1,2}\.(?:0?[1-9]|1[0-2])\.|(?:\d{1,2}[/-]\d{1,2}|(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2]))\b)",
        0.75,
        judge=_day,
        hits=("died 0350, «17/12»", "transferred «1/6»"),
        misses=("Conn's or Liddle's? Renin low, aldo low, K 2.9.",),
    ),
    Rule(
        Kind.DATE,
        r"(?:^|[^\w./-])((?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?:$|[^\w/-])",
        0.8,
        judge=_months_only,
        hits=("«2024-05»", "«2024-02»"),
        misses=("winter 2010-11",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:since|on|by|until|till|before|after|from|for|to|it|leav(?:e|es|ing)|discharged?|returns?|returning|home|due|back|do|make|(?:week|night|morning|evening|weekend) of|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?:,? (?:like|um+|uh+|erm?))?,? (the (?:{_LATE_ORDINAL}|{_LOW_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))))\b",
        0.7,
        judge=_ordinal_day,
        hits=(
            "since «the sixteenth»",
            "on «the fourteenth»",
            "shut till «the second»",
            "booked for «the thirtieth»",
            "can you do «the twenty-fourth»?",
            "see you on «the third» then",
            "had it out on, um, «the fourteenth», and",
            "it runs out on «the first», so you'll need to renew",
        ),
        misses=("on the seventeenth day", "on the second", "better for the third", "it goes to the tenth"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:x[- ]?rays?|scans?|films?|bloods|echo|ct|mri|swabs?|cultures?|ecg|biopsy|letter) (?:of|from|on) (the (?:{_LATE_ORDINAL}|{_LOW_ORDINAL})))(?: (?:looks?|looked|was|were|is|are|shows?|showed|came|and|had|has)\b|[.,;?!]|$)",
        0.7,
        hits=("the x ray from «the seventh» looks better",),
        misses=("the scan of the second kidney",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:next|first|one|appointment|slot|available|booked|appt|surgery|clinic|scan)\b[^.?!\n]{{0,40}} (?:is|was|will be) (the (?:{_LATE_ORDINAL}|\d{{2}}(?:st|nd|rd|th))))\b",
        0.7,
        judge=_ordinal_day,
        hits=("Next one I've got is «the thirtieth».",),
        misses=("The next one is the best", "the first floor is the thirtieth of the tower"),
    ),
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w./-])({_DAY_NUMBER}(?:, {_DAY_NUMBER}){{0,3}},? ?(?:and|&|or|to|through|until|-) ?(?:the )?{_DAY_NUMBER} (?:of )?{_MONTH_ALONE}(?:,? (?:19|20)\d\d)?)\b",
        0.85,
        judge=_several,
        hits=("«4 and 7 March»", "«6-9 June»"),
        misses=("4 and 7 tablets",),
    ),
    Rule(
        Kind.DATE,
        rf"\b({_MONTH_ALONE}\.? {_DAY_NUMBER}(?:, {_DAY_NUMBER}){{0,3}},? ?(?:and|&|to|through|-) ?{_DAY_NUMBER}(?:, (?:19|20)\d\d)?)\b",
        0.85,
        judge=_several,
        hits=("«June 3, 5 and 9, 2023»", "«July 7-20»"),
        misses=("June 3 tablets",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b((?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)|{_LATE_ORDINAL}|{_LOW_ORDINAL}) of (?:this|last|next|the same) month))\b",
        0.7,
        hits=("«14th of last month»", "«the fourteenth of last month»"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(the (?:{_LATE_ORDINAL}|{_LOW_ORDINAL})) (?:or|and|to|till|until|through) the (?:{_LATE_ORDINAL}|{_LOW_ORDINAL}) of {_MONTH_ALONE}\b)",
        0.7,
        hits=("it was «the nineteenth» or the twentieth of April",),
        misses=("the third or the fourth of them",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b((?:the )?(?:first|second|third|fourth|last) (?:week|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day) (?:of|in) {_MONTH_ALONE}|{_MONTH_ALONE} (?:that|last|this|the same|the next|the following) year))\b",
        0.7,
        hits=("«second week of June»", "moved in «November that year»"),
        misses=("second week of treatment",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:in|since|until|till|from|during|over|it was|that was|be|by|about|around) ((?:the )?(?:early |late )?(?:spring|summer|autumn|winter) (?:of )?{_SPOKEN_YEAR}))\b",
        0.7,
        hits=("in «the summer of ninety-six»", "since «spring 2019»", "be «the winter of '81»"),
        misses=("in the summer of love",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b({_FEASTS}))\b",
        0.75,
        judge=_feast,
        hits=("it was «bonfire night»", "the day before «Easter»", "«Whitsun» 1964", "since «New Year's Day»"),
        misses=("a Christmas Day menu", "Easter eggs"),
    ),
    Rule(
        Kind.DATE,
        rf"\b(?i:in|since|until|till|last|this past|during|end of|start of|beginning of|by|from|early|mid|late)(?: (?:early|mid|late))?[ -]({_MONTH_ALONE})\b",
        0.6,
        judge=_month_alone,
        hits=("mid-«September»", "in «September»"),
        misses=("led by May",),
    ),
)
