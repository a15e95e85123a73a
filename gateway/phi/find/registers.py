"""What a text is by its structure (of machines, of literature, of an office), and what in it is therefore nobody in care.

Only opinions from context, names with their address in the same field, days, places and the contacts of an organisation may be
nobody's there. A sign of one person in care, or a number of somebody, in the same stretch takes that back: no layout can
launder a record.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gateway.domain import DIRECT, Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.houses import of_one, reached
from gateway.phi.find.notices import Notice
from gateway.phi.find.organisations import BRACKETED, CONTACTS, domains, in_its_field, of_a_thing, owned, reaches_nobody
from gateway.phi.find.retrieved import Retrieved
from gateway.phi.find.text.marks import Marks
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of


class Register(NamedTuple):
    """A sort of text, known by `least` different `marks` around a hit."""

    marks: Marks
    least: int
    around: int
    """Characters before and after a hit in which its marks are counted."""
    shortest: int
    """Characters of a text that is long enough to be of this sort."""
    nobodys: Mapping[Kind, Evidence]
    """What may be nobody's in it, if nothing stronger than this evidence says what it is."""


_MACHINE: Final = Register(
    Marks(
        r"\b[A-Za-z]\w*_\w+",
        r"\b[a-z]{2,}[A-Z][a-z]{2,}\w*",
        r"\w\(\)",
        r"(?:^|[\s\"'(\[,=:])\.{0,2}(?:/[\w.@-]*[A-Za-z][\w.@-]*){2,}",
        r"\b[\w-]+(?:/[\w.-]+){2,}\.[a-z]{1,4}\b",
        r"\b[\w-]+\.(?:py|js|mjs|ts|tsx|jsx|c|h|cc|cpp|go|rs|rb|java|kt|pl|pm|sh|sql|json|ya?ml|toml|cfg|conf|ini|md|rst|txt|html?|css|xml|csv|lock|log|gz|tar|so|service)\b",
        r"(?:^|[\s\"'(\[])--[a-z][\w-]+",
        r"</?[a-z][\w-]*(?: [^<>\n]{0,80})?/?>",
        r"[=!]==?|&&|\|\||=>|::|:=|[;{]\s*$|^\s*[})\]]+[,;]?\s*$",
        r"\bv\d+\.\d+(?:\.\d+)*\b|\b\d+\.\d+\.\d+[-+~]\w+|\(\d[\w.+~:]*-\d[\w.+~]*\)",
        r"\b[0-9a-f]{7,40}\b",
        r"\b(?:[Cc]loses?:?|[Ff]ixe[sd]:?|[Bb]ug|[Ii]ssue|PR|LP:) #\d+",
        r"^(?:@@ |diff --git |\+\+\+ |--- a/|index [0-9a-f]{7})",
        r"\b(?:INFO|WARN(?:ING)?|ERROR|DEBUG|TRACE|FATAL)\b",
        r"`[^`\n]{1,60}`",
        r"\burgency=\w+|^(?:Files|License|Copyright|Upstream-\w+|Requires-Dist|Classifier|Project-URL|Metadata-Version|Standards-Version):",
        r"\b(?:GPL|LGPL|MIT|BSD|Apache)(?:-\d[\w.+-]*| [Ll]icen[cs]e)",
        r"@(?:param|returns?|throws|see|deprecated|type)\b",
        r"^\s*//",
        r"^ -- |^  \* |^\s*\[ [A-Z][^\]\n]{2,40} \]$|^(?:commit|Author|AuthorDate|Date|Merge):? ",
        r"2>&1|2?>/dev/null|\|\s*(?:grep|head|tail|sort|awk|sed|xargs|wc|jq|less|tee|uniq)\b|^(?:[\w.-]+@[\w.-]+[:~ ]\S*)?[$#] \w+|\bsudo \w+",
        r"(?:^|\s)-[a-zA-Z]{1,3}(?: |$)",
        r"\b(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) /|\bHTTP/\d",
        r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
        r"\b(?:pts/|tty)\d+\b",
        r"^ ?(?:SYNOPSIS|DESCRIPTION|OPTIONS|SEE ALSO|RETURN VALUES?|AUTHORS?|BUGS|EXIT STATUS|ENVIRONMENT|FILES|STANDARDS|COPYRIGHT)$|\b\w+\(\d[a-z]*\)",
        r"^\s*(?:\w+:)?[ \t]*(?:\(c\)|©)? ?(?:19|20)\d\d(?:\s?-\s?(?:19|20)?\d\d)?,?[ \t]+[A-Z][^<>\n]{2,50}<",
    ),
    least=4,
    around=420,
    shortest=60,
    nobodys={
        Kind.NAME: Evidence.CONTEXT,
        Kind.OTHER_ID: Evidence.CONTEXT,
        Kind.PLACE: Evidence.SHAPE,
        Kind.FACILITY: Evidence.SHAPE,
        Kind.DATE: Evidence.SHAPE,
        Kind.URL: Evidence.CHECKED,
    },
)
"""Programs, diffs, logs, listings, manifests, markup, the history and the manual of a program."""
_LITERATURE: Final = Register(
    Marks(
        r"\b(?:background|objectives?|methods?|results?|conclusions?|introduction|purpose|aims?|design|setting|participants|interventions?|discussion|significance|abstract|keywords)(?:\s?:|\s*\n)",
        r"\b(?:indications and usage|contraindications|warnings and precautions|adverse reactions|dosage and administration|dosage forms|how supplied|clinical pharmacology|drug interactions|boxed warning|prescribing information|mechanism of action|overdosage|package leaflet|active substances?|what is in this leaflet)\b",
        r"\bet al\b",
        r"\bdoi\b|\b10\.\d{4,9}/|\bpmid\b|\bisbn\b|\barxiv\b",
        r"\(?n ?= ?\d+\)?|\bp ?[<=>≤] ?0?\.\d+|\b95 ?% ?(?:ci|confidence)|\bhazard ratios?\b|\bodds ratios?\b|\brelative risk\b|\binterquartile\b|\bstandard deviation",
        r"\brandomi[sz]ed\b|\bplacebo\b|\bmeta-analys\w+|\bsystematic review|\bcohorts?\b|\btrials?\b|\bobservational\b|\bretrospective\w*|\bprospective\w*|\bin vitro\b|\bmice\b|\brats\b",
        r"\bwe (?:assessed|studied|enrolled|found|report(?:ed)?|aimed|investigated|examined|evaluated|compared|conducted|performed|show(?:ed)?|developed|identified|analy[sz]ed|included|used|propose|present)\b",
        r"\bthis (?:study|paper|review|article|report|work|guideline|policy|leaflet|document|section|protocol)\b|\bthe aim of\b|\bwas to (?:assess|evaluate|determine|investigate|examine|compare)\b",
        r"\b(?:patients|participants|subjects|adults|children|women|men|individuals|cases|infants|volunteers|controls)\b",
        r"\b(?:recommend(?:s|ed|ations?)?|guidelines?|guidance)\b|\bshould (?:not )?be\b|\bmust (?:not )?be\b|\bstrong recommendation|\bgrade [1-4][A-D]\b",
        r"\bsections? \d|\(\d{1,2}\.\d{1,2}\)|\b§ ?\d|\bversion \d|\bv\d\b|\bappendix\b|\btable \d|\bfig(?:ure|\.) ?\d",
        r"\b(?:effective|review due|revised|ratified|supersedes|approved by|published|accepted|received|retrieved|updated) (?:on )?(?:\d|[a-z]{3,9} \d)",
        r"\b(?:employees?|staff|eligib\w+|reimburse\w+|deductible|coverage|policy|procedure|entitle\w+|supervisors?|managers?)\b",
        r"\b(?:department|faculty|school|institute|division|laboratory|college) (?:of|for) \w+|\buniversit\w+(?: of \w+)?|\belectronic address\b",
        r"^[A-Z][A-Z0-9]{1,3} {0,2}- |\((?:19|20)\d\d[a-z]?\)|, \d+\(\w+\), \w?\d+",
        r"\b(?:journal|letters|annals|archives|proceedings|transactions|acta|j|rev|clin|surg|res|int|eur|br)\b\.? (?:of|[A-Z])",
        r";\s?\d+(?:\(\d+\))?\s?:\s?\w?\d+|\b\d+\(\d+\):\w?\d+",
        r"\b(?:mg|mcg|g|ml)/(?:kg|m2|m²|day|ml|dl)\b|\bmg (?:tablets?|capsules?)\b",
        any_case=True,
    ),
    least=4,
    around=600,
    shortest=400,
    nobodys={
        Kind.NAME: Evidence.CONTEXT,
        Kind.OTHER_ID: Evidence.CONTEXT,
        Kind.PLACE: Evidence.SHAPE,
        Kind.FACILITY: Evidence.SHAPE,
        Kind.ZIP: Evidence.SHAPE,
        Kind.DATE: Evidence.SHAPE,
        Kind.URL: Evidence.CHECKED,
    },
)
"""Abstracts, references, affiliations, guidelines, labels, leaflets, protocols, handbooks."""
_REGISTERS: Final = (_MACHINE, _LITERATURE)

