"""What a notice to everybody names: a policy, a newsletter, minutes, a manual, passages that were retrieved.

Whoever answers for a task there is nobody in care, and so is an extension, which only the house can call. `registers` takes a
verdict back where one person in care or a number of somebody stands near.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.organisations import is_extension
from gateway.phi.find.text.marks import Marks
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of

_SHORTEST: Final = 200
"""Characters of a text that is long enough to be a notice; a message about one person is shorter."""
_AROUND: Final = 450
_LEAST: Final = 4
"""Different words of such marks around a hit, besides the one that calls the text a notice."""

_UNHEADED: Final = 7
"""The same for a text that nothing calls a notice."""

_HEADED: Final = re.compile(
    r"(?im)^[^\n.,!?]{0,60}\b(?:"
    + one_of(
        "handbooks?",
        "news ?letters?",
        r"(?:meeting|committee|board|group)\W{1,3}minutes|minutes of (?:the )?(?:meeting|committee|board|group)|(?<!\d )(?<!\d)minutes, \d",
        "memo(?:randum)?(?= of| to|:|$)",
        *"bulletins? circular digest faqs? sop policies guidelines? formulary transmittal intranet wiki monograph leaflet".split(),
        "policy(?! (?:no|number|id|holder|#))",
        "guidance (?:note|document)",
        "press release",
        "(?:user|owner'?s|service|operator'?s|quick[- ]start) (?:guide|manual)",
        "manual (?:for|of)",
        *"abstracts? excerpts? snippets? passages? retrieved".split(),
        "knowledge base",
        r"kb-?\d+",
        "safety notice",
        "release notes?",
        "training calendar",
        "(?:standard|operating|downtime) procedure",
        "prescribing information",
        "terms of reference",
        r"job (?:advert\w*|description)",
        "annual report",
    )
    + r")\b|^\W{0,3}(?:context|sources?|documents?|chunks?|results)\b[^\n]{0,60}[:|\]]|<(?:doc|document|passage|chunk|context|source|result)\b"
)
"""What a text that is for everybody calls itself, or is called by what retrieved it."""
_MARKS: Final = Marks(
    r"^\W{0,3}(?:\[[\w-]{1,8}\]|\([a-z]\)|[•·*-] |\d{1,2}(?:\.\d{1,2})?[.)]? )",
    r"\b(?:effective|in force|approved|ratified|revised|updated|issued|edited|replaces|supersedes|superseded|published|reviewed|accepted|announced)\b",
    r"\b(?:next )?review (?:date|due|[a-z]{3,9} \d)|\bnext meeting\b|\bapologies\b|\bpresent:|\bagenda\b|\battendees\b",
    r"\b(?:rev(?:ision)?\.?|version|edition|volume|section|chapter|appendix|article|clause|annex|table|page) [A-Z]?\d|\bv\d+(?:\.\d+)?\b|\bp\. \d",
    r"\b(?:extension|ext\.?|bleep|pager|opt\.|option) ?\d|\b(?:helpline|hotline|switchboard|helpdesk)\b",
    r"\bout[- ]of[- ]hours\b|\b24/7\b|\bmon(?:day)?s?\s?(?:-|to)\s?(?:fri|sun|thu)|\b\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)?\s?(?:-|to)\s?\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)\b",
    r"\b(?:contacts?|enquiries|inquiries|questions to|write to|book (?:with|via|through)|comments to|for (?:help|advice|questions|details))\b",
    r"\b(?:committee|board|council|panel|working group|steering group|task ?force|executive|trust)\b",
    r"\b(?:department|dept|team|office|unit|directorate|division|reception|desk|service)\b",
    r"\b(?:inc|ltd|llc|gmbh|plc|corp|b\.v|s\.a|pharma\w*|therapeutics|devices|manufacturer|distribut\w+)\b",
    r"\b(?:chair|secretary|coordinator|co-ordinator|manager|director|officer|supervisor|editor|lead|wardens?|deputy|registrars?|organi[sz]ers?|treasurer|spokes\w+|chief executive|owner)\b",
    r"\b(?:staff|employees?|visitors|customers|volunteers|parents|members|users|residents|applicants|candidates|students|managers|clinicians)\b",
    r"\b(?:patients|adults|children|women|men|infants|people|participants|carers|families)\b",
    r"\b(?:should|must|may be|do not|please|are (?:asked|invited|reminded))\b",
    r"\b(?:eligib\w+|enrol\w*|apply|deadline|fees?|refunds?|warranty|reimburs\w+|nominations|register by)\b",
    r"\b(?:closed|opening hours|opens?|walk-in|parking|car park|venue|hall|seminar room)\b",
    r"\b(?:lots?|batch|serial number|part number|p/n|firmware|alarm|error code|recall|calibrat\w+)\b",
    r"\b(?:audit|targets?|compliance|training|course|workshop|webinar|conference|meeting|agm|grand rounds?)\b",
    r"\b\w+(?:[.-]\w+)?@\w+|\bwww\.",
    r"(?:£|€|\$) ?\d",
    any_case=True,
)
"""What such texts are full of, and what is told of one person is not."""
_CARED: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *"missed no-show no-showed owes overdue rescheduled rebooked cancelled refills? allergic allergy diagnosed admitted discharged prescribed consent biopsy surgery bloods chart".split(),
        "(?:her|his) [a-z]+",
        r"(?:balance|copay|letter|results?|appointment|booked|slot|referral|scan|medication|dose|care|record|file|samples?|specimens?) (?:of|for|from|to|with) (?-i:[A-Z])",
        r"(?:about|regarding|re:?|for|on) (?-i:[A-Z][a-z]+ [A-Z][a-z]+(?:,|'s)? (?:who|whose|in (?:bed|room)|was|has|had|is))",
    )
    + r")\b"
)
"""What is said of one person in care in a message to colleagues, beside what `registers` looks for."""
_BESIDE: Final = 120
_ASKED: Final = re.compile(
    r"(?im)^\W{0,4}(?:the |(?:user|customer|parent|patient|caller)(?:'s)? )?(?:user|q|question|query|ask)\b[^\n:\]]{0,24}[:\]]"
)
"""Where the question of whoever asks begins: what stands there is not of the notice."""
_TASK: Final = one_of(
    *(
        "officers? coordinators? co-ordinators? managers? directors? secretary secretaries partners? lead leads deputy deputies wardens? organisers? organizers? editors? "
        "chair co-chair registrars? supervisors? owners? administrators? librarians? pharmacists? nurses? engineers? spokes(?:man|woman|person) representatives? investigators? "
        "treasurer trainers? instructors? facilitators? consultants? microbiologists? analysts? executives? volunteers? champions? stewards? advisers? advisors? authors? speakers? "
        "buyers? receptionists? president governors? attendees? inspectors? technicians? planners? architects? maintainers? presenters? moderators? hosts? staff colleagues?"
    ).split(),
    "(?:general|legal|in-house|outside|our|the) counsel",
    r"counsel(?=\W?[:,(–-])",
)
_DOING: Final = re.compile(
    r"(?:\b(?i:"
    + _TASK
    + r")(?: \([\w ,&-]{1,40}\))?(?: (?i:is|are|was|for [\w ]{1,30}))?\s?[:,?(–-]{0,2} ?(?i:(?:at present|currently|now|new|both) )?"
    + r"|\b(?i:book (?:with|via)|register with|contact|questions to|comments to|queries to|speak to|talk to|ask for|signed(?: by)?|(?:edited|approved|written|prepared|recorded|compiled|reviewed|led|chaired|run|taught|presented|updated|issued|owned|signed off|sent|posted|delivered|organised|audited|serviced|checked|moderated|facilitated|approval of|approval from|thanks (?:go )?to|congratulations to|farewell to|escalate to|on call|welcome to|regards|best wishes|sincerely|cheers|(?:video|slides|photos?|podcast|talk|recording)[^\n.]{0,20} by)(?: by)?(?: on)?)[:,]? "
    + r"|\b(?i:present|apologies|in attendance|attendees|action|owner|contact|from|author|sign-off|approver|presenter|trainer|minutes)\s?: ?(?:\w[\w &]{0,30}\()?"
    + r")(?:(?:Dr|Prof|Mr|Mrs|Ms|Miss|Sister|Sr|Nurse|Father|Rev|Sir|Dame|Cllr)\.? )?$"
)
"""Before the name of somebody: what they do for the house, or did for the notice."""
_STYLED: Final = re.compile(r"\b(?:Dr|Prof(?:essor)?|Sister|Nurse|Father|Rev|Cllr|Matron)\.? $")
_TITLED: Final = re.compile(r"(?:Dr|Prof|Professor)\.? ")
_DONE: Final = re.compile(
    r"(?:\)?,? ?\(?(?:the |our |its )?(?:[\w&-]+ ){0,3}(?i:"
    + _TASK
    + r"|department|team|minutes|rn|pharmacy|operations|it|education|quality|service|procurement|security|finance|estates|facilities|engineering|communications|library)\b(?! of the patient)"
    + r"| (?:in|at|from) (?:the )?(?:[A-Z]\w+|security|reception|pharmacy|facilities|estates|payroll|procurement|finance|the office|education|communications|it|hr)\b(?: [A-Z]\w+)?(?= ?[,.;()\"\n])|,? ?\(?(?:ext|bleep|pager|x)\.? ?\d"
    + r"|,? (?:who )?(?:leads|chairs|runs|manages|wrote|teaches|presents|presented|said in a statement|oversees|edits|joined|retires)\b)"
)
"""Behind it: their office, or where in the house they sit."""
_OF_THEMSELVES: Final = re.compile(r"\s?:\s?[\"'“”‘«]?(?:I|[Mm]y)\b")
"""Behind the name of somebody: how they begin to speak of themselves, as whoever is heard for a study does."""
_LISTED: Final = re.compile(
    r"(?:\s?\([\w ,.&-]{1,30}\))?(?:,|;| and| or| &|, and)\s(?:(?:Dr|Prof|Mr|Mrs|Ms|Miss|Sister|Sr|Sir|deputy|in|[A-Z]\.)\.? ?){0,3}|[ .,]{1,3}(?:[A-Z]\. ?)?"
)
"""Between the names of one list."""
_PLAIN: Final = {
    Kind.PLACE: Evidence.SHAPE,
    Kind.FACILITY: Evidence.SHAPE,
    Kind.DATE: Evidence.SHAPE,
    Kind.ZIP: Evidence.SHAPE,
    Kind.OTHER_ID: Evidence.CONTEXT,
}
"""What may be nobody's there beside names, if nothing stronger than this says what it is."""
_CALLED: Final = frozenset({Kind.PHONE, Kind.FAX})


