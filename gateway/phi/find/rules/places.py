"""Where people live: street addresses, post codes and city with state, by the shapes of many countries."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import TAIL, announced
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|"
    "VA|WA|WV|WI|WY|DC|PR|VI|GU"
)
_STATE_NAMES: Final = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|"
    "Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|"
    "New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|"
    "Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
_WAY: Final = one_of(
    *(
        "Streets? St Avenues? Ave Av Roads? Rd Boulevard Blvd Lane Ln Drive Dr Court Ct Place Pl Way Terrace "
        "Ter Circle Cir Parkway Pkwy Highway Hwy Square Sq Trail Trl Loop Row Alley Plaza Plz Run Path "
        "Crescent Cres Close Gardens Gdns Mews Grove Hill Heights Ridge Crossing Pike Turnpike Tpke "
        "Expressway Causeway Cove Point Walk Landing Freeway Fwy Extension Via Vista Meadows? Commons? Manor "
        "Park Bend Glen Green"
    ).split()
)
_UNIT: Final = r"(?:[,\s]{1,3}(?:\d{1,2}(?:st|nd|rd|th)\s(?:Floor|Fl)\b|(?:Apt|Apartment|Unit|Suite|Ste|Floor|Fl|Rm|Room|Bldg|Building|Lot|Flat|No|#)\.?\s?#?\s?[A-Za-z0-9-]{1,6}|(?:upstairs|downstairs|basement|rear|front|lower|upper|garage|(?:top|ground|first|second|third) floor)\b)){0,2}"
_UNIT_ABROAD: Final = r"(?:,?\s(?:app(?:t|artement)?|ap|apto?|appt|piso|porta|puerta|esc|bte|bus|lgh|tr|et(?:g|age)?|int|scala|dpto|depto|bloco|bl|casa|wohnung|whg|top|sala|fundos)\.?\s?#?\d{1,5}[A-Za-z]?\b){0,2}"
_ABROAD: Final = r"[,\s]{1,3}[A-Z][A-Za-z.'-]+(?: [A-Z][A-Za-z.'-]+){0,2},?\s{1,2}(?:[A-Z]{2},?\s{1,2})?(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)"
_TOWN: Final = (
    rf"(?:[,\s]{{1,3}}[A-Z][A-Za-z.'-]+(?: [A-Z][A-Za-z.'-]+){{0,3}},?\s{{1,3}}(?:(?:{_STATES})\b\.?|(?:{_STATE_NAMES})\b)(?:[,\s]{{1,3}}\d{{5}}(?:-\d{{4}})?)?"
    rf"|[,\s]{{1,3}}[A-Z][A-Za-z.'-]+(?: [A-Z][A-Za-z.'-]+){{0,2}},?\s{{1,2}}\d{{5}}(?:-\d{{4}})?|,\s?\d{{5}}(?:-\d{{4}})?|{_ABROAD})?"
)
_WORD: Final = r"(?:[A-Z][A-Za-z'.-]*|\d{1,3}(?:st|nd|rd|th)|of|the|de|la|del|los|las)"
_US: Final = (
    rf"(?:(?:Flat|Apt|Apartment|Unit|Suite)\.?\s[A-Za-z0-9]{{1,4}},\s)?\d{{1,6}}(?:-\d{{1,4}})?[A-Za-z]?(?:\s1/2)?,?\s(?:(?:[NSEW]|NE|NW|SE|SW|North|South|East|West)\.?\s)?(?:{_WORD}\s){{0,3}}(?:[A-Z][A-Za-z'.-]*|\d{{1,3}}(?:st|nd|rd|th))\s(?i:{_WAY})\b\.?"
    rf"(?:\s(?:[NSEW]|NE|NW|SE|SW|North|South|East|West)\b\.?)?{_UNIT}{_TOWN}"
)
_US_LOWER: Final = (
    r"\d{1,6}\s(?:[nsew]\.?\s)?(?:[a-z]{2,15}\s){1,2}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|drive|dr|court|parkway|terrace|circle)\b"
    r"\.?(?:[,\s]{1,3}(?:apt|unit|suite|ste|#)\.?\s?#?\s?[a-z0-9-]{1,6})?"
    rf"(?:,\s?[a-z.'-]+(?: [a-z.'-]+){{0,2}},?\s(?:{_STATES.lower()})\b(?:\s\d{{5}}(?:-\d{{4}})?)?)?"
)
_HIGHWAY: Final = r"\d{1,6}\s(?:County Road|CR|State Route|SR|State Road|Route|Rte|Rural Route|US Highway|US|Highway|Hwy|FM|Avenue|Calle|Via|Camino|Rua|Rue)\s[A-Z0-9][\w'.-]*(?: [A-Z][\w'.-]*){0,2}"
_RURAL: Final = r"(?:RR|Rural Route|HC|Route)\s?#?\s?\d{1,4},?\sBox\s\d{1,5}[A-Z]?" + _TOWN
_BOX: Final = r"(?i:p\.?\s?o\.?\s?box|post office box|postfach|apartado)\s?#?\s?\d{1,7}" + _TOWN
_GERMANIC: Final = (
    r"[A-Z][a-z]+(?:[- ][A-Z]?[a-z]+){0,2}(?:stra(?:ss|s)e|str\.|weg|allee|platz|gasse|ring|damm|ufer|straat|laan|gracht|plein|kade|gatan|vagen|veien|gata|vej|gade|katu|tie)\s\d{1,4}\s?[a-z]?\b"
    r"(?:,?\s(?:[A-Z]{1,2}-)?\d{4,5}\s?(?:[A-Z]{2}\s)?[A-Z][a-z]+(?:[ -][A-Za-z][a-z]+){0,2})?"
    r"|[A-Z][a-z]+(?:er|en)?\s(?:Strase|Strasse|Str\.|Weg|Allee|Platz|Ring|Damm)\s\d{1,4}\s?[a-z]?\b(?:,?\s(?:[A-Z]-)?\d{4,5}\s[A-Z][a-z]+(?:[ -][A-Za-z][a-z]+){0,2})?"
)
_ROMANCE: Final = (
    r"(?:(?:\d{1,4},?\s(?:bis\s|ter\s)?(?i:rue|avenue|boulevard|place|chemin|impasse|allee|quai|route)\s(?:(?:de|du|des|la|le|l'|d'|les|saint|sainte|Saint|Sainte)[\s'-]?){0,3}[A-Z][\w'-]+(?:[ -][A-Z][\w'-]+){0,3}"
    r"|(?:Calle|C/|Avenida|Avda\.?|Paseo|Plaza|Carrera|Via|Viale|Piazza|Corso|Rua|Avenida|Travessa|Largo)\s(?:(?:de|del|della|dei|delle|degli|la|las|los|el|do|da|dos|das|di)\s){0,2}[A-Z][\w'.-]+(?:\s(?:(?:de|del|la|y|e|do|da)\s)?[A-Z][\w'.-]+){0,3},?\s(?:n[.o]?\s?)?\d{1,4}[a-zA-Z]?\b)"
    r"|(?i:rue|avenue|boulevard|chemin|impasse|allee)\s(?:(?:de|du|des|la|le|l'|d')[\s'-]?){0,2}[A-Z][\w'-]+(?:[ -][A-Z][\w'-]+){0,3},?\s\d{1,5}\b)"
    rf"{_UNIT_ABROAD}(?:[,\s]{{1,3}}\d{{4,5}}(?:-\d{{3}})?\s[A-Z][\w'-]+(?:[ -][A-Z][\w'-]+){{0,3}}|{_ABROAD})?"
)
_PIECE: Final = r"(?:[A-Z][\w'&-]*|\d{1,4}[A-Za-z]?)(?: (?:of|the|on|upon|[A-Z][\w'&-]*|\d{1,4}[A-Za-z]?)){0,4}"
_BRITISH: Final = rf"{_PIECE}(?:,\s{{1,2}}{_PIECE}){{1,4}},?\s{{1,2}}(?:[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]? \d[ABD-HJLNP-UW-Z]{{2}}|[A-Z]\d[\dW] [A-Z0-9]{{4}})"
"""`The Bothy, Tarvit Farm, KY15 5NG`: whatever stands before a post code in pieces; a house there may have only a name."""
_CORNER: Final = r"(?i:corner|intersection|junction|cross ?roads) of ((?:[A-Z][\w'-]*|\d{1,3}(?:st|nd|rd|th))(?: [A-Z][\w'-]*){0,3} (?:and|&) (?:[A-Z][\w'-]*|\d{1,3}(?:st|nd|rd|th))(?: [A-Z][\w'-]*){0,3})"
_NUMBERED: Final = (
    r"(?:(?:H|D)\.? ?No\.?|(?:Flat|Plot|House|Door|Qtr|Quarter|Villa|Shop|Survey|Khasra|Sector|Block|Blk)\b\.?(?: ?(?:No\.?|Number|#))?):? ?[\dA-Z]{1,4}(?:[-/][\dA-Z]{1,4}){0,3}(?:, [A-Z0-9][\w'-]*(?: [A-Z0-9][\w'-]*){0,3}){1,5}"
    r"(?:[ -]{1,3}\d{3} ?\d{3}\b)?"
)
"""`Plot 14, Sector 9, Dwarka 110 075`: number first, as in much of Asia."""
_SPOKEN_HOUSE: Final = (
    "(?i:"
    + one_of(
        "(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ])?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)",
        *"twenty thirty forty fifty sixty seventy eighty ninety".split(),
    )
    + r") (?:[A-Z][\w'-]+ ){1,3}(?:Street|Road|Avenue|Lane|Drive|Way|Court|Boulevard|Circle|Terrace|Close|Crescent)\b"
)
_LOCALITY: Final = (
    r"\b(?i:village|vill\.|tehsil|taluka?|mandal|dist\.|distt\.?|barangay|brgy\.?|kampung|kampong|kelurahan|colonia|mohalla|purok|gram panchayat|hamlet|township)(?: of)?:? "
    r"([A-Z][a-z]+(?: [A-Z][a-z]+)?)"
)


_COURTS: Final = re.compile(
    r"(?:19|20)\d\d (?:Supreme|High|District|Federal|Appeals|Appellate|Circuit|Superior) Court\b"
)


_BROKEN: Final = re.compile(
    r"\d[^,\n]*[A-Za-z]\n(?i:most|common|commons?|point|way|run|close|park|place|court|green|hill|row|path|walk|drive|extension|via)\b|\d+ [A-Z ]{6,}\n"
)
"""A numbered heading and the first word of what stands under it."""


def _street(value: str, before: str, after: str) -> float:
    """`100 Patients Dr. Jones`, `20 mg/day`, `2 Point` are not addresses."""
    if before[-1:] in {".", "/", "-"} and before[-2:-1].isdigit():
        return 0.0
    words = re.findall(r"[A-Za-z]+", value)
    if _COURTS.match(value) or _BROKEN.match(value):
        return 0.0
    if re.search(r"\bDr\.?$", value) and re.match(r"\.?\s[A-Z]", after) and "," not in value:
        return 0.0
    if re.match(
        r"(?i)(?:patients?|mg|ml|day|week|month|year|hour|point|stage|type|grade|phase|step|view|units?|minutes?|item|weeks|days|months|years)s?$",
        words[0],
    ):
        return 0.0
    return 0.92


_LOWER_STOP: Final = re.compile(
    r"(?i)\b(?:mg|ml|mcg|day|days|week|weeks|year|years|old|patients?|times|hours?|min|units?|male|female|of|in|the|and|to|on|for|with|per|by|is|was|had|has|at|or|a|an)\b"
)


def _lower_street(value: str, before: str, after: str) -> float:
    middle = value.split(",", maxsplit=1)[0]
    if _LOWER_STOP.search(middle) or (
        re.search(r"\b(?:st|dr)\b", middle)
        and not re.search(r"(?i)(?:at|address|lives?|resid\w+|home|near|on|from|:)\W*$", before)
    ):
        return 0.0
    return 0.8 if not after[:1].isalnum() else 0.0


def _numbered(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A flat, plot or sector with a number and what follows it."""
    return 0.85 if any(char.isdigit() for char in value.partition(",")[0]) else 0.0


