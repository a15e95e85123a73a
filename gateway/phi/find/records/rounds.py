"""Who stands in a list of a round, a theatre or a clinic, in any case of letters: `B4 …, B5 …`, `1) … - L hip`, `09:00 … fu`, `… 61F #NOF`.

An age and a sex behind a word say that it is somebody. A bed, a number or an hour before it does where another entry
stands beside it and something of care behind them; the word itself has to be a name and hardly anything else, or on no list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon, strange
from gateway.phi.find.hit import Evidence, Hit

_WORD: Final = r"[^\W\d_][^\W\d_'’-]{3,23}"
_AGED: Final = re.compile(
    rf"(?:^|[\n;.|] ?)[ \t*-]{{0,4}}(?:(?:[A-Za-z]{{1,3}} ?)?\d{{1,2}}[A-Fa-f]?[.):]?[ \t]+)?({_WORD})(?:,? [^\W\d_]{{1,20}})?,?[ \t]+(?:\d{{1,3}} ?[MFmf]|[MFmf],?[ /]?\d{{1,3}})(?=[\s,;./-]|$)",
    re.MULTILINE,
)
_ENTRY: Final = re.compile(
    rf"(?<![\w.])(?:(?P<bed>(?i:bed|bay|sr|side ?room|rm|room|cub|cubicle|chair|trolley|b) ?\d{{1,2}}[a-f]?)|\d{{1,2}}[a-f]?(?=[):])|[0-2]?\d[:.][0-5]\d)[).:]{{0,2}}[ \t]+(?:(?:dna|new|fu|f/u) )?(?P<who>{_WORD})(?![\w'’-]|,? [A-Z]{{1,3}}[,.])"
)
_IN_A_BED: Final = re.compile(rf"(?<![\w-])({_WORD}) in (?:bed |bay |room |b|sr ?)?\d{{1,2}}[a-f]?(?![\w.:/-])")
_HELD: Final = re.compile(r"(?i)(?<![a-z0-9])bed_\d{1,2}_([a-z]{5,24})(?![a-z0-9])")
_CARE: Final = re.compile(
    r"(?i)(?<![a-z])(?:#?nof|hips?|hemi|dhs|tkr|thr|washout|nbm|mrsa|vre|c ?diff|cap|hap|cva|tia|copd|uti|aki|ckd|mi|acs|dka|dvt|pe|af|hf|ca|fu|f/u|dna|d/c|chest drain|drain|catheter|sepsis|septic|"
    r"falls?|stroke|delirium|confused|dementia|fracture|#|abx|iv|amox|ct|mri|scan|obs|news|dnacpr|nwb|pod|icu|itu|gcs|sats|o2|insulin|theatre list|handover|ward round|clinic list|biopsy|"
    r"round|bloods|pain|wound|dressing|chemo|dialysis|stoma|for discharge|home today|transfuse|transfusion)(?![a-z])"
)
_LEAST: Final = 2
_BEHIND: Final = 40
"""Characters behind an entry in which it says what somebody has or is there for."""


def find(text: str) -> list[Hit]:
    """Names in such lists; nothing where no number stands."""
    hits = [hit for found in _AGED.finditer(text) for hit in _somebody(found, 1)]
    hits += [hit for found in _HELD.finditer(text) for hit in _somebody(found, 1)]
    entries = list(_ENTRY.finditer(text))
    bedded = any(entry["bed"] for entry in entries)
    cared = any(_CARE.search(text, entry.end(), entry.end() + _BEHIND) is not None for entry in entries)
    if cared and (bedded or len(entries) >= _LEAST):
        hits += [hit for entry in entries for hit in _somebody(entry, entry.re.groupindex["who"])]
    if _ROUND.search(text) is not None:
        hits += [hit for found in _IN_A_BED.finditer(text) for hit in _somebody(found, 1)]
    return hits


_ROUND: Final = re.compile(r"(?i)\b(?:handover|ward|bed|bay|round|theatre)\b")


def _somebody(found: re.Match[str], group: int) -> Iterator[Hit]:
    word = found[group].casefold()
    if strange.is_strange(word) or (strange.is_named(word) and not lexicon.is_ordinary(word)):
        yield Hit(Kind.NAME, *found.span(group), 0.9, Evidence.CUE, patient=True)
