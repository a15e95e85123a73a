"""The state that the gateway keeps, as ports: what goes through them, and what each promises; they keep nothing themselves.

All but `AuditSink.intend` and `close` answer at once: a place that is slow keeps a copy in memory and writes behind.
Every implementation passes the contract of its port in `tests/test_ports.py`. A row of the record holds enums, numbers,
known names and digests only (law 9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from gateway.domain import (
    Destination,
    Dialect,
    Kind,
    Operation,
    Permission,
    ProviderKind,
    Sensitivity,
    Settlement,
    Style,
    Trait,
    UnknownReason,
)
from gateway.events import AttemptResult, Cause, LedgerLoss, Noted, ReloadResult


class ExtraMissing(Exception):
    """A package of an extra is not installed, and the configuration asks for it; the message says which."""


# --- the record --------------------------------------------------------------------------------------------------------


class LedgerUnavailable(Exception):
    """The row is not durable. Nothing may leave the premises on the strength of it (law 6)."""


class LedgerContradicted(LedgerUnavailable):
    """The record is not the one that was signed last; the message says what to do."""


class RowRefused(LedgerUnavailable):
    """The record does not take the row: it holds something that is neither a known word, a number nor a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """What is about to leave for a target off the premises. `at_us` is UTC in microseconds; names as configured.

    `body_digest` is the HMAC of the bytes to be sent; `rules` are ids of the rules that matched; `redacted` says which
    kinds were taken out, and how; `labels` what the request was labelled. `baa_ref` and `baa_end` (YYYYMMDD) are of the
    agreement with the provider, whether or not it holds (`traits` says so); `detectors` is how many looked at the text,
    `detector` the version of what they are made of. `emergency` is the reason of emergency access, or "".
    """

    at_us: int
    request_id: str
    attempt: int
    operation: Operation
    dialect: Dialect
    caller: str
    route: str
    agent: str
    target: str
    provider: str
    provider_kind: ProviderKind
    model: str
    sensitivity: Sensitivity
    policy_hash: str
    body_digest: bytes
    body_bytes: int
    traits: frozenset[Trait] = frozenset()
    redacted: Mapping[Kind, Style] = field(default_factory=dict)
    unknowns: frozenset[UnknownReason] = frozenset()
    rules: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    config_hash: str = ""
    baa_ref: str = ""
    baa_end: int | None = None
    detectors: int | None = None
    detector: str = ""
    emergency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """How one try of a target ended. `destination` is where it may have received the request, NONE where it did not."""

    at_us: int
    request_id: str
    attempt: int
    operation: Operation
    target: str
    provider: str
    provider_kind: ProviderKind
    model: str
    result: AttemptResult
    duration_s: float
    status: int | None = None
    destination: Destination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRow:
    """Which configuration and policy came into force, or were refused; all hashes are SHA-256 in hex, "" before a start.

    `policy_text` is the canonical form that `policy_after` is the hash of; a record keeps each once. `never_digest` is the
    HMAC (hex) of the texts that an administrator says are never an identifier, "" where there are none. `opens` says in sentences
    what it lets out that the one before did not; they hold words of the configuration only.
    """

    at_us: int
    result: ReloadResult
    config_before: str
    config_after: str
    policy_before: str
    policy_after: str
    policy_text: str = field(repr=False)
    never_digest: str = ""
    opens: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """What else happened to the record, to keys, or to who may do what.

    `subject` is a configured name, `reason` a configured code; what `since_us`, `number` and `digest` (32 bytes) are, the
    word in `what` says.
    """

    at_us: int
    what: Noted
    subject: str = ""
    since_us: int | None = None
    number: int | None = None
    digest: bytes = b""
    reason: str = ""


Row = IntentRow | AttemptRow | Settlement | ConfigRow | EventRow


class AuditSink(Protocol):
    """Keeps the record."""

    @property
    def available(self) -> bool:
        """Whether an intent written now is likely to be kept; `intend` is what counts."""
        ...

    @property
    def loss(self) -> LedgerLoss | None:
        """Why it cannot be written now, None where it can."""
        ...

    def learn(self, words: Iterable[str]) -> None:
        """Take the names of a configuration; a row with any other name is refused."""
        ...

    async def intend(self, row: IntentRow) -> None:
        """Return when the row is durable, and not before. Raises `LedgerUnavailable`."""
        ...

    def attempt(self, row: AttemptRow) -> None:
        """Take the row; it becomes durable with a later batch. Never raises, never blocks."""
        ...

    def settle(self, row: Settlement) -> None:
        """Take the row; it becomes durable with a later batch. Never raises, never blocks."""
        ...

    def configured(self, row: ConfigRow) -> None:
        """Take the row; it becomes durable no later than an intent that comes after it. Never raises, never blocks."""
        ...

    def noted(self, row: EventRow) -> None:
        """Take the row; it becomes durable no later than an intent that comes after it. Never raises, never blocks."""
        ...

    def close(self) -> None:
        """Write what is waiting, then stop. Blocks; call it from a thread."""
        ...


# --- what scans remember -----------------------------------------------------------------------------------------------


class Sized(Protocol):
    """Something that knows about how many bytes it takes."""

    @property
    def size(self) -> int: ...


Scanned = TypeVar("Scanned", bound=Sized)


