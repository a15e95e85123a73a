"""What a format says of a text: values that its fields name, and stretches in which nobody but a rule need look.

A stretch is *quiet* only when the value has the form that its field promises (a code, a unit, a display). What does not,
stays text and is read as such: whoever writes a sentence into the field of a code hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.ways import one_of

_CONFIDENCE: Final = 0.99
_EDGES: Final = " \t\r\n\"'`"
_NO_VALUE: Final = re.compile(
    "(?i)"
    + one_of(
        r"[\[<{(*_%$#]{1,3}[\w /.,:-]{1,40}[\]>})*_%$#]{1,3}",
        *r"%[sd] ([x?*_.#-])\1* z{3,} 0{3,} (?:0000-?00-?00) yyyy[\w:-]*".split(),
        "(?:last|first|sur|fore|given|family)[ _-]?name",
        "(?:"
        + one_of(
            *(
                "anonymous anonymi[sz]ed anon de-?identified removed redacted masked suppressed withheld unknown "
                "none null nil (?-i:N/?A|n/?a) tbd empty blank undefined"
            ).split(),
            "not (?:available|applicable|known|provided|specified|recorded)",
            "no value(?: available)?",
            "string",
            "unk",
        )
        + ")",
    )
)
"""What stands where a value would: `[LAST]`, `ANONYMOUS`, `YYYYMMDD`, `XXXX`."""
_CODE: Final = re.compile(r"[A-Za-z0-9.:;,_/+<>=^%*&\[\]{}()'!#$|~\\-]{0,64}")
_LONG_NUMBER: Final = re.compile(r"\d{5}|@|\d{3}[-. )]{1,2}\d{3,4}\b|\d[-/. ]\d{1,2}[-/. ]\d{2,4}\b")
_PROSE: Final = re.compile(
    "(?i)"
    + one_of(
        r"\b(?:"
        + one_of(
            *(
                "he she his hers? him my our your you we they their mrs? pt whom? was were has had is are called "
                "named lives? living born aged? saw seen said told asked wants? wrote phoned son daughter wife "
                "husband mother father brother sister mum mom dad dob mrn ssn this that which what how when where why "
                "can could should would will please pls today yesterday tomorrow tonight overnight now again "
                "need(?:s|ed)? like refer(?:s|red) visit(?:s|ed) treated discharged admitted presents presented "
                "reports denies"
            ).split()
        )
        + r")\b",
        r"\b(?:Dr|Ms|Prof|Sr|Sra)\.? [A-Z]",
        r"\bpatient [A-Z][a-z]",
        *r"[?!;] [a-z]\.(?:\s|$) \b[A-Z]\.(?:\s|$|,) \b(?:19|20)\d\d\b".split(),
        r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\.? \d",
        r"\b\d{1,3}[- ](?:year|yr|month)",
        r"\b(?:hospital|clinic|street|avenue|road|center|centre)\b",
    )
)
"""Words and signs with which people speak of people, and in which no code system names a thing."""
_POSSESSIVE: Final = re.compile(r"([^\W\d_]+)['’]s\b")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST_DISPLAY: Final = 240


class Sheet:
    """What one format found in one text. Offsets are those of the text; stretches may touch and overlap.

    `hushed` ones are quiet for a model only: rules say there what they always say.
    """

    __slots__ = ("hits", "hushed", "quiet", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.hits: list[Hit] = []
        self.quiet: list[tuple[int, int]] = []
        self.hushed: list[tuple[int, int]] = []

    def mark(self, kind: Kind, start: int, end: int, *, weak: bool = False) -> None:
        """A value of `kind`. A `weak` one says nothing of a person by itself and needs another finding beside it."""
        start, end = self.bare(start, end)
        value = self.text[start:end]
        if not any(map(str.isalnum, value)) or _NO_VALUE.fullmatch(value):
            self.calm(start, end)
            return
        self.hits.append(Hit(kind, start, end, _CONFIDENCE, Evidence.FIELD, not weak))

    def calm(self, start: int, end: int) -> None:
        """The format's own words and signs, or a value that was shown to be none of a person."""
        end = min(end, len(self.text))
        if start < end:
            self.quiet.append((start, end))

    def code(self, start: int, end: int) -> None:
        """The field of a code, number, unit or flag: quiet if it holds one."""
        if is_code(self.text[start:end]):
            self.calm(start, end)

    def display(self, start: int, end: int) -> None:
        """The field of what a code means, in words: quiet if nobody is spoken of in it."""
        if is_display(self.text[start:end]):
            self.calm(start, end)

    def bare(self, start: int, end: int) -> tuple[int, int]:
        """The stretch without spaces and quotes at its edges."""
        text = self.text
        while start < end and text[start] in _EDGES:
            start += 1
        while end > start and text[end - 1] in _EDGES:
            end -= 1
        return start, end


