"""How long an answer may get, as a body says it, and how many tokens a request has at the most; looks at no text."""

from __future__ import annotations

from typing import Final

from gateway.domain import JSON, Tree
from gateway.wire.reply import choices_of

LIMITS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""The fields of all dialects but Ollama's own, which has `options.num_predict`."""
IMAGE_TOKENS: Final = 1_600
TOOL_TOKENS: Final = 1_024
"""What servers add to a request that has tools (Anthropic's tool use guide: some 350 to 700)."""


def said_limit(tree: Tree) -> int | None:
    """The longest answer that a body allows; None where it does not say."""
    longest = 0
    for name in LIMITS:
        if name in tree:
            longest = _longer(tree[name], longest)
    if "options" in tree and isinstance(options := tree["options"], dict):
        longest = _longer(options.get("num_predict"), longest)
    return longest or None


def _longer(said: JSON, than: int) -> int:
    return said if isinstance(said, int) and said > than and not isinstance(said, bool) else than


def answers(tree: Tree, times: int) -> int:
    """How many answers a request makes that is sent so many times; `best_of` are made too, and only the best told."""
    best_of = tree.get("best_of")
    return max(choices_of(tree), best_of if isinstance(best_of, int) else 1) * times


def at_most(size: int, images: int, *, tools: bool) -> int:
    """Tokens that a body of `size` bytes has at the most: a token takes a byte at the least.

    A picture counts beside its bytes, since a small file may be a large picture.
    """
    return size + images * IMAGE_TOKENS + tools * TOOL_TOKENS


def with_limit(tree: Tree, names: frozenset[str], tokens: int, *, native: bool) -> Tree:
    """`tree` with an answer of at most `tokens`; `names` are the fields that its server reads it from."""
    if native:
        options = tree.get("options")
        return {**tree, "options": {**(options if isinstance(options, dict) else {}), "num_predict": tokens}}
    return {**tree, **dict.fromkeys(names, tokens)}
