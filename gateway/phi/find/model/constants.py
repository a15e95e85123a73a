"""Numbers of machines and of arithmetic that a model takes for somebody's: bounds, round numbers, clocks, columns of measures."""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find.text.ways import one_of

_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d,_.]*(?![\w])")
_POWERS: Final = frozenset(2**bits + near for bits in range(12, 65) for near in (-1, 0, 1))
_PRIMES: Final = frozenset({1_000_000_007, 1_000_000_009, 998_244_353, 2_147_483_629, 1_000_003, 1_299_709, 15_485_863})
"""Moduli that programs are written with."""
_ROUND: Final = 10_000
"""What is a multiple of it, and no longer than a few figures otherwise, somebody chose for its size."""
_IN_ORDER: Final = "01234567890 9876543210"
_LEAST_IN_ORDER: Final = 6
_CLOCKS: Final = (range(900_000_000, 2_200_000_000), range(900_000_000_000, 2_200_000_000_000), range(10**15, 10**19))
"""Seconds, milliseconds, and shorter pieces of time since 1970, from 1998 to 2039."""
_TIMED: Final = re.compile(
    r"(?i)(?:\b|_)(?:epochs?|timestamps?|ts|unix(?:[ _]?time)?|created|updated|modified|expires?|expiry|exp|iat|nbf|since|until|mtime|ctime|clock|time|utime|date(?= \+%s)|sleep|start(?:ed)?|end(?:ed)?|at)\b[^\n\w]{0,4}(?:(?:at|is|was|of|on|for|by|value|in)\b[^\n\w]{0,3})?$"
)
_SET: Final = re.compile(
    r"(?i)(?:\b|_)(?:"
    + one_of(
        *(
            "seeds? pids? ppid tid threads? steps? iterations? iters? epochs? batch(?:es)? sizes? lengths? limits? offsets? ports? max(?:imum)? min(?:imum)? counts? totals? "
            "timeouts? capacity budget blocks? chunks? pages? lines? rows? revisions? rev builds? inodes? sectors? uid gid mod(?:ulo|ulus)? primes? numbers? bounds? range "
            "random randint srand srandom sleep usleep setrlimit code errno exit status returned returns wraps overflow lat(?:itude)? lon(?:gitude)? lng"
        ).split(),
        r"(?:error|exit|status) code",
        "content-length",
    )
    + r")\b(?:[ \t]*(?:is|at|of|to|=|:=|:|\(|>=?|<=?)[ \t]*\(?|[ \t]{1,2})(?:0x[0-9A-Fa-f]{1,16}[ \t]*)?(?:\(?-|\()?$"
)
_CALLED: Final = re.compile(
    r"(?:\b|\.)(?:seed|sleep|usleep|randint|range|srand|nice|alarm|setTimeout|wait|delay|resize|reserve|malloc|alloc|limit|take|skip|head|tail)\($"
)
_COUNTED: Final = re.compile(
    r"(?i)[ \t]?(?:passed|failed|skipped|errors?|warnings?|requests?|rows?|records?|events?|files?|objects?|bytes|tokens|items|lines|documents|messages|packets|iterations|steps|samples|examples|parameters|params|points|users|hits|misses|is prime|\*|\^|mod\b)"
)
_MEASURES: Final = re.compile(r"(?:^|(?<=\s))[-+]?\d+(?:\.\d+)?%?(?=\s|$)")
_LEAST_MEASURES: Final = 5
_SMALL: Final = re.compile(r"[-+]?(?:\d{1,3}|\d+\.\d+)%?")
_SOMEBODY: Final = re.compile(
    r"(?i)\b(?:patients?|pts?|chart|mrn|ssn|dob|member|subscriber|account|policy|insur\w+|mr|mrs|ms|her|his|she|he|ward|bed|admi\w+|record|medical|hospital|clinic|claim|nhs|medic\w+)\b"
)
_AROUND: Final = 80


def is_one(text: str, start: int, end: int) -> bool:
    """Whether what a model took for somebody's number is one of a machine, where nobody is spoken of beside it."""
    numbers = list(_NUMBER.finditer(text, start, end))
    if not numbers or any(map(str.isdigit, _NUMBER.sub("", text[start:end]))):
        return False
    line = text.rfind("\n", 0, start) + 1
    before, after = text[max(line, start - _AROUND) : start], text[end : end + _AROUND].partition("\n")[0]
    if _SOMEBODY.search(before) or _SOMEBODY.search(after):
        return False
    return _is_row(text, line, start, end) or all(
        _is_chosen(number[0]) or _is_said(text, number, line) for number in numbers
    )


def _is_chosen(said: str) -> bool:
    """Whether a number is one that people choose: a bound of a type, a round one, digits in order."""
    digits = re.sub(r"[,_]", "", said).rstrip(".")
    if not digits.isdigit():
        return False
    value = int(digits)
    return (
        value in _POWERS
        or value in _PRIMES
        or (value % _ROUND == 0 and value > 0)
        or (len(digits) >= _LEAST_IN_ORDER and digits in _IN_ORDER)
    )


def _is_said(text: str, number: re.Match[str], line: int) -> bool:
    """Whether what stands around a number says that it sets, counts or times something."""
    before = text[max(line, number.start() - _AROUND) : number.start()]
    if _SET.search(before) or _CALLED.search(before) or _COUNTED.match(text, number.end()):
        return True
    digits = number[0].rstrip(".")
    timed = digits.isdigit() and any(int(digits) in clock for clock in _CLOCKS)
    return timed and _TIMED.search(before) is not None


def _is_row(text: str, line: int, start: int, end: int) -> bool:
    """Whether a number stands in a row of measures, as `vmstat`, `free` and `iostat` print them: most of it is numbers, some small."""
    stop = text.find("\n", end)
    row = text[line : stop if stop >= 0 else len(text)]
    if len(row) > 4 * _AROUND or "\n" in text[start:end].strip():
        return False
    measures = _MEASURES.findall(row)
    others = len(row.split()) - len(measures)
    label = row.split(None, 1)[0][-1:] == ":"  # `Mem:`
    others -= label
    small = sum(_SMALL.fullmatch(one.strip()) is not None for one in measures)
    return len(measures) >= _LEAST_MEASURES and others <= 1 and small > others
