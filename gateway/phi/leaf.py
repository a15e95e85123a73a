"""What a payload is taken apart into: texts, and the way each stands in it; takes nothing apart itself."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from gateway.domain import Capability, Carrier, Part, Path, UnknownReason


class Form(StrEnum):
    """How the text of a leaf stands in the payload, and so how it may be replaced."""

    TEXT = "text"
    NAME = "name"  # an identifier: replaced as a whole, without brackets
    KEY = "key"  # an object key
    NUMBER = "number"  # a number or boolean that only a quoted token could replace
    FIXED = "fixed"  # a number or structural text that cannot be replaced
    SIGNED = "signed"  # under a signature: cannot be replaced
    JSON_STRING = "json_string"  # the last three: literals of JSON inside a string, at `span`
    JSON_KEY = "json_key"
    JSON_NUMBER = "json_number"


class Leaf(NamedTuple):
    """One scalar or key. `path` leads to it in the payload (to the object of a key, and the key).

    In JSON inside a string, `path` leads to the string, `span` is where the literal stands in it, quotes included, and
    `inner` its path inside. `withheld`: in a field that no target is ever sent, so that what it holds keeps nothing back.
    `word`: one of those that are read together (`grids`). `choice`: one of a schema's `enum`.
    """

    path: Path
    text: str
    carrier: Carrier
    cue: str = ""
    form: Form = Form.TEXT
    span: tuple[int, int] | None = None
    inner: Path = ()
    withheld: bool = False
    word: bool = False
    choice: bool = False

    @property
    def part(self) -> Part:
        """Whether the text may go on in the next leaf: only where a message or a part of one is all of the leaf."""
        if self.form in _KEYS:
            return Part.KEY
        if self.word:
            return Part.WORD
        if self.choice:
            return Part.CHOICE
        return Part.TEXT if self.form in _RUNNING and not self.cue else Part.VALUE


_KEYS = frozenset({Form.KEY, Form.JSON_KEY})
_RUNNING = frozenset({Form.TEXT, Form.SIGNED})


class Errand(NamedTuple):
    """Something that the target is asked to fetch, store or call (law 11); without a capability nobody may."""

    capability: Capability | None
    path: Path


class Unknown(NamedTuple):
    reason: UnknownReason
    path: Path
