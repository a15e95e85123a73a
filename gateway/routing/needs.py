"""What a request asks of a model, read off its fields in any dialect: pictures, tools, a schema, room; pure."""

from __future__ import annotations

from collections.abc import Collection

from gateway.domain import JSON, USUAL_OPERATION, Capability, Content, Operation, Target, Tree

_BY_CONTENT = {Content.IMAGE: Capability.VISION, Content.AUDIO: Capability.AUDIO, Content.FILE: Capability.FILES}


def needs(tree: Tree, content: Collection[Content], operation: Operation) -> frozenset[Capability]:
    """The capabilities that a chat needs; nothing for other operations, whose routes say it all."""
    if operation is not USUAL_OPERATION:
        return frozenset()
    found = {_BY_CONTENT[one] for one in content if one in _BY_CONTENT}
    if tree.get("tools") or tree.get("functions"):
        found.add(Capability.TOOLS)
    if wants_schema(tree):
        found.add(Capability.JSON_SCHEMA)
    return frozenset(found)


def wants_schema(tree: Tree) -> bool:
    """Whether the answer is to follow a schema: OpenAI's `response_format`, Responses' `text.format`, Anthropic's
    `output_config.format` and `output_format`, Ollama's `format`.
    """
    if isinstance(tree.get("format"), dict):
        return True
    said = (
        tree.get("response_format"),
        _inner(tree.get("text")),
        _inner(tree.get("output_config")),
        tree.get("output_format"),
    )
    return any(isinstance(one, dict) and one.get("type") == "json_schema" for one in said)


def lacking(needed: frozenset[Capability], among: Collection[Target]) -> dict[str, frozenset[Capability]]:
    """By name, what each of `among` does not list of what is needed, as far as any of them does: where none does, nobody
    said.
    """
    told = needed.intersection(frozenset[Capability]().union(*(one.capabilities for one in among)))
    return {one.name: told - one.capabilities for one in among} if told else {}


def _inner(value: JSON) -> JSON:
    return value.get("format") if isinstance(value, dict) else None
