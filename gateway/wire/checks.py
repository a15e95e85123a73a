"""Checks a request along the table of its dialect, and names the first field that is wrong; never quotes a value.

Every type, bound and set of words stands in the table; a dialect's `validation` holds only what relates two fields. Null
counts as absent, as SDKs send it, and a field that no table knows passes: the target's rule forwards or drops it.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gateway.domain import JSON, Dialect, Path, Tree
from gateway.errors import GatewayError, InvalidRequest, UpstreamFailed
from gateway.wire import fields

Refusal: TypeAlias = Callable[[Path, str], GatewayError]
"""The error for a path, made of known names and indices only (law 9), and what is wrong there."""
UNREADABLE = "The provider answered with nothing that can be read as a reply."
_A_STRING = "must be a string"
_FILLED = "must not be empty"
_REQUIRED = "field required"


def invalid(at: str, claim: str) -> InvalidRequest:
    """The refusal of the field at `at`, in the words of Anthropic and Ollama."""
    return InvalidRequest(f"{at}: {claim}.", param=at)


def _dotted(path: Path, claim: str) -> InvalidRequest:
    return invalid(".".join(map(str, path)), claim)


def _indexed(path: Path, claim: str) -> InvalidRequest:
    at = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return InvalidRequest(f"`{at}` {'is required' if claim is _REQUIRED else claim}.", param=at)


_REFUSALS: Mapping[Dialect, Refusal] = {
    Dialect.OPENAI: _indexed,
    Dialect.ANTHROPIC: _dotted,
    Dialect.OLLAMA: _dotted,
}


def check(tree: Tree, table: fields.Object, dialect: Dialect) -> None:
    """Raise InvalidRequest, as `dialect` names fields, for the first value that is not what its table says."""
    _object(tree, table, (), _REFUSALS[dialect])


def check_reply(tree: JSON, field: fields.Field) -> None:
    """Raise UpstreamFailed where a reply, or a piece of one, is not what its table says: it cannot be read."""
    _CHECKS[type(field)](tree, field, (), _unreadable)


def _unreadable(_path: Path, _claim: str) -> UpstreamFailed:
    return UpstreamFailed(UNREADABLE)


# --- things with something inside ----------------------------------------------------------------------------------


def _object(value: JSON, field: fields.Object, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, dict):
        raise refuse(path, "must be an object")
    named, texts = field.fields, field.texts
    for key, inner in value.items():
        if inner is None or (key in texts and isinstance(inner, str)):
            continue
        known = named.get(key)
        if known is None or (isinstance(known, fields.Closed) and isinstance(inner, str) and inner in known.words):
            continue
        _CHECKS[type(known)](inner, known, (*path, key), refuse)
    for name in field.required:
        if value.get(name) is None:
            raise refuse((*path, name), _REQUIRED)


def _variant(value: JSON, field: fields.Variant, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, dict):
        raise refuse(path, "must be an object")
    case = field.case(value)
    if case is not None:
        _CHECKS[type(case)](value, case, path, refuse)
        return
    name = value.get(field.key)
    if name is None:
        raise refuse((*path, field.key), _REQUIRED)
    if not isinstance(name, str):
        raise refuse((*path, field.key), _A_STRING)
    if not isinstance(field.otherwise, fields.Errand):
        raise refuse((*path, field.key), f"must be {_one_of(field.cases)}")
    _errand(value, field.otherwise, path, refuse)


def _items(value: JSON, field: fields.Items, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, list):
        raise refuse(path, "must be a list")
    if len(value) < field.least:
        raise refuse(path, _FILLED)
    if field.most is not None and len(value) > field.most:
        raise refuse(path, f"must hold at most {field.most} items")
    item = field.item
    checked = _CHECKS[type(item)]
    for index, inner in enumerate(value):
        checked(inner, item, (*path, index), refuse)


def _either(value: JSON, field: fields.Either, path: Path, refuse: Refusal) -> None:
    found = field.text if isinstance(value, str) and not field.refused else field.other
    if not isinstance(value, str) and not isinstance(value, _TYPES.get(type(found), _ANYTHING)):
        raise refuse(path, f"must be {_claim(field.text)} or {_claim(found)}")
    _CHECKS[type(found)](value, found, path, refuse)


def _keyed(value: JSON, field: fields.Keyed, path: Path, refuse: Refusal) -> None:
    """The keys are the caller's own: what is wrong under one is told of them all."""
    if not isinstance(value, dict):
        raise refuse(path, "must be an object")
    for inner in value.values():
        _CHECKS[type(field.value)](inner, field.value, path, refuse)


def _inner(value: JSON, field: fields.Dropped | fields.Local, path: Path, refuse: Refusal) -> None:
    _CHECKS[type(field.field)](value, field.field, path, refuse)


def _errand(value: JSON, field: fields.Errand, path: Path, refuse: Refusal) -> None:
    if value or not field.unless_false:
        _CHECKS[type(field.field)](value, field.field, path, refuse)


# --- single values -------------------------------------------------------------------------------------------------


def _string(value: JSON, _field: fields.Field, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, str):
        raise refuse(path, _A_STRING)


