"""Every field of every request and what becomes of it, read from the tables that the walk itself goes by (law 7b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.wire.endpoint import Endpoint
from gateway.wire.fields import (
    Dropped,
    Either,
    Errand,
    Fate,
    Field,
    Free,
    Items,
    Keyed,
    Local,
    Object,
    Variant,
)

LOCAL = "on the premises only"
OTHERS = "(any other)"
"""A field that the table does not know: scanned, and it keeps its request on the premises."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of an operation. `note` says what holds besides: an errand, or where it stays."""

    path: str
    fate: Fate | None
    note: str = ""


def fates(endpoint: Endpoint) -> list[Row]:
    """The rows of one operation by their paths, each once."""
    return sorted(set(_below(endpoint.fields, "", ())), key=lambda row: (row.path, row.fate or "", row.note))


def _below(field: Field, path: str, notes: tuple[str, ...]) -> Iterator[Row]:
    match field:
        case Dropped():
            yield _row(path, Fate.DROPPED, notes)
        case Local(field=inner) | Errand(field=inner):
            yield from _below(inner, path, (*notes, besides(field)))
        case Object(fields=fields):
            for name, inner in fields.items():
                yield from _below(inner, f"{path}.{name}" if path else name, notes)
            yield _row(f"{path}.{OTHERS}" if path else OTHERS, Fate.SCANNED, (*notes, LOCAL))
        case Variant() | Either():
            for inner in field.children():
                yield from _below(inner, path, notes)
        case Items(item=item):
            yield from _below(item, f"{path}[]", notes)
        case Keyed(value=value):
            yield _row(f"{path}.(key)", Fate.KEPT, notes)
            yield from _below(value, f"{path}.(key)", notes)
        case Free():
            yield _row(f"{path}, all within", field.fate, notes)
        case _:
            yield _row(path, field.fate, notes)


def besides(field: Local | Errand) -> str:
    """What holds beside its fate."""
    return LOCAL if isinstance(field, Local) else f"an errand: {field.capability or 'always refused'}"


def _row(path: str, fate: Fate | None, notes: Iterable[str]) -> Row:
    return Row(path, fate, ", ".join(dict.fromkeys(notes)))


def page(endpoints: Iterable[Endpoint]) -> str:
    """All of it as Markdown, with a count; a field without a fate would stand there as such."""
    tables = {f"{row.dialect.value}: {row.name}": (row, fates(row)) for row in endpoints}
    every = [one for _, rows in tables.values() for one in rows]
    without = sum(one.fate is None for one in every)
    lines = [
        "# Fields and fates",
        "",
        "What becomes of every value of a request (law 7b). Printed by `gateway schema fates` from the tables that the",
        "gateway itself goes by; a test keeps this page so.",
        "",
        f"{len(every)} fields, {without} without a fate.",
        "",
        "| fate | what it means |",
        "| --- | --- |",
        *(f"| {fate.value} | {_MEANING[fate]} |" for fate in Fate),
    ]
    for title, (endpoint, rows) in tables.items():
        paths = ", ".join(f"`POST {path}`" for path in endpoint.paths)
        lines += ["", f"## {title}", "", paths, "", "| field | fate | besides |", "| --- | --- | --- |"]
        lines += [f"| `{one.path}` | {one.fate.value if one.fate else 'NONE'} | {one.note} |" for one in rows]
    return "\n".join(lines) + "\n"


_MEANING = {
    Fate.SCANNED: "looked at; what a rule wants taken out is replaced by a pseudonym, and comes back in the answer",
    Fate.KEPT: "looked at, and never changed; a finding in it refuses a target off the premises",
    Fate.REPLACED: "what the caller wrote is not what leaves: the gateway writes it, rounds it, or hashes it with a key",
    Fate.DROPPED: "looked at, and sent to nobody",
}
