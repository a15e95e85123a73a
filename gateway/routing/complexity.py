"""How much a request asks of a model, as a score that says what it is made of; pure, and no model is asked.

Two questions are answered, each by a sum: does it ask for more than a small model does well (`work`), and is that more than
known work, because something has to be found out, decided or proven (`thought`)? What is counted has names (`counted`), and how
much each counts is a table (`weights.py`) that `python -m bench.complexity --fit` makes from labelled requests.

Words are read in the last message of the user, without what it is about: quotations, code, a text under its name or after a
colon, paragraphs in the middle.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from gateway.domain import JSON, Complexity, Tree
from gateway.routing import asked
from gateway.routing.weights import BASE, WEIGHTS

READ_CHARS: Final = 1_000
"""So much of either end of a text is read."""
LINE_CHARS: Final = 40
"""Lengths count by how often they double, from here on."""
FOLLOW_UP_CHARS: Final = 60
"""A message no longer than this that asks for little else goes on with what was asked before it."""


@dataclass(frozen=True, slots=True)
class Score:
    """What was counted in a request, and the two sums: above 0, the answer is yes."""

    counts: tuple[tuple[str, float], ...]
    work: float
    thought: float

    @property
    def complexity(self) -> Complexity:
        if self.work < 0:
            return Complexity.SIMPLE
        return Complexity.MEDIUM if self.thought < 0 else Complexity.COMPLEX

    @override
    def __str__(self) -> str:
        said = ", ".join(f"{name} {count:g}" for name, count in self.counts) or "nothing"
        return f"{self.complexity} (work {self.work:+.1f}, thought {self.thought:+.1f}: {said})"


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
_SPOKEN_OF: Final = re.compile(
    rf"((?:\b(?:this|these|following) (?:\w+ )?(?:{_TEXT})s?\b)[^:.?!\n]{{0,80}}:\s)[\s\S]*", re.IGNORECASE
)
"""What is to be done with a text, and the text after a colon."""
_REWORKED: Final = re.compile(
    r"(?<!\w)((?:summar|re-?writ|re-?phras|paraphras|shorten|tidy|structure|proof-?read|translat|convert|extract|classif|simplif"
    r"|improve|correct|redact|parse|turn|format|condense|edit|feedback|tag|label|pick)\w*[^:\n]{0,80}?\b(?:following|below|this"
    r"|these(?! (?:keys|fields|headings|sections|columns|rules))"
    r"|text|notes?|sentence|paragraph|report|letter|e?-?mail|discussion|thread|dictation|list|message|line|points|narrative"
    r"|findings|summary|instruction|impression|abstract|visits|form)\b[^:\n]{0,80}(?::(?=\s)|\n))[\s\S]*",
    re.IGNORECASE,
)
"""An order to work on a text, and the text, which comes after a colon or on a line of its own."""
_FOLLOWS: Final = re.compile(
    rf"\b(?:following|below|attached|(?:this|these) (?:\w+ )?(?:{_TEXT})s?)\b|:\s*$", re.IGNORECASE
)
"""That what comes after it is what it is about."""
_ASKS: Final = re.compile(r"\?(?=\s|$)")
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")
_AND: Final = re.compile(r"(?:,|;| and| then) (?=\w)")
_VALUES: Final = re.compile(r"\d+(?:[.,/]\d+)*")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the messages of a request say: the user's texts, a turn each, and the system's."""

    user: tuple[str, ...]
    system: str


def score(tree: Tree) -> Score:
    """The score of a request in any dialect."""
    return weighed(counted(tree), BASE, WEIGHTS)


def weighed(
    counts: Mapping[str, float], base: tuple[float, float], weights: Mapping[str, tuple[float, float]]
) -> Score:
    """Both sums over what was counted."""
    work, thought = base
    for name, count in counts.items():
        work += weights[name][0] * count
        thought += weights[name][1] * count
    return Score(tuple((name, round(count, 1)) for name, count in counts.items() if count), work, thought)


