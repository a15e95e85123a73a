"""What stands for anybody where nobody is in care: a placeholder, an assistant that is spoken to, a figure of history, the number of goods."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_GOODS_NO: Final = re.compile(
    r"(?i)\b(?:tracking|consignment|shipment|parcel|(?:purchase|sales) order|p\.?o\.?|invoices?|quote|quotation|ticket|asset|inventory|serial|part|article|model|isbn|ean|upc|gtin|sku|rma|vat|"
    r"cost (?:cent(?:re|er)|code)|gl code|(?-i:GL)|contract|purchase requisition|purchase|tender|procurement|framework|solicitation|rf[pqti]|itt|catalogue|catalog)(?:[ -](?:no|number|nr|id|tag|code|ref|control|is|1[03]|di)){0,2}\.?[ \t]{0,2}[#:]?[ \t]{0,2}(?:\d{1,4} )?$"
)
"""Before the number of goods, or of a paper about goods."""
_PAPER: Final = re.compile(r"(?i)(?:po|inv|qt?|rma|so|inc|chg|ritm|lot|at|co|gr)-?\d[\d-]{2,16}|1z[0-9a-z]{16}")
"""Numbers that begin with what they number."""
_TENDERED: Final = re.compile(r"(?:ITT|RF[PQTI]|ITN|PQQ)[-_ ]?\d[\d-]{2,12}|20\d\d/S \d{3}-\d{5,6}")
"""Numbers of tenders, also as the Official Journal of the EU prints them: nothing else has one."""
_CATALOGUED: Final = re.compile(r"\bREF[ :]{1,2}$")
"""Before the number of a product on its label (ISO 15223-1, 5.1.6), where the label names the maker: elsewhere it is a referral's."""
_LABELLED: Final = re.compile(r"(?i)\b(?:manufacturer|manufactured (?:by|for)|importer|distributor|ec rep)\b")
_STEERED: Final = re.compile(
    r"(?:[A-Z]{2,8}[-_/.])?(?:POL(?:ICY)?|SOP|PROC|GUI(?:DE)?|WI|FRM|FORM|TMP|STD|QMS)(?:[-_/.](?:POL|SOP|PROC|GUI|[A-Z]{2,6}))?[-_/.]?\d{1,5}(?:[-_/.]?v?\d{1,3}(?:\.\d{1,2})?)?"
)
_VERSIONED: Final = re.compile(
    r"(?i)\b(?:version:?|rev(?:ision)?\.?|v\d{1,2}(?:\.\d)?|ratified|next review|review date|document owner|executive lead|approved (?:by|on|:)|supersedes|issue date)\b"
)
"""A document under control and what its head says (ISO 9001, 7.5.3): a policy, a procedure or a form has that number."""
_GOODS: Final = re.compile(
    r"(?i)\b(?:suppliers?|vendors?|deliver(?:y|ed)|shipped|shipments?|parcels?|arrived|gloves|cartons?|boxes|pallets?|ups|fedex|dhl|usps|amazon|customs|(?:re-?)?order (?:\d+|more|some|another)|warranty|refund|return label|spare parts?|"
    r"keyboard|monitor|printer|autoclave|centrifuge|firmware|calibration|edition|label|stock|sku|eur|usd|gbp|procurement|purchas\w+|catalogue|book|check digit|infusion pump|consignment|manufacturer|courier|stuck|where is it|too late|is late)\b"
)
_IMPLANTED: Final = re.compile(
    r"(?i)\b(?:pacemaker|icd|implant\w*|stents?|prosthe\w+|hearing aids?|valve|lead|cgm|sensor|cpap|wheelchair|defibrillator|neurostimulator|cochlear|insulin pump|wearable|wristband)\b"
)
"""What somebody carries, by whose number they are known."""
NUMBERED: Final = frozenset({Kind.OTHER_ID, Kind.DEVICE, Kind.PHONE})
"""Kinds that goods and machines are taken for. An account is somebody's whatever stands around it (law 5)."""
_PRIVATE: Final = re.compile(
    r"(?:10(?:\.\d{2,3}){3}|192\.168(?:\.\d{2,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{2,3}){2})"
)
"""An address of a private network (RFC 1918) that can be read as a telephone number in pairs."""
_HARDWARE: Final = re.compile(r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}")
_NETWORK: Final = re.compile(
    r"(?i)\b(?:v?lan|wlan|wi-?fi|dhcp|dns|arp|switch|router|access point|ap|firewall|subnet|ethernet|nic|packets?|ping|ports?|servers?|hosts?|connect\w*|listen\w*|refused|timeouts?|times? out|tcp|http|ssh|mllp)\b"
)
_WRITTEN: Final = re.compile(r"(?i)\b(?:john|jane|joe|bob|alice) (?:smith|doe|jones)(?:'s)?")
_CODE: Final = re.compile(
    r"(?i)\b(?:functions?|unit tests?|regex|regular expression|docstrings?|readme|docs|sql|insert into|select|def|const|assert|curl|json|api|schema|fixtures?|mock|sample|placeholder|"
    r"git|config|user\(|users|csv|class|split|parse|parser|code|python|javascript|typescript|package\.json)\b|[{(]\s?[\"']?\w+[\"']?\s?[:=]\s?[\"']"
)
"""What programs and their documents hold, in which somebody is made up."""
_MADE_UP: Final = re.compile(
    r"(?i)(?:.*[\"'=<( ])?(?:(?:j|john|jane|joe|jack)?[._]?(?:doe|roe|smith|bloggs|public)|john|jane|joe|alice|bob|eve|test|tester|users?|foo|bar|baz|you|me|name|someone|somebody|anyone|"
    r"e?mail|hello|first(?:name)?[._]?last(?:name)?|your[._-]?(?:name|e?mail)|username|admin|info|no-?reply|demo|sample|example)\d{0,3}(?:\+\w{1,12})?@(?:[a-z]{2,10}\.)?example\.(?:com|org|net|co\.uk)"
)
"""Made-up names at the domains that RFC 2606 keeps for documents."""
_BODY: Final = re.compile(
    r"(?:\b(?:WHO|CDC|FDA|NIH|CMS|NICE|MHRA|GMC|NMC|EMA|HHS|DEA|OSHA|EPA|AHRQ|CQC|HMRC|IRS|ICO|BMA|AMA|UN|UNICEF|ECDC|BfArM|Swissmedic|Medline|Siemens|Philips|Roche|Abbott|Pfizer|"
    r"World Health Organi[sz]ation|Centers for [A-Z][A-Za-z&, ]{5,50}|Food and Drug Administration|National Institutes? (?:of|for) [A-Z][A-Za-z ]{3,40}|[A-Z][a-z]+ Medicines Agency|"
    r"General (?:Medical|Dental|Pharmaceutical|Optical) Council|Nursing and Midwifery Council|Care Quality Commission|(?:The )?Joint Commission|NHS England|NHS Digital|Information Commissioner's Office|"
    r"(?:Department|Ministry|Office) (?:of|for) [A-Z][A-Za-z ]{3,40}|Royal College of [A-Z][A-Za-z ]{3,40}|[A-Z]\w+ (?:Medical )?Association))"
    r"(?: \([A-Z]{2,6}\))?(?:,| is| at|:|'s address is| address:| in)? {0,2}$"
)
"""Public bodies, right before where they sit."""
_FIRM: Final = re.compile(
    r"\b(?:[A-Z][\w&'-]+ ){1,4}(?:GmbH|AG|Inc\.?|Ltd\.?|LLC|plc|PLC|S\.A\.|BV|B\.V\.|Corp\.?|Corporation|Industries|Healthineers|Pharmaceuticals|Instruments)(?:,| at|:)? {0,2}$"
)
"""Firms by the form of their name, right before where they sit."""
_MAKER: Final = re.compile(
    r"(?i)\b(?:manufactur(?:er|ed)|importer|imported|distribut(?:or|ed)|marketed|made|produced|sponsor|authori[sz]ed representative|ec rep|uk responsible person|marketing authori[sz]ation holder)\b(?: (?:for|by|in|uk|eu))*[:\s]{1,3}[^\n:]{0,60}$"
)
"""What a leaflet calls the firm that follows."""
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
_MADE_UP_WORDS: Final = frozenset("smith jones john jane public".split())
"""Eponyms too, that nearly every example is called after."""
_WIDE: Final = 300


