"""How much a request asks of a model, as a score that says what it is made of; pure, and no model is asked.

What is asked counts most (`asked.py`), then size, turns, tools and form. Words are read in the last message of the user,
without what it is about: quotations, code, a text under its name or after a colon, paragraphs in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from gateway.domain import JSON, Complexity, Tree
from gateway.routing import asked

WORK: Final = 5
"""What work is worth, however little."""
MEDIUM_FROM: Final = 4
COMPLEX_FROM: Final = 10
"""A request with this score or more has this level."""
READ_CHARS: Final = 1_000
"""So much of either end of a text is read."""
LONG_CHARS: Final = 120
"""From here on an order is long, without what it is about."""
FOLLOW_UP_CHARS: Final = 60
"""A message no longer than this that asks for little else goes on with what was asked before it."""


@dataclass(frozen=True, slots=True)
class Score:
    """Points by name; what a name stands for is in `score` and `_of_words`."""

    points: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(points for _, points in self.points)

    @property
    def complexity(self) -> Complexity:
        if self.total >= COMPLEX_FROM:
            return Complexity.COMPLEX
        return Complexity.MEDIUM if self.total >= MEDIUM_FROM else Complexity.SIMPLE

    @override
    def __str__(self) -> str:
        said = ", ".join(f"{name} {points:+d}" for name, points in self.points) or "nothing"
        return f"{self.complexity} ({self.total}: {said})"


_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_QUOTED: Final = re.compile(
    r'```[\s\S]*?(?:```|\Z)|"""[\s\S]*?"""|"[^"\n]{12,}"|“[^”\n]{12,}”|«[^»\n]{12,}»|(?<!\w)\'[^\'\n]{12,}\'(?!\w)'
)
_CHOICES: Final = re.compile(r"\[[^\]\n]{8,200}\]")
_TEXT: Final = (
    r"note|text|transcript|report|message|document|passage|letter|e?-?mail|record|findings|excerpt|paragraph|abstract|article"
    r"|dictation|query|results|logs?|sentence|thread|discharge summary"
)
_LABELLED: Final = re.compile(
    rf"(?:(?:^|\n|(?<=[.?!:]\s))(?:{_TEXT}|input|data|context|content|code|labs?|policy|order|history|patient)"
    rf"|(?:the|this|following) (?:{_TEXT}))s?(?: \w{{1,12}})?:\s[\s\S]*",
    re.IGNORECASE,
)
"""A text under its name."""
_REWORKED: Final = re.compile(
    r"(?<!\w)((?:summar|re-?writ|re-?phras|paraphras|shorten|tidy|structure|proof-?read|translat|convert|extract|classif|simplif"
    r"|improve|correct|redact|parse|turn|format|condense|edit|feedback|tag|label|pick)\w*[^:\n]{0,80}?\b(?:following|below|this"
    r"|these|text|notes?|sentence|paragraph|report|letter|e?-?mail|discussion|thread|dictation|list|message|line|points|narrative"
    r"|findings|summary|instruction|impression|abstract|visits|form)\b[^:\n]{0,80}(?::(?=\s)|\n))[\s\S]*",
    re.IGNORECASE,
)
"""An order to work on a text, and the text, which comes after a colon or on a line of its own."""
_FOLLOWS: Final = re.compile(r"\b(?:following|below|attached)\b|:\s*$", re.IGNORECASE)
"""That what comes after it is what it is about."""
_ASKS: Final = re.compile(r"\?(?=\s|$)")
_STEPS: Final = re.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s+\S|(?<=\s)\(?\d[).]\s")
_AND: Final = re.compile(r"(?:,|;| and| then) (?=\w)")
_VALUES: Final = re.compile(r"\d+(?:[.,/]\d+)*")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the messages of a request say: the user's texts, a turn each, and the system's."""

    user: tuple[str, ...]
    system: str


