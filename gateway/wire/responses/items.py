"""The items of a Responses request as hub messages; never drops a word that the caller wrote.

What the assistant did up to somebody else's next item is one message of the hub: reasoning, text and calls. What a tool
answered is a message of its own, which holds text only: pictures and files follow in the next message of the user.
Prompts of system and developer at the beginning become one, because many chat templates take only one, and only there.
"""

from __future__ import annotations

from typing import Any

from gateway.errors import InvalidRequest
from gateway.wire.responses.tools import ADDED, as_arguments, hub_name

_JOINT = "\n\n"


class Turns:
    """Translates once, on construction: `messages` in the hub's words, `lost` the known fields that it cannot hold."""

    __slots__ = ("_assistant", "_shown", "lost", "messages")

    def __init__(self, tree: dict[str, Any]) -> None:
        self.lost: set[str] = set()
        self.messages: list[dict[str, Any]] = []
        self._assistant: dict[str, Any] | None = None
        self._shown: list[dict[str, Any]] = []
        if tree.get("instructions"):
            self._prompt(tree["instructions"])
        given = tree["input"]
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        for i, item in enumerate(items):
            if item.get("type") != ADDED:
                self._item(item, f"input[{i}]")
        self._show()

    def _item(self, item: dict[str, Any], at: str) -> None:
        kind = item.get("type") or "message"
        if kind not in {"function_call_output", "custom_tool_call_output"}:
            self._show()
        match kind:
            case "message" if item["role"] == "assistant":
                self._said(item, at)
            case "reasoning":
                self._thought(item)
            case "item_reference" | "web_search_call":
                self.lost.add(f"input.{kind}")
            case "function_call":
                self._called(item, item["arguments"])
            case "custom_tool_call":
                self._called(item, as_arguments(item["input"]))
            case "function_call_output" | "custom_tool_call_output":
                self._assistant = None
                self._answered(item, at)
            case "message":
                self._assistant = None
                content = self._content(item["content"], at)
                if item["role"] == "user":
                    self.messages.append({"role": "user", "content": content})
                else:
                    self._prompt(_one_text(content, at))
            case _:
                raise untranslatable(at)

    def _prompt(self, text: str) -> None:
        first = self.messages[0] if len(self.messages) == 1 else None
        if first is not None and first["role"] == "system":
            first["content"] += _JOINT + text
        else:
            self.messages.append({"role": "system", "content": text})

    def _turn(self) -> dict[str, Any]:
        """The message of the assistant that its items belong to."""
        if self._assistant is None:
            self._assistant = {"role": "assistant", "content": None}
            self.messages.append(self._assistant)
        return self._assistant

    def _said(self, item: dict[str, Any], at: str) -> None:
        turn, content = self._turn(), item["content"]
        if item.get("phase"):
            self.lost.add("input.phase")
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) else content
        said: dict[str, list[str]] = {"content": [], "refusal": []}
        for j, part in enumerate(parts):
            match part["type"]:
                case "output_text" | "input_text" | "text":
                    said["content"].append(part["text"])
                case "refusal":
                    said["refusal"].append(part["refusal"])
                case _:
                    raise untranslatable(f"{at}.content[{j}]")
        for name, texts in said.items():
            if texts:
                turn[name] = _after(turn.get(name), "".join(texts))

    def _thought(self, item: dict[str, Any]) -> None:
        if item.get("encrypted_content"):
            self.lost.add("reasoning.encrypted_content")
        text = _JOINT.join(part["text"] for part in item.get("content") or item.get("summary") or ())
        if text:
            turn = self._turn()
            turn["reasoning_content"] = _after(turn.get("reasoning_content"), text)

    def _called(self, item: dict[str, Any], arguments: str) -> None:
        function = {"name": hub_name(item["name"], item.get("namespace") or ""), "arguments": arguments}
        call = {"id": item["call_id"], "type": "function", "function": function}
        self._turn().setdefault("tool_calls", []).append(call)

    def _answered(self, item: dict[str, Any], at: str) -> None:
        output = item["output"]
        if isinstance(output, list):
            parts = self._content(output, at, key="output")
            parts = parts if isinstance(parts, list) else [{"type": "text", "text": parts}]
            self._shown += [part for part in parts if part["type"] != "text"]
            output = "\n".join(part["text"] for part in parts if part["type"] == "text")
        self.messages.append({"role": "tool", "tool_call_id": item["call_id"], "content": output})

    def _show(self) -> None:
        """What tools showed, after all of their answers."""
        if self._shown:
            self.messages.append({"role": "user", "content": self._shown})
            self._shown = []

    def _content(self, content: str | list[dict[str, Any]], at: str, *, key: str = "content") -> Any:
        """Text, or parts of the hub where it is more than one text."""
        if isinstance(content, str):
            return content
        parts = [self._part(part, f"{at}.{key}[{j}]") for j, part in enumerate(content)]
        only_text = len(parts) == 1 and parts[0]["type"] == "text"
        return parts[0]["text"] if only_text else parts

    def _part(self, part: dict[str, Any], at: str) -> dict[str, Any]:
        match part["type"]:
            case "input_text" | "output_text" | "text":
                return {"type": "text", "text": part["text"]}
            case "refusal":
                return {"type": "text", "text": part["refusal"]}
            case "input_image" if part.get("image_url"):
                image = {"url": part["image_url"]}
                if part.get("detail"):
                    image["detail"] = part["detail"]
                return {"type": "image_url", "image_url": image}
            case "input_file" if part.get("file_data"):
                if part.get("detail"):
                    self.lost.add("input_file.detail")
                file = {"filename": part.get("filename") or "document.pdf", "file_data": part["file_data"]}
                return {"type": "file", "file": file}
            case "input_audio":
                return {"type": "input_audio", "input_audio": part["input_audio"]}
            case _:
                raise untranslatable(at)


def _one_text(content: str | list[dict[str, Any]], at: str) -> str:
    """The text of a prompt, which holds nothing else."""
    if isinstance(content, str):
        return content
    if any(part["type"] != "text" for part in content):
        raise untranslatable(at)
    return _JOINT.join(part["text"] for part in content)


def _after(before: str | None, text: str) -> str:
    return before + _JOINT + text if before else text


def untranslatable(at: str) -> InvalidRequest:
    return InvalidRequest(
        f"`{at}`: only OpenAI's own Responses endpoint understands this, and this route leads elsewhere. "
        "Send it as text, as an image or file with its data, or as a function call and its output.",
        param=at,
    )
