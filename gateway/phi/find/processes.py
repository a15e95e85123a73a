"""What a machine prints of itself (a process's number, sizes and times, dumps of bytes) and no record holds; never finds anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Protocol

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.ways import one_of

_LINE: Final = 240
"""Characters of a line before and after a hit that are looked at."""
_RUNS: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"ports? \d{2,5}",
        r"(?<!disease )(?<!infectious )(?<!inflammatory )process(?:es)? (?:exited|died|terminated|started|running|listening|stopped|killed|with|id|by)",
        r"process(?=[ :(]*pid)",
        r"process: ?[a-z]\w*(?:\.\w+){1,8}(?=,)",
        "main(?= pid)",
        "in use by",
        "server(?= (?:has|with))",
        "kill(?:ed|ing|s|all)?",
        r"(?<!social )(?<!case )worker(?=[ :(]*pid)",
        "(?-i:ps)",
        *(
            "systemd daemon listening spawned spawning forked threads? sigterm sigkill uvicorn gunicorn nginx python postgres redis docker systemctl lsof "
            "pgrep strace gdb"
        ).split(),
    )
    + r")\b[^\n]{0,40}$"
)
"""Words of machines alone: a port, a node and a process are also of bodies, and something is started in anybody."""
_COMMAND: Final = re.compile(r",? (?:exited|is listening|killed by|was killed)\b|\s{0,2}\n[ \t]*PPID\b")
_SOMEBODY: Final = re.compile(
    r"(?i)\b(?:patient|pt|chart|admit\w*|mr|mrs|ms|seen|dob|mrn|he|she|ward|bed|(?:girl|boy|young|year-old|her|his|newborn|the) child)\b"
)


def numbered(before: str, after: str) -> bool:
    """Whether a PID is of a process: `Main PID: 48213 (nginx)`. Before it stands a word for one, and nobody."""
    line = before.rpartition("\n")[2]
    return (_RUNS.search(line) is not None or _COMMAND.match(after) is not None) and _SOMEBODY.search(line) is None


_MODE: Final = re.compile(r"/[-dlcbps][rwxsStT-]{9}\)")
_LISTED: Final = re.compile(
    r"[ \t]*(?:\d+[ \t]+){0,2}[-dlcbps][rwxsStT-]{9}[.+@]?[ \t]+\d+[ \t]+(?P<owner>\S+)[ \t]+\S+(?P<file>[ \t]+[\d.,]+[KMGTP]?[ \t]+"
    r"(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: [+-]\d{4})?)?|[A-Z][a-z]{2} [ \d]?\d +(?:\d{4}|\d\d:\d\d)))"
)
"""A line of `ls -l` up to the file's name, which may be somebody's."""
_DUMPED: Final = re.compile(
    r"[ \t]*00[0-9a-f]{3,5}0:?[ \t]{1,2}(?:[0-9a-f]{2}(?:[ \t]{1,2}[0-9a-f]{2}){7,15}|[0-9a-f]{4}(?:[ \t]{1,2}[0-9a-f]{4}){3,7})(?=[ \t]{1,}[|>]|[ \t]{2,}|[ \t]*(?:\n|$))"
)
"""Offset and bytes of a line of `hexdump`, `xxd` or `od`, eight at least: a number and a few values may be somebody's; the text beside them is looked at as any other."""
_TOP: Final = re.compile(
    r"[ \t]*\d+ \S+[ \t]+(?:rt|-?\d+)[ \t]+-?\d+(?:[ \t]+[\d.]+[kmgt]?){3}[ \t]+[A-Z]<?[ \t]+[\d.]+[ \t]+[\d.]+[ \t]+[\d:.]+[ \t]"
)
"""A line of `top` up to the command."""
_MEMORY: Final = re.compile(r"(?:\b[KMGT]iB |\bavail |%)$")
_COUNT: Final = re.compile(
    r"(?i)(?:^|[\s{,\"'_-])(?:created(?:_?at)?|updated(?:_?at)?|modified|expires(?:_?(?:at|in))?|iat|nbf|exp|timestamp|ts|epoch|mtime|ctime|atime|started_?at|"
    r"finished_?at|completed_?at|content-length|length|bytes|size|offset|(?:\w+_)?tokens)[\"']?[ \t]?[:=][ \t]?$"
)
_ANSWERED: Final = re.compile(r"HTTP/\d(?:\.\d)?\" (?:[1-5]\d\d )?$")
"""Before the status and the size of an answer in a web server's log."""
_MAKE_TARGET: Final = re.compile(r"(?:^|\n)[\w./%$(){} -]+::?(?!=)[^\n]*\n\t")
_RECIPE: Final = re.compile(r"(?:^|\n)\t[-+]?$")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]+")
_EXPANDED: Final = re.compile(r"\$[({](?:[a-z]+ )?$")
_GOES_ON: Final = re.compile(r"_[A-Z0-9_]+[ \t]*[:?+]?=")
"""After the first word of a variable: `HOST_OPTION := …`."""
_LOOPBACK: Final = re.compile(r"[A-Z_]+=(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0)")
_PRINTED: Final = frozenset(Kind) - {Kind.NAME, Kind.EMAIL, Kind.DATE}