_SOMEONE: Final = re.compile(
    r"(?<![/\w])(?:(?i:"
    + one_of(
        r"(?<!if )(?:this|our|my|her|his|new|same) (?:patient|pt|client|resident|caller|member|baby|child)\b(?! (?:group|cohort|population|data|portal|safety|registry|class|model|table|object|record system))",
        r"(?<!if )(?<!when )(?<!advise )(?<!tell )(?<!instruct )(?<!inform )(?<!counsel )(?<!warn )(?<!whether )(?<!unless )(?<!ask )the (?:patient|pt) (?:was|is|had|has|came|presented|underwent|reports?|denies|lives|called|in)\b",
        r"(?:pt|pts)\b\.?",
        r"patient[\"']?\s?[:=,]|patients? [A-Z]?\d|patient (?:name|id|no)\b",
        r"(?:mrn|dob|d\.o\.b\.?|nhs|ssn|hosp(?:ital)? (?:no|number)|date of birth)\b",
        r"(?:he|she|him)\b(?!/| or )",
        r"(?:his|her)\b(?! or )",
        r"\d{1,3}[- ]?(?:years?|yrs?|y|months?|mo|weeks?)[- /]?o(?:ld)?\b(?! (?:and|or|children|adults|patients))",
        r"\d{1,3}\s?(?:yo|y/o)\b",
        r"my (?:mother|father|mum|mom|dad|wife|husband|son|daughter|sister|brother|aunt|uncle|partner|neighbou?r|friend|gran\w*|nan)\b",
        r"(?:mother|father|wife|husband|son|daughter|next of kin)\b (?:of|called|rang|says|asks|is|was)\b",
        r"(?<!seminar )(?<!meeting )(?<!conference )(?<!lecture )(?<!training )(?<!hours: )(?:bed|room|bay|cubicle) \d",
        r"(?:was|been|is being) (?:admitted|discharged|referred|seen|transferred|brought in)\b(?! (?:to|from|at|in) (?:the )?(?:study|trial))",
        r"(?:presents|presenting|complain(?:s|ing)|c/o)\b",
        r"(?:refill|appointment|prescription|referral|invoice|claim|bill|results?|chart|notes|letter) (?:for|of) (?-i:[A-Z])",
        r"(?:for|from|of|about|to|with) (?-i:(?:Mr|Mrs|Ms|Miss|Master)\b)",
        r"insert into (?:\w+\.)?\W?(?:patients?|persons?|people|members?|residents?|clients?|encounters?|admissions?)\b",
        r"patient[\W_]{1,3}name|\bsurname\b|\bgiven_?name\b|\bfirst_?name\b|\blast_?name\b|\bfamily_?name\b|\bfull_?name\b",
    )
    + r")|(?:Mr|Mrs|Ms|Miss)\b\.? [A-Z]|[MF]\d{2}\b|\d{2}[MF]\b(?![-/]))"
)
"""What speaks of one person; plurals and rules for anybody do not."""
_ROOM: Final = re.compile(r"(?i)room \d|nhs\b(?!['’s]{0,2}\W{0,3}(?:no|number|id|#|:|\d{3} ?\d))")
"""Where somebody may lie, and also where things stand; and who runs hospitals."""
_STYLED: Final = re.compile(r"(?:Mr|Mrs|Ms|Miss)\b\.? (?:[A-Z]\. ?)?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)?")
_NEAR: Final = 300
"""Characters before and after a hit in which that is looked for."""
_LOOSE: Final = frozenset({Kind.NAME, Kind.EMAIL, Kind.URL, Kind.OTHER_ID, Kind.PHONE, Kind.FAX, Kind.ADDRESS})
"""What of the direct kinds an office or an author has too: all others are somebody's, and what stands near them is too."""