def is_code(value: str) -> bool:
    """Whether a value is one token without a space, and no name of a person."""
    bare = value.strip(_EDGES)
    return _CODE.fullmatch(bare) is not None and not is_somebody(bare)


def is_display(value: str) -> bool:
    """Whether a value names a thing as a code system does: no long number, nothing that is said of a person, no name."""
    bare = value.strip()
    if len(bare) > _LONGEST_DISPLAY or _LONG_NUMBER.search(bare) or _PROSE.search(bare) or is_somebody(bare):
        return False
    if any(not lexicon.marked(word.casefold(), lexicon.EPONYM) for word in _POSSESSIVE.findall(bare)):
        return False
    return all(
        word.casefold() in lexicon.words()
        for word in _WORD.findall(bare)[1:]
        if word.istitle() and len(word) > _SHORTEST_NAME
    )


def is_plain(value: str) -> bool:
    """Whether a few words are all of things, as a short result has them: `Negative`, `Sample slightly hemolyzed`."""
    if len(value) > _LONGEST_PLAIN or _LONG_NUMBER.search(value) or _PROSE.search(value):
        return False
    return all(map(_thing, _WORD.findall(value)))


_LONGEST_PLAIN: Final = 120
_SHORTEST_NAME: Final = 3


def _thing(word: str) -> bool:
    if len(word) < _SHORTEST_NAME and not word.istitle():
        return True
    marks = lexicon.marks(word.casefold())
    return bool(marks & lexicon.ELSE) and (not marks & lexicon.PEOPLE or word.islower())


def is_somebody(value: str) -> bool:
    """Whether a word of a value is the name of a person and nothing else."""
    for word in _WORD.findall(value):
        marks = lexicon.marks(word.casefold())
        if len(word) > _SHORTEST_WORD and marks & lexicon.PEOPLE and not marks & lexicon.ELSE:
            return True
    return False


_SHORTEST_WORD: Final = 2


def is_house(value: str) -> bool:
    """Whether a cell under a header of people names a house and nobody: `St Brannock's Hospitals`, `Wick Community Trust`."""
    if _HOUSE.fullmatch(value) is None or _TITLE.match(value) is not None:
        return False
    first, *rest = (lexicon.marks(word.casefold()) for word in _WORD.findall(value))
    if first & lexicon.GIVEN and not first & lexicon.ELSE:
        return False
    named = bool(rest) and bool(rest[0] & lexicon.PEOPLE) and not rest[0] & lexicon.ELSE
    return not (first & lexicon.GIVEN and named and len(rest) > _HOUSE_WORDS)  # `Ada Okafor Sunrise Care Home`


_HOUSE_WORDS: Final = 2


_HOUSE: Final = re.compile(
    r"(?i)[^\W\d_][\w'’.&/-]*(?:,? (?:&|[^\W\d_][\w'’.&/-]*)){0,7} (?:"
    + one_of(
        *"hospitals? infirmary trust clinics? surgery practice hospice pharmacy healthcare foundation university institute gmbh ltd inc llc plc".split(),
        *"cent(?:re|er)s? laborator(?:y|ies) services network authority partnership".split(),
        *("medical group", "health (?:board|system|services?)", "(?:care|nursing) home"),
    )
    + r")\.?"
)
"""The word that a house is called by ends its name, and no name of a person."""
_TITLE: Final = re.compile(r"(?i)(?:dr|mr|mrs|ms|miss|mx|prof|sr|rev)\b")


def is_type(value: str) -> bool:
    """Whether a cell is the type of a column in SQL, with its constraints: `VARCHAR(80) NOT NULL,`."""
    return _TYPE.fullmatch(value) is not None


_TYPE: Final = re.compile(
    "(?i)(?:"
    + one_of(
        *r"n?(?:var)?char2? (?:big|small|tiny|medium)?int(?:eger)? n?text date datetime2? time(?:stamp)?(?:tz)? bool(?:ean)? uuid numeric decimal float".split(),
        *r"real (?:big)?serial jsonb? bytea [bc]lob bit xml".split(),
        *("double precision", "character(?: varying)?"),
    )
    + r")(?: ?\([\d, ]{1,12}(?:max|char|byte)?\))?(?: (?:"
    + one_of(
        *(
            "not null",
            "null",
            "unique",
            "primary key",
            "(?:auto_?increment|identity)(?:\\(\\d+, ?\\d+\\))?",
            "with(?:out)? time zone",
        ),
        r"default (?:null|true|false|now\(\)|current_\w+|\d{1,4}|'')",
        r"references \w+ ?(?:\(\w+\))?",
        r"collate \w+",
    )
    + r")){0,6},?"
)
"""ISO/IEC 9075 and what PostgreSQL, Oracle, SQL Server and MySQL add."""


def split(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a stretch between separators stand."""
    at = start
    while True:
        cut = text.find(separator, at, end)
        if cut < 0:
            yield at, end
            return
        yield at, cut
        at = cut + len(separator)


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch or overlap made one."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole
