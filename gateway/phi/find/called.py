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
_SELECTED: Final = re.compile(
    r"(?i)^\s*select\s+(?:distinct\s+|top \d+\s+)?([^;]{2,200}?)\s+from\s+[\"`\[]?(?:\w{1,40}\.){0,2}[\"`\[]?(\w{1,40})"
)
_COLUMN: Final = re.compile(r"(?:[^,()]|\([^()]{0,120}\)){1,160}")
_ALIAS: Final = re.compile(r"(?i)(.{1,120}?)(?:\s+as\s+|(?<=[\w)\"`\]])\s+)[\"`\[']?(\w{1,40})[\"`\]']?\s*")
_NAMED: Final = re.compile(r"(?:[A-Za-z_]\w{0,40}\.)?[\"`\[]?([A-Za-z_]\w{0,40})[\"`\]]?(?!\s*\()")
_CELLS: Final = 64
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


def windows(passages: Sequence[Passage]) -> Iterator[tuple[int, ...]]:
    """Indices of what a call asks and of a result behind it, before anybody says something else; of a table all its cells."""
    asking: list[int] = []
    results: list[int] = []
    for index, passage in enumerate(passages):
        if passage.carrier in ASKS and passage.part is Part.VALUE:
            if results:
                yield from _answered(passages, asking, results)
                asking, results = [], []
            if len(asking) < _AT_ONCE and _may_ask(passage):
                asking.append(index)
        elif passage.carrier is Carrier.TOOL_RESULT and passage.part is not Part.KEY:
            if asking and len(results) < _CELLS and 0 < len(passage.text) <= _LONGEST:
                results.append(index)
        elif passage.carrier in {Carrier.MESSAGE, Carrier.SYSTEM}:
            yield from _answered(passages, asking, results)
            asking, results = [], []
    yield from _answered(passages, asking, results)


def _answered(passages: Sequence[Passage], asking: Sequence[int], results: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for asked in asking:
        if len(results) > 1 and len(_table(passages[asked].text)) > 1:
            yield (asked, *results)
        yield from ((asked, at) for at in results[:_AT_ONCE])


def cells(call: Passage, results: Sequence[Passage], texts: Sequence[Normalised]) -> dict[int, list[Hit]]:
    """What the cells of a table are by the columns that a statement names, by their places behind it."""
    columns = _table(call.text)
    named = {alias.casefold(): said for alias, said in columns}
    whole = len(results) % len(columns) == 0
    hits: dict[int, list[Hit]] = {}
    for at, (result, text) in enumerate(zip(results, texts, strict=True)):
        name = result.cue.rpartition(" ")[2].casefold()
        said = named.get(name, "")
        if not said and name.isdigit() and int(name) < len(columns):
            said = columns[int(name)][1]
        elif not said and whole:
            said = columns[at % len(columns)][1]
        if (
            said
            and _NOTHING.fullmatch(text.text) is None
            and (told_there := keys.whole(text.text, Passage(text.text, said)))
        ):
            hits[at + 1] = told_there
    return hits


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
    if table := _table(text):
        return [said for _, said in table]
    if _WAY.fullmatch(text) and not text.endswith(_FILES):
        return [_words(" ".join(re.split(r"\W+", text)[-2:]))]
    said = bool(_SAYS_A_FIELD & set(passage.cue.casefold().split())) and _FIELD.fullmatch(text)
    return [_words(text)] if said else []


def _table(text: str) -> list[tuple[str, str]]:
    """What the columns of a query are called in its result, and what they hold; a name in a table of people is somebody's."""
    selected = _SELECTED.match(text)
    if selected is None:
        return []
    of_people = keys.speaks_of_people(selected[2])
    columns: list[tuple[str, str]] = []
    for column in _COLUMN.findall(selected[1]):
        renamed = _ALIAS.fullmatch(column.strip())
        names = _NAMED.findall(renamed[1] if renamed else column)
        said = _words(names[-1]) if names else ""
        said = f"patient {said}" if of_people and said in {"name", "id"} else said
        columns.append((renamed[2] if renamed else names[-1] if names else "", said))
    return columns


_FILES: Final = (".py", ".js", ".ts", ".md", ".txt", ".json", ".csv", ".yaml", ".yml", ".html", ".sql", ".go", ".rs", ".java")  # fmt: skip


def _words(name: str) -> str:
    """`last_name` as the key of a value is written that has words."""
    return name.replace("_", " ")
