"""The words in which a dialect's fields are described, once for checking, scanning, minimising and explaining."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, NamedTuple, TypeAlias

from typing_extensions import override

from gateway.domain import JSON, Capability, Carrier, UnknownReason

MAX_STRUCTURAL_CHARS = 128
"""Nothing structural but a signature is longer; the bound keeps a paragraph from passing as an id."""


class Fate(StrEnum):
    """What becomes of a value that a caller wrote (law 7b); there is no fifth."""

    SCANNED = "scanned"  # what is found in it is replaced
    KEPT = "scanned and kept"  # it cannot be replaced: a finding refuses the egress
    REPLACED = "written by us"
    DROPPED = "never sent"


class Field:
    """What one value of a request may be, and what becomes of it. `fate` is None where only what is inside has one."""

    __slots__ = ()
    fate: ClassVar[Fate | None] = None

    def children(self) -> Iterable[Field]:
        """The fields of what is inside."""
        return ()

    def names(self) -> Iterable[str]:
        """Keys and words of the dialect's own, which may be shown."""
        return ()

    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        """`value` with all that is inside it as `sent` makes it; parts that stay as they are are shared."""
        del sent
        return value


Sent: TypeAlias = Callable[["JSON", Field], "JSON"]
"""What is sent of a value."""


class Form(NamedTuple):
    """What a string must begin with, or be altogether, and how to say so: `claim` goes on after "must be"."""

    pattern: re.Pattern[str]
    claim: str


@dataclass(frozen=True, slots=True)
class Text(Field):
    """Free text: scanned, and rewritten in place where a decision takes something out.

    `filled`: it may not be empty. `visible`: it holds more than white space.
    """

    fate = Fate.SCANNED
    carrier: Carrier
    filled: bool = False
    visible: bool = False


@dataclass(frozen=True, slots=True)
class Name(Field):
    """An identifier that a model may answer with, or of who `cue` says: scanned, replaced only as a whole."""

    fate = Fate.SCANNED
    carrier: Carrier
    form: Form | None = None
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Signed(Field):
    """Text under a signature: scanned, but a change would make it invalid, so it is never rewritten."""

    fate = Fate.KEPT
    carrier: Carrier
    signature: str
    """The sibling field that holds the signature; without one the text is free."""


@dataclass(frozen=True, slots=True)
class JsonText(Field):
    """JSON written inside a string (tool arguments): its scalars and keys are scanned one by one."""

    fate = Fate.SCANNED
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class Closed(Field):
    """A word of a set. Anything else is refused; where the set is `growing` it is scanned, kept, and `unreadable`."""

    fate = Fate.KEPT
    words: frozenset[str]
    growing: bool = False


@dataclass(frozen=True, slots=True)
class Id(Field):
    """An id that software made. Scanned for numbers of people; one that holds any is mapped to an id of ours and back."""

    fate = Fate.SCANNED
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Strict(Field):
    """A string of a strict pattern. It is scanned as ids are; anything else is scanned as a text, and `unreadable`."""

    fate = Fate.KEPT
    pattern: re.Pattern[str]
    max_chars: int = MAX_STRUCTURAL_CHARS


@dataclass(frozen=True, slots=True)
class Number(Field):
    """A setting: a number of at most `limit` either side of nothing; beyond that it is `unreadable`.

    What is not `whole`, under `low` or over `high` is refused. No setting needs seven digits that are a person's number:
    off the premises they are rounded away.
    """

    fate = Fate.REPLACED
    limit: float
    whole: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Flag(Field):
    """True or false."""

    fate = Fate.KEPT


@dataclass(frozen=True, slots=True)
class Seed(Field):
    """Any integer, of which a target off the premises gets a keyed hash: as reproducible, and it says nothing."""

    fate = Fate.REPLACED


@dataclass(frozen=True, slots=True)
class Alias(Field):
    """A name for an end user or a cache: scanned, and off the premises a keyed hash; with a finding only under a BAA."""

    fate = Fate.REPLACED
    carrier: Carrier
    inside: str = ""  # the field of an object that is the name: nothing else of it is sent


@dataclass(frozen=True, slots=True)
class Opaque(Field):
    """Bytes that nobody here can read (base64 of an image): an unknown. What they are their first bytes say, and a text
    in disguise is read as one. `coded`: they must be base64.
    """

    fate = Fate.KEPT
    reason: UnknownReason
    coded: bool = False
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Url(Field):
    """Where an image or file is: `data:` holds it (see `Opaque`); any other address is text and an errand besides."""

    fate = Fate.SCANNED
    reason: UnknownReason


