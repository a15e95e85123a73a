"""Stand-ins for identifiers: made from a key that never leaves, known only to the request that made them."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from gateway.domain import Kind
from gateway.hkdf import hkdf_sha256
from gateway.phi.grammar import CODE_CHARS
from gateway.phi.replace.spelling import canonical

_SALT = b"triage-gateway pseudonym"
VALUE_CHARS = 8
"""Characters of a token that name the value; the other two name its spelling."""
_ATTEMPTS = 64
"""Candidates for one spelling before the egress is refused; two characters allow 1,024."""


class PseudonymCollision(Exception):
    """Two values have the same token, so that restoring would be a guess: this egress is refused."""


@dataclass(frozen=True, slots=True)
class Original:
    """What a token stands for; `bare` when it was a number in JSON and goes back without quotes."""

    surface: str = field(repr=False)
    bare: bool = False


class Pseudonyms:
    """The tokens of one outbound and what they stand for; dies with the request, and shows nothing when printed."""

    __slots__ = ("_bare", "_originals")

    def __init__(self, originals: dict[str, Original] | None = None) -> None:
        self._originals = dict(originals or {})
        self._bare = any(original.bare for original in self._originals.values())

    def __len__(self) -> int:
        return len(self._originals)

    def __contains__(self, name: object) -> bool:
        return name in self._originals

    @property
    def has_bare(self) -> bool:
        """Whether some token stands for a number."""
        return self._bare

    def number(self, token: str) -> int | float | bool | None:
        """The number or boolean that a whole string stands for, if it is the token of one."""
        original = self._originals.get(token[1:-1]) if token[:1] == "[" and token[-1:] == "]" else None
        if original is None or not original.bare:
            return None
        made: int | float | bool = orjson.loads(original.surface)
        return made

    def items(self) -> list[tuple[str, Original]]:
        return list(self._originals.items())


class Pseudonymiser:
    """Makes the tokens of one outbound from the key of its conversation.

    The first eight characters of a token name the value, the last two the spelling: a model sees that "Lopez" and
    "LOPEZ" are one, and each comes back as it stood.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._tokens: dict[tuple[Kind, str, bool], str] = {}
        self._values: dict[str, str] = {}
        self._originals: dict[str, Original] = {}

    def name(self, kind: Kind, surface: str, *, bare: bool = False) -> str:
        """The token of a spelling without its brackets: `MRN_k3x…`. The same spelling is the same token.

        A number in JSON has a token of its own: one token has one way back.

        Raises:
            PseudonymCollision: another value of this outbound has that token, or one value has too many spellings.
        """
        known = self._tokens.get((kind, surface, bare))
        if known is not None:
            return known
        value = canonical(kind, surface)
        head = f"{kind.upper()}_{self._code(VALUE_CHARS, kind, 'value', value)}"
        if self._values.setdefault(head, value) != value:
            raise PseudonymCollision
        name = next(
            (name for name in self._spellings(head, kind, surface, bare=bare) if name not in self._originals), None
        )
        if name is None:
            raise PseudonymCollision
        self._tokens[kind, surface, bare] = name
        self._originals[name] = Original(surface, bare)
        return name

    def _spellings(self, head: str, kind: Kind, surface: str, *, bare: bool) -> Iterator[str]:
        """Candidate tokens of a spelling, in order; the next one is taken where another spelling has the first."""
        for attempt in range(_ATTEMPTS):
            how = f"{'number' if bare else 'text'} {attempt}"
            yield head + self._code(CODE_CHARS - VALUE_CHARS, kind, how, surface)

    def _code(self, chars: int, kind: Kind, what: str, text: str) -> str:
        message = f"{kind}\0{what}\0{text}".encode("utf-8", "surrogatepass")
        return base64.b32encode(hmac.digest(self._key, message, "sha256")[:10])[:chars].decode().lower()

    def token(self, kind: Kind, surface: str, *, bare: bool = False) -> str:
        """The token of a value, as it stands in text: `[MRN_k3x…]`; else like `name`."""
        return f"[{self.name(kind, surface, bare=bare)}]"

    @property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self._originals)


@lru_cache(maxsize=1024)  # a conversation has many requests
def conversation_key(secret: bytes, caller: str, conversation: str) -> bytes:
    """The key of one conversation of one caller: HKDF of the gateway's 32-byte secret.

    `conversation` is the caller's name for it, or the UTC day where it names none.
    """
    parts = [part.encode("utf-8", "surrogatepass") for part in (caller, conversation)]
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hkdf_sha256(secret, salt=_SALT, info=info)
