"""Licences of people and serial numbers of devices, by the words that announce them."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.find.rules.cue import STRICT, announced, cued
from gateway.phi.find.rules.ids import plain
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_NUMBER: Final = r"(?:(?:numbers?|num|nbr|no|nr|ids?|identifier)(?:\b|_)|#)"
_LICENCE_VALUE: Final = (
    r"(?:[a-z]{2,8}[ -])?(?:[a-z]{1,7}[-./_:]?){0,3}\d[a-z0-9]*(?:[-._/ ][a-z]{0,2}\d[a-z0-9]*){0,6}(?:-[a-z]{1,3}\b)?"
)
"""Licences are written with spaces, and a state or a surname may stand first."""
_COUNCILS: Final = r"(?-i:GMC|GOC|GDC|GPhC|NMC|HCPC|AHPRA|Ahpra|IMC|NMBI|CORU|PSI|CPSO|CPSBC|RPPS|ADELI|LANR|CRM|COREN|CRP|SLMC|MCI|PMDC|HPCSA|MPMP|NZMC|MCNZ|BIG-?(?:nr|register))"
"""Councils that register doctors, nurses and other clinicians, by their short names."""
_CREDENTIAL: Final = "(?:RN|LPN|LVN|APRN|ARNP|CRNA|CNM|LMFT|LCSW|LMSW|LPCC?|PharmD|RPh|PsyD|DPM|DPT|RMN|RGN)"
"""Letters after a clinician's name that are no state before a ZIP code."""
_LICENCE: Final = (
    cued(
        Kind.LICENCE,
        _COUNCILS,
        r"(?:[/-][A-Z]{2})?(?:\s(?:no|reg(?:istration)?|number|pin|id)\b\.?){0,2}[\s:#.]{1,3}",
        digits=4,
        value=r"[a-z]{0,4}[ -]?\d[a-z0-9]*(?:[-./ ]\d[a-z0-9]*){0,4}",
        hits=("GMC no «7612345»", "(GOC «01-33481»)"),
        misses=("GMC guidance 2024",),
    ),
    announced(
        Kind.LICENCE,
        rf"(?-i:{_CREDENTIAL})",
        rf"(?-i:(?:{_CREDENTIAL}|[A-Z]{{1,2}})[ -]?\d{{4,}}(?:-\d+)?|\d{{5,}}(?:-\d+)?)",
        plain,
        tail=r",?\s?(?:lic\.?|license|no\.?)?[\s#:]{1,3}",
        hits=("RN-APRN «0044172»", "RN «RN4471-2290»"),
        misses=("RN-APRN unknown",),
    ),
    cued(
        Kind.LICENCE,
        r"(?-i:[Ll]ic|LIC)\b\.?",
        r"\s?#?",
        digits=4,
        value=r"[a-z]{0,6}\d[a-z0-9-]{4,}",
        hits=("(lic «46024417B»", "Lic «PT019882»"),
        misses=("(lic unknown",),
    ),
    cued(
        Kind.LICENCE,
        r"(?:(?:medical )?(?:marijuana|cannabis)|mmj|conceal\w* carry|ccw|firearms?|foid|pilot|driver\w*|fishing|hgv|cdl) (?:card|licen[cs]e|permit|id)|foid",
        digits=4,
        hits=("cannabis card «MMC-P-0071»",),
        misses=("cannabis card unknown",),
    ),
    cued(
        Kind.LICENCE,
        one_of(
            "licen[cs]e",
            "licen[cs]ed (?:under|as)",
            "dln?",
            "licen[cs]ure",
            "lic",
            "certificate(?: of [a-z]+)?",
            *r"certification cert credential permit registration reg\.? gmc nmc bar".split(),
            "board(?: (?:certification|cert|licen[cs]e|registration))",
            "(?:drivers?|driver's|driving) licen[cs]e",
            "state id",
            "fuhrerschein",
            "permis de conduire",
            "patente",
        ),
        STRICT,
        digits=3,
        value=_LICENCE_VALUE,
        hits=("registration no «610417-2»", "LIC# «D400-7836-0001»"),
        misses=("registration no unknown",),
    ),
    cued(
        Kind.LICENCE,
        "(?:"
        + one_of(
            *(
                r"drivers?'?s? driving medical nursing professional state pharmac\w+ physician'?s? provider rn md np "
                "pa dental pilot'?s? commercial practitioner practice marriage hunting teaching [a-z]{2}"
            ).split()
        )
        + r") (?:licen[cs]e|lic|permit|certificate)\b\.?|(?-i:DLN?|CDL)\b|licen[cs]e",
        digits=5,
        value=_LICENCE_VALUE,
        hits=("licence «MACLE 710034 J99WX»", "licence «ME 0118826»"),
        misses=("licence 0220-WZZ",),
    ),
)
_SERIAL: Final = r"(?-i:[A-Z0-9]{5,14}(?:-[A-Z0-9]{2,12}){0,3})\b"
_FEW: Final = 2


