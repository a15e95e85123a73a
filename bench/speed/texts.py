"""Bodies of requests about nobody: every last message another one, drawn from the ways in which people write to a model."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

SYSTEM = "You are a careful clinical assistant. Answer briefly."
NOTES = (
    "dry cough for {n} weeks, no fever, lungs clear, saturation {p} percent on air",
    "chest pain on exertion since {n} days, troponin negative twice, ECG without change",
    "started on metformin {d} mg, stools loose for {n} days, appetite fair",
    "pressure {s}/{t} in both arms, ankles slightly swollen, weight up {n} kg",
    "knee swollen after a fall, no locking, walks with a stick, {n} out of ten at night",
    "creatinine went from 0.{p} to 1.{p} in {n} months, urine without protein",
)
QUESTIONS = (
    "What would you look for next, and in which order?",
    "Which of these drugs should be stopped before contrast, and for how many hours?",
    "Put that into {n} lines for the discharge summary.",
    "Is {d} mg twice a day too much at a clearance of {p}?",
    "Explain this to a layman in {n} sentences without frightening anybody.",
)
TALK = (
    "so the pain comes mostly at night and goes when I get up",
    "I take the small white ones, about {n} a day, with food",
    "no, nobody in the family has had that as far as I know",
    "it began {n} weeks ago after we painted the kitchen",
    "the tablets make me dizzy for {p} minutes or so",
)
PAPERS = (
    "In {d} participants the intervention lowered the rate by {p} percent (confidence interval {n} to {p}).",
    "Treatment should be reviewed after {n} weeks and stopped where no benefit is seen.",
    "Adults with a clearance below {p} ml per minute receive half of the usual dose of {d} mg.",
    "The committee found moderate evidence from {n} trials, most of them small and short.",
    "Screening every {n} years was as good as every year in a cohort of {d} women.",
)
CODE = (
    "def mean_of(values): return sum(values) / max({n}, len(values))",
    "for row in table[:{d}]: total += row['count'] * {p}",
    "assert parse('{n}:{p}') == ({n}, {p}), 'hours and minutes'",
    "retry(times={n}, wait_s=0.{p})(fetch)  # the server restarts every {d} seconds",
)
STYLES = (NOTES, TALK, PAPERS, CODE)


def sentence(draw: random.Random, style: tuple[str, ...]) -> str:
    said = draw.choice(style)
    return said.format(
        n=draw.randint(2, 9),
        p=draw.randint(41, 97),
        d=draw.randint(100, 999),
        s=draw.randint(110, 170),
        t=draw.randint(60, 99),
    )


def text(draw: random.Random, size: int) -> str:
    """About `size` characters in one style, with a question behind them."""
    style = draw.choice(STYLES)
    said: list[str] = []
    while sum(map(len, said)) + 2 * len(said) < size - 60:
        said.append(sentence(draw, style))
    return "\n".join([". ".join(said), sentence(draw, QUESTIONS)])


def chat(model: str, messages: list[dict[str, str]], *, stream: bool = False) -> dict[str, object]:
    body: dict[str, object] = {"model": model, "temperature": 0.2, "max_tokens": 256, "messages": messages}
    return body | ({"stream": True, "stream_options": {"include_usage": True}} if stream else {})


def asked(said: str, *before: dict[str, str]) -> list[dict[str, str]]:
    return [{"role": "system", "content": SYSTEM}, *before, {"role": "user", "content": said}]


def small(
    model: str, draw: random.Random, directive: str, *, size: int = 700, stream: bool = False
) -> dict[str, object]:
    return chat(model, asked(f"{text(draw, size)} {directive}"), stream=stream)


def resent(model: str, draw: random.Random, directive: str, turns: int) -> dict[str, object]:
    """The same history of `turns` messages, and a last one that is new."""
    old = random.Random(f"history of {turns}")
    history = [{"role": ("user", "assistant")[at % 2], "content": text(old, 300)} for at in range(turns)]
    return chat(model, asked(f"{text(draw, 120)} {directive}", *history))


def lines(make: Callable[[random.Random], dict[str, object]], seed: str, count: int) -> Iterator[str]:
    """`count` bodies, a line each."""
    draw = random.Random(seed)
    for _ in range(count):
        yield json.dumps(make(draw)) + "\n"
