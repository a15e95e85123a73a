"""What a call of a tool asks for, so that its result is known for what it is; a question and an answer in, hits in the answer out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.domain import DIRECT, Carrier, Kind, Part, Passage
from gateway.phi.find.hit import Hit
from gateway.phi.find.records import keys
from gateway.phi.find.talk import listen
from gateway.phi.find.text.normalise import Normalised

_LONGEST: Final = 240
"""Characters of what asks and of what answers: a longer result says itself what it holds."""
_AT_ONCE: Final = 8
"""Calls at once, each of which any of the results behind them may answer."""
ASKS: Final = frozenset({Carrier.TOOL_ARGS, Carrier.NAME})
"""Carriers of what asks in a call."""
_SELECTED: Final = re.compile(r"(?i)^\s*select\s+(?:distinct\s+|top \d+\s+)?([\w.\"`, ]{2,120}?)\s+from\s")
_WAY: Final = re.compile(r"[$\w]{1,40}(?:(?:\.|/|\[(?:\d+|\*)?\]\.?)[A-Za-z_]\w{0,40}){1,8}")
_FIELD: Final = re.compile(r"[A-Za-z_]\w{1,40}")
_SAYS_A_FIELD: Final = frozenset(
    "field fields column columns attribute property path jsonpath xpath fhirpath expression select element".split()
)
"""Keys of arguments whose value says what is wanted."""
_GETS: Final = re.compile(r"(?:get|fetch|read|lookup|look_up|find|ask|ask_for|query|show|return)_?([A-Za-z_]{3,60})")
_CELL: Final = re.compile(r"[^\[\](),|\s;'\"][^\[\](),|\t;'\"\r\n]*")
_SOMEBODY: Final = re.compile(
    r"(?i)\b(?:you(?:rs?)?|hers?|his|their|who|patients?|pts?|members?|callers?|clients?|residents?|surname|forename|(?:last|maiden|family|given) name"
    r"|birth ?da(?:te|y)|date of birth|born|d\.?o\.?b)\b"
)
"""Whose name, day or place is asked for; a project and a release have them too."""
_APART: Final = re.compile(r"_|(?<=[a-z])(?=[A-Z])")
_ANYBODYS: Final = frozenset({Kind.PLACE, Kind.FACILITY, Kind.ADDRESS, Kind.ZIP, Kind.URL, Kind.IP})
"""What stores, servers and lines of memory have as well as people."""
_NOTHING: Final = re.compile(
    r"(?i)\W*(?:none|null|nil|n/?a|nan|true|false|ok|unknown|undefined|(?:no|not) .*|error.*|failed.*|missing.*|invalid.*|denied.*|empty)?\W*"
)
"""What a tool says that has no answer."""


def windows(passages: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """Indices of what a call asks and of a result behind it, before anybody says something else."""
    asking: list[int] = []
    answered = 0
    for index, passage in enumerate(passages):
        if passage.carrier in ASKS and passage.part is Part.VALUE:
            if answered:
                asking, answered = [], 0
            if len(asking) < _AT_ONCE and _may_ask(passage):
                asking.append(index)
        elif passage.carrier is Carrier.TOOL_RESULT and passage.part is not Part.KEY:
            answered += 1
            if answered <= _AT_ONCE and 0 < len(passage.text) <= _LONGEST:
                yield from ((asked, index) for asked in asking)
        elif passage.carrier in {Carrier.MESSAGE, Carrier.SYSTEM}:
            asking, answered = [], 0


def told(call: Passage, asked: Normalised, result: Normalised) -> list[Hit]:
    """What the result says of what the call asks for, in characters of the result."""
    if _NOTHING.fullmatch(result.text):
        return []
    spoken = _SOMEBODY.search(_APART.sub(" ", asked.text)) is not None
    replied = listen.replied(asked, result) if call.carrier is Carrier.TOOL_ARGS else []
    hits = [hit for hit in replied if spoken or (hit.kind in DIRECT and hit.kind is not Kind.NAME)]
    columns = _columns(call)
    cells = list(_CELL.finditer(result.text)) if columns else []
    if columns and len(cells) % len(columns) == 0:
        for at, cell in enumerate(cells):
            value = cell[0].rstrip()
            hits += [
                hit._replace(start=cell.start() + hit.start, end=cell.start() + hit.end)
                for hit in keys.whole(value, Passage(value, columns[at % len(columns)]))
                if spoken or hit.kind not in _ANYBODYS
            ]
    return hits


def _may_ask(passage: Passage) -> bool:
    """Whether it is worth reading the result for: nearly all arguments ask for nothing."""
    text = passage.text
    if len(text) > _LONGEST:
        return False
    return bool(_columns(passage)) or (passage.carrier is Carrier.TOOL_ARGS and listen.asks(text))


def _columns(passage: Passage) -> list[str]:
    """What the cells of the result are called, in order; empty where nobody says."""
    text = passage.text.strip()
    if passage.carrier is Carrier.NAME:
        found = _GETS.fullmatch(text)
        return [_words(found[1])] if found else []
    if selected := _SELECTED.match(text):
        return [_words(column.rpartition(".")[2].strip(' "`')) for column in selected[1].split(",")]
    if _WAY.fullmatch(text) and not text.endswith(_FILES):
        return [_words(" ".join(re.split(r"\W+", text)[-2:]))]
    said = bool(_SAYS_A_FIELD & set(passage.cue.casefold().split())) and _FIELD.fullmatch(text)
    return [_words(text)] if said else []


_FILES: Final = (".py", ".js", ".ts", ".md", ".txt", ".json", ".csv", ".yaml", ".yml", ".html", ".sql", ".go", ".rs", ".java")  # fmt: skip


def _words(name: str) -> str:
    """`last_name` as the key of a value is written that has words."""
    return name.replace("_", " ")
