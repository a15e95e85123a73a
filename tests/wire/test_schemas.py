"""The schemas and the checks are made from one table, and say the same of every body."""

from __future__ import annotations

import json
from functools import cache

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.checks import check
from gateway.wire.endpoint import Endpoint
from gateway.wire.operations import ENDPOINTS, endpoint_at
from gateway.wire.paths import FORBIDDEN, refuse_forbidden
from gateway.wire.schemas import _SCHEMAS, body_schema
from tests.kit import shapes

GOOD = {endpoint_at(shape.path): shape.body for shape in shapes.ENDPOINTS if endpoint_at(shape.path)}
ROWS = pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: f"{row.dialect}.{row.name}")
WORDS = (
    "type",
    "role",
    "text",
    "image_url",
    "function",
    "content",
    "name",
    "user",
    "auto",
    "base64",
    "thinking",
    "schema",
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.sampled_from([0.5, -1.5, 1e9 + 0.5])
TEXTS = st.sampled_from(["", " ", "Hello.", "AAAA", *WORDS])
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)
OTHER_READERS = ("base64", "image")
"""What a schema only names, and the check decodes."""


@cache
def validator(row: Endpoint) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(body_schema(row.fields))


def refused(row, body) -> str | None:
    try:
        check(body, row.fields, row.dialect)
    except InvalidRequest as error:
        return error.message
    return None


def agree(row, body) -> None:
    message, valid = refused(row, body), validator(row).is_valid(body)
    if message is None:
        assert valid, (row.name, body, next(validator(row).iter_errors(body)).message)
    elif not any(word in message for word in OTHER_READERS):
        assert not valid, (row.name, body, message)


def test_every_sort_of_field_has_a_schema_and_every_row_a_good_body():
    sorts = {kind for row in ENDPOINTS for kind in _sorts(row.fields)}
    assert sorts <= set(_SCHEMAS)
    assert set(GOOD) == set(ENDPOINTS)


def _sorts(field):
    yield type(field)
    for inner in field.children():
        yield from _sorts(inner)


@ROWS
def test_a_schema_is_one(row):
    made = body_schema(row.fields)
    jsonschema.Draft202012Validator.check_schema(made)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("shape", shapes.ENDPOINTS, ids=lambda shape: shape.path)
def test_what_is_wrong_is_wrong_by_both(shape):
    row = endpoint_at(shape.path)
    if row is None:
        return
    assert refused(row, shape.body) is None
    agree(row, shape.body)
    for name, values in shape.wrong.items():
        for value in values:
            agree(row, {**shape.body, name: value})


@ROWS
@given(data=st.data())
def test_both_say_the_same_of_any_body(row, data):
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(row.fields.fields)), VALUES, min_size=1, max_size=3))
    agree(row, {**GOOD[row], **changed})


@ROWS
def test_a_word_that_configures_providers_is_refused_by_both(row):
    for word in sorted(FORBIDDEN - row.fields.fields.keys()):
        body = {**GOOD[row], word: "x"}
        assert not validator(row).is_valid(body)
        with pytest.raises(InvalidRequest):
            refuse_forbidden(body, row.fields)