def nobodys(hits: Sequence[Hit], text: str) -> list[bool]:
    """For each hit whether the sort of text around it says that it is nobody's in care."""
    return _told(hits, text)[1]


def of_houses(hits: Sequence[Hit], text: str) -> list[Hit]:
    """The hits that are nobody's only because the text gives them as a house's, and speaks of nobody."""
    return [hit for hit, told, all_told in zip(hits, *_told(hits, text), strict=True) if all_told and not told]


def speaks_of_one(text: str) -> bool:
    """Whether a text says something of one person, so that what stands beside it in a request may be theirs."""
    return any(not _ROOM.match(text, said.start()) for said in once(_spoken_of, text)) or of_one(text)


def _told(hits: Sequence[Hit], text: str) -> tuple[list[bool], list[bool]]:
    """For each hit whether it is nobody's, without houses and with them."""
    none = [False] * len(hits)
    if not any(_may(hit) for hit in hits):
        return none, none
    notice = Notice(text)
    someone = [said.start() for said in once(_spoken_of, text) if not _in_office(said, notice)]
    firm = sorted(hit.start for hit in hits if _somebodys(hit) and not _a_things(hit, text))
    marks = [(one, once(_marks, text, one.marks)) for one in _REGISTERS if len(text) >= one.shortest]
    article = any(register is _LITERATURE and len({word for _, word in found}) >= _ARTICLE for register, found in marks)
    houses = {word for hit in hits if hit.kind is Kind.FACILITY for word in text[hit.start : hit.end].split()}
    retrieved, named = Retrieved(text, notice, someone, firm), once(domains, text)
    told = [
        _may(hit)
        and (
            retrieved.explains(hit)
            or (
                not _any(someone, hit.start - _NEAR, hit.end + _NEAR)
                and not _any(firm, hit.start - _NEAR, hit.end + _NEAR)
                and (
                    owned(hit, text, named)
                    or (article and _of_a_byline(hit, text))
                    or _of_a_sum(hit, text)
                    or _houses_own(hit, text, houses)
                    or notice.explains(hit)
                    or any(_of(register, found, hit, text) for register, found in marks)
                )
            )
        )
        for hit in hits
    ]
    one_person = bool(firm) or any(not _ROOM.match(text, at) for at in someone)
    return told, reached(hits, told, text, somebody=one_person, to_all=notice.is_one)


