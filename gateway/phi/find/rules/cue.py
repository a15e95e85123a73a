"""The grammar between a cue and its value ("MRN of the patient is #8675309"), and when a number after a cue is none."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Judge, Rule
from gateway.phi.find.text.ways import one_of

_LABEL: Final = r"(?:numbers?|num|nbr|no|nos|nr|ids?|identifiers?|identification|code|ref(?:erence)?[\s:.#])"
_FILLER: Final = (
    "(?:"
    + one_of(
        "on (?:file|record|card)",
        "(?:for|of) (?:this|the|my|our|her|his) (?:patient|pt|member|client)",
        *(
            "listed recorded assigned provided given currently documented registered issued used as still "
            "also now here reads? shows?"
        ).split(),
        "end(?:s|ing)?(?: (?:in|with|on))?",
        "(?:the )?last (?:four|4)(?: digits)?",
        *(
            "entered verified confirmed was is are of be equals it'?s being known printed reported noted "
            "updated changed corrected to and for in the on under area am le el il den"
        ).split(),
    )
    + ")"
)
_JOINER: Final = r"[\s:=#\"'`*_(\[{<>|~.,?/-]"
TAIL: Final = (
    rf"(?:</\w{{1,9}}>)?(?:[\s_.,-]{{0,2}}{_LABEL}(?:\b|_)\.?|[\s_]?#){{0,3}}(?:\s?\([^()\n]{{1,24}}\))?"
    rf"(?:[\s,]{{1,2}}{_FILLER}\b){{0,4}}{_JOINER}{{0,6}}"
)
"""What may stand between a strong cue and its value."""
STRICT: Final = (
    rf"(?:(?:[\s_.-]{{0,2}}{_LABEL}(?:\b|_)\.?|[\s_]?#){{1,3}}(?:\s?\([^()\n]{{1,24}}\))?(?:[\s,]{{1,2}}{_FILLER}\b){{0,4}}{_JOINER}{{0,6}}"
    rf"|(?:\s?\([^()\n]{{1,24}}\))?(?:\s(?:is|was|on file|are)\b)?[\"'*_]{{0,3}}\s?[:=]>?{_JOINER}{{0,6}})"
)
"""The same after a weak cue: a word for number, a hash or a colon is needed."""
VALUE: Final = r"(?:[a-z]{1,7}[-./_:]?){0,3}\d[a-z0-9]*(?:[-._/][a-z0-9]+){0,8}(?: \d{3,}[a-z0-9]*){0,4}"
"""An identifier: at least one digit, with letters and separators around it."""

_ELSEWHERE: Final = re.compile(r"[.!?]\s*\n\s*\n\s*$")
"""A sentence and a paragraph end between a cue and what follows: they have nothing to do with each other."""
_IN_DOI: Final = re.compile(r"\b10\.\d{4,9}/\S*$")
"""Inside of the number of an article (ISO 26324)."""
_MEASURE: Final = re.compile(
    r"(?i)\d ?-?(?:"
    + one_of(
        *(
            r"years? yrs? y\.?/?o days? wks? weeks? months? mos? hours? hrs? min(?:ute)?s? sec(?:ond)?s? mg "
            "mcg ug ml mm cm kg lbs? g units? iu mmol meq percent % st nd rd th x french patients? cases? "
            "participants? subjects? people persons? women men adults children times"
        ).split(),
        r"x ?\d{1,2}",
        *"tablets? pills? doses? beds? items? characters digits tokens words bytes kb mb points?".split(),
    )
    + r")(?:\b|[^a-z0-9]|$)"
)
_DATE: Final = re.compile(
    r"(?i)(?:(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2}(?:t\S*)?)?|\d{1,2}[-/.]\d{1,2}[-/.](?:(?:19|20)\d\d|\d\d))(?: \d+)?$"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")
_PUBLIC: Final = re.compile(
    r"(?i)(?:nct|pmid|pmc|isrctn|eudract|doi|cpt|loinc|hgvs|nm_|np_|nc_|ng_|enst|ensg|gse|prj|chembl|cve|rfc|iso|hcpcs|drg|ndc|icd-?(?:9|1[01])-|"
    r"stage|grade|type|version|covid|h\dn\d|v?section)[-_:. ]?\d|v\d{1,2}(?:\.\d|[-_: ]?\d{0,3}$)"
)
_MACHINE: Final = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$")
"""`client: 10.8.0.23`: the address of a machine, which the rule for addresses reports as one."""
_PORT: Final = re.compile(r"\d{2,5}(?:/|$)")
_HOST: Final = re.compile(r"\w\.[a-z][\w.-]{1,60}:$")
"""`registry.internal:5000/gateway`: the port of a machine, and the path behind it."""
_VERSIONED: Final = re.compile(r"(?i)[,;:) |-]{1,4}(?:version|ver\.?|v|rev(?:ision)?\.?|issue)[ .:]?\d")
_DOCUMENT: Final = re.compile(
    r"(?i)\b(?:policy|procedure|document|guideline|protocol|form)(?: (?:no|number|nr|ref|reference|id|code))?\.?[\s:#]{1,3}$"
)
"""`Policy number CP-112, version 4.1`: a document under control, which no insurance has."""
_FRACTION: Final = re.compile(r"(?:[01]\.\d{1,16}|\d\d\.\d\d?)$")
"""`acc=0.9921`, `acc=99.21`: a share, as programs print one."""
_TRACKED: Final = re.compile(r"[A-Z]{2,6}-\d{1,5}$")
_TRACKER: Final = re.compile(
    r"(?i)\b(?:(?:jira|linear|github|support|dev|bug|story|epic)[ -]?ticket|ticket|issue)(?:'?s)?(?: (?:no|number|id|key)\b\.?)?[\s:#=\"'*(\[]{0,4}$"
)
"""`ticket RIS-4410`: an entry of a tracker of work, numbered in the order in which people had something to do."""
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_NUMBERED: Final = re.compile(r"(?i)(?:#|:|=|\b(?:number|num|no|nr|nbr|id)\b\.?)[\s\"'*(\[#is]*$")


def identifies(value: str, before: str, after: str, *, digits: int, weak: bool = False, dated: bool = False) -> bool:
    """Whether a value after a cue is an identifier: not a date, measure, bare year or public code, and long enough."""
    if _MEASURE.match(value[-1] + after) or (_is_date(value) and not dated) or (weak and _PUBLIC.match(value)):
        return False
    if weak and (
        _MACHINE.match(value) or _FRACTION.match(value) or (_TRACKED.match(value) and _TRACKER.search(before))
    ):
        return False
    if _PORT.match(value) and _HOST.search(before):
        return False
    if _VERSIONED.match(after) and _DOCUMENT.search(before):
        return False
    if _ELSEWHERE.search(before) or _IN_DOI.search(before) or after.lstrip()[:1] == "±":
        return False
    if re.match(r"(?i)\d{1,3}-(?:year|yr|day|week|month|hour|mg|ml|mm|point|item|lead)", value):
        return False
    if _YEAR.match(value) and (weak or not _NUMBERED.search(before)):
        return False
    return sum(char.isdigit() for char in value) >= digits


def _is_date(value: str) -> bool:
    if _DATE.match(value) is None:
        return False
    first, second, *rest = (int(part) for part in re.findall(r"\d+", value)[:3])
    month, day = (second, rest[0] if rest else 1) if first > 31 else (first, second)
    return 1 <= month <= 31 and 1 <= day <= 31 and min(month, day) <= 12


def cued(  # noqa: PLR0913  (a rule is told in many words)
    kind: Kind,
    cue: str,
    tail: str = TAIL,
    *,
    digits: int = 2,
    value: str = VALUE,
    uuid: bool = True,
    dated: bool = False,
    hits: tuple[str, ...] = (),
    misses: tuple[str, ...] = (),
) -> Rule:
    """A rule for what `cue` announces: a value with at least `digits` digits, of any check digit.

    `uuid` and `dated` say whether the value may look like a UUID or a date.
    """

    def judge(value: str, before: str, after: str) -> float:
        if not uuid and _UUID.match(value):
            return 0.0
        return 0.98 if identifies(value, before, after, digits=digits, weak=tail is not TAIL, dated=dated) else 0.0

    return announced(kind, cue, value, judge, tail=tail, hits=hits, misses=misses)


def announced(
    kind: Kind,
    cue: str,
    value: str,
    judge: Judge | None = None,
    *,
    tail: str = TAIL,
    hits: tuple[str, ...] = (),
    misses: tuple[str, ...] = (),
) -> Rule:
    """A rule for what `cue` announces in a grammar of its own."""
    pattern = rf"(?:\b|_)(?i:(?:{cue}){tail}({value}))"
    return Rule(kind, pattern, 0.98, Evidence.CUE, judge, patient=True, hits=hits, misses=misses)