def _of_a_device(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A serial number of capitals and digits, of which two are enough."""
    digits = sum(map(str.isdigit, value))
    return 0.95 if digits >= _FEW and any(map(str.isalpha, value)) else 0.0


_DEVICE: Final = (
    cued(
        Kind.DEVICE,
        "(?:"
        + one_of(
            *(
                "device implant pacemaker icd pump stent monitor sensor generator equipment prosthesis machine "
                "cpap ventilator scanner lead"
            ).split(),
            "hearing aid",
            "glucometer",
            "cgm",
            "loop recorder",
            *"defibrillator valve unit transmitter reader receiver".split(),
        )
        + r")?['s]{0,2}\s?serial\b|s/n|imei|udi(?:-?[dp]i)?\b|gtin|meid|asset tag",
        digits=3,
        value=r"(?:\(\d\d\))?(?:[a-z]{1,7}[-./_:]?){0,4}\d[a-z0-9]*(?:[-._/()][a-z0-9()]+){0,10}(?: \d{3,}[a-z0-9]*){0,3}",
        hits=("serial «VFR4418820»", "serial «BWK204417S»"),
        misses=("serial unknown",),
    ),
    cued(
        Kind.DEVICE,
        "(?:"
        + one_of(
            *r"device implant pacemaker icd pump stent sensor generator equipment prosthe\w+ cpap ventilator".split(),
            "hearing aid",
            *"glucometer cgm defibrillator valve".split(),
            "loop recorder",
            *(
                "transmitter reader receiver watch tracker wearable tag beacon bracelet wander-?guard lead (?-i:SN)"
            ).split(),
        )
        + rf")['s]{{0,2}}[\s._-]{{0,2}}(?:unit |serial )?{_NUMBER}",
        digits=3,
        hits=("transmitter ID «9KL4T7»", "bracelet #«LOH-4471»"),
        misses=("transmitter ID unknown",),
    ),
    cued(
        Kind.DEVICE,
        r"(?-i:SN|Sn)|sn[:#]|device|pacemaker|implant|insulin pump|serial",
        STRICT,
        digits=4,
        hits=("SN: «V60-200448»",),
        misses=("SN: unknown",),
    ),
    announced(
        Kind.DEVICE,
        r"serial(?: (?:number|no\.?))?",
        r"(?-i:[A-Z]{1,5}-?\d{1,}[A-Z0-9]*(?:-[A-Z0-9]+){1,4})",
        tail=r"(?: [a-z]{2,9}){1,4}\s",
        judge=plain,
        hits=("serial seen at exam «TKR-77-2041»",),
        misses=("serial seen at exam unknown",),
    ),
    cued(
        Kind.DEVICE,
        r"(?-i:SN|S/N|sn)",
        r"[\s-]?",
        digits=4,
        hits=("(SN «23201774415»", "SN «23211840772»"),
        misses=("sn 2",),
    ),
    announced(
        Kind.DEVICE,
        r"(?-i:SN|S/N)",
        _SERIAL,
        _of_a_device,
        tail=r"[\s:#-]{1,3}",
        hits=("transmitter SN «8HK3LQ» failed",),
        misses=("SN MEWS", "SN A1"),
    ),
    announced(
        Kind.DEVICE,
        r"(?:transmitter|sensor|pump|pacemaker|generator|cgm|reader|valve|icd|lead|implant|controller)\b[^.\n]{0,60} (?:replaced (?:with|by)|swapped (?:for|to|with)|changed (?:for|to))(?: (?:a |the )?new (?:one|unit),?)?",
        _SERIAL,
        _of_a_device,
        tail=r" (?:(?-i:SN|S/N)[ :]{0,2})?",
        hits=("transmitter failed day 4, replaced with «8HM0PT»",),
        misses=("pump replaced with INSULIN", "sensor replaced with G7"),
    ),
)

RULES: Final[tuple[Rule, ...]] = (*_LICENCE, *_DEVICE)