def of_anybody(hit: Hit, text: str) -> bool:
    """Whether a hit is nobody's by its own words and the place where it stands, in a text that is not about care."""
    if hit.evidence is Evidence.FIELD:
        return False
    value = text[hit.start : hit.end]
    if hit.kind is Kind.ADDRESS:
        before = text[max(0, hit.start - 90) : hit.start]
        if _BODY.search(before):
            return not _of_one(hit, text)
        firm = _FIRM.search(before) is not None and not _of_one(hit, text)
        return firm and (_MAKER.search(before) is not None or _quiet(hit, text))
    if hit.kind in NUMBERED:
        alone = _PLAIN.search(text, max(0, hit.start - 32), hit.start) is not None  # a drug may be what is bought
        return _of_goods(hit, value, text) and not (_of_a_person(hit, text) if alone else _of_one(hit, text))
    if hit.kind is Kind.DATE:
        return _KEPT.search(text[max(0, hit.start - 80) : hit.start]) is not None and not treated(hit, text)
    if hit.kind is Kind.NAME and lexicon.is_figure(value.removesuffix("'s").casefold()):
        return not _of_one(hit, text)
    if hit.kind is Kind.NAME and _told_what_to_do(hit, value, text):
        return not treated(hit, text)
    if hit.kind is Kind.NAME:
        told = (
            PLACEHOLDER.fullmatch(value) is not None
            or _spoken_to(hit, value, text)
            or (_WRITTEN.fullmatch(value) is not None and _around(_CODE, hit, text))
        )
    elif hit.kind is Kind.EMAIL:
        told = _MADE_UP.fullmatch(value) is not None and _around(_CODE, hit, text)
    else:
        return False
    return told and _quiet(hit, text)


