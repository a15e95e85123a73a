"""Fields of forms with one box for each character, as print, OCR and plain text give them: `[5][2][9]-[3][1]`, `|0|3|/|1|4|`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from gateway.phi.find.text.breaks import Edit

_BOX: Final = r"[\[\](){}|_'\"<>│┃║¦☐□▢▯]"
_GLUE: Final = rf"(?:[ \t]{{0,2}}{_BOX}){{1,4}}[ \t]{{0,3}}|[ \t]{{1,3}}"
_MARK: Final = r"[ \t]{0,3}[-/.–][ \t]{0,3}"
_CHARACTER: Final = re.compile(r"[A-Za-z0-9]")
_COMB: Final = re.compile(
    rf"(?P<above>(?:\r?\n[ \t]*[-+=|_ ]{{3,}}(?=\r?\n))*\r?\n[ \t]*)?(?P<opening>{_BOX}[ \t]{{0,2}})?(?<![^\W_])"
    rf"[A-Za-z0-9](?>(?:{_GLUE})?{_MARK}(?:{_GLUE})?[A-Za-z0-9](?![A-Za-z0-9])|(?:{_GLUE})[A-Za-z0-9](?![A-Za-z0-9])){{3,}}"
    rf"(?P<closing>[ \t]{{0,2}}{_BOX})?"
)
GATE: Final = (
    r"[A-Za-z0-9](?:[ \t]{0,2}(?:[^\w\s./-]|_)){1,4}[ \t]{0,3}[A-Za-z0-9](?:[ \t]{0,2}(?:[^\w\s./-]|_)){1,4}[ \t]{0,3}[A-Za-z0-9](?:$|[^A-Za-z0-9])"
    r"|(?:^|[^A-Za-z0-9])[0-9][ \t]{1,3}[0-9][ \t]{0,3}[/.-][ \t]{0,3}[0-9][ \t]{1,3}[0-9](?:$|[^A-Za-z0-9])"
)
"""Three characters with boxes between them, or two groups of spaced digits."""
_EDGES: Final = re.compile(rf"{_BOX}|[ \t]")


def closed(text: str) -> Iterator[Edit]:
    """What stands between the characters of each comb, and what is read instead: nothing, or the mark that parts its groups."""
    for comb in _COMB.finditer(text):
        at = comb.start("opening") if comb["opening"] else comb.end("above") if comb["above"] else comb.start()
        places = [one.start() for one in _CHARACTER.finditer(text, at, comb.end())]
        gaps = [text[low + 1 : high] for low, high in pairwise(places)]
        if not any(_is_comb(gap) for gap in gaps):
            continue
        if comb["above"]:
            yield (*comb.span("above"), " ")
        if comb["opening"]:
            yield (*comb.span("opening"), "")
        usual = Counter(gaps).most_common(1)[0][0]
        for low, gap in zip(places, gaps, strict=False):
            yield low + 1, low + 1 + len(gap), _read(gap, usual)
        if comb["closing"]:
            yield (*comb.span("closing"), "")


def _is_comb(gap: str) -> bool:
    """Whether more than spaces stands between two characters: those alone are read elsewhere."""
    return bool(gap.strip())


def _read(gap: str, usual: str) -> str:
    mark = _EDGES.sub("", gap)
    if mark:
        return "-" if mark == "–" else mark[:1]
    wider = sum(map(str.isspace, gap)) > sum(map(str.isspace, usual))
    return " " if wider else ""
