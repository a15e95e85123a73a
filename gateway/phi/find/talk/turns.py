"""Who says what: the turns of a talk as transcripts and subtitles write them; knows nothing of what is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple


class Turn(NamedTuple):
    """What somebody says, characters [start, end) of a text, without the label before it."""

    start: int
    end: int
    speaker: str


_CLOCK: Final = r"\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?\)?\]?"
_SUBTITLE: Final = rf"(?:\d{{1,5}}[ \t]*\r?\n)?{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}[^\n]*\n"
"""The clock of a WebVTT or SubRip cue (w3.org/TR/webvtt1, section 4.1)."""
_NAME: Final = r"[^\W\d_][\w.'’/&#]{0,23}(?:[ _-][\w.'’/&#(]{1,20}\)?){0,3}"
_LABEL: Final = re.compile(
    rf"(?:\A|(?<=\n))[ \t>]{{0,8}}(?:{_SUBTITLE})?(?:{_CLOCK}[ \t,–-]{{0,4}})?"
    rf"(?:<v(?:\.[\w.]+)? ({_NAME})>|\*\*({_NAME}):?\*\*[ \t]*:?|\[({_NAME})\][ \t]*:?|({_NAME})[ \t]*(?:{_CLOCK})?[ \t]*:(?![/\d])|({_NAME})[ \t](?:[-–—>]|--|\|)(?=[ \t]))[ \t]*"
)
_DASH: Final = re.compile(rf"(?:\A|(?<=\n))[ \t]*(?:{_SUBTITLE})?(?:{_CLOCK}[ \t]*)?[-–—•][ \t]+")
_CLOCKED: Final = re.compile(rf"[ \t]*(?:{_CLOCK}(?:[ \t]*-->[ \t]*{_CLOCK})?[ \t]*)?")
_ROLES_WORDS: Final = (
    "doctor dr doc d physician clinician gp nurse np rn pa md midwife therapist psychologist psychiatrist counsellor counselor dentist surgeon consultant registrar "
    "paramedic pharmacist provider practitioner specialist interviewer researcher interpreter receptionist secretary operator dispatcher agent triage advisor adviser "
    "patient pt p client member caller customer participant respondent user human person woman man mother mum mom father dad parent wife husband son daughter carer "
    "caregiver relative partner guardian speaker spk assistant ai bot host guest moderator q a b c staff clerk intake student resident attending "
    "ward relative physio dietitian optometrist social unknown male female voice child boy girl"
)
_ROLES: Final = frozenset(_ROLES_WORDS.split())
_ROLE: Final = re.compile(r"[^\W\d_]+")
_INLINE: Final = re.compile(
    rf"(?:\A|(?<=\n)|(?<=[.?!…)\"”] ))\[?((?i:{'|'.join(sorted((role for role in _ROLES if len(role) > 1), key=len, reverse=True))})(?: [A-Z][\w'’-]{{1,20}})?|[QA](?=\.))(?:\]:?|:|\.) "
)
"""A speaker in the middle of a line, as depositions and pasted talks have them: `Q. Your name? A. …`, `Nurse: … Patient: …`."""
_LEAST: Final = 2
_LONGEST_LINE: Final = 400


def labelled(text: str) -> list[Turn]:
    """The turns of a transcript with labels: of at least two speakers known by their roles, and of others beside them."""
    found = [(match.start(), match.end(), str(match[match.lastindex or 0])) for match in _LABEL.finditer(text)]
    inline = [(match.start(), match.end(), match[1]) for match in _INLINE.finditer(text)]
    if len(inline) > len(found) and _asks(text, inline):
        found = inline
    speakers = Counter(label.casefold() for _, _, label in found)
    roles = {speaker for speaker in speakers if _role(speaker)} - _lone_letters(speakers)
    often = {label.casefold() for _, _, label in found if label[0].isupper() and speakers[label.casefold()] > 1}
    if not roles or len(roles | often) < _LEAST:
        return []
    kept = [one for one in found if one[2].casefold() in roles or one[2].casefold() in often]
    ends = [start for start, _, _ in kept[1:]] + [len(text)]
    return [Turn(said, end, label.casefold()) for (_, said, label), end in zip(kept, ends, strict=True)]


def _asks(text: str, found: Sequence[tuple[int, int, str]]) -> bool:
    """Whether somebody is asked something before another speaks: a line of labels and values has no questions."""
    return any(text[end:start].rstrip().endswith("?") for (_, end, _), (start, _, _) in pairwise(found))


_PAIRS: Final = (frozenset("dp"), frozenset("qa"), frozenset("ab"), frozenset("cp"), frozenset("np"), frozenset("gp"))


def _lone_letters(speakers: Iterable[str]) -> frozenset[str]:
    """Labels of one letter that are no speakers: a note has S, O, A and P."""
    letters = frozenset(speaker for speaker in speakers if len(speaker) == 1)
    return frozenset() if letters in _PAIRS else letters


def _role(label: str) -> bool:
    words = _ROLE.findall(label)
    return bool(words) and all(word in _ROLES for word in words) and (len(words[0]) > 1 or len(label) == 1)


def lines(text: str) -> list[Turn]:
    """The lines of a text as turns, of which nobody says who said them; none of a text of long paragraphs."""
    dashes = [(match.start(), match.end()) for match in _DASH.finditer(text)]
    if len(dashes) >= _LEAST:
        ends = [start for start, _ in dashes[1:]] + [len(text)]
        return [Turn(said, end, "") for (_, said), end in zip(dashes, ends, strict=True)]
    found, at = list[Turn](), 0
    for line in text.split("\n"):
        clock = _CLOCKED.match(line)
        said = at + (clock.end() if clock is not None else 0)
        if said < at + len(line):
            found.append(Turn(said, at + len(line), ""))
        at += len(line) + 1
    return found if max((turn.end - turn.start for turn in found), default=0) <= _LONGEST_LINE else []