def score(tree: Tree) -> Score:
    """The score of a request in any dialect."""
    said = _said(tree)
    last = said.user[-1] if said.user else ""
    orders, read = _read(said.system), _read(last)
    only_labels = bool(asked.LITTLE.search(orders) and asked.LEAST.search(orders))
    if only_labels or (orders and not _asks_anything(read)):  # what the user says is what the task is about
        read = orders
    points = _of_words(read)
    goes_on = len(last) <= FOLLOW_UP_CHARS and not asked.LITTLE.search(read)
    if goes_on and len(said.user) > 1 and not only_labels:
        before = max(sum(_of_words(_read(one)).values()) for one in said.user[:-1][-8:])
        points["what was asked before"] = max(before // 2 - max(sum(points.values()), 0), 0)
    chars = sum(map(len, said.user))
    points |= {
        "size": (chars > 1_500) + 2 * (chars > 8_000) + 2 * (chars > 30_000),
        "turns": (len(said.user) > 3) + (len(said.user) > 8),
        "code": 2 * ("```" in last),
        "tools": _reached(tree.get("tools"), 1, 3, 3, 3, 6, 6),
        "form": _properties(tree),
    }
    return Score(tuple((name, int(value)) for name, value in points.items() if value))


def _of_words(read: str) -> dict[str, int]:
    """The points of what is asked. Where nobody asks for work, nothing makes it more."""
    thought = min(_different(asked.THOUGHT, read), 3)
    harder, parts, chars = _different(asked.HARDER, read), len(_AND.findall(read)), len(read)
    work = bool(thought or asked.FIRM.search(read))
    if not asked.LITTLE.match(read):  # it does not begin like one for little
        work = work or bool(asked.WORK.search(read)) or (chars > 80 and harder > 1)
    if not work:
        return {"a text without a question": WORK * (chars > LONG_CHARS and not asked.LITTLE.search(read))}
    return {
        "work": WORK,
        "to be thought through": (0, 3, 5, 6)[thought],
        "harder": min(harder, 4),
        "a short answer wanted": -4 * bool(asked.LEAST.search(read)),
        "much is asked": (chars > 80) + (chars > LONG_CHARS) + (chars > 160),
        "several things": (parts > 2) + (parts > 4) + (_different(asked.WORK, read) > 1),
        "several questions": int(len(_ASKS.findall(read)) > 2),
        "several steps": int(len(_STEPS.findall(read)) > 2),
        "values": 2 * (len(_VALUES.findall(read)) > 7),
    }


def _different(words: re.Pattern[str], text: str) -> int:
    """How many different words of a table a text has, by their beginnings."""
    return len({found.group()[:5] for found in words.finditer(text)})


def _asks_anything(read: str) -> bool:
    return "?" in read or bool(asked.LITTLE.match(read) or asked.WORK.search(read) or asked.THOUGHT.search(read))


def _read(text: str) -> str:
    """What is asked, without what it is asked about, in lower case."""
    ends = text if len(text) <= 2 * READ_CHARS else f"{text[:READ_CHARS]}\n\n{text[-READ_CHARS:]}"
    bare = _REWORKED.sub(r"\1", _CHOICES.sub(" ", _QUOTED.sub(" ", ends)))
    paragraphs = [one for one in _PARAGRAPH.split(bare) if one.strip()]
    if len(paragraphs) > 1 and _FOLLOWS.search(paragraphs[0]):
        outer = paragraphs[:1]
    else:
        outer = paragraphs if len(paragraphs) < 3 else [paragraphs[0], paragraphs[-1]]
    return "\n".join(_LABELLED.sub(" ", one) for one in outer).strip().lower()


def _said(tree: Tree) -> _Said:
    user, system = [], [_text(tree.get("system")), _text(tree.get("instructions"))]
    for role, text in _texts(tree.get("messages", tree.get("input", tree.get("prompt")))):
        if role == "user":
            user.append(text)
        elif role in {"system", "developer"}:
            system.append(text)
    return _Said(tuple(user), "\n".join(one for one in system if one))


def _texts(said: JSON) -> Iterator[tuple[str, str]]:
    """Role and text of each turn; a text without a role is the user's."""
    if isinstance(said, str):
        yield "user", said
    for message in said if isinstance(said, list) else []:
        if isinstance(message, str):
            yield "user", message
        elif isinstance(message, dict):
            yield str(message.get("role", "")), _text(message.get("content"))


def _text(content: JSON) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _reached(value: JSON, *steps: int) -> int:
    """How many of `steps` the length of a list reaches."""
    return sum(len(value) >= step for step in steps) if isinstance(value, list) else 0


def _properties(tree: Tree) -> int:
    """Points for the schema of the answer, by about how many properties it has, in all its depths."""
    forms = ("response_format", "format", "text", "output_format", "output_config")
    named = sum(_named(tree.get(name)) for name in forms)
    return 4 * (named > 6) + 2 * (named > 15)


def _named(value: JSON) -> int:
    if isinstance(value, list):
        return sum(map(_named, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_named, value.values()))
