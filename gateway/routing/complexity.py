"""How much a request asks of a model, as a score that says what it is made of; pure, and no model is asked.

Size, turns, tools, form, and the words by which people ask for work (compare, derive, draft) or for little (classify,
yes or no). Only the last message of the user is read for words, and only its beginning and its end: between them stands
what the question is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from typing_extensions import override

from gateway.domain import JSON, Tree

COMPLEX_FROM: Final = 3
"""A request with this score or more is complex."""
READ_CHARS: Final = 2_000
"""So much of either end of the last message is read."""


class Complexity(StrEnum):
    SIMPLE = "simple"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Score:
    """Points by name; what a name stands for is in the table of this module."""

    points: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(points for _, points in self.points)

    @property
    def complexity(self) -> Complexity:
        return Complexity.COMPLEX if self.total >= COMPLEX_FROM else Complexity.SIMPLE

    @override
    def __str__(self) -> str:
        said = ", ".join(f"{name} {points:+d}" for name, points in self.points) or "nothing"
        return f"{self.complexity} ({self.total}: {said})"


def _words(*alternatives: str, begins: str = r"(?<!\w)") -> re.Pattern[str]:
    return re.compile(begins + "(?:" + "|".join(alternatives) + r")", re.IGNORECASE)


_SENTENCE: Final = r"(?:^|(?<=[.!?:;\n])|(?<=[.!?:;]\s)|(?<=please\s))"
"""Where a sentence begins: `list` is an order there, and a thing elsewhere."""


_MAKE: Final = r"(?:create|make|build|outline|propose|formulate|write|draft|prepare)"
_THING: Final = (
    r"(?:plan|programme|program|strategy|protocol|proposal|policy|roadmap|framework|curriculum|algorithm|essay|article|guideline|paper|review"
    r"|report|pipeline|schema|workflow|business case)"
)
_WORK: Final = _words(
    # to think through
    "differential",
    r"solve",
    r"walk (?:me|us) through",
    r"likely (?:causes|explanations)",
    r"prioriti[sz]e",
    r"find the (?:cause|bug|flaw|error in)",
    r"what (?:would|should) (?:you|we|i) (?:do|consider|change)",
    r"how (?:would|should) (?:you|we|i|one) \w+ (?:an?|the|our|this|multiple|several)",
    r"should (?:this|the|my|our|a|we|i)\b[^.?!\n]{12,}\b(?:or|when|with|if|given|versus|vs)\b",
    r"explain (?:why|how|the (?:mechanism|patho|relationship|difference|rationale|reasoning|role))",
    r"(?:the|their|its|any|all) (?:risks|evidence|assumptions|limitations|consequences|rationale)",
    r"mechanisms?",
    r"\w*physiolog",
    r"step[- ]by[- ]step",
    r"analy[sz]",
    r"compar(?:e|ing|ison)",
    "contrast",
    r"trade-?offs?",
    "justif",
    "evaluat",
    r"critiqu",
    r"critical(?:ly)? apprais",
    r"weigh (?:up|the)",
    r"pros and cons",
    "reconcil",
    r"root[- ]cause",
    "hypothes",
    "synthesi[sz]e",
    r"implications",
    r"interpret",
    r"reason (?:through|about)",
    r"prov(?:e|ing) (?!of)",
    r"deriv(?:e|ation)",
    r"work(?:ing)? through",
    r"most likely (?:diagnosis|cause|explanation)",
    r"investigate",
    r"troubleshoot",
    r"argue",
    r"debate",
    r"assess (?:whether|the|how)",
    r"identify (?:the )?(?:flaws|gaps|weakness)",
    # to make
    r"design",
    r"architect",
    r"develop an?",
    r"devise",
    r"(?:treatment|management|care|discharge|study|project|migration|rollout) plan",
    rf"{_MAKE} (?:\w+[ -]){{0,4}}{_THING}",
    "refactor",
    "debug",
    "implement",
    r"optimi[sz]e",
    r"write an? (?:\w+ ){0,3}(?:program|class|module|library|service|script|function|parser)",
    # as it is to be
    "comprehensive",
    r"in[- ]depth",
    r"(?:in |more |a )?detailed",
    "thorough",
    r"multi[- ](?:step|part|stage)",
    r"taking (?:\w+ ){0,3}into account",
    r"considering (?:the|all|both|her|his|their)",
    r"each (?:step|stage) (?:of your|with)",
)
_SOME: Final = _words(
    r"propose",
    r"produce",
    r"generate",
    r"compose",
    r"outline",
    r"criteria",
    r"approach",
    r"assess",
    r"recommendations?",
    r"verify",
    r"adapt",
    r"improve",
    r"given (?:the|these|this|that)",
    r"explain",
    r"why",
    r"how (?:would|should|could|might|can|do|does)",
    r"summari[sz]e",
    r"recommend",
    r"discuss",
    r"write",
    r"draft",
    r"suggest",
    r"what (?:would|should)",
    r"describe",
    r"plan",
    r"review",
    r"advise",
    r"rewrite",
)
_LITTLE: Final = _words(
    r"classif",
    r"categori[sz]e",
    r"extract",
    r"translate",
    r"convert",
    r"spell",
    r"define",
    r"what(?:'s| is| are| was| does)",
    r"when (?:is|was|did)",
    r"who (?:is|was)",
    r"where",
    r"which (?:of|day|unit|one|agent)",
    r"how (?:many|much|long|old)",
    r"list",
    r"name (?:the|three|two|one|a|five)",
    r"label",
    r"tag",
    r"format",
    r"correct the",
    r"fix the (?:typo|spelling|grammar)",
    r"capitali[sz]e",
    r"sort",
    r"count",
    r"rephrase",
    r"round",
    r"give me (?:the|a synonym|one)",
    r"detect",
    r"identify (?:the )?(?:language|intent|name|date)",
    r"is (?:it|this|the|there)",
    r"does (?:this|the)",
    r"thank",
    r"hello",
    r"hi\b",
    begins=_SENTENCE,
)
_LEAST: Final = _words(
    r"yes or no",
    r"true or false",
    r"(?:in|with|only|just) (?:one|a single) (?:word|line|number|letter|sentence)",
    *(
        r"one[- ]word",
        r"briefly",
        r"in short",
        r"answer (?:only )?with",
        r"reply (?:only )?with",
        r"return only",
        r"only the",
        r"no explanation",
    ),
)
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_QUOTED: Final = re.compile(r'"[^"\n]{20,}"|“[^”\n]{20,}”|(?<!\w)\'[^\'\n]{20,}\'(?!\w)|"""[\s\S]*?"""')
_LABELLED: Final = re.compile(
    r"(?:^|(?<=\s))(?:note|text|transcript|report|message|document|passage|input|data|letter|e?-?mail|record|findings)s?:[\s\S]*",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"(?:, and |; |, then |, or |, plus )\w+")
_ASKS: Final = re.compile(r"\?(?=\s|$)")
_STEPS: Final = re.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s+\S")


def score(tree: Tree) -> Score:
    """The score of a request in any dialect."""
    turns = list(_user_texts(tree))
    last = turns[-1] if turns else ""
    chars = sum(map(len, turns))
    read = _asked(last if len(last) <= 2 * READ_CHARS else f"{last[:READ_CHARS]}\n\n{last[-READ_CHARS:]}")
    work = {found.group().lower()[:6] for found in _WORK.finditer(read)}
    points = {
        "words of work": min(3 * bool(work) + (len(work) > 1) + (len(work) > 2), 5),
        "words of some work": min(len({found.group().lower()[:5] for found in _SOME.finditer(read)}), 2),
        "words of little work": -2 * bool(_LITTLE.search(read)),
        "a short answer wanted": -2 * bool(_LEAST.search(read)),
        "size": (chars > 180) + (chars > 1_200) + (chars > 6_000) + (chars > 24_000),
        "several things wanted": int(len(_AND.findall(read[:READ_CHARS])) > 1),
        "turns": (len(turns) > 3) + (len(turns) > 8),
        "several questions": int(len(_ASKS.findall(read)) > 2),
        "several steps": int(len(_STEPS.findall(read)) > 2),
        "code": int("```" in last),
        "tools": _count(tree.get("tools"), 1, 4),
        "form": int(_properties(tree) > 8),
    }
    return Score(tuple((name, int(value)) for name, value in points.items() if value))


def _asked(text: str) -> str:
    """What is asked, without what it is asked about: quotations, a text under its name, paragraphs in the middle."""
    paragraphs = [one for one in _PARAGRAPH.split(_QUOTED.sub(" ", text)) if one.strip()]
    ends = paragraphs if len(paragraphs) < 3 else [paragraphs[0], paragraphs[-1]]
    return "\n".join(_LABELLED.sub(" ", one) for one in ends)


def _user_texts(tree: Tree) -> Iterator[str]:
    """What the user said, a text for each turn."""
    said = tree.get("messages", tree.get("input", tree.get("prompt")))
    if isinstance(said, str):
        yield said
    for message in said if isinstance(said, list) else []:
        if isinstance(message, str):
            yield message
        elif isinstance(message, dict) and message.get("role") == "user":
            yield _text(message.get("content"))


def _text(content: JSON) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _count(value: JSON, *steps: int) -> int:
    """How many of `steps` the length of a list reaches."""
    return sum(len(value) >= step for step in steps) if isinstance(value, list) else 0


def _properties(tree: Tree) -> int:
    """About how many properties the schema of the answer has, in all its depths."""
    return sum(
        _named(tree.get(name)) for name in ("response_format", "format", "text", "output_format", "output_config")
    )


def _named(value: JSON) -> int:
    if isinstance(value, list):
        return sum(map(_named, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_named, value.values()))