@dataclass(frozen=True, slots=True)
class TokenIds(Field):
    """Numbers that stand for text: unknown. A number that no vocabulary reaches is scanned besides.

    With `texts` a list of texts may stand there, or one of lists of numbers: all of one form, and at least one.
    """

    fate = Fate.KEPT
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Free(Field):
    """Any JSON: every scalar and key below is scanned. `words` are keys and values of a closed vocabulary.

    With `numbers` a number may be replaced by a quoted pseudonym: true of arguments, not of a schema. In a `schema` what
    stands under `default`, `const`, `enum` or `examples` is a value, and the property it belongs to is its cue.
    `keyed`: it must be an object.
    """

    fate = Fate.SCANNED
    carrier: Carrier
    words: frozenset[str] = frozenset()
    numbers: bool = False
    schema: bool = False
    keyed: bool = False

    @override
    def names(self) -> Iterable[str]:
        return self.words


@dataclass(frozen=True, slots=True)
class Items(Field):
    """A list of the same thing, of `least` to `most` items."""

    item: Field
    least: int = 0
    most: int | None = None

    @override
    def children(self) -> Iterable[Field]:
        return (self.item,)

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        return [sent(inner, self.item) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Either(Field):
    """A string of one kind, or anything else of another. With `refused` no string may stand there."""

    text: Field
    other: Field
    refused: bool = False

    @override
    def children(self) -> Iterable[Field]:
        return (self.text, self.other)

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        return sent(value, self.text if isinstance(value, str) else self.other)


@dataclass(frozen=True, slots=True)
class Keyed(Field):
    """An object whose keys follow a strict pattern (`logit_bias`)."""

    key: re.Pattern[str]
    value: Field

    @override
    def children(self) -> Iterable[Field]:
        return (self.value,)

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        return {key: sent(inner, self.value) for key, inner in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Object(Field):
    """An object with known fields. A field that is not known is scanned, and stays on the premises."""

    fields: Mapping[str, Field]
    carrier: Carrier = Carrier.OTHER
    required: tuple[str, ...] = ()
    texts: frozenset[str] = field(init=False, repr=False, compare=False)
    """The fields that take any text: nothing to check where one is given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", frozenset(name for name, of in self.fields.items() if _takes_text(of)))

    @override
    def children(self) -> Iterable[Field]:
        return self.fields.values()

    @override
    def names(self) -> Iterable[str]:
        return self.fields

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        if not isinstance(value, dict):
            return value
        fields = self.fields
        return {
            key: sent(inner, fields[key])
            for key, inner in value.items()
            if key in fields and not isinstance(fields[key], Dropped | Local | Replaced)
        }


@dataclass(frozen=True, slots=True)
class Variant(Field):
    """Objects told apart by one field. `missing` stands in where it is absent.

    What is no case is refused, unless it is an errand; a walk that meets it all the same holds it for `unreadable`.
    """

    key: str
    cases: Mapping[str, Field]
    otherwise: Field
    missing: str = ""

    def case(self, value: dict[str, JSON]) -> Field | None:
        """The case of an object; None where it is none."""
        name = value.get(self.key)
        if name is None:
            name = self.missing
        return self.cases.get(name) if isinstance(name, str) else None

    @override
    def children(self) -> Iterable[Field]:
        return (*self.cases.values(), self.otherwise)

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        return sent(value, self.case(value) or self.otherwise) if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Dropped(Field):
    """A field that no target needs (minimum necessary, 45 CFR 164.502(b)): scanned, and never sent."""

    fate = Fate.DROPPED
    field: Field

    @override
    def children(self) -> Iterable[Field]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Local(Field):
    """A field that servers on the premises know: scanned or checked, and sent to no other."""

    field: Field

    @override
    def children(self) -> Iterable[Field]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Errand(Field):
    """A field that makes a target fetch, store or call someone else (law 11). No capability: always refused.

    With `unless_false` a false or empty value asks for nothing; neither does an object with what `unless` says. One that can
    be `answered` without is not refused: a target without the capability does not get it.
    """

    capability: Capability | None
    field: Field
    unless_false: bool = False
    unless: tuple[str, JSON] | None = None
    answered: bool = False

    def asks(self, value: JSON) -> bool:
        """Whether this value sends the target on the errand."""
        if self.unless is not None and isinstance(value, dict) and value.get(self.unless[0]) == self.unless[1]:
            return False
        return (bool(value) or not self.unless_false) and not self.answered

    @override
    def children(self) -> Iterable[Field]:
        return (self.field,)

    @override
    def rebuilt(self, value: JSON, sent: Sent) -> JSON:
        return sent(value, self.field)


@dataclass(frozen=True, slots=True)
class Replaced(Field):
    """A field that the gateway writes itself (`model`): what the caller wrote there is never sent."""

    fate = Fate.REPLACED


def _takes_text(of: Field) -> bool:
    match of:
        case Text(filled=False, visible=False) | Name(form=None) | Id(form=None) | Alias(inside=""):
            return True
        case JsonText() | Signed() | Replaced():
            return True
        case Either(text=inner, refused=False) | Dropped(field=inner) | Local(field=inner):
            return _takes_text(inner)
        case _:
            return False
