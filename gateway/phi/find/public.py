"""Who is named in public text: people of history, members in minutes, officers, who wrote what; reported, not counted.

Only a name may be public, and nobody is where a number of theirs, a relative or a sign of care stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import DIRECT, Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.organisations import is_extension
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of

_BESIDE: Final = 160
"""Characters before and after a name in which a sign of care takes it back."""
_BEFORE: Final = 320
_AFTER: Final = 100
_ERA: Final = 260
"""Characters between a name and a year of its time."""
_LEAST_YEARS: Final = 2
_LEAST_LATER: Final = 3
_CONTACTS: Final = frozenset({Kind.NAME, Kind.EMAIL, Kind.URL, Kind.OTHER_ID})

_TOLD: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY, Kind.DATE, Kind.AGE})
"""What history tells of people."""

_MONTHS: Final = "january february march april may june july august september october november december".split()
_YEAR: Final = r"(?:1[0-8]\d\d|190\d|191[0-4])"
"""Nobody in care was born before 1915; a year by itself may also be an hour (1847) or an amount."""
_LONG_AGO: Final = re.compile(
    r"(?i)\b(?:"
    + one_of("in", "since", "circa", r"ca?\.", "year", "winter", "spring", "summer", "autumn", *_MONTHS)
    + rf")(?: of)? {_YEAR}\b(?!\s?(?:h|hrs?|hours|ml|mg|kcal|g|mcg|units|steps|calories)\b|[:.,]\d)"
    + rf"|\((?:b\. |born |d\. |died |fl\. )?{_YEAR}(?:\)|\s?[-–]\s?\d{{2,4}}\))|\b{_YEAR}\s?[-–]\s?1[89]\d\d\b"
)
_LATER_YEAR: Final = re.compile(
    r"(?i)\b(?:"
    + one_of("in", "since", "of", *_MONTHS)
    + r") 19(?:1[5-9]|2\d|3[0-5])\b(?!\s?(?:h|hrs?|hours|ml|mg)\b|[:.,]\d)"
)
"""Years that somebody very old may have been born in: three of them tell of history where nobody's birth is told."""
_ANY_YEAR: Final = re.compile(rf"{_YEAR}|19[1-3]\d")
"""What all of these hold, looked for first: it costs nearly nothing."""
_BORN: Final = re.compile(r"(?i)\b(?:dob|d\.o\.b|born|birth|geb)\b")
_ILLNESS: Final = (
    r"(?:(?:type|stage|metastatic|severe|mild|chronic|advanced|early|untreated|recurrent|terminal|inoperable|breast|lung|bowel|colon|prostate|ovarian|cervical|skin|brain|kidney|liver|"
    r"rheumatoid|ulcerative|post-?natal|major|multiple|[0-9ivx]{1,3}) ){0,3}(?:cancer|diabetes|hiv|aids|epilepsy|depression|anxiety|asthma|lupus|leuka?emia|lymphoma|melanoma|ms|copd|schizophrenia|migraines?|arthritis|"
    r"hepatitis|cirrhosis|parkinson[’']?s|dementia|angina|adhd|autism|ptsd|psoriasis|endometriosis|crohn[’']?s|colitis|ckd|tuberculosis)"
)
TOLD_OF_ONESELF: Final = (
    r"diagnosed with [a-z]+",
    r"who (?:lives|is living|suffers) (?:with|from) " + _ILLNESS,
    r"i(?:['’]ve| have| live with| suffer from| was)(?: had| got)? " + _ILLNESS,
    r"my (?:own )?(?:[a-z-]+ )?(?:dose|diagnosis|chemo(?:therapy)?|biopsy|surgery|medication|meds|pregnancy|illness|cancer|diabetes|hiv|depression|insulin|seizures?|psychiatrist|therapist|oncologist)",
)
"""How people tell of their own illness, also where they are the author of the text."""
_TREATED: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"(?:this|the|our|my|her|his|a|new|same) (?:patient|pt|client|resident|caller|member)\b(?! (?:group|cohort|population|data|portal|safety|registry|experience|voice|panel|representative))",
        r"pt\.?s?",
        "mrn",
        "dob",
        r"d\.o\.b",
        "date of birth",
        "admitted",
        "discharged?",
        "refills?",
        "appointment",
        "(?:his|her|their|my|your) appointments",
        r"prescri(?:be|bed|ption for)",
        "next of kin",
        r"\d{1,3}[- ]?(?:year|yr|y/?o|month|week)s?[- ]?old",
        r"(?:presents|presented|presenting) (?:with|to)",
        "diagnosed",
        "allergic",
        r"(?:bed|room|bay) \d",
        r"(?:his|her) (?:results?|bloods?|scan|test|chart|notes|medication|tablets|consent|care|symptoms|pain)",
        *TOLD_OF_ONESELF,
    )
    + r")\b"
)
"""What speaks of one person in care; pronouns do not, for a biography is full of them."""
_KIN: Final = re.compile(
    r"(?i)\b(?:mother|father|mum|mom|dad|wife|husband|son|daughter|(?-i:sister|[Ss]isters?(?! [A-Z]))|brother|family|relatives?)\b"
)
"""Relatives, who come along to somebody in care; those of people of history do not."""
_SEATED: Final = re.compile(
    r"(?:^|[\n.;(*|>] ?|\. )\W{0,4}"
    r"(?:Present|In attendance|Attendees|Apologies(?: for absence)?|Members(?: present)?|Panel(?:lists)?|Speakers?|Moderators?|Chair|Chaired by|Hosts?|Guests?|Editors?|"
    r"Co-investigators?|Investigators?|Inventors?|Examiners?|Supervisors?|Trustees|Authors?|Written by|Prepared by|Approved by|Ratified by|Policy owner|Document owner|Minutes(?: by| taken by)?|Programme|Faculty|Curator|Librarian|Archivist|Architect|Composer|Assignee|Reporter|By)\s?:\s"
)
"""The head of a list of who sat on a board, spoke, wrote or signed for an office."""
_ENDED: Final = re.compile(r"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bProf)(?<!\bRev)(?<!\bSt)[.!?]\s")
_OFFICE: Final = one_of(
    *(
        "Officer Director Counsel CEO CFO COO CIO CTO CMO CNO President Vice-President Chair Chairman Chairwoman Chairperson Minister Editor Professor Dean Governor Mayor Senator "
        "Commissioner Ombudsman Founder Co-founder Trustee Treasurer Novelist Historian Biographer Playwright Economist Journalist Columnist Curator Archivist Moderator chair co-chair "
        "minutes secretary editor moderator professor novelist historian minister host author"
    ).split(),
    "Secretary of State",
    "Permanent Secretary",
    "lay member",
    "staff side",
    "Head of [A-Z]",
)
_HOLDS: Final = re.compile(
    rf"(?:['’]s)?\**(?:, | \(| – | - |,? then |: )(?:(?:the|our|its|then|former|acting|interim|deputy|assistant|associate|an?) )*(?:[A-Z][\w&'’-]*,? |of |and |& |for ){{0,5}}(?:{_OFFICE})\b"
)
"""An office right behind the name that holds it."""
_STYLED: Final = re.compile(
    r"(?:\b(?:Sir|Dame|Lord|Baroness|Baron|Viscount|Cllr|Councillor|Alderman|Senator|Justice|Prof\.?|Professor|Pope|Archbishop|Emperor|Empress|Queen|King|Prince|Princess|Saint|General|Colonel|Admiral)"
    r"|\b(?:[Mm]inister|[Cc]hief executive|[Cc]hair(?:man|woman)?|[Pp]rofessor|[Ee]ditor|[Pp]resident|[Hh]istorian|[Nn]ovelist|[Pp]oet|[Ss]tatistician|[Aa]uthor|[Jj]ournalist|[Mm]ayor),?) $"
)
_KNOWN_FOR: Final = re.compile(
    r"\b(?:[Aa]ct(?:or|ress)|[Bb]roadcaster|[Ff]ilmmaker|[Ss]culptor|[Cc]omposer|[Ee]conomist|[Aa]rchitect|[Gg]eneticist|[Pp]hysicist|[Bb]iologist|[Cc]hemist|[Bb]otanist|[Ss]ociologist"
    r"|[Aa]nthropologist|[Ee]pidemiologist|[Pp]hilosopher|[Rr]esearcher|[Ss]cientist|[Ii]ndependent expert|[Bb]ishop|MP|[Ss]pokes(?:man|woman|person)),? (?:[A-Z][\w'’-]+ )?$"
)
"""Before the name of somebody whom news tell of by what they do; so may a note, which is why news must be told."""
_NEWS: Final = re.compile(
    r"(?i)\b(?:said|told|study|studies|team|published|universit\w+|press|gazette|newspaper|award\w*|opened|switched on|museum|article|discover\w+|founded|bbc)\b"
)
_MADE_BY: Final = re.compile(
    r"(?i)\b(?:books?|novel|articles?|papers?|chapter|essay|poems?|song|film|play|blog|podcast|episode|editorial|lecture|keynote|painting|portrait|published|written|composed|founded|"
    r"invented|discovered|designed|narrated|illustrated|translated|edited|chaired|supervised|moderated|presented|coined)(?: \w+){0,3} by (?:the |dr\.? |prof\.? |professor |sir )?$"
)
_MADE: Final = re.compile(
    r"(?:['’]s)?,?(?: who| which)?(?: \(\w[^()]{0,30}\))? (?:told (?:the |reporters|[A-Z])|published|invented|discovered|coined|founded|co-founded|chaired|edited|translated|composed|patented|won the|wrote (?:[Tt]he|[Aa]n?|in|that|\")|argue[sd] that|proposed (?:the|a|that))\b"
)
_LATER: Final = re.compile(r"[^\W\d_]{3,}")
_HINTS: Final = re.compile(
    r"(?i)present|attend|apolog|member|panel|speaker|chair|host|editor|investigator|inventor|trustee|author|written|prepared|"
    r"approved|ratified|owner|officer|director|counsel|\bc[efoit]o\b|president|minister|professor|\bprof\b|novelist|"
    r"historian|poet|\bsir\b|\bdame\b|\blord\b|baroness|councillor|alderman|senator|published|invented|discovered|"
    r"founded|moderator|programme|mayor|bishop|pope|king|queen|emp(?:eror|ress)|princ|saint|general|colonel|admiral|justice|chief exec|"
    r"act(?:or|ress)|caster|maker|sculptor|composer|chemist|architect|philosopher|research|scientist|expert|spokes|"
    r"[a-z]{3}(?:ologist|icist|ician|nomist|anist)|\bMP\b|curator|librarian|archivist|assignee|reporter|governor|journalist|columnist|"
    r"preprint|abstract|\bdoi\b|journal|et al|rxiv|pubmed|contribut|methods:|proceedings|treasurer|ombudsman|biographer|playwright|commissioner|\bdean\b|composed|edited|translated|patented|wrote|argue|\bby\b|faculty|guests?:|\b(?:1[0-8]\d\d|19[0-3]\d)\b"
)


