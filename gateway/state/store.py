"""A connection to a record and its commits, as whoever writes it needs one; and where such a record is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.audit.verify_ledger import Tree
from gateway.events import LedgerLoss
from gateway.ports import Row
from gateway.state.checkpoints import Checkpoints


class Store(Protocol):
    """An open record, used by one thread. Every method may raise one of its place's `errors`."""

    origin: str
    tree: Tree

    @property
    def identity(self) -> object:
        """Which record this is."""
        ...

    def write(self, rows: Sequence[Row]) -> list[bool]:
        """Commit `rows` together, and the log with them; for each, whether it was taken (True) or refused by the schema."""
        ...

    def continues(self, tree: Tree) -> bool:
        """Whether the log is `tree`, or came out of it."""
        ...

    def continues_to(self, size: int, root: bytes) -> bool:
        """Whether the log's first `size` rows came to `root`."""
        ...

    def signing_key(self) -> bytes:
        """The public key that the record named last, or b""."""
        ...

    def loss(self) -> LedgerLoss | None:
        """Whether what was written is kept by nobody, although it was written."""
        ...

    def is_log_long(self, *, idle: bool) -> bool:
        """Whether `checkpoint` is due."""
        ...

    def checkpoint(self) -> None:
        """Tidy up; waits for nobody."""
        ...

    def learn(self, words: Iterable[str]) -> None:
        """Add words; rows may use them from now on."""
        ...

    def close(self) -> None: ...


class Place(Protocol):
    """Where a record is."""

    @property
    def name(self) -> str:
        """For people; no password is in it."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What opening and writing it may raise."""
        ...

    def open(self, words: Iterable[str]) -> Store:
        """A connection."""
        ...

    def begin(self, words: Iterable[str], checkpoints: Checkpoints | None) -> Store:
        """The first connection of a gateway: makes what is missing, and holds the record against its last checkpoint.

        Raises:
            LedgerContradicted: it does not continue what was signed.
        """
        ...

    def identity(self) -> object:
        """Which record stands there now; None where there is none."""
        ...

    def loss_of(self, error: BaseException) -> LedgerLoss:
        """The cause of an error, as a word of ours."""
        ...