def _alias(value: JSON, field: fields.Alias, path: Path, refuse: Refusal) -> None:
    if not field.inside:
        _string(value, field, path, refuse)
    elif not isinstance(value, dict):
        raise refuse(path, "must be an object")
    elif not isinstance(value.get(field.inside, ""), str | None):
        raise refuse((*path, field.inside), _A_STRING)


def _text(value: JSON, field: fields.Text, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, str):
        raise refuse(path, _A_STRING)
    if field.filled and not value:
        raise refuse(path, _FILLED)
    if field.visible and not value.strip():
        raise refuse(path, "must contain something other than white space")


def _word(value: JSON, field: fields.Closed, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, str) or (value not in field.words and not field.growing):
        raise refuse(path, f"must be {_claim(field)}")


def _formed(value: JSON, field: fields.Name | fields.Id, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, str):
        raise refuse(path, _A_STRING)
    _has_form(value, field.form, path, refuse)


def _has_form(value: str, form: fields.Form | None, path: Path, refuse: Refusal) -> None:
    if form is not None and not form.pattern.match(value):
        raise refuse(path, f"must be {form.claim}")


def _number(value: JSON, field: fields.Number, path: Path, refuse: Refusal) -> None:
    """JSON does not tell 2.0 from 2."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(path, f"must be {_claim(field)}")
    if field.whole and isinstance(value, float) and not value.is_integer():
        raise refuse(path, f"must be {_claim(field)}")
    if (field.low is not None and value < field.low) or (field.high is not None and value > field.high):
        raise refuse(path, f"must be {_claim(field)}")


def _flag(value: JSON, field: fields.Flag, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, bool):
        raise refuse(path, f"must be {_claim(field)}")


def _seed(value: JSON, field: fields.Seed, path: Path, refuse: Refusal) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(path, f"must be {_claim(field)}")


def _free(value: JSON, field: fields.Free, path: Path, refuse: Refusal) -> None:
    if field.keyed and not isinstance(value, dict):
        raise refuse(path, "must be an object")


def _opaque(value: JSON, field: fields.Opaque, path: Path, refuse: Refusal) -> None:
    """Text that really is base64 where servers will decode it."""
    if not isinstance(value, str):
        raise refuse(path, _A_STRING)
    if not field.coded:
        return
    if not value:
        raise refuse(path, _FILLED)
    try:
        binascii.a2b_base64(value, strict_mode=True)
    except ValueError:  # binascii.Error, and characters outside ASCII
        raise refuse(path, "must be base64") from None
    _has_form(value, field.form, path, refuse)


def _url(value: JSON, _field: fields.Url, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, str):
        raise refuse(path, _A_STRING)
    if not value:
        raise refuse(path, _FILLED)


def _token_ids(value: JSON, field: fields.TokenIds, path: Path, refuse: Refusal) -> None:
    if not isinstance(value, list):
        raise refuse(path, "must be a list")
    if not field.texts:
        for index, item in enumerate(value):
            if not _is_token(item):
                raise refuse((*path, index), "must be an integer")
        return
    if not value:
        raise refuse(path, _FILLED)
    if not (
        all(isinstance(item, str) for item in value)
        or all(map(_is_token, value))
        or all(isinstance(item, list) and item and all(map(_is_token, item)) for item in value)
    ):
        raise refuse(path, "must hold strings, or token ids, all of one form")


def _is_token(item: JSON) -> bool:
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


# --- what to say ---------------------------------------------------------------------------------------------------


def _claim(field: fields.Field) -> str:
    """What a value must be, after "must be"."""
    match field:
        case fields.Closed(words=words):
            return _one_of(words)
        case fields.Number():
            return _amount(field)
        case fields.Seed():
            return "an integer"
        case fields.Flag():
            return "true or false"
        case fields.Items() | fields.TokenIds():
            return "a list"
        case fields.Object() | fields.Variant() | fields.Free() | fields.Keyed():
            return "an object"
        case _:
            return "a string"


def _amount(field: fields.Number) -> str:
    kind = "an integer" if field.whole else "a number"
    if field.low is not None and field.high is not None:
        return f"{kind} from {field.low:g} to {field.high:g}"
    return kind if field.low is None else f"{kind} of at least {field.low:g}"


def _one_of(words: Any) -> str:
    return "one of " + ", ".join(sorted(word for word in words if word))


_ANYTHING = object
_TYPES: Mapping[type[fields.Field], type] = {
    fields.Items: list,
    fields.TokenIds: list,
    fields.Object: dict,
    fields.Variant: dict,
    fields.Keyed: dict,
    fields.Flag: bool,
}
"""What tells whether a value is the second of an `Either`."""
_CHECKS: Mapping[type[fields.Field], Callable[[JSON, Any, Path, Refusal], None]] = {
    fields.Object: _object,
    fields.Variant: _variant,
    fields.Items: _items,
    fields.Either: _either,
    fields.Keyed: _keyed,
    fields.Dropped: _inner,
    fields.Local: _inner,
    fields.Errand: _errand,
    fields.Text: _text,
    fields.Signed: _string,
    fields.Alias: _alias,
    fields.JsonText: _string,
    fields.Strict: _string,
    fields.Replaced: _string,
    fields.Closed: _word,
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