_PART: Final = r"(?:[A-Za-z]{1,4}\.|[A-Za-z0-9#][\w'#-]*)"


def _told(value: str, before: str, after: str) -> float:  # noqa: ARG001
    count = re.match(r"(?i)\d+\s(?:patients?|mg|days?|weeks?|months?|years?|questions?|issues?|of|the)\b", value)
    return 0.0 if count else 0.95


_HOSPITAL_STATES: Final = re.compile(r"(?:MD|DO|PA|MA|OR|IN|ME|MS|DE|LA|CO|AL|ID)$")


def _town_state(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`from Fairmount IN`, without a comma: a word that a list knows for a place, or that no list knows."""
    marks = lexicon.marks(value.split()[-2].casefold())
    return 0.8 if marks & lexicon.PLACE or not marks else 0.0


def _city_state(value: str, before: str, after: str) -> float:
    if re.match(r"\s?\d{5}", after):
        return 0.9
    if _HOSPITAL_STATES.search(value) and not re.search(
        r"(?i)(?:\b(?:in|from|near|of|to|at|outside|around|live[sd]?|city|:)\s*)$", before
    ):
        return 0.0
    return 0.85


def _house(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`works at Mill Lane Bakery`: two words, none of them of medicine."""
    return (
        0.0
        if " " not in value.removeprefix("the ")
        or any(_TREATS & lexicon.marks(word.casefold()) for word in _NAMES.findall(value))
        else 0.8
    )


def _called_so(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A street, and no English word that ends like one: `Hiring 3`, `Spring 12`."""
    word = value.split(" ", 1)[0].casefold()
    return 0.0 if word.endswith("ing") and word != "ring" and lexicon.is_ordinary(word) else 0.9


_NAMES: Final = re.compile(r"[A-Za-z]+")
_TREATS: Final = frozenset({lexicon.DRUG, lexicon.EPONYM, lexicon.TERM})
_GOES: Final = one_of(
    "employed (?:by|at|with)",
    "works? (?:at|nights at|days at)",
    "working at",
    "(?:he|she|who|and|patient|pt|wife|husband|son|daughter|i) works? for",
    "worker at",
    "attend(?:s|ed|ing)",
    "dialy[sz](?:es|ed|ing) at",
    "enrolled at",
    "studies at",
    "goes to",
    "stay(?:s|ing) (?:at|around)",
    "sleeps (?:at|in|under)",
    "collapsed (?:at|in|outside)",
    "picked up (?:at|from)",
    "pinned at",
    "followed at",
    "operated on at",
)
_OWN_NAME: Final = r"(?:St\. |Mt\. )?[A-Z][A-Za-z'&]*[a-z](?:[ -](?:of |the |and |& |y )?[A-Z][A-Za-z'&-]*){0,4}"
_SORT: Final = (
    "(?: (?:"
    + one_of(
        *(
            "parish dialysis primary middle high elementary nursing care group bus community medical day sports "
            "ski police fire train gas petrol school unit home clinic cent(?:er|re) hospital shelter college "
            "factory plant depot garage station underpass ward practice surgery bakery farm bridge park"
        ).split()
    )
    + r")\b){0,3}"
)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.$-])({_US})",
        judge=_street,
        hits=("«2207 Plover Ct Apt 3, 68847»", "«22 High Street, Leeds LS1 4AB»"),
        misses=("100 Patients Dr. Jones",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.$-])({_HIGHWAY})",
        0.8,
        judge=_street,
        hits=("«1200 County Road 5»", "«88 Calle Amapola»"),
        misses=("20 mg US 3",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.$-])({_US_LOWER})",
        0.8,
        judge=_lower_street,
        hits=("lives at «40 elm street, salem, or»",),
        misses=("take 2 of the road",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w])({_BOX})",
        0.95,
        hits=("«PO BOX 44 LODGE GRASS MT»", "«P.O. Box 118\nSwisher, IA 52338-0118»"),
    ),
    Rule(Kind.ADDRESS, rf"\b({_RURAL})", 0.95, hits=("«RR 2 Box 40A, Kiln MS 39556»", "«RR 2 Box 44, Salem OR»")),
    Rule(
        Kind.ADDRESS,
        rf"\b({_GERMANIC})",
        0.9,
        judge=_called_so,
        hits=("woont op de «Molenstraat 112»", "wohnt am «Alten Ring 3»", "«Birkenring 12»"),
        misses=(
            "die Lindenstr. in Bonn",
            "1. Budget 2. Hiring 3. Any other business",
            "Spring 12",
            "Monitoring 3 wards",
        ),
    ),
    Rule(
        Kind.ADDRESS, rf"\b({_ROMANCE})", 0.9, hits=("«12 rue de la Paix, 75002 Paris»", "«Rua das Oliveiras, 42 ap 7»")
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.$-])({_BRITISH})\b",
        0.9,
        hits=("«22 High Street, Leeds LS1 4AB»", "«1, 118 Dumbarton Rd, Glasgow G11 6NY»"),
    ),
    Rule(
        Kind.ADDRESS,
        rf"\b{_CORNER}",
        0.85,
        hits=("corner of «5th Ave and Ludlow»", "intersection of «Poplar Ave & 3rd St»"),
        misses=("corner of unknown",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"\b({_NUMBERED})",
        judge=_numbered,
        hits=("«Flat 6, 40 Skene Lane, CPR 22»", "«Villa 18, St 22B, Al Quoz»"),
        misses=("Block A, Grade 2, Table 3",),
    ),
    Rule(Kind.ADDRESS, rf"\b({_SPOKEN_HOUSE})", 0.85, hits=("«forty-two Heron Way»",)),
    Rule(Kind.PLACE, _LOCALITY, 0.85, hits=("Vill. «Khanpur Kalan»", "village «Hosakere»"), misses=("Vill. unknown",)),
    Rule(
        Kind.FACILITY,
        rf"\b(?i:{_GOES}) ((?:the )?{_OWN_NAME}{_SORT})\b",
        0.8,
        judge=_house,
        hits=("I work for «Comfort Keepers»", "works at «Amberline Foods»"),
        misses=("attends Monday",),
    ),
    announced(
        Kind.ADDRESS,
        r"(?:home |mailing |street |residential |current |permanent |billing |patient |pt )?(?:address|addr|residence|adresse|anschrift|direccion|indirizzo)"
        r"|(?:lives?|living|resides?|residing|domiciled) at|resident of",
        rf"\d{{1,6}}[A-Za-z]?\s{_PART}(?:[ ]{_PART}){{0,5}}(?:,\s{_PART}(?: {_PART}){{0,3}}){{0,3}}(?:,?\s\d{{5}}(?:-\d{{4}})?)?",
        _told,
        tail=r"\s?(?:is|was|as|on file)?\s?[:=]?\s{0,3}[\"'*]{0,3}",
        hits=("Addr  «1515 S 4th St Apt E1104»", "ADDR:«55 RUE ST-JEAN APT 4 CITY»"),
        misses=("Addr  unknown",),
    ),
    Rule(
        Kind.ZIP,
        rf"\b(?:{_STATES})[ ,]{{1,2}}(\d{{5}}(?:-\d{{4}})?)\b",
        0.93,
        hits=("IA «52338-0118»", "WA «98273-0119»"),
        misses=("IA unknown",),
    ),
    Rule(
        Kind.ZIP,
        rf"\b(?:{_STATE_NAMES})[ ,]{{1,2}}(\d{{5}}(?:-\d{{4}})?)\b",
        0.93,
        hits=("Kentucky «41501»",),
        misses=("Kentucky unknown",),
    ),
    Rule(
        Kind.ZIP,
        r"(?i:\b(?:resid(?:es?|ing|ent)|lives?|living|patient|home|moved) (?:in|near|of|to|from) (\d{5}(?:-\d{4})?))\b",
        0.85,
        patient=True,
        hits=("lives in «60614»",),
        misses=("lives in unknown",),
    ),
    Rule(Kind.ZIP, r"(?:^|[^\w.$-])(\d{5}-\d{4})(?:$|[^\w-])", 0.7, hits=("«00481-7732»", "«52338-0118»")),
    Rule(
        Kind.ZIP,
        rf"(?i:\b(?:zip(?:[ -]?code)?|post(?:al)?[ -]?code|eir ?code|pin ?code|cep|plz|cap|code postal|codigo postal|cp)\b{TAIL}(\d{{5}}-\d{{3,4}}|\d{{4,6}}|[a-z]{{1,2}}\d[a-z0-9]?\s?\d[a-z]{{2}}|[a-z]\d[a-z][ -]?\d[a-z]\d|\d{{4}} ?[a-z]{{2}}|[a-z]\d[\dw] ?[a-z0-9]{{4}}|\d{{8}})\b)",
        0.97,
        Evidence.CUE,
        patient=True,
        hits=("<postalCode>«H91 E4C2»", "zip code «97301»"),
        misses=("zip file of 12",),
    ),
    Rule(
        Kind.ZIP,
        r"\b([A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]? \d[ABD-HJLNP-UW-Z]{2})\b",
        0.8,
        hits=("«SE15 4QN»", "«NR21 0HX»"),
    ),
    Rule(
        Kind.ZIP,
        r"\b([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]\d[ABCEGHJ-NPRSTV-Z]\d)\b",
        0.85,
        hits=("«P7B 7A5»", "«V1K 0B3»"),
    ),
    Rule(
        Kind.PLACE,
        rf"\b([A-Z][a-z]+(?:[ -][A-Z][a-z]+){{0,2}}, (?:{_STATES}))\b",
        0.85,
        judge=_city_state,
        hits=("from «Salem, OR»",),
        misses=("Jane Reyes, MD",),
    ),
    Rule(
        Kind.PLACE,
        rf"\b([A-Z][a-z]+(?:[ -][A-Z][a-z]+){{0,2}}, (?:{_STATE_NAMES}))\b",
        0.85,
        hits=("«Springfield, Illinois»", "«Bonners Ferry, Idaho»"),
    ),
    Rule(
        Kind.PLACE,
        rf"\b(?:in|from|near|to|of|at|outside|around) ([A-Z][a-z]{{2,}}(?: [A-Z][a-z]{{2,}}){{0,2}} (?:{_STATES}))\b",
        judge=_town_state,
        hits=("near «Boulder CO»", "from «Marion IN»"),
        misses=("moved to Telemetry OR recovery",),
    ),
)
