"""Refuses what needs a memory that this gateway has not, and says what to send instead; changes nothing.

Everything about one field stands in its table. Source: OpenAI API reference, "Create a model response".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.domain import Tree
from gateway.errors import InvalidRequest

_STATEFUL: Mapping[str, str] = {
    "previous_response_id": "this gateway keeps no responses. Send the whole conversation in `input`, and `store: false`",
    "conversation": "this gateway keeps no conversations. Send the whole conversation in `input`",
    "background": "this gateway keeps no responses to ask for later. Leave it out, and use `stream` for long answers",
    "prompt": "prompts by id are kept by a provider. Send the text of the prompt in `instructions`",
}
_REFERENCE = "this gateway keeps no items. Send the item itself: with `store: false` (`providerOptions` of the AI SDK) clients do"
_REASONING = "rs_"
"""How ids of reasoning begin: a model answers without its earlier reasoning too, so that a reference to it is left out."""
_CALLS = {"function_call", "custom_tool_call"}


def relate(tree: Tree) -> None:
    """Raises InvalidRequest with the path of the first field that asks for something kept; types are checked already."""
    body: dict[str, Any] = tree
    for name, said in _STATEFUL.items():
        if body.get(name):
            raise InvalidRequest(f"`{name}`: {said}.", param=name)
    items = body["input"] if isinstance(body["input"], list) else []
    for i, item in enumerate(items):
        if item.get("type") == "item_reference" and not _dispensable(item["id"], items[i + 1 :]):
            raise InvalidRequest(f"`input[{i}]`: {_REFERENCE}.", param=f"input[{i}]")


def _dispensable(item_id: str, after: list[dict[str, Any]]) -> bool:
    """Whether a conversation goes on without this item: reasoning, or what was said on the way to a call that follows."""
    following = next((item.get("type") for item in after if item.get("type") != "item_reference"), None)
    return item_id.startswith(_REASONING) or following in _CALLS
