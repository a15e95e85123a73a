"""Puts originals back into replies, whole or event by event; each channel of each choice, block and call for itself.

A channel's held-back end is let go before the event that finishes it, and when an upstream fails: as it stands, so that
half a token stays half a token. Signed thinking is never touched, because a signature covers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from gateway.domain import JSON, Tree
from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.phi.replace.restore import Mode, Restorer
from gateway.wire.reply import Channels

Channel: TypeAlias = tuple[int | str, ...]
Say: TypeAlias = Callable[[str, Mode, str], str]
_TEXTS = ("content", "reasoning_content", "refusal")
_CALLED = (("name", Mode.TEXT), ("arguments", Mode.JSON), ("input", Mode.TEXT))
"""What a call says: a function its arguments, a custom tool its input."""
_CALLS = ("function", "custom")


class ReplyRestorer:
    """One reply; `channels` says where its text stands. `structured`: the answer itself is JSON, so what is put in is escaped."""

    __slots__ = ("_channels", "_frame", "_idle", "_names", "_pseudonyms", "_structured", "_where", "_whole")

    def __init__(self, channels: Channels, pseudonyms: Pseudonyms, *, structured: bool = False) -> None:
        self._where = channels
        self._pseudonyms = pseudonyms
        self._structured = structured
        self._idle = not len(pseudonyms)
        self._channels: dict[Channel, Restorer] = {}
        self._names: dict[Channel, str] = {}
        self._whole: list[Restorer] = []
        self._frame: Tree = {}

    @property
    def unresolved(self) -> int:
        """How many bracketed pseudonyms were not of this request and stayed as they were."""
        return sum(restorer.unresolved for restorer in (*self._channels.values(), *self._whole))

    def reply(self, tree: Tree) -> Tree:
        """A whole reply, restored; `tree` itself stays as it is."""
        if self._idle or self._where is Channels.NONE:
            return tree
        if self._where is Channels.BLOCKS:
            return {**tree, "content": [self._block(block) for block in _list(tree.get("content"))]}
        choices: list[JSON] = [self._choice(choice) for choice in _list(tree.get("choices"))]
        return {**tree, "choices": choices}

    def event(self, event: Tree) -> list[Tree]:
        """Events for the caller after one event of the upstream: none while all of its text is held back."""
        if self._idle:
            return [event]
        if self._where is Channels.BLOCKS:
            return list(self._message_event(event))
        return list(self._chunk(event))

    def end(self) -> list[Tree]:
        """Events with the text still held back, when the stream ended or failed."""
        if self._idle:
            return []
        if self._where is Channels.BLOCKS:
            return [event for index in self._open_blocks() for event in self._close_block(index)]
        deltas: list[JSON] = []
        for index in dict.fromkeys(channel[0] for channel in self._channels):
            delta = self._flushed(int(index))
            if delta:
                deltas.append({"index": index, "delta": delta, "finish_reason": None})
        return [{**self._frame, "choices": deltas}] if deltas else []

    # --- the hub's dialect ---------------------------------------------------------------------------------------

    def _choice(self, choice: JSON) -> JSON:
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(message, dict):
            return choice
        made: Tree = dict(message)
        for name in _TEXTS:
            value = made.get(name)
            if isinstance(value, str):
                made[name] = self._text(value, self._mode(name))
        calls = made.get("tool_calls")
        if isinstance(calls, list):
            made["tool_calls"] = [
                self._known_by(_call(call, lambda _, text, mode, __: self._text(text, mode)))
                if isinstance(call, dict)
                else call
                for call in calls
            ]
        called = made.get("function_call")
        if isinstance(called, dict):
            made["function_call"] = _called(called, lambda text, mode, _: self._text(text, mode))
        return {**choice, "message": made, "logprobs": None}

    def _chunk(self, chunk: Tree) -> Iterator[Tree]:
        self._frame = {name: value for name, value in chunk.items() if name not in {"choices", "usage"}}
        said: list[JSON] = []
        finished: list[JSON] = []
        for choice in _list(chunk.get("choices")):
            if not isinstance(choice, dict):
                continue
            index = choice.get("index")
            index = index if isinstance(index, int) else 0
            delta = choice.get("delta")
            made = self._delta(index, delta) if isinstance(delta, dict) else {}
            if choice.get("finish_reason") is None:
                if made or not delta:
                    said.append({"index": index, "delta": made, "finish_reason": None})
                continue
            made = _joined(made, self._flushed(index))
            if made:
                said.append({"index": index, "delta": made, "finish_reason": None})
            finished.append({"index": index, "delta": {}, "finish_reason": choice["finish_reason"]})
        if said:
            yield {**chunk, "choices": said}
        if finished:
            yield {**chunk, "choices": finished}
        if not said and not finished and not _list(chunk.get("choices")):
            yield chunk

    def _delta(self, index: int, delta: Tree) -> Tree:
        """A delta with the text that may be sent on now."""
        apart = {*_TEXTS, "tool_calls", "function_call"}
        made: Tree = {name: value for name, value in delta.items() if name not in apart}
        for name in _TEXTS:
            value = delta.get(name)
            if not isinstance(value, str):
                if name in delta:
                    made[name] = value
                continue
            text = self._say((index, name), value, self._mode(name))
            if text or not value:
                made[name] = text
        calls = delta.get("tool_calls")
        if isinstance(calls, list):
            made_calls = [self._streamed_call(index, call) for call in calls]
            kept: list[JSON] = [call for call in made_calls if call is not None]
            if kept:
                made["tool_calls"] = kept
        called = delta.get("function_call")
        if isinstance(called, dict):

            def say(text: str, mode: Mode, part: str) -> str:
                return self._say((index, "function_call", part), text, mode)

            said = _called(called, say)
            if _speaks(said) or not _speaks(called):
                made["function_call"] = said
        return made

    def _streamed_call(self, index: int, call: JSON) -> JSON:
        if not isinstance(call, dict):
            return call
        at = call.get("index")
        at = at if isinstance(at, int) else 0

        def say(kind: str, text: str, mode: Mode, part: str) -> str:
            return self._say((index, "tool_calls", at, kind, part), text, mode)

        made = self._known_by(_call(call, say))
        had, has = (any(_speaks(tree.get(kind)) for kind in _CALLS) for tree in (call, made))
        return made if has or not had or "id" in call else None

    def _flushed(self, index: int) -> Tree:
        """A delta with the text still held back in all channels of one choice."""
        delta: Tree = {}
        calls: dict[int, dict[str, Tree]] = {}
        called: Tree = {}
        for channel, restorer in self._channels.items():
            if channel[0] != index or not restorer.holds:
                continue
            text = restorer.flush()
            if channel[1] == "tool_calls":
                call = calls.setdefault(int(channel[2]), {})
                call.setdefault(str(channel[3]), {})[str(channel[4])] = text
            elif channel[1] == "function_call":
                called[str(channel[2])] = text
            else:
                delta[str(channel[1])] = text
        if calls:
            delta["tool_calls"] = [{"index": at, **call} for at, call in calls.items()]
        return {**delta, "function_call": called} if called else delta

    # --- Anthropic's dialect ---------------------------------------------------------------------------------------

    def _block(self, block: JSON) -> JSON:
        if not isinstance(block, dict):
            return block
        match block.get("type"):
            case "text" if isinstance(block.get("text"), str):
                made: Tree = {**block, "text": self._text(str(block["text"]), self._mode("content"))}
                if isinstance(block.get("citations"), list):
                    made["citations"] = self._tree(block["citations"])
                return made
            case "tool_use":
                return self._known_by({**block, "input": self._tree(block.get("input"))})
            case _:
                return block

    def _message_event(self, event: Tree) -> Iterator[Tree]:
        index = event.get("index")
        index = index if isinstance(index, int) else 0
        match event.get("type"):
            case "content_block_delta":
                delta = event.get("delta")
                made = self._block_delta(index, delta) if isinstance(delta, dict) else delta
                if made is not None:
                    yield {**event, "delta": made}
            case "content_block_stop":
                yield from self._close_block(index)
                yield event
            case "message_delta" | "message_stop":
                for block in self._open_blocks():
                    yield from self._close_block(block)
                yield event
            case "content_block_start":
                yield {**event, "content_block": self._block(event.get("content_block"))}
            case _:
                yield event

    def _block_delta(self, index: int, delta: Tree) -> Tree | None:
        match delta.get("type"):
            case "text_delta":
                name, mode = "text", self._mode("content")
            case "input_json_delta":
                name, mode = "partial_json", Mode.JSON
            case "citations_delta":
                return {**delta, "citation": self._tree(delta.get("citation"))}
            case _:
                return delta
        value = delta.get(name)
        if not isinstance(value, str):
            return delta
        text = self._say((index, name), value, mode)
        return {**delta, name: text} if text or not value else None

    def _open_blocks(self) -> list[int]:
        return [int(index) for index in dict.fromkeys(channel[0] for channel in self._channels)]

    def _close_block(self, index: int) -> Iterator[Tree]:
        for name, kind in (("text", "text_delta"), ("partial_json", "input_json_delta")):
            restorer = self._channels.get((index, name))
            if restorer is not None and restorer.holds:
                delta: Tree = {"type": kind, name: restorer.flush()}
                yield {"type": "content_block_delta", "index": index, "delta": delta}

    # --- both --------------------------------------------------------------------------------------------------------

    def _mode(self, name: str) -> Mode:
        return Mode.JSON if self._structured and name == "content" else Mode.TEXT

    def _say(self, channel: Channel, text: str, mode: Mode) -> str:
        restorer = self._channels.get(channel)
        if restorer is None:
            restorer = self._channels[channel] = Restorer(self._pseudonyms, mode)
        return restorer.decode(text)

    def _known_by(self, call: Tree) -> Tree:
        """A call under the id that the caller knows: one that held a finding went out as an id of ours."""
        known = call.get("id")
        return {**call, "id": self._text(known, Mode.TEXT)} if isinstance(known, str) else call

    def _text(self, text: str, mode: Mode) -> str:
        restorer = Restorer(self._pseudonyms, mode)
        self._whole.append(restorer)
        return restorer.decode(text) + restorer.flush()

    def _tree(self, value: JSON) -> JSON:
        """A JSON tree with every string restored; a string that is the pseudonym of a number becomes the number."""
        if isinstance(value, str):
            number = self._pseudonyms.number(value)
            return self._text(value, Mode.TEXT) if number is None else number
        if isinstance(value, list):
            return [self._tree(item) for item in value]
        if isinstance(value, dict):
            return {self._text(key, Mode.TEXT): self._tree(item) for key, item in value.items()}
        return value


def _call(call: Tree, say: Callable[[str, str, Mode, str], str]) -> Tree:
    """A tool call whose text fields are passed through `say`; its first argument is the kind of call."""
    made = dict(call)
    for kind in _CALLS:
        called = call.get(kind)
        if isinstance(called, dict):
            made[kind] = _called(called, partial(say, kind))
    return made


def _called(called: Tree, say: Say) -> Tree:
    made = dict(called)
    for part, mode in _CALLED:
        value = made.get(part)
        if isinstance(value, str):
            made[part] = say(value, mode, part)
    return made


def _speaks(called: JSON) -> bool:
    return isinstance(called, dict) and any(called.get(part) for part, _ in _CALLED)


def _joined(delta: Tree, end: Tree) -> Tree:
    """Two deltas of one choice as one, the second appended."""
    made = dict(delta)
    for name, value in end.items():
        before = made.get(name)
        if isinstance(before, str) and isinstance(value, str):
            made[name] = before + value
        elif isinstance(before, list) and isinstance(value, list):
            made[name] = [*before, *value]
        elif isinstance(before, dict) and isinstance(value, dict):
            made[name] = _joined(before, value)
        else:
            made[name] = value
    return made


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
