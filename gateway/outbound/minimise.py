"""Keeps of a payload what a target needs (45 CFR 164.502(b)), and refuses errands; adds and rewrites nothing."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from gateway.domain import JSON, Capability, Path, Target, Trait, Tree
from gateway.errors import ErrandDenied
from gateway.phi.leaf import Errand
from gateway.wire.fields import Alias, Dropped, Field, Number, Object, Replaced, Seed
from gateway.wire.fields import Errand as ErrandField
from gateway.wire.paths import pattern, render

_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
_MANY: Final = 1_000_000
_TELLING_DIGITS: Final = range(7, 15)
_WHAT: Mapping[Capability | None, str] = {
    Capability.FETCH_URLS: "fetch an address. Send the content itself as a data: URL",
    Capability.HOSTED_TOOLS: "run tools of its own or call other servers. Use tools that your application runs",
    Capability.STORED_FILES: "store something or use what was stored. Send the content with the request",
    None: "load something else than its model. Remove the field",
}


def refuse_errands(errands: Iterable[Errand], target: Target) -> None:
    """Let through what asks `target` for nothing but an answer (law 11).

    Raises:
        ErrandDenied: it would have the target fetch, store or call something without the capability for it.
    """
    for errand in errands:
        if errand.capability is None or errand.capability not in target.capabilities:
            allow = f", or list the capability {errand.capability} on target {target.name}" if errand.capability else ""
            raise ErrandDenied(
                f"This request asks the target to {_WHAT[errand.capability]}{allow}.", param=render(errand.path)
            )


def minimise(
    payload: Tree, fields: Object, *, on_prem: bool, key: bytes, withheld: Collection[str] = frozenset()
) -> Tree:
    """A new tree with what may be sent; parts that stay as they are are shared with `payload`.

    Fields that no target needs never leave, nor do null ones (some servers refuse them), nor what we write ourselves. On
    the premises the rest is kept, unknown fields too; elsewhere only what the table of the dialect knows. There settings
    are rounded to what a setting needs, and a seed or an alias is a hash of it, keyed with `key` (law 7b). What is
    `withheld` of the top-level fields is left out.
    """
    known = fields.fields
    given: Tree = {
        name: value
        for name, value in payload.items()
        if value is not None and name not in withheld and not _nameless(value, known.get(name))
    }
    if on_prem:
        return {
            name: value for name, value in given.items() if not isinstance(known.get(name), Alias | Dropped | Replaced)
        }

    def sent(value: JSON, field: Field) -> JSON:
        match field:
            case Number() if isinstance(value, int | float):
                return rounded(value)
            case Seed() if isinstance(value, int):
                return hashed(value, key)
            case Alias(inside=inside) if inside and isinstance(value, dict):
                return {inside: pen_name(str(value[inside]), key)}
            case Alias():
                return pen_name(str(value), key)
            case _:
                return field.rebuilt(value, sent)

    kept = fields.rebuilt(given, sent)
    return kept if isinstance(kept, dict) else {}


def _nameless(value: JSON, field: Field | None) -> bool:
    """Whether an object holds no name for anybody, where one is all that may be sent of it."""
    if not isinstance(field, Alias) or not field.inside:
        return False
    return not isinstance(value, dict) or not value.get(field.inside)


def withheld(fields: Object, payload: Tree, *, found: Collection[str], target: Target, today: date) -> frozenset[str]:
    """The top-level fields that this target may not have: aliases with a finding (`found`) where there is no agreement, and
    errands that can be answered without.
    """
    agreed = Trait.BAA in target.provider.traits_on(today)
    return frozenset(
        name
        for name in payload
        if (isinstance(field := fields.fields.get(name), Alias) and name in found and not agreed)
        or (isinstance(field, ErrandField) and field.answered and field.capability not in target.capabilities)
    )


def dropped(payload: Tree, kept: Tree, fields: Object) -> tuple[str, ...]:
    """The fields of a request that are not sent, and that we do not write ourselves, wherever they stand
    (`messages.*.audio`); `*` for those of no table. An errand that nobody is sent on (`store: false`) is no loss.
    """
    known = fields.fields
    sent = {
        name: value
        for name, value in payload.items()
        if not isinstance(field := known.get(name), Replaced)
        and (value or not (isinstance(field, ErrandField) and field.answered))
    }
    return tuple(sorted({pattern(path) for path in gone(sent, kept)}))


def gone(given: JSON, made: JSON, path: Path = ()) -> Iterator[Path]:
    """Where fields stood in `given` that `made` lacks; a value that stands under another name beside it is not gone."""
    if given is made:
        return
    if isinstance(given, dict) and isinstance(made, dict):
        for name, value in given.items():
            if name in made:
                yield from gone(value, made[name], (*path, name))
            elif value is not None and not any(value == made[other] for other in made.keys() - given.keys()):
                yield (*path, name)
    elif isinstance(given, list) and isinstance(made, list) and len(given) == len(made):
        for index, (inner, after) in enumerate(zip(given, made, strict=True)):
            yield from gone(inner, after, (*path, index))


def rounded(value: float) -> int | float:
    """A setting without the digits that could be somebody's number.

    A count of seven digits or more keeps its thousands, a multiple of 1,024 all of it. A fraction of seven to
    fourteen digits keeps four decimals; longer ones are what arithmetic makes of a short one, and say no more than it.
    """
    if isinstance(value, int):
        return value if abs(value) < _MANY or value % 1024 == 0 else value // 1000 * 1000
    digits = len(repr(value).partition("e")[0].replace("-", "").replace(".", "").lstrip("0"))
    return round(value, 4) if digits in _TELLING_DIGITS else value


def pen_name(text: str, key: bytes) -> str:
    """Letters that stand for `text`: the same for the same key, and nothing that looks like a number or a token."""
    digest = hmac.digest(key, f"alias\0{text}".encode(), "sha256")[:16].hex()
    return digest.translate(_LETTERS)


def hashed(seed: int, key: bytes) -> int:
    """A seed of 31 bits that stands for `seed`: the same for the same key."""
    return int.from_bytes(hmac.digest(key, f"seed\0{seed}".encode(), "sha256")[:4]) >> 1