def _spoken_of(text: str) -> list[re.Match[str]]:
    return list(_SOMEONE.finditer(text))


def _in_office(said: re.Match[str], notice: Notice) -> bool:
    """Whether somebody who is called Mr or Mrs works for the house whose notice it is."""
    styled = _STYLED.match(said.string, said.start())
    return styled is not None and notice.at_work(said.start(), styled.end())


def _a_things(hit: Hit, text: str) -> bool:
    """Whether a number is of a thing, a program or an office, whatever a cue says."""
    return of_a_thing(hit, text) or _symbol(hit, text) or reaches_nobody(hit, text)


def _may(hit: Hit) -> bool:
    return hit.evidence is not Evidence.FIELD and (
        hit.kind in CONTACTS
        or hit.kind is Kind.IP
        or hit.kind in _SYMBOLIC
        or any(_fits(one, hit) for one in _REGISTERS)
    )


def _fits(register: Register, hit: Hit) -> bool:
    strongest = register.nobodys.get(hit.kind)
    return strongest is not None and hit.evidence <= strongest and not hit.patient


def _somebodys(hit: Hit) -> bool:
    """Whether it is a number of somebody, or what a cue calls a patient's."""
    if hit.evidence is Evidence.CONTEXT:
        return False
    return hit.kind in DIRECT - _LOOSE or hit.evidence is Evidence.FIELD or (hit.patient and hit.kind in _BIRTH)


_BIRTH: Final = frozenset({Kind.DATE, Kind.AGE, Kind.OTHER_ID})


