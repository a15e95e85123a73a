"""Any value of an SDK's types, as the JSON that its server may send: known fields, absent ones, and unknown ones beside."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

TEXTS = st.text('aé[]{}"\\ \n7', max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | TEXTS
UNKNOWN = st.dictionaries(
    st.sampled_from(["x_unknown", "x_more"]),
    SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2),
    max_size=1,
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """JSON values of a type hint out of an SDK."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return values_of(inner[0])
    if origin in (Union, types.UnionType):
        return st.one_of([values_of(one) for one in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is list:
        return st.lists(values_of(inner[0]), max_size=2)
    if origin in (dict, Mapping):
        return st.dictionaries(TEXTS, values_of(inner[1]), max_size=2)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return trees_of(hint)
    simple = {str: TEXTS, int: st.integers(0, 9), float: st.floats(0, 9), bool: st.booleans(), type(None): st.none()}
    return simple.get(hint, SCALARS)


def trees_of(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects that the model stands for; optional fields now and then, and fields that nobody knows."""

    def made() -> st.SearchStrategy[dict[str, Any]]:
        required = {n: values_of(f.annotation) for n, f in model.model_fields.items() if f.is_required()}
        optional = {n: values_of(f.annotation) for n, f in model.model_fields.items() if not f.is_required()}
        return st.tuples(st.fixed_dictionaries(required, optional=optional), UNKNOWN).map(lambda two: two[1] | two[0])

    return st.deferred(made)
