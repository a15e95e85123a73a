"""What stands for anybody where nobody is in care: a placeholder's name, an assistant that is spoken to, the number of an order."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import assistants, lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.public import treated
from gateway.phi.find.text.ways import one_of

PLACEHOLDER: Final = re.compile(
    r"(?i)(?:(?:john|jane|jimmy|johnny) (?:q\.? )?(?:doe|public)|(?:jane|richard|john) roe|joe bloggs|(?:max|erika|maria) mustermann|jan novak|foo bar|lorem ipsum)(?:'s)?"
)
"""Who stands for anybody. Hospitals call John Doe whom they do not know."""
_ORDER: Final = re.compile(
    r"(?i)\b(?:(?:(?:purchase |work |sales )?order|parcel|shipment) ?#|(?:invoice|ticket|comment|issue|po|rma|sku|pr|pull request|build)(?: (?:no|number|nr|id))?\.?[ \t]{0,2}[#:]?[ \t]{0,2}#?)$"
)
"""Before the number of what is bought, sent or worked on."""
_CALLED_ON: Final = re.compile(
    r"(?i)(?:^|[.!?\n]\s{0,3})(?:thanks|thank you|thx|cheers|hi|hiya|hey|hello|ok|okay|well done|good (?:morning|afternoon|evening)|great|perfect|please)(?: (?:so much|a lot|again|there))?,? ?$"
)
_OPENS: Final = re.compile(r"(?:^|[.!?\n]\s{0,3})$")
_ENDS: Final = re.compile(r"\s{0,2}(?:[!.,?:;-]|$|\n)")
_CARE: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *(
            "patients? pt resident caller subscriber guarantor mother father mum mom dad wife husband son daughter spouse brother sister carer caregiver "
            "nurse doctor dr gp ward bed bay clinic hospital unresponsive unconscious fell falls dob mrn ssn nhs born died seen admitted discharged diagnos\\w+ symptoms? "
            "cough\\w* fever\\w* pains? aches? hurts? rash asthma diabet\\w+ cancer surgery pregnan\\w+ medication tablets biopsy bloods? scan x-?ray ct mri labs? "
            "results? appointment prescription refill dose mg allerg\\w+ lives living address phone he she his her him my".split()
        )
    )
    + r")\b|, \d{1,3}\b|\b\d{1,3}[ -]?(?:y/?o|years?|yrs?)\b"
)
"""What speaks of somebody, or of care."""
_WORD: Final = re.compile(r"[a-z]{4,}")
_MEDICAL: Final = frozenset({lexicon.DRUG, lexicon.EPONYM, lexicon.BODY})
_WIDE: Final = 300


def of_anybody(hit: Hit, text: str) -> bool:
    """Whether a hit is nobody's by its own words and the place where it stands, in a text that is not about care."""
    if hit.evidence is Evidence.FIELD:
        return False
    value = text[hit.start : hit.end]
    if hit.kind is Kind.NAME:
        told = PLACEHOLDER.fullmatch(value) is not None or _spoken_to(hit, value, text)
    elif hit.kind is Kind.OTHER_ID:
        told = _ORDER.search(text[max(0, hit.start - 24) : hit.start]) is not None
    else:
        return False
    return told and _quiet(hit, text)


def _spoken_to(hit: Hit, value: str, text: str) -> bool:
    """Whether an assistant is greeted, thanked or called by its one name: `Thanks Claude!`, `Claude, please sum this up`."""
    if not assistants.is_product(value.casefold()):
        return False
    before = text[max(0, hit.start - 40) : hit.start]
    after = _ENDS.match(text, hit.end) is not None
    return after and (_CALLED_ON.search(before) is not None or _OPENS.search(before) is not None)


def _quiet(hit: Hit, text: str) -> bool:
    """Whether nothing around speaks of somebody or of care."""
    around = f"{text[max(0, hit.start - _WIDE) : hit.start]} {text[hit.end : hit.end + _WIDE]}"
    if _CARE.search(around) is not None or treated(hit, text):
        return False
    return not any(lexicon.marks(word) & _MEDICAL for word in _WORD.findall(around.casefold()))
