"""The words between dialects: OpenAI chat is the hub, and this says what every translator shares about it.

A *hub request* is the body of `POST /v1/chat/completions`; a *hub reply* is a `chat.completion`; a *hub chunk* is a
`chat.completion.chunk`. Reasoning is read as `reasoning_content` or `reasoning` (servers differ) and written as
`reasoning_content`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.errors import UpstreamFailed

JSON_OUTPUT_NAME = "output"
"""The name a schema gets where a dialect has none and the hub demands one."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A request in another dialect, and the known fields of the first that it could not carry (for a header)."""

    tree: dict[str, Any]
    lost: tuple[str, ...] = ()


def dumps(value: Any) -> str:
    """Compact JSON text, as tool-call arguments carry it."""
    return orjson.dumps(value).decode()


def arguments(text: str | None, *, truncated: bool = False) -> dict[str, Any]:
    """The object that a tool call's argument text spells; empty text is an empty object.

    Raises UpstreamFailed for text that spells none, unless the model was cut off (`truncated`): then the caller learns
    it from the finish reason, and gets an empty object.
    """
    if not text or not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    if truncated:
        return {}
    raise UpstreamFailed("The model answered with a tool call whose arguments are not a JSON object. Try again.")


def complete(text: str) -> bool:
    """Whether the argument text of a call spells an object already, so that nothing can follow."""
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def data_url(media_type: str, data: str) -> str:
    return f"data:{media_type};base64,{data}"


def split_data_url(url: str) -> tuple[str, str] | None:
    """Media type and base64 text of a `data:` URL; None for any other URL."""
    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    return head[5:-7], data


def words(value: Any) -> str:
    """Text of a `content` or the like: servers send a string, null, or now and then a list of parts."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    texts = (part.get("text") for part in value if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def reasoning(part: dict[str, Any]) -> str:
    """Reasoning text of a message or delta, under either of its names."""
    return words(part.get("reasoning_content") or part.get("reasoning"))


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call of a message, or a piece of one in a delta; empty where the server said nothing."""

    index: int
    id: str
    name: str
    arguments: str


def calls(part: dict[str, Any]) -> list[Called]:
    """Tool calls of a message or delta; arguments that came as an object are spelled out."""
    found = part.get("tool_calls")
    if not isinstance(found, list):
        return []
    return [_called(item, at) for at, item in enumerate(found) if isinstance(item, dict)]


def joined(pieces: Sequence[Called]) -> Called:
    """The call that its pieces spell, in order; at least one."""
    return Called(
        index=pieces[0].index,
        id=next((piece.id for piece in pieces if piece.id), ""),
        name="".join(piece.name for piece in pieces),
        arguments="".join(piece.arguments for piece in pieces),
    )


def _called(item: dict[str, Any], at: int) -> Called:
    function = item.get("function")
    function = function if isinstance(function, dict) else {}
    index, given = item.get("index"), function.get("arguments")
    return Called(
        index=index if isinstance(index, int) else at,
        id=words(item.get("id")),
        name=words(function.get("name")),
        arguments=dumps(given) if isinstance(given, dict) else words(given),
    )


def first_choice(reply: dict[str, Any]) -> dict[str, Any]:
    """The first choice of a hub reply; raises UpstreamFailed when it has none."""
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict) or not isinstance(first.get("message"), dict):
        raise UpstreamFailed("The provider's reply holds no message. Try again, or another route.")
    return dict(first)
