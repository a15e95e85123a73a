"""How long an answer took, as Ollama tells it: the server's own figures, llama.cpp's, or what was measured; never none.

Clients divide tokens by these, so that none is 0.
"""

from __future__ import annotations

from gateway.domain import JSON, Tree
from gateway.wire.writer import Timing

OWN = ("total_duration", "load_duration", "prompt_eval_duration", "eval_duration")
"""Ollama's own figures, in nanoseconds."""
_TIMINGS = {"prompt_eval_duration": "prompt_ms", "eval_duration": "predicted_ms"}
"""llama.cpp's, in milliseconds, under `timings`."""
_NS_PER_MS = 1_000_000


def durations(told: Tree, timing: Timing) -> Tree:
    """Nanoseconds for the last line of an answer, by what a reply `told` beside its choices.

    An answer that came in one piece shows no first content: prompt and answer took no longer than all of it.
    """
    whole = timing.first_content_ns >= timing.total_ns
    measured = {
        "total_duration": timing.total_ns,
        "prompt_eval_duration": timing.total_ns if whole else timing.first_content_ns,
        "eval_duration": timing.total_ns if whole else timing.total_ns - timing.first_content_ns,
    }
    timings = told.get("timings")
    timings = timings if isinstance(timings, dict) else {}
    made: Tree = {}
    for name in OWN:
        own = _positive(told.get(name)) or round(_positive(timings.get(_TIMINGS.get(name, ""))) * _NS_PER_MS)
        made[name] = max(1, round(own or measured.get(name, 0)))
    return made


def _positive(value: JSON) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0