def _read(text: str) -> tuple[int, list[tuple[int, str]], int]:
    """How many marks are enough in a text, where they stand, and where a question begins."""
    asked = None
    for asked in _ASKED.finditer(text):  # noqa: B007  (the last one is meant)
        pass
    until = asked.start() if asked is not None else len(text)
    return _LEAST if _HEADED.search(text) else _UNHEADED, _MARKS.find(text), until


class Notice:
    """The marks of one text, looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks: list[tuple[int, str]] = []
        self._until = 0
        self._last = -1
        self._least = _UNHEADED
        if len(text) < _SHORTEST:
            return
        self._least, self._marks, self._until = once(_read, text)

    @property
    def is_one(self) -> bool:
        """Whether the text as a whole is written to everybody: it calls itself so, or is full of what such texts say."""
        return len({word for _, word in self._marks}) >= _LEAST

    def explains(self, hit: Hit) -> bool:
        """Whether a hit is of whoever answers for a task there."""
        if not self._marks or hit.evidence is Evidence.FIELD:
            return False
        text = self._text
        around = bisect_left(self._marks, (hit.start - _AROUND, "")), bisect_right(self._marks, (hit.end + _AROUND, ""))
        if len({word for _, word in self._marks[slice(*around)]}) < self._least:
            return False
        if hit.kind in _CALLED:
            return is_extension(hit, text)
        if hit.start >= self._until or self._of_one(hit):
            return False
        if hit.kind in _PLAIN:
            return hit.evidence <= _PLAIN[hit.kind] and not hit.patient
        return hit.kind is Kind.NAME and self.at_work(hit.start, hit.end)

    def at_work(self, start: int, end: int) -> bool:
        """Whether what stands right beside a name says what they do for the house, or another such name does."""
        text = self._text
        if not self._marks or _OF_THEMSELVES.match(text, end):
            return False
        before = text[max(0, start - 120) : start].rpartition("\n")[2]
        told = (
            _DOING.search(before) is not None
            or _STYLED.search(before) is not None
            or _TITLED.match(text, start, end) is not None
            or _DONE.match(text, end, end + 80) is not None
            or (self._last >= 0 and _LISTED.fullmatch(text, self._last, start) is not None)
        )
        if told:
            self._last = end
        return told

    def _of_one(self, hit: Hit) -> bool:
        low, high = max(0, hit.start - _BESIDE), hit.end + _BESIDE
        return (
            hit.kind is Kind.NAME
            and (_CARED.search(self._text, low, hit.start) or _CARED.search(self._text, hit.end, high)) is not None
        )