def public(hits: Sequence[Hit], text: str) -> list[bool]:
    """For each hit whether it is the name of somebody in public text, with nothing of a person in care beside it."""
    if not any(hit.kind is Kind.NAME or _of_old(hit, text) for hit in hits) or not once(_hinted, text):
        return [False] * len(hits)
    firm = [hit for hit in hits if _firm(hit, text)]
    old = [] if firm else once(_years, text)
    known = [
        hit.evidence is not Evidence.FIELD
        and (
            (hit.kind in _TOLD and _of_history(hit, text, old))
            or (hit.kind is Kind.NAME and _public(hit, text) and not _in_care(hit, text, firm))
            or (not firm and hit.kind is Kind.NAME and once(_published, text) and _on_the_line_of_authors(hit, text))
        )
        for hit in hits
    ]
    words = {
        word
        for hit, one in zip(hits, known, strict=True)
        if one and hit.kind is Kind.NAME
        for word in _words(text[hit.start : hit.end])
    }
    if not words:
        return known
    return [
        one
        or (
            hit.kind is Kind.NAME
            and words.issuperset(_words(text[hit.start : hit.end]))
            and not _in_care(hit, text, firm)
        )
        for hit, one in zip(hits, known, strict=True)
    ]


def _of_old(hit: Hit, text: str) -> bool:
    return hit.kind is Kind.DATE and _OLD_DAY.search(text, hit.start, hit.end) is not None


