"""Keys whose values measure, count, time or label something; the tagger knows no key, and takes long numbers for ids."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NUMBER: Final = re.compile(r"[-+]?[\d., _]+(?:[eE][-+]?\d+)?%?")
_ONE_WORD: Final = re.compile(r"#?\w+")
_MEASURE_WORDS: Final = (
    # time, as machines count it
    "created updated modified accessed expires exp iat nbf timestamp ts t epoch unix time times duration elapsed latency uptime timeout ttl interval delay "
    "ns us ms s sec secs second seconds minute minutes hour hours days mtime ctime atime "
    # amounts
    "bytes byte kb mb gb size length len width height depth count counts total totals sum tokens rows records lines chars words pages items entries hits "
    "offset limit capacity used free available max min mean avg average median std stdev variance percent pct ratio rate score weight amount price cost "
    "balance revenue budget quantity qty volume n "
    # places in machines
    "port pid ppid uid gid inode line lineno col column row index idx position start end exit build version revision rev seed step epoch iteration iterations "
    "x y z w h lat lon lng latitude longitude altitude"
)
_MEASURES: Final = frozenset(_MEASURE_WORDS.split())
_LABELS: Final = frozenset("currency type kind unit units color colour theme mode format encoding locale".split())


def measured(key: str, value: str) -> bool:
    """Whether `key` says that `value` is no identifier: a number that measures, or one word that labels."""
    words = _WORD.findall(key)
    if not words:
        return False
    last = words[-1].lower()
    if last in _MEASURES:
        return _NUMBER.fullmatch(value) is not None
    return last in _LABELS and _ONE_WORD.fullmatch(value) is not None