class Encoded(Protocol):
    """Where a text holds something encoded."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def unprinted(hits: Sequence[Hit], text: str, blobs: Iterable[Encoded]) -> list[Hit]:
    """`hits` without what a machine prints of itself; `blobs` are what is encoded in `text`."""
    encoded = {(blob.start, blob.end) for blob in blobs} if hits else set()
    return [hit for hit in hits if not printed(hit, text, encoded)]


def printed(hit: Hit, text: str, hidden: Collection[tuple[int, int]]) -> bool:
    """Whether a hit is what a machine prints of itself. What is encoded at `hidden` (start, end) was read already."""
    low, high = max(0, hit.start - _LINE), hit.end + _LINE
    start = max(text.rfind("\n", low, hit.start) + 1, low)
    before, after = text[start : hit.start], text[hit.end : high].partition("\n")[0]
    if (hit.evidence < Evidence.CHECKED or (hit.start, hit.end) not in hidden) and _bytes(hit, text, start):
        return True
    if hit.kind in _PRINTED and (_MODE.match(after) or _size(hit, text, start)):
        return True
    if hit.kind is Kind.OTHER_ID and text[hit.start] == "@":
        return (
            _RECIPE.search(text, max(0, hit.start - 4), hit.start) is not None and _MAKE_TARGET.search(text) is not None
        )
    variable = hit.kind is Kind.NAME and _VARIABLE.fullmatch(text, hit.start, hit.end) is not None
    if variable and (_EXPANDED.search(before) or _GOES_ON.match(after)):
        return True
    if hit.kind is Kind.IP and _LOOPBACK.fullmatch(text, hit.start, hit.end):
        return True
    if hit.evidence is not Evidence.CONTEXT:
        return False
    if hit.kind is Kind.NAME:
        return _MEMORY.search(before) is not None or (variable and _assigned(before, after))
    if hit.kind is not Kind.OTHER_ID:
        return False
    return (
        _COUNT.search(before) is not None
        or _ANSWERED.search(before) is not None
        or _of_a_process(hit, text, before, after)
    )


_PID: Final = re.compile(r"\b(?:PID|pid)[ \t:=#]{1,3}(?:$|(?=\d+$))")


def _of_a_process(hit: Hit, text: str, before: str, after: str) -> bool:
    """Whether a model took a process's number, with its PID or without, for somebody's."""
    within = _PID.match(text, hit.start, hit.end)
    return (within is not None or _PID.search(before) is not None) and numbered(before, after)


def _size(hit: Hit, text: str, line: int) -> bool:
    listed = _LISTED.match(text, line)
    if listed is not None:
        return hit.end <= listed.start("owner") or (listed.start("file") <= hit.start and hit.end <= listed.end())
    row = _TOP.match(text, line)
    return row is not None and hit.end <= row.end()


def _bytes(hit: Hit, text: str, line: int) -> bool:
    dumped = _DUMPED.match(text, line)
    if dumped is None or hit.start >= dumped.end():
        return False
    return hit.end <= dumped.end() or hit.kind is Kind.OTHER_ID


def _assigned(before: str, after: str) -> bool:
    """Whether a word in capitals is a variable: `HOST ?= …`, `$(HOST)`, `${HOST}`."""
    return _EXPANDED.search(before) is not None or re.match(r"[ \t]?[:?+]?=", after) is not None
