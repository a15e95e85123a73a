"""The shape of replies: how one is made whole, watched, gathered, counted, and where in it values may be put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from gateway.domain import Tree, Usage
from gateway.wire.framing.alike import Mould


class Channels(Enum):
    """Where the text of a reply stands: what may be restored."""

    CHOICES = auto()  # messages and deltas of the hub's choices
    BLOCKS = auto()  # content blocks and their events, as Anthropic writes them
    EVENTS = auto()  # a tree, and events named `….delta` and `….done`, as OpenAI's newer APIs write them
    NONE = auto()  # numbers only


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply answers: the caller's request, the model name it used, and the id and time that the reply bears.

    `usage`: whether a stream ends with the count of tokens. `created` is in seconds since 1970. `choices`: how many
    answers the target was asked for.
    """

    payload: Tree
    model: str
    reply_id: str
    created: int
    usage: bool
    choices: int = 1


def choices_of(tree: Tree) -> int:
    """How many answers a request in the hub's words asks for (`n`)."""
    number = tree.get("n")
    return number if isinstance(number, int) and number > 1 else 1


class Stream(Protocol):
    """One stream of a target, made whole chunk by chunk."""

    @property
    def usage(self) -> Usage | None:
        """Tokens as far as they were reported."""

    @property
    def counts(self) -> Tree | None:
        """Usage as the target wrote it."""

    @property
    def finished(self) -> bool:
        """Whether the stream has come to its proper end (law 8)."""

    def chunk(self, tree: Tree) -> Tree | None:
        """The chunk as the caller's side gets it, or None. Raises UpstreamFailed for an error in its place."""

    def done(self) -> Tree | None:
        """The provider says that it is done: the chunk with the reason that it left out, or None."""

    def last(self) -> Tree | None:
        """The chunk that ends the stream, where the shape has one."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a shape does with streams. `has_content` is content in the sense of law 8.

    Of a whole reply `aggregate(chunks_of(reply))` is that reply, whatever fields it has; with it goes `Stream.counts`.
    `says_all`: servers say in a stream all that they say in one piece, so that one may be asked for in place of the other.
    `mould` knows the chunks that are only more text, by which many may be taken for one where nobody sees them come.
    """

    open: Callable[[Asked], Stream]
    has_content: Callable[[Tree], bool]
    chunks_of: Callable[[Tree], Sequence[Tree]]
    aggregate: Callable[[Sequence[Tree], Tree | None], Tree]
    says_all: bool = True
    mould: Mould | None = None


@dataclass(frozen=True, slots=True)
class ReplyShape:
    """Replies of one form. `whole` raises UpstreamFailed for what is no reply; `usage_of` is None where none is told.

    `streamed` is None for replies that come in one piece only.
    """

    channels: Channels
    whole: Callable[[Tree, Asked], Tree]
    usage_of: Callable[[Tree], Usage | None]
    streamed: Streamed | None = None
