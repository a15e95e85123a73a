"""Days whose month is a Roman number, as central Europe writes them: `14.III.1962`, `ur. 3. VI. 1958`."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import announced
from gateway.phi.find.rules.rule import Rule

_MONTH: Final = r"(?:i{1,3}|iv|vi{0,3}|ix|xi{0,2})"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR: Final = r"(?:18|19|20)\d\d"
_OF_A_BOOK: Final = re.compile(
    r"(?i)\b(?:section|chapter|part|figure|fig|table|art(?:icle)?|vol(?:ume)?|no|nr|para|clause)\.? ?$"
)


def _written(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.0 if _OF_A_BOOK.search(before) else 0.9


RULES: Final = (
    announced(
        Kind.DATE,
        r"d\.?o\.?b\.?|date of birth|birth(?: ?date|day)?|born|ur\.?|urodzon[ay]|nar\.?|narozen[ay]?|geb\.?|geboren|nato|nata|szul\.?|died|seen|admitted|discharged|wizyta|przyj\.?",
        rf"{_DAY}[. /-]{{1,2}}{_MONTH}[. /-]{{1,2}}{_YEAR}\b",
        tail=r"[ :=.,(\"']{1,4}(?:on |dnia |am |dne )?",
        hits=("DOB «14 III 1962»", "ur. «14.XII.1962»", "nar. «3. VI. 1958»"),
    ),
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w.])(?i:b|\*|geb|born|dob|nat|nar|ur)[.:]{{0,2}} ?((?i:{_DAY}[. /-]{{1,2}}{_MONTH}[. /-]{{1,2}}\d\d(?:\d\d)?))\b",
        0.9,
        Evidence.CUE,
        patient=True,
        hits=("a man b. «14.III.62»", "* «3/VI/58» in Brno", "dob «14-XI-1962»"),
        misses=("part b. 14.III", "v. 14.III.62"),
    ),
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w.-])((?i:{_DAY}(?:\. ?{_MONTH}\. ?|-{_MONTH}-|/{_MONTH}/){_YEAR}))\b",
        0.9,
        Evidence.SHAPE,
        _written,
        hits=("admitted on «2.XI.2024»", "of «14-III-1962»", "of «14/iii/1962»"),
        misses=("section 14.III.1962", "14.III.2"),
    ),
)
