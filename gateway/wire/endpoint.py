"""What one row of the table of operations says: how callers ask for it, how targets do it, how replies come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.domain import Caller, Dialect, Operation, Traced, Tree
from gateway.wire.checks import check
from gateway.wire.fields import Object
from gateway.wire.hub import Translated
from gateway.wire.reply import Asked, ReplyShape
from gateway.wire.writer import Answering, StreamWriter


class NativeChunks(Protocol):
    """Pieces of a stream in a target's own framing, as chunks of the hub."""

    def feed(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """The chunks for one piece. Raises GatewayError for an error in its place."""

    def finish(self) -> None:
        """Raises UpstreamFailed when the last piece never came."""


HUB = Dialect.OPENAI
"""The dialect between all others."""


@dataclass(frozen=True, slots=True)
class Native:
    """How replies that are not written in the hub's words are read into them, whole or as JSON lines."""

    whole: Callable[[Tree, Asked], Tree]
    chunks: Callable[[Asked], NativeChunks] | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a target that speaks the dialect is asked.

    `path` stands behind its base URL or, where `from_root`, behind the root of its server. `headers` are made from its
    key. `from_hub` takes a request of the hub and the target's context in tokens, if that is known. `streamed` writes
    into a body whether it is to be answered as a stream. `system_field`: the field of the body that is the system
    prompt, if one is. `repair` leaves out what its servers would refuse of a request that needs no translation. `betas`
    are the words of the header `anthropic-beta` that ask for no errand, which a caller's may hand on, `versions` those of
    `anthropic-version` that are read here, where a caller's goes before the one in `headers`. `everywhere`:
    whoever speaks the dialect is asked so; otherwise only kinds of servers that name the row (`kinds/`). `written` gives
    content type and bytes of a body that is no JSON. `plain`: an answer may be a text, which is then its field `text`.
    """

    path: str
    headers: Callable[[str], Mapping[str, str]]
    from_hub: Callable[[Tree, int | None], Translated]
    streamed: Callable[[Tree, bool], Tree]
    from_root: bool = False
    system_field: str = ""
    everywhere: bool = True
    native: Native | None = None
    repair: Callable[[Tree], Translated] = Translated
    written: Callable[[Tree], tuple[str, bytes]] | None = None
    only_for: Callable[[Tree], bool] | None = None
    plain: bool = False
    betas: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AnsweredHere:
    """An answer that no target is asked for; `model` is what it names, which the caller must be allowed to use."""

    tree: Tree
    headers: Mapping[str, str] = field(default_factory=dict)
    model: str = ""


def _never(_tree: Tree) -> bool:
    return False


def _always(_tree: Tree) -> bool:
    return True


def _as_json(_tree: Tree) -> str:
    return ""


def _unrelated(_tree: Tree) -> None:
    """No field of this row depends on another."""


def _no_answer(_tree: Tree, _answering: Answering) -> AnsweredHere | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint:
    """One way to ask for an operation.

    `subject` is the field that says what is asked (`messages`, `input`): a request without it asks for nothing.
    `fields` are all fields of a request: what each may be, and what becomes of it. `relate` raises InvalidRequest where
    two of them do not go together. `to_hub` translates a valid request.
    `form`: it comes as a form with a file, and may come as JSON too.
    `reply` is the shape of what a target answers that is asked in these words. `whole` and `writer` put an answer into
    the caller's words, `media` is the type of one that is written as plain text. `streams` tells whether the caller wants
    a stream, `counts` whether one ends with a count of tokens, `in_json` whether the answer itself was asked for as
    JSON. `here` answers what needs no target.
    `spoken` is None where targets of this dialect are asked in another row's words.
    """

    name: str
    dialect: Dialect
    operation: Operation
    paths: tuple[str, ...]
    subject: str
    fields: Object
    form: bool = False
    to_hub: Callable[[Tree], Translated]
    reply: ReplyShape
    whole: Callable[[Tree, ReplyShape, Answering], Tree]
    media: Callable[[Tree], str] = _as_json
    writer: Callable[[Answering], StreamWriter] | None = None
    streams: Callable[[Tree], bool] = _never
    counts: Callable[[Tree], bool] = _always
    in_json: Callable[[Tree], bool] = _never
    here: Callable[[Tree, Answering], AnsweredHere | None] = _no_answer
    relate: Callable[[Tree], None] = _unrelated
    spoken: Spoken | None = None

    @property
    def hub(self) -> bool:
        """Whether its words are the hub's."""
        return self.dialect is HUB

    @property
    def plain(self) -> bool:
        """Whether an answer may be a plain text."""
        return self.media is not _as_json

    def validate(self, tree: Tree) -> None:
        """Raise InvalidRequest for a request that is not what its dialect asks for, naming a field and no value."""
        check(tree, self.fields, self.dialect)
        self.relate(tree)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a facade hands it to the pipeline.

    `payload` is the parsed body in the caller's dialect: what is scanned, and all that is ever sent from (law 7).
    `model` is what the caller asked for ("" when it named none); `claimed_agents` come from the base URL, header or
    metadata; `conversation` is the caller's name for the conversation, or ""; `betas` are the
    words of its header `anthropic-beta` and `version` is `anthropic-version`, as it wrote them.
    `batch`: where requests queue it goes last, or not, or it does
    not say. `large`: reading it holds up others. `labels` are those the caller gave it, known or not.
    `complexity`: `simple`, `medium` or `complex` by the caller's own word, or "". `emergency` is the reason of its caller's
    emergency access, or "": no rule and no decision knows it. `traced` is where it stands in a trace, where traces are kept.
    """

    endpoint: Endpoint
    payload: Tree
    model: str
    stream: bool
    caller: Caller
    request_id: str
    claimed_agents: frozenset[str] = frozenset()
    claimed_route: str = ""
    conversation: str = ""
    betas: tuple[str, ...] = ()
    version: str = ""
    batch: bool | None = None
    large: bool = False
    labels: frozenset[str] = frozenset()
    complexity: str = ""
    emergency: str = ""
    traced: Traced | None = None

    @property
    def operation(self) -> Operation:
        return self.endpoint.operation

    @property
    def dialect(self) -> Dialect:
        return self.endpoint.dialect
