from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Dialect, UnknownReason
from gateway.errors import InvalidRequest
from gateway.wire import fields
from gateway.wire.checks import check
from gateway.wire.fields import Errand, Field, Form, Items, Object, Variant
from gateway.wire.operations import ENDPOINTS
from gateway.wire.paths import names
from gateway.wire.vocabulary import FLAG, ID, SEED, closed, growing

SECRET = "MRN-8675309"
WORD = fields.Text(Carrier.MESSAGE)
RIGHT_AND_WRONG = [
    (WORD, "", 1),
    (fields.Text(Carrier.MESSAGE, filled=True), " ", ""),
    (fields.Text(Carrier.MESSAGE, visible=True), "x", " \n"),
    (fields.Name(Carrier.NAME), "a b", []),
    (fields.Name(Carrier.NAME, Form(re.compile("[a-z]+"), "a word")), "a", "Ä"),
    (fields.Signed(Carrier.MESSAGE, signature="s"), "x", {}),
    (fields.JsonText(Carrier.TOOL_ARGS), "{", {}),
    (fields.Strict(re.compile("[a-z]")), "not its pattern", 5),
    (fields.Replaced(), "x", 5),
    (closed("a b"), "a", SECRET),
    (closed("a b"), "a", True),
    (growing("a b"), SECRET, 5),
    (ID, "anything", 5),
    (fields.Number(10), 1.5, True),
    (fields.Number(10), 99, "1"),
    (fields.Number(10, whole=True), 2.0, 1.5),
    (fields.Number(10, low=0), 0, -0.1),
    (fields.Number(10, low=0, high=1), 1, 1.1),
    (FLAG, False, 1),
    (SEED, -5, 1.0),
    (SEED, 0, True),
    (fields.Free(Carrier.OTHER), 5, None),
    (fields.Free(Carrier.OTHER, keyed=True), {"a": 1}, [1]),
    (fields.Opaque(UnknownReason.IMAGE), "not base64!", 5),
    (fields.Opaque(UnknownReason.IMAGE, coded=True), "aGk=", "not base64!"),
    (fields.Opaque(UnknownReason.IMAGE, coded=True), "aGk=", "é"),
    (fields.Opaque(UnknownReason.IMAGE, coded=True), "aGk=", ""),
    (fields.Url(UnknownReason.IMAGE), "x", ""),
    (fields.TokenIds(), [], [SECRET]),
    (fields.TokenIds(texts=True), ["a"], []),
    (fields.TokenIds(texts=True), [[1], [2]], [1, "a"]),
    (Items(WORD), ["a"], ["a", None]),
    (Items(WORD), [], {}),
    (Items(WORD, least=1), ["a"], []),
    (Items(WORD, most=1), ["a"], ["a", "b"]),
    (fields.Either(WORD, FLAG), True, 1),
    (fields.Either(closed("a"), Items(WORD)), "a", "b"),
    (fields.Either(WORD, FLAG, refused=True), True, SECRET),
    (Variant("type", {}, otherwise=Errand(None, Object({}, required=("a",)))), {"type": "x", "a": 1}, {"type": "x"}),
    (fields.Keyed(re.compile("x"), WORD), {SECRET: "a"}, {SECRET: 1}),
    (Object({"a": WORD}, required=("a",)), {"a": "x", "b": 1}, {"a": None}),
    (Object({"a": WORD}), {"a": None}, []),
    (Variant("type", {"a": Object({"b": FLAG})}, otherwise=WORD), {"type": "a"}, {"type": SECRET}),
    (Variant("type", {"a": Object({"b": FLAG})}, otherwise=WORD, missing="a"), {"type": None}, {"b": SECRET}),
    (Variant("type", {}, otherwise=Errand(None, fields.Free(Carrier.OTHER))), {"type": SECRET}, {"type": [SECRET]}),
    (Errand(None, FLAG, unless_false=True), 0, SECRET),
    (fields.Dropped(WORD), "", 5),
    (fields.Local(FLAG), True, 5),
]


@pytest.mark.parametrize(("field", "right", "wrong"), RIGHT_AND_WRONG)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_field_takes_what_its_table_says_and_names_itself_where_it_does_not(field, right, wrong, dialect):
    table = Object({"field": field})
    check({"field": right, "unheard_of": wrong}, table, dialect)
    check({"field": None}, table, dialect)
    if wrong is None:
        return
    with pytest.raises(InvalidRequest) as raised:
        check({"field": wrong}, table, dialect)
    assert raised.value.param.startswith("field")
    assert raised.value.param in raised.value.message
    assert SECRET not in raised.value.message


def test_a_path_is_written_as_the_dialect_writes_it():
    table = Object({"a": Items(Object({"b": FLAG}))})
    for dialect, param in ((Dialect.OPENAI, "a[1].b"), (Dialect.ANTHROPIC, "a.1.b"), (Dialect.OLLAMA, "a.1.b")):
        with pytest.raises(InvalidRequest) as raised:
            check({"a": [{}, {"b": 1}]}, table, dialect)
        assert raised.value.param == param


def test_a_set_is_listed_and_a_choice_of_types_is_told():
    for field, claim in (
        (closed("b a"), "must be one of a, b"),
        (fields.Either(closed("b a"), Object({})), "must be one of a, b or an object"),
        (fields.Number(9, whole=True, low=1, high=8), "must be an integer from 1 to 8"),
        (fields.Number(9, low=0), "must be a number of at least 0"),
    ):
        with pytest.raises(InvalidRequest, match=rf"^x: {claim}\.$"):
            check({"x": -1}, Object({"x": field}), Dialect.OLLAMA)


def below(field: Field):
    yield field
    for inner in field.children():
        yield from below(inner)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(SECRET),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(names())) | st.just(SECRET), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: f"{row.dialect}.{row.name}")
@given(data=st.data())
def test_any_json_in_any_field_is_taken_or_refused_by_a_known_name(row, data):
    name = data.draw(st.sampled_from(sorted(row.fields.fields)))
    refused = None
    try:
        check({name: data.draw(JSON)}, row.fields, row.dialect)
    except InvalidRequest as error:
        refused = error
    if refused is not None:
        assert SECRET not in refused.message
        assert set(re.findall(r"[a-z_]+", refused.param)) <= names()
