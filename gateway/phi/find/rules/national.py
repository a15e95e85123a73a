"""Resident and insurance numbers outside the US, each by its shape, its check digits and the words people write before it."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules import checksums
from gateway.phi.find.rules.cue import announced, identifies
from gateway.phi.find.rules.issued import checked
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_ID: Final = Kind.NATIONAL_ID
_CUE: Final = one_of(
    "nhs",
    "chi",
    "national insurance",
    "ni(?:no|[ -]?number|[ -]?no)",
    *"medicare ihi dva sin".split(),
    "social insurance",
    "phn",
    "ohip",
    "ramq",
    "health ?card",
    "care card",
    "n(?:ir|umero de securite sociale)",
    "securite sociale",
    "n(?:o|umero)? ?secu",
    *(
        "kvnr versicherten(?:nummer|nr)? krankenversicherten(?:nummer|nr) "
        "(?:renten|sozial)versicherungs(?:nummer|nr) svnr steuer-?id(?:nr)? personalausweis"
    ).split(),
    "codice fiscale",
    r"c\.?f\.?",
    "tessera sanitaria",
    *"bsn burgerservicenummer dni nie nif nss cip".split(),
    "tarjeta sanitaria",
    "aadhaar",
    "aadhar",
    "uidai",
    "pan(?: card)?",
    "abha",
    "cpf",
    "cns",
    "cartao sus",
    *(
        "rg personnummer pnr fodselsnummer cpr(?:-?nr|-?nummer)? hetu henkilotunnus kennitala pesel "
        "rijksregister(?:nummer)? niss insz ahv(?:-?nr)? avs curp rfc pps(?:n)? tckn cnp rut"
    ).split(),
    "rodne cislo",
    *"oib emso egn nric fin hkid".split(),
    "my ?number",
    "rrn",
    "resident (?:registration|identity)",
    r"(?:national|citizen|identity|resident|government)[\s-]?(?:id(?:entity|entification)?|card|registration|service)(?: (?:card|number))?",
    "id card",
    "passport",
    "visa (?:number|no)",
    "green card",
    "uscis",
    "emirates id",
    "eid",
    "qid",
    "civil id",
    *"iqama cnic nin bvn cedula philhealth umid".split(),
    "voter id",
    "ration card",
    "ktp",
    "nik",
    "mykad",
    "ghana card",
    "kimlik",
    "alien (?:registration|number)",
    "a-?number",
    "tribal id",
    "itin",
)
_ANY: Final = r"[a-z]{0,6}[ -]?\d[a-z0-9]*(?:[ ./-]{1,2}[a-z0-9]*\d[a-z0-9]*){0,6}(?:[- ]?[a-z]{1,2}\b)?|[a-z]{4,6}\d{2}[a-z]\d{2}[a-z]\d{3}[a-z]"
_N: Final = r"(?:^|[^\w./-])"

_SHAPES: Final = (
    (r"\d{3} \d{3} \d{4}", checksums.nhs, "NHS «943 476 5919»", "?"),
    (r"[2-6]\d{3} \d{5} \d(?: ?[/-]? ?\d)?", checksums.medicare_au, "Medicare «2428 77813 2»", "?"),
    (r"\d{3}[ -]\d{3}[ -]\d{3}", checksums.luhn, "SIN «046 454 286»", "SIN 111-222-333"),
    (
        r"[12378] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[ABab]) ?\d{3} ?\d{3} ?\d{2}",
        checksums.nir,
        "«255081416802538»",
        "?",
    ),
    (r"[A-Z]\d{9}", checksums.kvnr, "«A123456780»", "A123456781"),
    (r"(?i:[a-z]{6}\d{2}[a-ehlmprst]\d{2}[a-z]\d{3}[a-z])", checksums.codice_fiscale, "«RSSMRA85T10A562S»", "?"),
    (r"\d{4}\.?\d{2}\.?\d{3}", checksums.bsn, "«1112.22.333»", "1112.22.334"),
    (r"\d{8}-?[A-HJ-NP-TV-Z]", checksums.dni, "«12345678Z»", "12345678A"),
    (r"[XYZ]-?\d{7}-?[A-Z]", checksums.dni, "«X1234567L»", "X1234567A"),
    (r"\d{4}[ -]\d{4}[ -]\d{4}", checksums.aadhaar, "«2341 2341 2346»", "4111 1111 1111 1111"),
    (r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.cpf, "«529.982.247-25»", "CPF 111.222.333-44"),
    (
        r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[67]\d)[-+]\d{4}",
        checksums.personnummer,
        "«811228-9874»",
        "?",
    ),
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2} ?\d{5}", checksums.fodselsnummer, "«01010012356»", "?"),
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A]\d{3}[0-9A-FHJ-NPR-Y]", checksums.hetu, "«131052-308T»", "?"),
    (r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", checksums.belgian, "«62.08.14-228.31»", "?"),
    (r"756\.?\d{4}\.?\d{4}\.?\d{2}", checksums.ahv, "«756.9217.0769.85»", "?"),
    (
        r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]",
        checksums.chinese,
        "«11010519491231002X»",
        "?",
    ),
    (r"[STFGM]\d{7}[A-Z]", checksums.nric, "«S1234567D»", "S1234567E"),
)
_BARE: Final = {r"\d{4}\.?\d{2}\.?\d{3}": r"\d{4}\.\d{2}\.\d{3}"}
"""Shapes that are only digits need their dots when no word announces them."""

_UNCHECKED: Final = (
    (
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        0.9,
        "«AB 12 34 56 C»",
    ),  # UK national insurance
    (r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", 0.95, "«GODE561231HDFRRN09»"),  # MX CURP
    (r"\d{6}-[1-4]\d{6}", 0.85, "RRN «850101-1234567»"),  # KR resident registration
    (r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]", 0.85, "RUT «12.345.678-5»"),  # CL RUT
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-\d{4}", 0.7, "CPR «010190-1234»"),  # DK CPR
    (r"\d{3} \d{4} \d{4} \d{4}", 0.6, "CNS «898 0012 3456 7890»"),  # BR CNS
)


def _announced(value: str, before: str, after: str) -> float:
    return 0.97 if identifies(value, before, after, digits=5) else 0.0


RULES: Final[tuple[Rule, ...]] = (
    announced(
        _ID,
        _CUE,
        _ANY,
        _announced,
        hits=(
            "Versichertennummer «M482095117»",
            "Medicare number: «7YA1-PM3-XX09»",
        ),
        misses=("Graves' disease since 2019",),
    ),
    *(
        Rule(
            _ID,
            rf"{_N}({_BARE.get(shape, shape)})\b",
            evidence=Evidence.CHECKED,
            judge=checked(check, valid=0.93),
            hits=(hit,),
            misses=(miss,),
        )
        for shape, check, hit, miss in _SHAPES
    ),
    *(Rule(_ID, rf"{_N}({shape})\b", confidence, hits=(hit,)) for shape, confidence, hit in _UNCHECKED),
)
