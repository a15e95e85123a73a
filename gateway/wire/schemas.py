"""JSON Schema of what a request may hold, made from the tables that requests are checked by; checks nothing itself.

A body is valid by its schema where `checks` lets it pass: a field that no table knows passes both, and null stands for
absent. Only what relates two fields (`Endpoint.relate`) is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from gateway.wire import fields
from gateway.wire.fates import besides
from gateway.wire.fields import Fate, Field
from gateway.wire.paths import FORBIDDEN

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema (draft 2020-12), or another part of a document of OpenAPI."""
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1
"""Integers beyond 64 bits are no JSON here (`json_body`)."""


def body_schema(table: fields.Object) -> Schema:
    """The schema of a whole body; words that configure providers may not stand beside its fields."""
    return {**schema(table), "propertyNames": {"not": {"enum": sorted(FORBIDDEN - table.fields.keys())}}}


def schema(field: Field) -> Schema:
    """The schema of one value."""
    return _SCHEMAS[type(field)](field)


# --- things with something inside ----------------------------------------------------------------------------------


def _object(field: fields.Object) -> Schema:
    properties = {
        name: schema(inner) if name in field.required else _or_null(schema(inner))
        for name, inner in field.fields.items()
    }
    return {"type": "object", "properties": properties, **_if_any("required", field.required)}


def _or_null(made: Schema) -> Schema:
    """`made`, or null, which counts as absent."""
    kind = made.get("type")
    if isinstance(kind, str) and "enum" not in made:
        return {**made, "type": [kind, "null"]}
    return {"anyOf": [made, {"type": "null"}]} if made else made


def _variant(field: fields.Variant) -> Schema:
    """Cases that share a table are one; an errand in place of a case is refused later, by what targets can do."""
    names: dict[int, list[str]] = {}
    for name, case in field.cases.items():
        names.setdefault(id(case), []).append(name)
    cases = {id(case): case for case in field.cases.values()}
    made = [_case(field, words, schema(cases[key])) for key, words in names.items()]
    if isinstance(field.otherwise, fields.Errand):
        other = schema(field.otherwise)
        told = {"type": "string", "not": {"enum": sorted(field.cases)}}
        made.append({"allOf": [other, {"type": "object", "properties": {field.key: told}, "required": [field.key]}]})
    return made[0] if len(made) == 1 else {"anyOf": made}


def _case(field: fields.Variant, words: Iterable[str], made: Schema) -> Schema:
    words = sorted(words)
    enough = field.missing in words
    return {
        **made,
        "type": "object",
        "properties": {**made.get("properties", {}), field.key: {"enum": [*words, *([None] if enough else [])]}},
        **_if_any("required", {*made.get("required", ()), *(() if enough else (field.key,))}),
    }


def _items(field: fields.Items) -> Schema:
    bounds = {"minItems": field.least or None, "maxItems": field.most}
    return {"type": "array", "items": schema(field.item), **_said(bounds)}


def _either(field: fields.Either) -> Schema:
    other = schema(field.other)
    return other if field.refused else {"anyOf": [schema(field.text), {"not": {"type": "string"}, **other}]}


def _keyed(field: fields.Keyed) -> Schema:
    return {"type": "object", "additionalProperties": schema(field.value)}


def _dropped(field: fields.Dropped) -> Schema:
    return {**schema(field.field), "description": Fate.DROPPED.value}


def _local(field: fields.Local) -> Schema:
    return {**schema(field.field), "description": besides(field)}


def _errand(field: fields.Errand) -> Schema:
    """A value that asks for nothing is not looked at any further."""
    made = schema(field.field)
    nothing = {"enum": [False, 0, "", [], {}]}
    return {**({"anyOf": [made, nothing]} if field.unless_false and made else made), "description": besides(field)}


# --- single values -------------------------------------------------------------------------------------------------


def _string(_field: Field) -> Schema:
    return {"type": "string"}


def _text(field: fields.Text) -> Schema:
    return {
        "type": "string",
        **({"minLength": 1} if field.filled else {}),
        **({"pattern": r"\S"} if field.visible else {}),
    }


def _alias(field: fields.Alias) -> Schema:
    if not field.inside:
        return {"type": "string"}
    return {"type": "object", "properties": {field.inside: {"type": ["string", "null"]}}}


def _closed(field: fields.Closed) -> Schema:
    return {"type": "string", "examples" if field.growing else "enum": sorted(field.words)}


def _formed(field: fields.Name | fields.Id) -> Schema:
    return {"type": "string", **_form(field.form)}


def _form(form: fields.Form | None) -> Schema:
    return {} if form is None else {"pattern": f"^(?:{form.pattern.pattern})"}


def _number(field: fields.Number) -> Schema:
    if not field.whole:
        return {"type": "number", **_said({"minimum": field.low, "maximum": field.high})}
    low, high = field.low, field.high
    return {"type": "integer", "minimum": _LEAST if low is None else low, "maximum": _MOST if high is None else high}


def _flag(_field: fields.Flag) -> Schema:
    return {"type": "boolean"}


def _seed(_field: fields.Seed) -> Schema:
    return {"type": "integer", "minimum": _LEAST, "maximum": _MOST}


def _free(field: fields.Free) -> Schema:
    return {"type": "object"} if field.keyed else {}


def _opaque(field: fields.Opaque) -> Schema:
    if not field.coded:
        return {"type": "string"}
    return {"type": "string", "contentEncoding": "base64", "minLength": 1, **_form(field.form)}


def _url(_field: fields.Url) -> Schema:
    return {"type": "string", "minLength": 1}


def _token_ids(field: fields.TokenIds) -> Schema:
    ids: Schema = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": _MOST}}
    if not field.texts:
        return ids
    filled: Schema = {**ids, "minItems": 1}
    return {"anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, filled, _filled(filled)]}


def _filled(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _if_any(key: str, words: Iterable[str]) -> Schema:
    listed = sorted(words)
    return {key: list(listed)} if listed else {}


def _said(bounds: Mapping[str, float | None]) -> Schema:
    return {key: bound for key, bound in bounds.items() if bound is not None}


_SCHEMAS: Final[Mapping[type[Field], Callable[[Any], Schema]]] = {
    fields.Object: _object,
    fields.Variant: _variant,
    fields.Items: _items,
    fields.Either: _either,
    fields.Keyed: _keyed,
    fields.Dropped: _dropped,
    fields.Local: _local,
    fields.Errand: _errand,
    fields.Text: _text,
    fields.Signed: _string,
    fields.Alias: _alias,
    fields.JsonText: _string,
    fields.Strict: _string,
    fields.Replaced: _string,
    fields.Closed: _closed,
    fields.Name: _formed,
    fields.Id: _formed,
    fields.Number: _number,
    fields.Flag: _flag,
    fields.Seed: _seed,
    fields.Free: _free,
    fields.Opaque: _opaque,
    fields.Url: _url,
    fields.TokenIds: _token_ids,
}
