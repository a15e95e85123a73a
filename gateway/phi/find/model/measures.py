"""What measures, counts, times or labels, by its key or its unit: the tagger knows neither, and takes long numbers for ids."""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find.text.ways import one_of

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NUMBER: Final = re.compile(r"[-+]?[\d., _]+(?:[eE][-+]?\d+)?%?")
_ONE_WORD: Final = re.compile(r"#?\w+")
_MEASURE_WORDS: Final = (
    # time, as machines count it
    "created updated modified accessed expires exp iat nbf timestamp ts t epoch unix time times duration elapsed latency uptime timeout ttl interval delay "
    "ns us ms s sec secs second seconds minute minutes hour hours days mtime ctime atime "
    # amounts
    "bytes byte kb mb gb size length len width height depth count counts total totals sum tokens rows records lines chars words pages items entries hits "
    "offset limit capacity used free available max min maximum minimum mean avg average median std stdev variance percent pct ratio rate score weight amount price cost "
    "balance revenue budget quantity qty volume n "
    # places in machines
    "port pid ppid uid gid inode line lineno col column row index idx position start end exit build version revision rev seed step epoch iteration iterations "
    "x y z w h lat lon lng latitude longitude altitude"
)
_MEASURES: Final = frozenset(_MEASURE_WORDS.split())
BOUNDS: Final = frozenset(
    str(sign * (2**bits + less)) for bits in (15, 16, 31, 32, 53, 63, 64) for less in (-1, 0) for sign in (-1, 1)
)
"""Where the number types of machines end: schemas say so everywhere (`maximum: 9007199254740991`)."""
_LABELS: Final = frozenset("currency type kind unit units color colour theme mode format encoding locale".split())


def measured(key: str, value: str) -> bool:
    """Whether `key` says that `value` is no identifier: a number that measures, or one word that labels."""
    words = _WORD.findall(key)
    if not words:
        return False
    if value in BOUNDS:
        return True
    last = words[-1].lower()
    if last in _MEASURES:
        return _NUMBER.fullmatch(value) is not None
    return last in _LABELS and _ONE_WORD.fullmatch(value) is not None


_UNIT: Final = re.compile(
    "[ -]?(?:"
    + one_of(
        *(
            "ns [uµ]s ms msecs? s secs? seconds? milliseconds? mins? minutes? hours? days? bytes? [KMGT]i?B "
            "[kmg]b bits? tokens? rows? lines? chars? characters? words? pages? items? entries records? requests? "
            "px pixels? times %"
        ).split()
    )
    + r")(?![\w-])"
)


_BOUND: Final = re.compile(
    r"(?:^|(?<=[\s(\[,;]))(?:max|min|(?:[Mm]ax|[Mm]in)imum|[Uu]p to|[Aa]t (?:most|least)|(?:no )?more than|[Ll]ess than|limit(?:ed to| of| is)?|"
    r"[Dd]efault(?:s to| is|:)?|[Tt]imeout(?: of| is|:)?)[ :=]{1,2}$"
)
"""What stands before the end of a range; `Max` with a capital is somebody's name."""
_BOUND_CHARS: Final = 16


def counted(text: str, start: int, end: int) -> bool:
    """Whether a bare number at [start, end) counts the unit behind it ("up to 600000ms") or bounds a range ("max 600000")."""
    if _NUMBER.fullmatch(text, start, end) is None:
        return False
    return _UNIT.match(text, end) is not None or _BOUND.search(text[max(0, start - _BOUND_CHARS) : start]) is not None


def no_number(text: str, start: int, end: int) -> bool:
    """Whether [start, end) is no number of anything: of a piece of code, a diff, an error, an issue, a row of measures."""
    if _NO_NUMBER.match(text, start, end):
        return True
    if end - start > _FEW_DIGITS or not text[start:end].isdigit():
        return False
    return (
        _TRACKED.search(text, max(0, start - 2), start) is not None
        or _ASSIGNED.search(text, max(0, start - 40), start) is not None
    )


_FEW_DIGITS: Final = 5
"""The numbers of people are longer, or have a cue."""
_NO_NUMBER: Final = re.compile(
    r"[01]{6,}\b|[+-]\d{4}\b|[^\s(]*[){}=;]|(?:\d{1,3}(?:\.\d+)?[ ,;|]+){4}\d{1,3}\b|[^@]{0,80}@@ ?|AADSTS\d+$|SQLSTATE|PDV: \d+$"
)
"""Binary digits, an hour's distance from Greenwich, a piece of code or of a diff, a row of measures, an error, a size of a message."""
_TRACKED: Final = re.compile(r"(?:^|[\s(,\[])#$")
"""Before the number of an issue or a change: `(#212)`."""
_ASSIGNED: Final = re.compile(r"\w\([\w, ]{0,24}[=:]>? ?$|=> ?$")
"""Before an argument of a call: `generator(rowcount => 20000)`."""

SCALES: Final = frozenset(
    (
        "barthel pugh waterlow braden apgar gleason charlson rockall blatchford ranson ballard tinetti karnofsky hoehn yahr lansky "
        "bishop aldrete mallampati schirmer"
    ).split()
)
"""Who a scale is called after, and hardly anybody else."""
SCORED: Final = re.compile(
    r"(?:'s)? (?:of )?[A-C]?\d{1,3}\b(?! ?(?:-|/7|/52|days?|wks?|weeks?|months?|y\b|yo\b|y/o|yrs?|years?|mg|ml)|:\d)"
)
"""What a scale gave: "Barthel 45", "Child Pugh B8"; an age or a day is somebody's."""