_SYMBOL: Final = re.compile(
    r"[A-Za-z]*_\w*|[a-z]{2,}[A-Z]\w*|[A-Z][a-z]{3,}[A-Z][a-z]{3,}\w*|str|int|bool|None|null|(?:INC|CHG|PRB|REQ|RITM|TASK|OPS|SRE)-?\d[\d-]*"
)
"""A word that only programs write, whatever stands before it."""
_SYMBOLIC: Final = frozenset({Kind.NAME, Kind.OTHER_ID})


def _symbol(hit: Hit, text: str) -> bool:
    """Whether a word is what only programs write, or a label of everyday words where nobody is called so."""
    if hit.kind not in _SYMBOLIC or hit.evidence is Evidence.FIELD:
        return False
    if _SYMBOL.fullmatch(text, hit.start, hit.end):
        return True
    words = re.findall(r"[^\W_]+", text[hit.start : hit.end]) if hit.kind is Kind.NAME else []
    marks = [lexicon.marks(word.casefold()) for word in words]
    return (
        hit.evidence > Evidence.CONTEXT
        and bool(words)
        and not any(mark & (lexicon.GIVEN | lexicon.FAMILY) for mark in marks)
        and (any(lexicon.ORDINARY in mark for mark in marks) or all(map(str.isupper, words)))
    )


def _marks(text: str, marks: Marks) -> list[tuple[int, str]]:
    return [(at, word.translate(_SAME)) for at, word in marks.find(text) if not _no_hash(word)]


def _no_hash(word: str) -> bool:
    """Whether it is of digits or of letters alone, as nearly no hash in hexadecimal is."""
    return word.isdigit() or (word.isalpha() and not word.strip("abcdef"))


_SAME: Final = str.maketrans(dict.fromkeys("0123456789", "0"))
"""Two days of one log, and two lines of one program, are one mark."""
_IN_CARE: Final = re.compile(
    r"(?i)(?<![a-z])(?:"
    + one_of(
        "patients?(?! (?:class|model|table|object|portal|group|data|safety))",
        *"callers? biops(?:y|ies) refills? appointments? appt dx diagnos(?:is|es|ed) icd clinic ward admission discharged? inpatient outpatient".split(),
        *"prescri(?:ption|bed) referr(?:al|ed) surgery oncology dialysis radiology bloods mri dicom dcm carer midwife".split(),
        r"(?:scan|results?|letter|report)[\w ]{0,12} (?:for|of|is|are|was) ",
        r"(?:ct|mri|pet|bone|your|her|his) scan",
        r"(?:sms|text|letter|message|reminder|call|e?mail|invoice|bill|fax|voicemail|notification)s?(?: (?:sent|queued|delivered|failed|bounced|due))? (?:to|for) ",
    )
    + r")(?![a-z])"
)
"""What says in a line of a program, a log or a table that somebody is cared for or written to, also in the name of a field."""
_REACHED: Final = re.compile(r"(?:\+|00?)[1-9](?:[ ().-]?\d){7,13}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}")
"""A number by which somebody is called, which no program counts with."""


def _somebody_there(hit: Hit, text: str) -> bool:
    """Whether what stands in machine text is a telephone number, or a name with a given name or a sign of care in its line.

    A program names whoever made it in a field that says so (`credits`, `in_its_field`); whom else it names is a person.
    """
    if hit.kind is Kind.OTHER_ID:
        return _REACHED.fullmatch(text, hit.start, hit.end) is not None
    if hit.kind is not Kind.NAME or hit.evidence is Evidence.FIELD:
        return False
    words = re.findall(r"[^\W\d_]{2,}", text[hit.start : hit.end])
    if any(_given(word, alone=len(words) == 1) for word in words):
        return True
    if any(lexicon.ORDINARY in lexicon.marks(word.casefold()) for word in words) or _SYMBOL.fullmatch(
        text, hit.start, hit.end
    ):
        return False
    start = max(text.rfind("\n", 0, hit.start) + 1, hit.start - _LINE_OF_A_LOG)
    end = text.find("\n", hit.end)
    end = min(end if end >= 0 else len(text), hit.end + _LINE_OF_A_LOG)
    return bool(words) and (
        _IN_CARE.search(text, start, hit.start) is not None or _IN_CARE.search(text, hit.end, end) is not None
    )


_LINE_OF_A_LOG: Final = 160
"""Characters of a line before and after a hit that are looked at: a whole file may be one line."""


def _given(word: str, *, alone: bool) -> bool:
    """Whether people are called so, and nothing else is; a word alone may not be a surname either, as products are called."""
    marks = lexicon.marks(word.casefold())
    return bool(marks & lexicon.GIVEN) and not marks & (lexicon.ELSE | lexicon.FAMILY if alone else lexicon.ELSE)


def _of(register: Register, marks: Sequence[tuple[int, str]], hit: Hit, text: str) -> bool:
    """Whether a hit stands in such a text, and may be nobody's there."""
    bracketed = hit.kind in BRACKETED and in_its_field(hit, text)
    if register is _MACHINE and not bracketed and _somebody_there(hit, text):
        return False
    symbol = register is _MACHINE and _symbol(hit, text)
    if not symbol and not _fits(register, hit) and not bracketed:
        return False
    low, high = hit.start - register.around, hit.end + register.around
    start, end = bisect_left(marks, (low, "")), bisect_right(marks, (high, ""))
    inside = {word for at, word in marks[start:end] if not hit.start <= at < hit.end}
    return len(inside) >= register.least


def _any(places: Sequence[int], low: int, high: int) -> bool:
    return bisect_left(places, low) < bisect_right(places, high)


def _of_a_byline(hit: Hit, text: str) -> bool:
    """Whether it stands in a line of nothing but names, as in a text that has the parts of an article."""
    if hit.kind not in _BYLINE or hit.evidence is not Evidence.CONTEXT:
        return False
    start = text.rfind("\n", 0, hit.start) + 1
    end = text.find("\n", hit.end)
    line = text[start : end if end >= 0 else len(text)][:_LINE]
    return len(_PARTED.split(line)) >= _SEVERAL and all(map(_BY.fullmatch, _PARTED.split(line.rstrip(" .,;"))))


_BYLINE: Final = frozenset({Kind.NAME, Kind.PLACE})
_ARTICLE: Final = 6
_SEVERAL: Final = 3
_LINE: Final = 4_000
_PARTED: Final = re.compile(r"[,;] (?:and |& )?| and | & ")
_BY: Final = re.compile(
    r"[^\W\d_][\w'’.-]*+(?:\s[^\W\d_][\w'’.-]*+){0,5}\s?[\d*†‡§¹²³⁴-⁹]*(?:,[\d*†‡§¹²³⁴-⁹]{1,3})*\s*|\d{1,2}"
)


def _houses_own(hit: Hit, text: str, houses: set[str]) -> bool:
    """Whether a word that nobody is called is of the name of a house in the text: "the Friends of Eastmoor" of Eastmoor General."""
    if hit.kind is not Kind.NAME or hit.evidence is not Evidence.CONTEXT:
        return False
    word = text[hit.start : hit.end]
    return word in houses and not lexicon.marks(word.casefold()) & lexicon.PEOPLE


def _of_a_sum(hit: Hit, text: str) -> bool:
    """Whether it names a row of a table of counts and rates: behind it stand only numbers, and the head says what they are."""
    if hit.evidence is not Evidence.CONTEXT or hit.kind not in _ROWS:
        return False
    start = text.rfind("\n", 0, hit.start) + 1
    row = _ROW.match(text, start)
    if row is None or row.start(1) > hit.start or hit.end > row.end(1):
        return False
    head = _HEAD.search(text, max(0, start - _TABLE), start)
    return head is not None


_ROWS: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY, Kind.OTHER_ID})
_TABLE: Final = 3_000
_ROW: Final = re.compile(
    r"[|\s]{0,3}([^,;|\t\n]{2,40})(?:\s?[,;|\t]\s?[-–+<>~]?[\d.,]*(?:\s?[-–]\s?[\d.,]+)?[%*–-]?){2,}[\s|]*(?:\n|$)"
)
_HEAD: Final = re.compile(
    r"(?im)^(?=[^\n]*(?:\b|_)(?:n|rate|count|total|pct|percent|mean|median|ci|per|ratio|share|sum|avg|denominator|numerator|admissions|cases|deaths)(?:\b|_))(?![^\n]*(?:name|patient|surname|mrn|dob|birth))[^\n]*[,;|\t][^\n]*[,;|\t][^\n]*$"
)
"""The names of columns, none of which is of a person."""