def of_goods(hits: Sequence[Hit], text: str) -> list[Hit]:
    """The numbers that are nobody's only because the text gives them as those of goods or machines."""
    return [hit for hit in hits if hit.kind in NUMBERED and of_anybody(hit, text)]


_KEPT: Final = re.compile(
    r"\bDay (?:is|was|has been|falls)(?: (?:held|observed|celebrated|marked|kept|commemorated))?,?(?: internationally| worldwide)?(?: (?:each|every) year| annually)?,? on (?:his|her|the|their)? ?[^.\n\d]{0,40}$"
)
"""Before the day of a feast that the world keeps: whose birthday it was is history."""


def _of_goods(hit: Hit, value: str, text: str) -> bool:
    """Whether a number is of goods, of a paper about them, or of a machine in a network; never of what somebody carries."""
    value = value.strip(" .,;:")
    catalogued = _CATALOGUED.search(text, max(0, hit.start - 8), hit.start) is not None and _around(
        _LABELLED, hit, text
    )
    if catalogued or (_STEERED.fullmatch(value) and _around(_VERSIONED, hit, text)) or _TENDERED.fullmatch(value):
        return True
    if _around(_IMPLANTED, hit, text):
        return False
    if hit.kind is Kind.PHONE or _HARDWARE.fullmatch(value):
        address = _PRIVATE if hit.kind is Kind.PHONE else _HARDWARE
        return address.fullmatch(value) is not None and _around(_NETWORK, hit, text)
    before = text[max(0, hit.start - 32) : hit.start]
    if hit.kind is Kind.OTHER_ID and _ORDER.search(before):
        return True
    numbered = (
        _GOODS_NO.search(before) is not None
        or _PAPER.fullmatch(value) is not None
        or _BOUGHT.search(before) is not None
    )
    return numbered and (_PLAIN.search(before) is not None or _around(_GOODS, hit, text))


