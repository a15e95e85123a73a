"""The messages of a Messages request as hub messages; never drops a word that the caller wrote.

A tool result becomes a message of its own role, which holds text only: its images follow in the next user message.
The hub has no `is_error`: the text of a failed result begins with `Error: `, so that the model still knows.
"""

from __future__ import annotations

from typing import Any

from gateway.errors import InvalidRequest
from gateway.wire.hub import data_url, dumps

ERROR_PREFIX = "Error: "


class Turns:
    """Translates once, on construction: `messages` in the hub's words, `lost` the known fields that it cannot hold."""

    __slots__ = ("lost", "messages")

    def __init__(self, tree: dict[str, Any]) -> None:
        self.lost: set[str] = set()
        self.messages: list[dict[str, Any]] = []
        if tree.get("system"):
            self.messages.append({"role": "system", "content": self._plain(tree["system"], "\n\n")})
        for i, message in enumerate(tree["messages"]):
            content, at = message["content"], f"messages.{i}.content"
            match message["role"]:
                case "assistant":
                    self._assistant(content, at)
                case "user":
                    self._user(content, at)
                case _:
                    self.messages.append({"role": "system", "content": self._plain(content, "\n\n")})

    def _plain(self, content: str | list[dict[str, Any]], joint: str) -> str:
        if isinstance(content, str):
            return content
        for block in content:
            self._hints(block)
        return joint.join(block["text"] for block in content)

    def _hints(self, block: dict[str, Any]) -> None:
        if block.get("cache_control"):
            self.lost.add("cache_control")
        if block.get("citations"):
            self.lost.add("citations")

    def _assistant(self, content: str | list[dict[str, Any]], at: str) -> None:
        if isinstance(content, str):
            self.messages.append({"role": "assistant", "content": content})
            return
        texts: list[str] = []
        thoughts: list[str] = []
        calls: list[dict[str, Any]] = []
        for j, block in enumerate(content):
            self._hints(block)
            match block["type"]:
                case "text":
                    texts.append(block["text"])
                case "thinking":
                    thoughts.append(block["thinking"])
                    self.lost.add("thinking.signature")
                case "redacted_thinking":
                    self.lost.add("redacted_thinking")
                case "tool_use":
                    function = {"name": block["name"], "arguments": dumps(block["input"])}
                    calls.append({"id": block["id"], "type": "function", "function": function})
                case _:
                    raise _untranslatable(f"{at}.{j}")
        message: dict[str, Any] = {"role": "assistant", "content": "".join(texts)}
        if thoughts:
            message["reasoning_content"] = "".join(thoughts)
        if calls:
            message["tool_calls"] = calls
            message["content"] = message["content"] or None
        self.messages.append(message)

    def _user(self, content: str | list[dict[str, Any]], at: str) -> None:
        if isinstance(content, str):
            self.messages.append({"role": "user", "content": content})
            return
        parts: list[dict[str, Any]] = []
        for j, block in enumerate(content):
            if block["type"] == "tool_result":
                parts += self._tool_result(block, f"{at}.{j}")
            else:
                parts += self._parts(block, f"{at}.{j}")
        if not parts:
            return
        only_text = len(parts) == 1 and parts[0]["type"] == "text"
        self.messages.append({"role": "user", "content": parts[0]["text"] if only_text else parts})

    def _tool_result(self, block: dict[str, Any], at: str) -> list[dict[str, Any]]:
        """Adds the tool message and returns the parts of the result that are no text."""
        self._hints(block)
        content = block.get("content") or ""
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        parts = [part for k, item in enumerate(blocks) for part in self._parts(item, f"{at}.content.{k}")]
        text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        prefix = ERROR_PREFIX if block.get("is_error") else ""
        self.messages.append({"role": "tool", "tool_call_id": block["tool_use_id"], "content": prefix + text})
        return [part for part in parts if part["type"] != "text"]

    def _parts(self, block: dict[str, Any], at: str) -> list[dict[str, Any]]:
        """One block as parts of a hub message."""
        self._hints(block)
        match block["type"]:
            case "text":
                return [_text(block["text"])]
            case "image":
                return [_image(block["source"], at)]
            case "document":
                return self._document(block, at)
            case "search_result":
                found = "\n".join(item["text"] for item in block["content"])
                return [_text("\n".join((block["title"], block["source"], found)))]
            case _:
                raise _untranslatable(at)

    def _document(self, block: dict[str, Any], at: str) -> list[dict[str, Any]]:
        source = block["source"]
        head = [text for key in ("title", "context") if (text := block.get(key))]
        match source["type"]:
            case "text":
                return [_text("\n".join([*head, source["data"]]))]
            case "content" if isinstance(source["content"], str):
                return [_text("\n".join([*head, source["content"]]))]
            case "content":
                inner = [
                    part
                    for k, item in enumerate(source["content"])
                    for part in self._parts(item, f"{at}.source.content.{k}")
                ]
                return [_text("\n".join(head)), *inner] if head else inner
            case "base64":
                file = {"filename": "document.pdf", "file_data": data_url(source["media_type"], source["data"])}
                return [*([_text("\n".join(head))] if head else []), {"type": "file", "file": file}]
            case _:
                raise _untranslatable(f"{at}.source")


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _image(source: dict[str, Any], at: str) -> dict[str, Any]:
    match source["type"]:
        case "base64":
            return {"type": "image_url", "image_url": {"url": data_url(source["media_type"], source["data"])}}
        case "url":
            return {"type": "image_url", "image_url": {"url": source["url"]}}
        case _:
            raise _untranslatable(f"{at}.source")


def _untranslatable(at: str) -> InvalidRequest:
    return InvalidRequest(
        f"{at}: only a Claude target understands this block, and this route leads elsewhere. "
        "Send its content as text or base64, or ask for a Claude route.",
        param=at,
    )
