"""Whether the model that a reply names is the one that was asked for; pure, and in favour of whoever answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

_INSTANCE: Final = re.compile(r"(?::[0-9]+|@[a-z0-9_]+|\.gguf)$")
_MAKER: Final = re.compile(r"^(?:[a-z]{2,6}\.)?(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen)\.")
_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_MOVING: Final = frozenset({"latest", "preview", "stable"})
_SMALLER: Final = frozenset({"lite", "micro", "mini", "nano"})
_NO_NAMES: Final = frozenset({"auto", "default", "default_model", "local-model", "model-router"})
_NAMED_BY_CUSTOMERS: Final = ("azure/", "azure_ai/", "bedrock/", "sagemaker/", "arn:")


class Substitution(Enum):
    """What it means where a reply names another model than was asked for."""

    UNTOLD = auto()  # nothing: what is asked for there is a name that the customer gave
    TOLD = auto()  # it has one model, or took another: the caller is told, and so are log and metrics
    WRONG = auto()  # it has many, and took another one: that is no answer


def another(asked: str, answered: object) -> bool:
    """Whether `answered` names another model than `asked`.

    Makers, paths, number of the instance, quantisation, punctuation and case are left aside, and a name that begins like
    the other is the same one said in full (`qwen3-4b`, `qwen/qwen3-4b-instruct:2`; `gpt-4o`, `gpt-4o-2024-08-06`), unless
    what it says more is that it is a smaller one (`gpt-4o-mini`). Where the newest of a family was asked for
    (`gemini-flash-latest`), it may name any of that family. A name that stands for no model (`auto`), or that the customer
    gave to a deployment, says nothing.
    """
    if not isinstance(answered, str) or not answered or asked.lower().startswith(_NAMED_BY_CUSTOMERS):
        return False
    one, other = _bare(asked), _bare(answered)
    if one in _NO_NAMES:
        return False
    wanted, given = _words(one), _words(other)
    shared = min(len(wanted), len(given))
    if wanted[:shared] == given[:shared]:
        return not _SMALLER.isdisjoint([*wanted[shared:], *given[shared:]])
    return not ("latest" in one and _in_order(wanted, given))


def _bare(name: str) -> str:
    bare = name.strip().lower().rpartition("/")[2]
    while (shorter := _INSTANCE.sub("", bare)) != bare:
        bare = shorter
    return _MAKER.sub("", bare)


def _words(bare: str) -> Sequence[str]:
    """Letters and numbers of a name, without those that say only that it moves with time."""
    return [word for word in _WORD.findall(bare) if word not in _MOVING]


def _in_order(wanted: Sequence[str], given: Sequence[str]) -> bool:
    rest = iter(given)
    return all(word in rest for word in wanted)