_OLD_DAY: Final = re.compile(rf"{_YEAR}$")
"""The end of a day in whose year nobody in care was born."""


def _hinted(text: str) -> bool:
    return _HINTS.search(text) is not None


def _years(text: str) -> list[int]:
    """Where a text tells of years in which nobody in care lived, if it does so more than once."""
    if _ANY_YEAR.search(text) is None:
        return []
    old = [year.start() for year in _LONG_AGO.finditer(text)]
    if len(old) >= _LEAST_YEARS:
        return old
    later = old + [year.start() for year in _LATER_YEAR.finditer(text)]
    return later if len(later) >= _LEAST_LATER and _BORN.search(text) is None else []


def _firm(hit: Hit, text: str) -> bool:
    """Whether it is a number or an address of somebody: what no text around it makes public."""
    return hit.kind in DIRECT - _CONTACTS and hit.evidence is not Evidence.CONTEXT and not is_extension(hit, text)


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _LATER.findall(name)} - _TITLES


_TITLES: Final = frozenset("dr mr mrs ms miss prof professor sir dame lord lady sister rev von van der".split())


def _of_history(hit: Hit, text: str, old: Sequence[int]) -> bool:
    """Whether years of another age stand around a name, and nothing of somebody in care today."""
    return any(hit.start - _ERA < year < hit.end + _ERA for year in old) and not treated(hit, text)