class ScanMemory(Protocol[Scanned]):
    """Remembers what was found in a text, by a keyed digest of the text; it may forget anything at any time."""

    def recall(self, digest: bytes) -> Scanned | None:
        """What was kept under this digest, if it is still known."""
        ...

    def keep(self, digest: bytes, found: Scanned) -> None:
        """Remember `found`, in the place of what was kept under this digest before."""
        ...


# --- who answers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Probed:
    """What a provider said last. `models` are its own names, without those it would forward elsewhere (law 10).

    `cause` is why it is not up: nobody there, silence, or an answer that lists no models, as another program's does not.
    """

    up: bool
    models: tuple[str, ...] = ()
    cause: Cause | None = None


class Health(Protocol):
    """Knows which providers answered when they were last asked."""

    def learn(self, answers: Mapping[str, Probed]) -> None:
        """Take the answers of one round, by provider; providers that were not asked in it are no longer known."""
        ...

    def known(self) -> Mapping[str, Probed]:
        """The answers of the last round; what is returned does not change later."""
        ...


# --- what may be used up (tuples, which are made in a third of the time: every request makes some) ----------------------


class Charge(NamedTuple):
    """`amount` of one account in the span that began at `since_s` (UTC, seconds), of which `limit` may be used.

    Amounts are whole micro-dollars, tokens, milli-watt-hours or requests: what the account counts.
    """

    account: str
    since_s: int
    limit: int
    amount: int


class Counted(NamedTuple):
    """What of one account is used, and what is held for requests under way."""

    used: int = 0
    held: int = 0

    def left(self, limit: int) -> int:
        """What may still be held; never less than nothing."""
        return max(limit - self.used - self.held, 0)


@dataclass(frozen=True, slots=True)
class Exceeded:
    """Nothing was held: of `charge` there are only `left`."""

    charge: Charge
    left: int


class QuotaUnavailable(Exception):
    """Nobody can say what is left: what counts for all replicas does not answer. Nothing that costs may be begun."""


class Quota(Protocol):
    """Counts what is used, so that many who reserve at once never hold more together than there is.

    Times are UTC in microseconds and come from whoever calls. Only `reserve` and `recount` may have to ask somebody else.
    """

    @property
    def available(self) -> bool:
        """Whether it counts, as far as this process heard last."""
        ...

    async def reserve(
        self, lease: str, charges: Sequence[Charge], *, now_us: int, until_us: int
    ) -> Exceeded | tuple[Counted, ...]:
        """Hold all of `charges` under a new name, or none.

        The lease ends by itself at `until_us` where nobody ends it before, since its holder may have died.

        Returns:
            What each account counts now, or the first of them that has too little left.

        Raises:
            QuotaUnavailable: nobody answered in time. The lease may be settled all the same, or given back: what was
                used is counted as soon as it can be.
        """
        ...

    def settle(self, lease: str, used: Mapping[str, int], *, now_us: int) -> None:
        """End the lease, and count what was `used` by account in the spans it was held in; once, and also after its end."""
        ...

    def refund(self, lease: str, *, now_us: int) -> None:
        """End the lease as if it had never been."""
        ...

    def counted(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        """What each account counts, as this process heard last; `amount` says nothing here."""
        ...

    async def recount(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        """The same as of now, by whoever counts. Raises `QuotaUnavailable`."""
        ...

    async def aclose(self) -> None:
        """Keep what there is to keep, then stop."""


# --- keys --------------------------------------------------------------------------------------------------------------


class KeysUnreadable(Exception):
    """The key store is there and cannot be read or written; the message says why and what to do, and holds no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """What is kept of a key: its public beginning, a salted digest of all of it, and the grant of who holds it.

    Times are UTC in microseconds; None: never. An `expires_us` that has passed, or any `revoked_us`, ends the key.
    """

    prefix: str
    name: str
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    agents: tuple[str, ...] = ("*",)
    routes: tuple[str, ...] = ("*",)
    may: tuple[Permission, ...] = ()
    made_us: int
    expires_us: int | None = None
    revoked_us: int | None = None
    used_us: int | None = None

    def holds(self, now_us: int) -> bool:
        """Whether it admits anybody at `now_us`."""
        return self.revoked_us is None and (self.expires_us is None or now_us < self.expires_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """What somebody did to the keys of `name`; `number` counts changes of the store from 1, and is 0 before it has it.

    `ends_us` is when the keys that it ends do, where that is at a time of its own.
    """

    at_us: int
    what: Noted
    name: str
    ends_us: int | None = None
    number: int = 0


class KeyStore(Protocol):
    """Keeps keys, and who changed what. All raise `KeysUnreadable`, and nothing is half done then."""

    def version(self) -> int:
        """A number that is another one after any change, by whatever process; cheap enough to ask for each request."""
        ...

    def listed(self) -> Sequence[StoredKey]:
        """All keys that were ever made, oldest first."""
        ...

    def put(self, keys: Iterable[StoredKey], change: KeyChange) -> None:
        """Take `keys`, new ones or new ends of known ones, and the change that this is; all of it or nothing.

        Only an end can change, and a key that was revoked stays revoked.
        """
        ...

    def use(self, last: Mapping[str, int]) -> None:
        """Note when keys, by prefix, were used last; never sets one back."""
        ...

    def changes(self) -> Sequence[KeyChange]:
        """Changes that the record was not told of yet, in their order."""
        ...

    def told(self, number: int) -> None:
        """The record has the changes up to `number`."""
        ...
