"""Puts originals back into replies, whole or event by event: into every text of them, each for itself.

What is under a signature, and bytes that nobody here can read, stay as they are. Of a stream every text that grows is a
channel, known by its way: choice or block, names, and the index of an item. A channel's held-back end is let go before
the event that finishes it, and when an upstream fails: as it stands, so that half a token stays half a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from gateway.domain import JSON, Tree
from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.phi.replace.restore import Mode, Restorer
from gateway.wire.openai.pieces import added
from gateway.wire.reply import Channels

Step: TypeAlias = "str | tuple[tuple[str, int | str], ...]"
"""A name, or an item of a list by what tells it from others."""
Way: TypeAlias = tuple[Step, ...]
Put: TypeAlias = Callable[[str, Way], str]
"""What becomes of a text that stands there."""

OPAQUE: Final = frozenset(
    {"signature", "data", "encrypted_content", "encrypted_index", "thought_signature", "b64_json"}
)
"""Bytes, and what a provider wants back as it was."""
SIGNED: Final = frozenset({"thinking", "redacted_thinking"})
"""Types of what a signature covers."""
_FRAME: Final = frozenset({"id", "object", "created", "model", "choices", "content", "usage"})
_SET: Final = frozenset({"id", "type", "role", "format", "status", "object"})
"""Texts of a stream that come whole each time."""
_GROWING: Final = frozenset({"content", "reasoning_details", "thinking", "summary", "tool_calls"})
"""Lists whose items go on from one event to the next."""
_SAID_IN_JSON: Final = frozenset({"arguments", "partial_json"})


class ReplyRestorer:
    """One reply; `channels` says how it is built. `structured`: the answer itself is JSON, so what is put in is escaped."""

    __slots__ = ("_channels", "_frame", "_idle", "_pseudonyms", "_structured", "_told", "_where", "_whole")

    def __init__(self, channels: Channels, pseudonyms: Pseudonyms, *, structured: bool = False) -> None:
        self._where = channels
        self._pseudonyms = pseudonyms
        self._structured = structured
        self._idle = not len(pseudonyms)
        self._channels: dict[tuple[int, Way], Restorer] = {}
        self._whole: list[Restorer] = []
        self._frame: Tree = {}
        self._told: Tree = {}

    @property
    def unresolved(self) -> int:
        """How many bracketed pseudonyms were not of this request and stayed as they were."""
        return sum(restorer.unresolved for restorer in (*self._channels.values(), *self._whole))

    def reply(self, tree: Tree) -> Tree:
        """A whole reply, restored; `tree` itself stays as it is."""
        if self._idle or self._where is Channels.NONE:
            return tree
        if self._where is Channels.BLOCKS:
            blocks: list[JSON] = [self._block(block) for block in _list(tree.get("content"))]
            return {**self._beside(tree), "content": blocks}
        choices: list[JSON] = [self._choice(choice) for choice in _list(tree.get("choices"))]
        return {**self._beside(tree), "choices": choices}

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
            return [event for index in self._open() for event in self._close_block(index)]
        deltas: list[JSON] = []
        for index in self._open():
            delta = self._flushed(index)
            if delta:
                deltas.append({"index": index, "delta": delta, "finish_reason": None})
        return [self._said(self._frame, deltas)] if deltas else []

    # --- the hub's dialect ---------------------------------------------------------------------------------------

    def _choice(self, choice: JSON) -> JSON:
        if not isinstance(choice, dict):
            return choice
        made = {name: value if name == "message" else self._put(value, name) for name, value in choice.items()}
        message = choice.get("message")
        if isinstance(message, dict):
            made["message"] = _mapped(message, (), self._once)
        return {**made, "logprobs": None}

    def _chunk(self, chunk: Tree) -> Iterator[Tree]:
        beside = self._beside(chunk)
        self._told |= {name: value for name, value in beside.items() if name not in _FRAME}
        self._frame = {name: value for name, value in beside.items() if name in _FRAME}
        said: list[JSON] = []
        finished: list[JSON] = []
        for choice in _list(chunk.get("choices")):
            if not isinstance(choice, dict):
                continue
            index = _int(choice.get("index"))
            delta = choice.get("delta")
            made = self._delta(index, delta) if isinstance(delta, dict) else {}
            more = {
                name: self._put(value, name)
                for name, value in choice.items()
                if name not in {"index", "delta", "finish_reason", "logprobs"}
            }
            if choice.get("finish_reason") is None:
                if made or more or not delta:
                    said.append({**more, "index": index, "delta": made, "finish_reason": None})
                continue
            made = added(made, self._flushed(index))
            if made:
                said.append({"index": index, "delta": made, "finish_reason": None})
            finished.append({**more, "index": index, "delta": {}, "finish_reason": choice["finish_reason"]})
        if said:
            yield self._said(self._frame, said)
        if finished:
            yield self._said(self._frame, finished)
        if not _list(chunk.get("choices")):
            yield self._said(self._frame, [])

    def _said(self, frame: Tree, choices: list[JSON]) -> Tree:
        """A chunk, with what was told beside it or beside one of which all was held back."""
        told, self._told = self._told, {}
        return {**frame, **told, "choices": choices}

    def _delta(self, index: int, delta: Tree) -> Tree:
        """A delta with the text that may be sent on now; what is held back altogether is left out."""
        made: Tree = {}
        for name, value in delta.items():
            if name == "tool_calls":
                calls = [self._call(index, call) for call in _list(value)]
                kept: list[JSON] = [call for call in calls if call is not None]
                if kept:
                    made[name] = kept
                continue
            restored = self._restored(index, name, value)
            if restored or not value:
                made[name] = restored
        return made

    def _call(self, index: int, call: JSON) -> JSON:
        """A piece of a tool call; None while all that it says is held back."""
        made = self._restored(index, "tool_calls", [call])
        item = made[0] if isinstance(made, list) else made
        if not isinstance(call, dict) or not isinstance(item, dict) or "id" in call:
            return item
        return item if _speaks(item) or not _speaks(call) else None

    def _restored(self, index: int, name: str, value: JSON) -> JSON:
        def grow(text: str, way: Way) -> str:
            last = way[-1]
            if last in _SET:
                return self._text(text, Mode.TEXT)
            return self._say(index, way, text)

        return _grown(value, (name,), grow, self._put)

    # --- Anthropic's dialect ---------------------------------------------------------------------------------------

    def _block(self, block: JSON) -> JSON:
        if not isinstance(block, dict) or block.get("type") in SIGNED:
            return block
        if block.get("type") == "text" and isinstance(block.get("text"), str):
            rest = {name: self._put(value, name) for name, value in block.items() if name != "text"}
            return {**rest, "text": self._text(str(block["text"]), self._mode(("content",)))}
        return self._put(block, "")

    def _message_event(self, event: Tree) -> Iterator[Tree]:
        index = _int(event.get("index"))
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
                for block in self._open():
                    yield from self._close_block(block)
                yield {name: self._put(value, name) if name == "delta" else value for name, value in event.items()}
            case "content_block_start":
                yield {**event, "content_block": self._block(event.get("content_block"))}
            case "message_start" | "ping":
                yield event
            case _:
                made = self._put(event, "")
                yield made if isinstance(made, dict) else event

    def _block_delta(self, index: int, delta: Tree) -> Tree | None:
        kind = delta.get("type")
        if kind in {"thinking_delta", "signature_delta"} or not isinstance(kind, str):
            return delta
        made: Tree = {}
        for name, value in delta.items():
            if isinstance(value, str) and name not in _SET and name not in OPAQUE:
                made[name] = self._say(index, ((("type", kind),), name), value)
            else:
                made[name] = value if name in _SET else self._put(value, name)
        spoke = any(value and name not in _SET for name, value in delta.items())
        return made if not spoke or any(value and name not in _SET for name, value in made.items()) else None

    def _close_block(self, index: int) -> Iterator[Tree]:
        for (block, way), restorer in self._channels.items():
            if block == index and restorer.holds:
                kind, name = way
                delta: Tree = {**dict(kind), str(name): restorer.flush()} if isinstance(kind, tuple) else {}
                yield {"type": "content_block_delta", "index": index, "delta": delta}

    # --- both --------------------------------------------------------------------------------------------------------

    def _open(self) -> list[int]:
        return list(dict.fromkeys(index for index, _ in self._channels))

    def _mode(self, way: Way) -> Mode:
        if way[-1] in _SAID_IN_JSON:
            return Mode.JSON
        answer = way[0] == "content" or way == ((("type", "text_delta"),), "text")
        return Mode.JSON if self._structured and answer else Mode.TEXT

    def _say(self, index: int, way: Way, text: str) -> str:
        restorer = self._channels.get((index, way))
        if restorer is None:
            restorer = self._channels[index, way] = Restorer(self._pseudonyms, self._mode(way))
        return restorer.decode(text)

    def _flushed(self, index: int) -> Tree:
        """A delta with the text still held back in all channels of one choice."""
        delta: Tree = {}
        for (choice, way), restorer in self._channels.items():
            if choice == index and restorer.holds:
                placed = _placed(way, restorer.flush())
                delta = added(delta, placed) if isinstance(placed, dict) else delta
        return delta

    def _beside(self, tree: Tree) -> Tree:
        """What stands beside the answer itself."""
        return {name: value if name in _FRAME else self._put(value, name) for name, value in tree.items()}

    def _once(self, text: str, way: Way) -> str:
        return self._text(text, self._mode(way))

    def _text(self, text: str, mode: Mode) -> str:
        restorer = Restorer(self._pseudonyms, mode)
        self._whole.append(restorer)
        return restorer.decode(text) + restorer.flush()

    def _put(self, value: JSON, name: str) -> JSON:
        """A JSON tree with every text restored; one that is the pseudonym of a number becomes the number."""
        if isinstance(value, str):
            if name in OPAQUE:
                return value
            if name in _SAID_IN_JSON:
                return self._text(value, Mode.JSON)
            number = self._pseudonyms.number(value)
            return self._text(value, Mode.TEXT) if number is None else number
        if isinstance(value, list):
            return [self._put(item, name) for item in value]
        if isinstance(value, dict) and value.get("type") not in SIGNED:
            return {self._text(key, Mode.TEXT): self._put(item, key) for key, item in value.items()}
        return value


def _mapped(value: JSON, way: Way, put: Put) -> JSON:
    """A part of a message that came whole, with every text as `put` makes it."""
    if isinstance(value, str):
        return value if way and way[-1] in OPAQUE else put(value, way)
    if isinstance(value, list):
        return [_mapped(item, way, put) for item in value]
    if isinstance(value, dict) and value.get("type") not in SIGNED:
        return {name: _mapped(item, (*way, name), put) for name, item in value.items()}
    return value


def _grown(value: JSON, way: Way, put: Put, whole: Callable[[JSON, str], JSON]) -> JSON:
    """A part of a delta: texts of growing lists and of objects go on, items of all other lists came `whole`."""
    last = way[-1]
    if isinstance(value, str):
        return value if last in OPAQUE else put(value, way)
    if isinstance(value, list):
        if last not in _GROWING:
            return whole(value, str(last))
        return [_grown(item, (*way, _told_apart(item)), put, whole) for item in value]
    if isinstance(value, dict) and value.get("type") not in SIGNED:
        return {name: _grown(item, (*way, name), put, whole) for name, item in value.items()}
    return value


def _told_apart(item: JSON) -> Step:
    """What tells an item of a list from others: its index and its type, as far as it has them."""
    if not isinstance(item, dict):
        return ()
    index, kind = item.get("index"), item.get("type")
    apart: list[tuple[str, int | str]] = [("index", index)] if isinstance(index, int) else []
    if isinstance(kind, str) and kind not in {"function", "custom"}:
        apart.append(("type", kind))
    return tuple(apart)


def _placed(way: Way, text: str) -> JSON:
    """A text where its way leads."""
    if not way:
        return text
    inner = _placed(way[1:], text)
    step = way[0]
    if isinstance(step, str):
        return {step: inner}
    return [{**dict(step), **inner}] if isinstance(inner, dict) else [inner]


def _speaks(call: Tree) -> bool:
    return any(isinstance(said := call.get(kind), dict) and any(said.values()) for kind in ("function", "custom"))


def _int(value: JSON) -> int:
    return value if isinstance(value, int) else 0


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
