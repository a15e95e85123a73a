"""Resident and insurance numbers outside the US, each by its shape, its check digits and the words people write before it."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules import checksums
from gateway.phi.find.rules.cue import announced, identifies
from gateway.phi.find.rules.issued import checked
from gateway.phi.find.rules.rule import Rule

_ID: Final = Kind.NATIONAL_ID
_CUE: Final = (
    r"nhs|chi|national insurance|ni(?:no|[ -]?number|[ -]?no)|medicare|ihi|dva|sin|social insurance|phn|ohip|ramq|health ?card|care card|"
    r"n(?:ir|umero de securite sociale)|securite sociale|n(?:o|umero)? ?secu|kvnr|versicherten(?:nummer|nr)?|krankenversicherten(?:nummer|nr)|"
    r"(?:renten|sozial)versicherungs(?:nummer|nr)|svnr|steuer-?id(?:nr)?|personalausweis|codice fiscale|c\.?f\.?|tessera sanitaria|bsn|"
    r"burgerservicenummer|dni|nie|nif|nss|cip|tarjeta sanitaria|aadhaar|aadhar|uidai|pan(?: card)?|abha|cpf|cns|cartao sus|rg|"
    r"personnummer|pnr|fodselsnummer|cpr(?:-?nr|-?nummer)?|hetu|henkilotunnus|kennitala|pesel|rijksregister(?:nummer)?|niss|insz|ahv(?:-?nr)?|avs|"
    r"curp|rfc|pps(?:n)?|tckn|cnp|rut|rodne cislo|oib|emso|egn|nric|fin|hkid|my ?number|rrn|resident (?:registration|identity)|"
    r"(?:national|citizen|identity|resident|government)[\s-]?(?:id(?:entity|entification)?|card|registration|service)(?: (?:card|number))?|id card|passport|"
    r"visa (?:number|no)|green card|uscis|emirates id|eid|qid|civil id|iqama|cnic|nin|bvn|cedula|philhealth|umid|voter id|ration card|ktp|nik|mykad|ghana card|kimlik|alien (?:registration|number)|a-?number|tribal id|itin"
)
_ANY: Final = r"[a-z]{0,6}[ -]?\d[a-z0-9]*(?:[ ./-]{1,2}[a-z0-9]*\d[a-z0-9]*){0,6}(?:[- ]?[a-z]{1,2}\b)?|[a-z]{4,6}\d{2}[a-z]\d{2}[a-z]\d{3}[a-z]"
_N: Final = r"(?:^|[^\w./-])"

_SHAPES: Final = (
    (r"\d{3} \d{3} \d{4}", checksums.nhs),
    (r"[2-6]\d{3} \d{5} \d(?: ?[/-]? ?\d)?", checksums.medicare_au),
    (r"\d{3}[ -]\d{3}[ -]\d{3}", checksums.luhn),
    (r"[12378] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[ABab]) ?\d{3} ?\d{3} ?\d{2}", checksums.nir),
    (r"[A-Z]\d{9}", checksums.kvnr),
    (r"(?i:[a-z]{6}\d{2}[a-ehlmprst]\d{2}[a-z]\d{3}[a-z])", checksums.codice_fiscale),
    (r"\d{4}\.?\d{2}\.?\d{3}", checksums.bsn),
    (r"\d{8}-?[A-HJ-NP-TV-Z]", checksums.dni),
    (r"[XYZ]-?\d{7}-?[A-Z]", checksums.dni),
    (r"\d{4}[ -]\d{4}[ -]\d{4}", checksums.aadhaar),
    (r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.cpf),
    (r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[67]\d)[-+]\d{4}", checksums.personnummer),
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2} ?\d{5}", checksums.fodselsnummer),
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A]\d{3}[0-9A-FHJ-NPR-Y]", checksums.hetu),
    (r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", checksums.belgian),
    (r"756\.?\d{4}\.?\d{4}\.?\d{2}", checksums.ahv),
    (r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]", checksums.chinese),
    (r"[STFGM]\d{7}[A-Z]", checksums.nric),
)
_BARE: Final = {r"\d{4}\.?\d{2}\.?\d{3}": r"\d{4}\.\d{2}\.\d{3}"}
"""Shapes that are only digits need their dots when no word announces them."""

_UNCHECKED: Final = (
    (r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", 0.9),  # UK national insurance
    (r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", 0.95),  # MX CURP
    (r"\d{6}-[1-4]\d{6}", 0.85),  # KR resident registration
    (r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]", 0.85),  # CL RUT
    (r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-\d{4}", 0.7),  # DK CPR
    (r"\d{3} \d{4} \d{4} \d{4}", 0.6),  # BR CNS
)


def _announced(value: str, before: str, after: str) -> float:
    return 0.97 if identifies(value, before, after, digits=5) else 0.0


RULES: Final[tuple[Rule, ...]] = (
    announced(_ID, _CUE, _ANY, _announced),
    *(
        Rule(_ID, rf"{_N}({_BARE.get(shape, shape)})\b", evidence=Evidence.CHECKED, judge=checked(check, valid=0.93))
        for shape, check in _SHAPES
    ),
    *(Rule(_ID, rf"{_N}({shape})\b", confidence) for shape, confidence in _UNCHECKED),
)