_BOUGHT: Final = re.compile(r"(?i)\b(?:my|our|the|your)? ?order(?: (?:no|number|nr))?\.?[ \t]{0,2}[#:]?[ \t]{0,2}$")
_PLAIN: Final = re.compile(
    r"(?i)\b(?:isbn(?:-1[03])?|ean|upc|gtin|cost (?:cent(?:re|er)|code)|gl code|vat|asset tag|p\.?o\.?|purchase order|ticket|(?:contract ref(?:erence)?)|(?-i:GL)|(?:(?:tender|procurement|framework|solicitation) (?:no|number|ref|reference|id)|rf[pqti]|itt)(?: is)?)[ #:.]{0,3}$"
)
"""What numbers goods and nothing else."""


def _around(sign: re.Pattern[str], hit: Hit, text: str) -> bool:
    """Whether a sign stands around a hit."""
    return (
        sign.search(text, max(0, hit.start - _WIDE), hit.start) is not None
        or sign.search(text, hit.end, hit.end + _WIDE) is not None
    )


def _spoken_to(hit: Hit, value: str, text: str) -> bool:
    """Whether an assistant is greeted, thanked or called by its one name: `Thanks Claude!`, `Claude, please sum this up`."""
    if not assistants.is_product(value.casefold()):
        return False
    before = text[max(0, hit.start - 40) : hit.start]
    after = _ENDS.match(text, hit.end) is not None
    return after and (_CALLED_ON.search(before) is not None or _OPENS.search(before) is not None)


def _told_what_to_do(hit: Hit, value: str, text: str) -> bool:
    """Whether an assistant is given a task at the beginning of a sentence: `Claude, summarise the Ottawa ankle rules`."""
    if not assistants.is_product(value.casefold()) or _TASK.match(text, hit.end) is None:
        return False
    return _OPENS.search(text, max(0, hit.start - 8), hit.start) is not None


_TASK: Final = re.compile(
    r"(?i)[,:]? ?[,:] (?:please |pls |can you |could you |would you |now )?(?:"
    + one_of(
        *"summari[sz]e write explain translate draft list rewrite compare convert generate create give tell show fix refactor review check help make".split(),
        *"what how why which is are does do define outline describe calculate compute format extract classify find suggest read turn add".split(),
    )
    + r")\b"
)


_ONE: Final = re.compile(
    r"(?i)\b(?:patients?|pts?|resident|caller|subscriber|guarantor|mother|father|mum|mom|dad|wife|husband|son|daughter|carer|dob|mrn|ssn|nhs|born|admitted|discharged|diagnos\w+|symptoms?|"
    r"biops(?:y|ies)|specimens?|appointments?|prescription|refill|dose|mg|consents?|he|she|his|her|him|my (?:pain|scan|results?|tablets|chart|doctor|blood)|bed \d|\d{2}[mf]|claims? (?:no|number)|member)\b"
)
"""What speaks of one person in care, or of what is done for them."""


def _of_one(hit: Hit, text: str) -> bool:
    """Whether something around speaks of one person in care, or of a drug."""
    if _of_a_person(hit, text):
        return True
    around = f"{text[max(0, hit.start - _WIDE) : hit.start]} {text[hit.end : hit.end + _WIDE]}"
    return any(lexicon.marked(word, lexicon.DRUG) for word in _WORD.findall(around.casefold()))


def _of_a_person(hit: Hit, text: str) -> bool:
    """Whether something around speaks of one person in care."""
    return _around(_ONE, hit, text) or treated(hit, text)


def _quiet(hit: Hit, text: str) -> bool:
    """Whether nothing around speaks of somebody or of care."""
    around = f"{text[max(0, hit.start - _WIDE) : hit.start]} {text[hit.end : hit.end + _WIDE]}"
    if _CARE.search(around) is not None or treated(hit, text):
        return False
    words = set(_WORD.findall(around.casefold())) - _MADE_UP_WORDS
    return not any(lexicon.marks(word) & _MEDICAL for word in words)