def treated(hit: Hit, text: str) -> bool:
    """Whether what stands beside a hit speaks of one person in care."""
    low, high = max(0, hit.start - _BESIDE), hit.end + _BESIDE
    return _TREATED.search(text, low, hit.start) is not None or _TREATED.search(text, hit.end, high) is not None


def _public(hit: Hit, text: str) -> bool:
    before = text[max(0, hit.start - _BEFORE) : hit.start].rpartition("\n")[2]
    after = text[hit.end : hit.end + _AFTER].partition("\n")[0]
    return (
        _HOLDS.match(after) is not None
        or _STYLED.search(before) is not None
        or (_KNOWN_FOR.search(before) is not None and _NEWS.search(text) is not None)
        or _MADE_BY.search(before) is not None
        or _MADE.match(after) is not None
        or _seated(before)
    )


def _published(text: str) -> bool:
    return _LITERATURE.search(text) is not None


def _on_the_line_of_authors(hit: Hit, text: str) -> bool:
    """Whether a name stands in a line of names and nothing else, and the next line says where those who bear them work."""
    start, end = text.rfind("\n", 0, hit.start) + 1, text.find("\n", hit.end)
    if end < 0 or end - start > _BEFORE or _WORKING.match(text, end + 1) is None:
        return False
    names = _NAMES_APART.split(text[start:end].strip(" .*"))
    return len(names) >= _LEAST_AUTHORS and all(_FULL_NAME.fullmatch(one) for one in names)


_LITERATURE: Final = re.compile(
    r"(?im)^abstract\b|\b(?:preprint|pre-print|doi|journal|et al|peer[- ]review\w*|medrxiv|biorxiv|arxiv|pubmed|equal contribution|contributed equally|corresponding author|methods:|proceedings)\b"
)
_WORKING: Final = re.compile(
    r"[\d*†‡ (]{0,6}(?:Dept?(?=\.)|Dept|Department|Division|Faculty|School|Institut\w*|University|Centre|Center|College|Laboratory|Klinik|[A-Z][\w'’-]+ (?:University|Institute|Hospital|College|School))\b"
)
_NAMES_APART: Final = re.compile(r",? (?:and|&) |[,;] ?")
_FULL_NAME: Final = re.compile(
    r"[^\W\d_a-z][\w'’.-]*(?: (?:(?:van|von|der|den|de|del|di|da|dos|du|la|le|el|al|bin|ter) ){0,2}[^\W\d_a-z][\w'’.-]*){1,3}[\d*†‡ ]{0,4}"
)
_LEAST_AUTHORS: Final = 3
"""Two names on a line may be a patient and who came along."""


def _seated(before: str) -> bool:
    """Whether a name stands in the list of a board, of speakers or of authors, on the same line and in the same sentence."""
    head = None
    for head in _SEATED.finditer(f"\n{before}"):  # noqa: B007  (the last one is meant)
        pass
    return head is not None and _ENDED.search(f"\n{before}", head.end()) is None


def _in_care(hit: Hit, text: str, firm: Sequence[Hit]) -> bool:
    low, high = max(0, hit.start - _BESIDE), hit.end + _BESIDE
    if any(low < other.end and other.start < high for other in firm):
        return True
    return any(
        sign.search(text, start, end) is not None
        for sign in (_TREATED, _KIN)
        for start, end in ((low, hit.start), (hit.end, high))
    )
