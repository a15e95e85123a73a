"""Who is named as author, maintainer or owner of a text or a program: reported, and not counted as somebody in care.

Only a name may be a credit, with the e-mail or web address in the same field. What shows a person in care beside it (a
record number, a birth date, "the patient", "her") takes that back, so that no layout can launder a record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import DIRECT, Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.public import TOLD_OF_ONESELF
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import folded, holds, one_of

_NAMES: Final = frozenset({Kind.NAME, Kind.PLACE})
"""What a surname may be taken for."""
_CREDITED: Final = _NAMES | {Kind.EMAIL, Kind.URL, Kind.OTHER_ID}
_FIELD: Final = frozenset({Kind.EMAIL, Kind.URL})
"""What may stand beside a credited name in its field."""
_LINE: Final = 400
"""Characters of a line, before and after a name, that are looked at: a whole file may be one line."""
_ENTRY: Final = 700
"""Characters of a reference."""
_BESIDE: Final = 160

_TRAILER: Final = re.compile(
    r"(?:^|\n)[ \t>+#*/-]{0,6}(?:"
    + one_of(
        *(
            "(?:Signed-off|Co-authored|Co-developed|Reviewed|Acked|Tested|Reported|Suggested|Helped|Authored|Committed|Approved|Based-on-patch)-by "
            "Author Commit Committer AuthorDate Maintainers? Uploaders SPDX-FileCopyrightText Merge-request-by "
            "Packager Vendor Changed-By"
        ).split()
    )
    + r")\s?:[ \t]*[^\n]{0,120}$",
    re.IGNORECASE,
)
"""Trailers of a commit, headers of a patch or a package; a clinical note has words like these, but no address after the name."""
_MAILED: Final = re.compile(r"(?:^|\n)[ \t>]{0,6}(?:From|To|Cc|Reply-To)\s?:[ \t]*[^\n]{0,300}$", re.IGNORECASE)
_PATCH: Final = re.compile(r"\[(?:RFC )?PATCH\b|(?:^|\n)[ \t>]{0,6}(?:diff --git |Signed-off-by:|@@ -\d)")
"""What a mail holds that sends a change: who writes it and who gets it are authors then, and else anybody."""
_CHANGED: Final = re.compile(
    r"(?:^|\n)[ \t*|/\\+>-]{0,8}(?:(?:commit|pick|fixup|reword) )?[0-9a-f]{7,40}[ \t]+$|\bgit (?:log|blame|show|shortlog|bisect)\b[^\n]{0,24}$"
)
"""Before the author of a change, whose address follows: a line of `git log --format`, or what somebody reads in one."""
_CODE_OWNERS: Final = re.compile(
    r"(?:^|\n)(?:[*/.~]\S{0,80}|\S{1,80}[/*]\S{0,80})[ \t]+(?:[^\s@]{0,60}@\S{1,80}[ \t]+){0,8}$"
)
"""Before an owner in a file of CODEOWNERS: a path, and other owners."""
_AUTHORS_ADDRESS: Final = re.compile(
    r"(?i)(?:[@\\]authors?|<(?:author|developer|maintainer|contributor)>)[^\n@]{0,80}[<(]$"
)
"""Before the address of an author whose name nothing may have taken for one."""
_WRITES_BACK: Final = re.compile(r"(?i)\b(?:electronic address|correspond(?:ence|ing author)s?)\b[^\n@]{0,60}$")
"""Before the address of whoever answers for an article."""
_CODE_CREDIT: Final = re.compile(
    "(?i)(?:"
    + one_of(
        r"[@\\]authors?\b[ \t:{]*",
        r"__(?:author|maintainer|credits|copyright)__\s*=\s*[\[(]?\s*[\"'][^\n]{0,80}",
        r"(?:^|\n)[ \t]*(?:\#|//|/?\*+|--|;|%|!|\"\"\"|<!--|rem)[ \t!*]*(?:original )?(?:authors?|maintainers?|written by|created by|contributors?|copyright)\b[^\n]{0,80}",
        r"(?:copyright|\(c\)|©)[ \t]+(?:\(c\)|©)?[ \t,]*(?:(?:19|20)\d\d(?:\s?[-,–]\s?(?:19|20)?\d\d)*,?[ \t]+)?(?:by[ \t]+)?[^\n.]{0,80}",
        r"\b(?:TODO|FIXME|XXX|HACK|NOTE)\(",
        r"\bperson\([^\n)]{0,60}",
        r"<(?:author|developer|maintainer|contributor|creator|dc:creator|editor)\b[^>]{0,60}>(?:\s*<\w{1,20}>[^<\n]{0,80}</\w{1,20}>){0,6}(?:\s*<\w{1,20}>)?\s*",
        r"\bMAINTAINER[ \t]+[\"']?",
    )
    + ")$"
)
_ROLE_KEY: Final = re.compile(
    r"(?i)[\"']?\b(?:authors?|maintainers?|contributors?|committers?|creators?|editors?|owners?|reviewers?|assignees?|reporters?|code[_-]?owners?|developers?|translators?|author_name|maintainer_name)[\"']?[ \t]*[:=]"
)
_ANY_KEY: Final = re.compile(r"[\w-]{1,40}[\"']?[ \t]*[:=](?!/)")
_PARTS_OF_A_CREDIT: Final = re.compile(
    r"(?i)(?:name|family|given|literal|email|first|last|url|orcid|affiliation)[\"']?[ \t]*[:=]"
)
_LIST_ITEM: Final = re.compile(r"[ \t]+\S|[ \t]*-[ \t]|[ \t]*[\])}]")
_MANIFEST: Final = re.compile(r"[\"'{\[=]")
_LINES: Final = 8
"""Lines of a list under its key that are looked through."""
_BLAME: Final = re.compile(
    r"(?:^|\n)[ \t*|/\\]{0,8}(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}[ \t]+\d{4}-\d\d-\d\d[ \t]+(?:[^\W\d_][\w'’.-]{0,30} ){0,3}$|"
    r"(?:^|\n)\^?[0-9a-f]{7,40} (?:[\w./-]+ +)?\((?:[^\W\d_][\w'’.-]{0,30} ){0,4}$|(?:^|\n)[-dlcbps][rwxsStT-]{9}[.+@]?[ \t]+\d+[ \t]+(?:\S+[ \t]+)?$|(?:^|\n) -- $|(?:^|\n)[ \t]{0,8}\d{1,6}\t(?:[^\W\d_][\w'’.-]{0,30} ){0,3}$"
)
"""Before the name in `git blame`, `ls -l`, a Debian changelog, `git shortlog`."""
_BLAMED: Final = re.compile(
    r"\bgit (?:blame|log|bisect|shortlog) (?:says|shows|points (?:to|at)|blames|names|gives|has|found)(?: that)? $"
)
_ADDRESSED: Final = re.compile(r"[ \t]*<[^<>\s]{1,80}@[^<>\s]{1,80}>")
_CITING: Final = re.compile(
    r"(?i)^[\"'”’)]?(?:['’]s)?,?\s+(?:et al\b|and (?:colleagues|co-?workers|others)\b)|^(?:,| and| &)[^\n.;()]{0,80}?\bet al\b|^[^\n.;()]{0,60}?\(?(?:19|20)\d\d[a-z]?\)"
)
"""What follows the name of somebody who is cited: `et al.`, or a year in brackets."""
_PARENTHETICAL: Final = re.compile(r"\((?:[^()\n]{0,120}[;,] ?|see |e\.g\.,? |cf\. )?$")
_TAGGED: Final = re.compile(
    r"(?:^|\n)(?:(?:AU|A[1-4]|FAU|ED|FED|TA|IR|FIR)  ?- ?|%[AEYQ? ]{1,2}|(?:Authors|Editors|Author\(s\)): )[^\n]{0,300}$"
)
"""RIS, MEDLINE and EndNote; `Authors:` at the head of an abstract."""
_TAG: Final = re.compile(r"(?:AU|A[1-4]|ED|TA)  ?- ?")
_CSL: Final = re.compile(r"[\"'](?:family|given|literal|non-dropping-particle)[\"']\s*:\s*[\"']$")
_CSL_TITLE: Final = re.compile(
    r"[\"'](?:container-title|title|collection-title|publisher|publisher-place|event|journal)(?:-short)?[\"']\s*:\s*\[?[\"'][^\"'\n]{0,400}$"
)
_CSL_ITEM: Final = re.compile(
    r"[\"'](?:author|editor|container-title|DOI|issued|citation-key|publisher|translator)[\"']\s*:"
)
_BIBTEX: Final = re.compile(
    r"(?i)(?:\b(?:author|editor)\s*=\s*[{\"][^\n={}]{0,600}|@(?:article|book|inproceedings|incollection|misc|phdthesis|techreport|online)\{)$"
)
_MARK: Final = re.compile(
    "(?i)"
    + one_of(
        r"\bdoi\b",
        r"10\.\d{4,9}/",
        r"\bet al\b",
        r"\b(?:19|20)\d\d[a-z]?\s?[;:)]",
        r"\((?:19|20)\d\d[a-z]?(?:,[^)\n]{1,20})?\)",
        r"\b\d{1,4}\s?(?:\(\d{1,3}(?:[-/]\d{1,3})?(?: Suppl[^)]{0,6})?\))?\s?[:,]\s?(?:pp?\.? ?)?[A-Za-z]?\d{1,6}\s?[-–]\s?[A-Za-z]?\d{1,6}\b",
        r"\bpp?\. ?\d",
        r"\bvol\. ?\d",
        r"\barxiv\b",
        r"\bpmid\b",
        r"\bisbn\b",
        r"\bin: ",
        r"\bproc(?:eedings|\.)",
        r"\bjournal\b",
        r"\bpress\b",
        r"\bretrieved from\b",
        r"\bavailable (?:at|from)\b",
        r"\beds?\.\b",
        r"\(eds?\.?\)",
    )
)
"""What a reference has besides its authors: where and when it appeared. Two of these, or one and a year, make one."""
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
_NUMBER: Final = r"(?:\[?\(?\d{1,3}[\]).]{0,2}|\[[A-Z][a-z]{0,11} ?\d{1,3}\]|Ref\.? ?\d{1,3}[:.)]|[*•–-])"
_PARTED: Final = re.compile(r"[,;&\n]|\b(?:and|und|et|y)\b")
_NAME_WORD: Final = re.compile(
    r"[^\W\d_a-z][\w'’.-]{0,30}|(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ter|ten|af|zu)|jr\.?|sr\.?|[IVX]{1,3}"
)
_MOST_WORDS: Final = 5
_GOES_ON: Final = re.compile(r"[ \t]*(?:[,.;:(&\"“]|[A-Z]{1,3}\b[,.;]|and\b|et al\b|\n|\Z)")
"""What follows an author in a reference, where a sentence would follow somebody else with a verb."""
_AFFILIATED: Final = re.compile(r"[ \t]?[\d*†‡§¹²³⁴-⁹]{1,6}(?:,[\d*†‡§¹²³⁴-⁹]{1,3})*(?=,| and| &|\s*\n|$)")
_CORRESPONDENCE: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        "correspond(?:ence|ing author)s?(?: to)?",
        r"address (?:reprint|correspondence)[\w ]{0,20}",
        "contributed (?:equally|by)",
        "conceived (?:and|the)",
        "acknowledg(?:e)?ments?",
        "orcid",
        "funding",
        "translated by",
        "edited by",
        "illustrated by",
        "foreword by",
        "personal communication",
        "narrated by",
    )
    + r")\b[^\n]{0,120}$"
)
_CARE: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"(?:this|the|our|my|her|his|a|new|same) (?:patient|pt|client|resident|caller|member)\b(?! (?:group|cohort|population|data|portal|safety|registry|record system|model|class|table|object))",
        *r"pt\.?s?\b mrn dob d\.o\.b".split(),
        "date of birth",
        *"admitted discharged refill appointment".split(),
        *TOLD_OF_ONESELF,
        "prescri(?:be|bed|ption for)",
        "next of kin",
        r"(?<!the )(?:mr|mrs|ms|miss)\b\.?",
        *r"she\b he\b her\b his\b him\b".split(),
        "patient[_ ]?(?:name|id|record)",
        r"\d{1,3}[- ]?(?:year|yr|y/?o|month|week)s?[- ]?old",
    )
    + r")\b"
)
"""What speaks of one person in care."""


_HINTS: Final = (
    "author", "maintain", "-by:", "copyright", "©", "(c)", "et al", "doi", "todo(", "fixme(", "xxx(", "hack(", "note(", "developer", "contributor", "committer",
    "creator", "editor", "owner", "assignee", "reviewer", "translat", "person(", "au  -", "au - ", "%a ", "family", "vol.", "journal", "arxiv", "pmid", "isbn",
    "orcid", "personal comm", "correspond", "electronic address", "acknowledg", "-rw", "drwx", "git ", "[patch", "diff --git", "colleagues", "co-workers", "press", " -- ",
)  # fmt: skip
"""Without one of these, and without the date of a publication, nobody is credited with anything."""
_SAYS_WHO: Final = (
    "author", "maintain", "__", "written", "created", "contribut", "copyright", "(c)", "©", "todo(", "fixme(", "xxx(", "hack(", "note(", "person(", "developer",
    "creator", "editor", "-by", "commit", "uploader", "spdx", "packager", "vendor", "electronic", "correspond", "reprint", "conceived", "acknowledg", "orcid",
    "funding", "personal comm", "translated", "edited", "illustrated", "foreword", "narrated",
)  # fmt: skip
"""One of these stands in whatever `_CODE_CREDIT`, `_TRAILER`, `_AUTHORS_ADDRESS`, `_WRITES_BACK` and `_CORRESPONDENCE` find."""
_SAYS_WHAT: Final = ("author", "editor", "@", "family", "given", "literal", "particle", "title", "publisher", "event", "journal")  # fmt: skip
"""The same of `_BIBTEX`, `_CSL` and `_CSL_TITLE`."""
_DATED: Final = re.compile(
    r"(?m:^)[ \t*|]{0,8}[0-9a-f]{7,40} \d{4}-|(?:19|20)\d\d[a-z]?(?:[;)]|, ?\d+,)|[0-9a-f]{7} [(A-Z]|\d\(\d+\):\d"
)


def credited(hits: Sequence[Hit], text: str) -> list[bool]:
    """For each hit whether it credits somebody with a text or a program, with nothing of a person in care beside it."""
    if not once(_hinted, text):
        return [False] * len(hits)  # as nearly every note
    known = [hit.kind in _CREDITED and _credit(hit, text) for hit in hits]
    for index, hit in enumerate(hits):
        if hit.kind in _FIELD and index and known[index - 1] and hits[index - 1].kind is Kind.NAME:
            known[index] |= text[hits[index - 1].end : hit.start].strip(" \t<(\"',[") == ""
    firm = [hit for hit in hits if hit.kind in DIRECT - _CREDITED or (hit.kind is Kind.DATE and hit.patient)]
    found = [one and not _in_care(hit, text, firm) for one, hit in zip(known, hits, strict=True)]
    words = frozenset(
        word
        for one, hit in zip(found, hits, strict=True)
        if one and hit.kind is Kind.NAME
        for word in _words(hit, text)
    )
    return [
        one or (bool(words) and _told_again(hit, text, words) and not _in_care(hit, text, firm))
        for one, hit in zip(found, hits, strict=True)
    ]


def _hinted(text: str) -> bool:
    return holds(text.casefold(), _HINTS) or _DATED.search(text) is not None


def _of_owners(text: str) -> bool:
    return "codeowners" in text.casefold()


def _sends_a_change(text: str) -> bool:
    return _PATCH.search(text) is not None


def _words(hit: Hit, text: str) -> list[str]:
    return [word.casefold() for word in _PART.findall(text[hit.start : hit.end])]


_PART: Final = re.compile(r"[^\W\d_]{3,}")


def _told_again(hit: Hit, text: str, words: frozenset[str]) -> bool:
    """Whether a name that nothing but its context tells is a part of one that is credited in the same text."""
    parts = _words(hit, text) if hit.kind is Kind.NAME and hit.evidence is Evidence.CONTEXT else []
    return bool(parts) and words.issuperset(parts)


def _in_care(hit: Hit, text: str, firm: Sequence[Hit]) -> bool:
    low, high = max(0, hit.start - _BESIDE), hit.end + _BESIDE
    if any(low < other.end and other.start < high for other in firm):
        return True
    return _CARE.search(text, low, hit.start) is not None or _CARE.search(text, hit.end, high) is not None


def _credit(hit: Hit, text: str) -> bool:
    tag = _TAG.match(text, hit.start)  # a model may take it for a part of the name
    start = tag.end() if tag is not None and tag.end() < hit.end else hit.start
    before = text[max(0, start - _LINE) : start]
    small = folded(before)
    after = text[hit.end : hit.end + _LINE].partition("\n")[0]
    if _mailed(before, after, hit, text):
        return True
    if hit.kind not in _NAMES:
        if hit.kind is Kind.OTHER_ID and hit.evidence is not Evidence.CONTEXT and text[hit.start] != "@":
            return False  # a number stays one, whatever field of an author it stands in
        fields = (_CODE_CREDIT, _TRAILER, _AUTHORS_ADDRESS, _WRITES_BACK)
        return (holds(small, _SAYS_WHO) and any(one.search(before) for one in fields)) or _keyed(before)
    return _of_a_program(before, small, after) or _of_a_citation(before, small, after) or _of_a_reference(hit, text)


def _mailed(before: str, after: str, hit: Hit, text: str) -> bool:
    """Whether it is who sends or gets a change of a program, or owns a path of one."""
    if hit.kind is Kind.EMAIL and once(_of_owners, text) and _CODE_OWNERS.search(before):
        return True
    if hit.kind in _NAMES and _ADDRESSED.match(after.lstrip("\"'")) is None:
        return False
    if hit.kind in _NAMES and _CHANGED.search(before) is not None:
        return True
    return once(_sends_a_change, text) and _MAILED.search(before) is not None


def _of_a_program(before: str, small: str, after: str) -> bool:
    if _BLAME.match(before, _last_line(before)) or _BLAMED.search(before):
        return True
    if not holds(small, _SAYS_WHO):
        return _keyed(before)
    if _CODE_CREDIT.search(before):
        return True
    if _TRAILER.search(before) and (_ADDRESSED.match(after) or "-by" in before.rpartition("\n")[2].casefold()):
        return True
    return _keyed(before)


def _keyed(before: str) -> bool:
    """Whether the value belongs to a field of a manifest: `"author": "…"`, `authors = [{name = "…"`, an item under `maintainers:`."""
    above, _, line = before.rpartition("\n")
    role = _last(_ROLE_KEY, line)
    if role is not None:
        rest = line[role.end() :]
        inner = all(_PARTS_OF_A_CREDIT.match(key.group()) for key in _ANY_KEY.finditer(rest))
        return inner and (_MANIFEST.search(line) is not None or _ANY_KEY.search(above[-_BESIDE:]) is not None)
    for _ in range(_LINES):
        if _LIST_ITEM.match(line) is None:
            return False
        above, _, line = above.rpartition("\n")
        if _ROLE_KEY.match(line.strip()) is not None:
            return True
        if not above:
            return False
    return False


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _last_line(text: str) -> int:
    """Where the last line of a text begins, with the end of the line before; an end of line at the very end is no line."""
    return max(0, text.rfind("\n", 0, max(0, len(text) - 1)))


def _of_a_citation(before: str, small: str, after: str) -> bool:
    if _TAGGED.match(before, _last_line(before)):
        return True
    if holds(small, _SAYS_WHAT) and (
        _BIBTEX.search(before)
        or (
            (_CSL.search(before) or _CSL_TITLE.search(before)) and (_CSL_ITEM.search(before) or _CSL_ITEM.search(after))
        )
    ):
        return True
    if _CITING.match(after):
        return True
    if (
        "(" in before
        and _PARENTHETICAL.search(before)
        and re.match(r"(?:,| and| &)?[^()\n]{0,60}?\b(?:19|20)\d\d[a-z]?\b", after)
    ):
        return True
    return (holds(small, _SAYS_WHO) and _CORRESPONDENCE.search(before) is not None) or (
        _AFFILIATED.match(after) is not None and _listed(before.rpartition("\n")[2])
    )


def _of_a_reference(hit: Hit, text: str) -> bool:
    """Whether a name is among the authors with whom an entry of a list of references begins."""
    low = max(0, hit.start - _ENTRY)
    line = max(text.rfind("\n", low, hit.start), low - 1) + 1
    entry = max(text.rfind("\n\n", low, hit.start) + 1, low - 1) + 1
    if not (_listed(text[line : hit.start]) or (entry < line and _listed(text[entry : hit.start]))):
        return _of_a_title(hit, text, line)
    if _GOES_ON.match(text, hit.end) is None:
        return False
    end = text.find("\n\n", hit.end, hit.end + _ENTRY)
    rest = text[hit.end : end if end >= 0 else hit.end + _ENTRY]
    marks = len({mark.group().casefold() for mark in _MARK.finditer(rest)})
    return marks > 1 or (marks == 1 and _YEAR.search(rest) is not None)


def _of_a_title(hit: Hit, text: str, line: int) -> bool:
    """Whether a model took for a name a word of the title or of the journal, behind the authors of an entry."""
    if hit.evidence is not Evidence.CONTEXT:
        return False
    authors = _AUTHORS_END.match(text, line, line + _ENTRY)
    if authors is None or authors.end() > hit.start or not _listed(authors[1]) or _AUTHOR.search(authors[1]) is None:
        return False
    end = text.find("\n", hit.end, hit.end + _ENTRY)
    rest = text[authors.end() : end if end >= 0 else hit.end + _ENTRY]
    return len({mark.group().casefold() for mark in _MARK.finditer(rest)}) > 1


_AUTHORS_END: Final = re.compile(r"([^\n]{3,400}?)(?:\. (?=[A-Z][a-z])|\.? \((?=(?:19|20)\d\d))")
_AUTHOR: Final = re.compile(r"[A-Z][\w'’-]+,? [A-Z](?:[A-Z]{0,2}\b|\.)")
"""An author as references write one: "Zhang Y", "Zhang, J. Z."."""


def _listed(text: str) -> bool:
    """Whether there stand only names, initials and what parts them, after at most the number of an entry."""
    pieces = [piece.split() for piece in _PARTED.split(_ENTRY_NUMBER.sub("", text, count=1))]
    return all(len(words) <= _MOST_WORDS and all(map(_NAME_WORD.fullmatch, words)) for words in pieces)


_ENTRY_NUMBER: Final = re.compile(rf"\A[ \t>]*(?:{_NUMBER}[ \t]+)?")