def counted(tree: Tree) -> Mapping[str, float]:
    """What is counted, by name; each has a bound, so that no count alone decides for a long text."""
    said = _said(tree)
    last = said.user[-1] if said.user else ""
    orders, read = _read(said.system, whole=True), _read(last)
    beside = ""  # what else is said of how to answer
    rule = bool(asked.LITTLE.search(orders) and asked.LEAST.search(orders))
    if rule or (orders and not _asks_anything(read)):
        read = orders  # what the user says is what the task is about
    elif len(said.user) > 1 and len(last) <= FOLLOW_UP_CHARS and not asked.LITTLE.search(read):
        read = f"{_read(said.user[-2])}\n{read}"
    else:
        beside = orders
    return {
        **_of_words(read),
        "one answer by a rule of the system's": rule,
        "to be thought through, as the system says": min(_thoughts(beside), 3),
        "work, as the system says": min(_works(beside), 4),
        "length of what it is about": min(_doublings(max(len(last) - len(read), 0)), 7),
        "values": min(len(_VALUES.findall(last[: 2 * READ_CHARS])), 20) / 5,
        "tools": min(_length(tree.get("tools")), 4),
        "fields of the answer": min(_properties(tree), 12) / 4,
    }


def _of_words(read: str) -> dict[str, float]:
    return {
        "to be thought through": min(_different(asked.THOUGHT, read), 4),
        "not settled": min(_different(asked.DOUBT, read), 4),
        "harder": min(_different(asked.HARDER, read), 6),
        "work": bool(asked.WORK.search(read)),
        "work for sure": bool(asked.FIRM.search(read)),
        "begins like one for little": bool(asked.LITTLE.match(read)),
        "a short answer wanted": bool(asked.LEAST.search(read)),
        "something to make": bool(asked.MAKING.search(read)),
        "things": min(_different(asked.THING, read), 3),
        "a frame": min(_different(asked.FRAME, read), 5),
        "length": min(_doublings(len(read)), 5),
        "several things": min(len(_AND.findall(read)), 10),
        "questions": min(len(_ASKS.findall(read)), 4),
    }


def _thoughts(text: str) -> int:
    return _different(asked.THOUGHT, text) + _different(asked.DOUBT, text)


def _works(text: str) -> int:
    return sum(_different(one, text) for one in (asked.FIRM, asked.FRAME, asked.THING))


def _doublings(chars: int) -> float:
    return math.log2(1 + chars / LINE_CHARS)


def _different(words: re.Pattern[str], text: str) -> int:
    """How many different words of a table a text has, by their beginnings."""
    return len({found.group()[:5] for found in words.finditer(text)})


def _asks_anything(read: str) -> bool:
    return "?" in read or bool(asked.LITTLE.match(read) or asked.WORK.search(read) or asked.THOUGHT.search(read))


def _read(text: str, *, whole: bool = False) -> str:
    """What is asked, without what it is asked about, in lower case. In a `whole` text, lists after a colon are not that."""
    ends = text if len(text) <= 2 * READ_CHARS else f"{text[:READ_CHARS]}\n\n{text[-READ_CHARS:]}"
    bare = _QUOTED.sub(" ", ends)
    if not whole:
        bare = _SPOKEN_OF.sub(r"\1", _REWORKED.sub(r"\1", _CHOICES.sub(" ", bare)))
    paragraphs = [one for one in _PARAGRAPH.split(bare) if one.strip()]
    if len(paragraphs) > 1 and _FOLLOWS.search(paragraphs[0]):
        outer = paragraphs[:1]
    else:
        outer = paragraphs if len(paragraphs) < 3 else [paragraphs[0], paragraphs[-1]]
    kept = "\n".join(one if whole else _LABELLED.sub(" ", one) for one in outer)
    return f"{kept} {_told_after(ends, kept)}".strip().lower()


def _told_after(text: str, kept: str) -> str:
    """The last sentences of a text that is left out, if they say what is to be thought about it."""
    last = text[len(text.rstrip()) - READ_CHARS // 2 if len(text) > READ_CHARS // 2 else 0 :]
    return " ".join(one for one in _SENTENCES.split(last)[-2:] if one not in kept and _is_thought(one.lower()))


def _is_thought(sentence: str) -> bool:
    return bool(asked.THOUGHT.match(sentence) or asked.DOUBT.match(sentence))


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


def _length(value: JSON) -> int:
    return len(value) if isinstance(value, list) else 0


def _properties(tree: Tree) -> int:
    """About how many properties the schema of the answer has, in all its depths."""
    forms = ("response_format", "format", "text", "output_format", "output_config")
    return sum(_named(tree.get(name)) for name in forms)


def _named(value: JSON) -> int:
    if isinstance(value, list):
        return sum(map(_named, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_named, value.values()))
