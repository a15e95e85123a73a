from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Capability, Carrier, Dialect, Operation, UnknownReason
from gateway.phi.leaf import Form
from gateway.phi.read.scan import walk_tree
from gateway.wire.operations import ENDPOINTS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        "messages", "role", "content", "type", "text", "tools", "function", "name", "arguments", "input",
        "system", "source", "data", "url", "image_url", "tool_calls", "options", "stop", "format",
        "images", "context", "prompt", "metadata", "response_format", "logit_bias", "thinking",
        "signature", "model", "id",
    ]
)  # fmt: skip
REQUESTS = st.recursive(
    JSON
    | st.sampled_from(["user", "tool", "text", "image", "function", '{"a":1}', "data:image/png;base64,iVBORw0KGgo="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=20,
)


def walked(payload, dialect=Dialect.OPENAI, operation=Operation.CHAT):
    return walk_tree(payload, dialect, operation=operation)


def arguments(text):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": text}}
    return {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(FIELDS, REQUESTS, max_size=5),
    st.sampled_from(sorted({(row.dialect, row.operation) for row in ENDPOINTS})),
)
def test_any_tree_is_walked_and_every_leaf_is_where_it_says(payload, where):
    for leaf in walked(payload, *where).leaves:
        *above, last = leaf.path
        node = payload
        for step in above:
            node = node[step]
        if leaf.form is Form.KEY:
            assert last in node
            assert leaf.text == last
        elif leaf.span is not None:
            assert node[last][slice(*leaf.span)]
        elif leaf.carrier is Carrier.ATTACHMENT and leaf.form is Form.FIXED:
            assert isinstance(node[last], str)  # what is read in it stands there encoded
        elif isinstance(node[last], str):
            assert leaf.text == node[last]
        else:
            assert leaf.form in {Form.NUMBER, Form.FIXED}


def test_no_nesting_and_no_length_exhausts_it():
    deep = "x"
    for _ in range(5_000):
        deep = [deep]
    unknowns = walked({"hospital": deep}).unknowns
    assert {unknown.reason for unknown in unknowns} == {UnknownReason.UNREADABLE}
    wide = walked({"hospital": [1] * 300_000})
    assert UnknownReason.UNREADABLE in {unknown.reason for unknown in wide.unknowns}
    assert len(wide.leaves) < 110_000
    assert walked({"hospital": 10**5_000}).leaves


def test_the_nearest_keys_are_the_cue():
    leaves = walked({"metadata": {"patient": {"mrn": 8675309, "given": ["Anna"]}}}).leaves
    assert [(leaf.text, leaf.cue) for leaf in leaves if leaf.form is not Form.KEY] == [
        ("8675309", "patient mrn"),
        ("Anna", "patient given"),
    ]


def test_keys_are_read_in_the_light_of_the_keys_above_them():
    keys = [leaf for leaf in walked({"metadata": {"patient": {"Anna": 1}}}).leaves if leaf.form is Form.KEY]
    assert [(leaf.text, leaf.cue) for leaf in keys] == [("patient", ""), ("Anna", "patient")]


def test_arguments_are_read_literal_by_literal_with_their_keys():
    text = '{"patient": {"mrn": 8675309, "name": "An\\u006ea"}, "ok": true}'
    leaves = [leaf for leaf in walked(arguments(text)).leaves if leaf.span]
    assert [(leaf.text, leaf.cue, leaf.form) for leaf in leaves] == [
        ("patient", "", Form.JSON_KEY),
        ("mrn", "patient", Form.JSON_KEY),
        ("8675309", "patient mrn", Form.JSON_NUMBER),
        ("name", "patient", Form.JSON_KEY),
        ("Anna", "patient name", Form.JSON_STRING),
        ("ok", "", Form.JSON_KEY),
        ("true", "ok", Form.JSON_NUMBER),
    ]
    assert [text[slice(*leaf.span)] for leaf in leaves][2] == "8675309"


def test_broken_arguments_are_text_and_their_escapes_unknown():
    assert [leaf.text for leaf in walked(arguments('{"a": "x')).leaves if "{" in leaf.text] == ['{"a": "x']
    assert walked(arguments('{"a": "x')).unknowns == []
    hidden = walked(arguments('{"a": "\\u0038')).unknowns
    assert [unknown.reason for unknown in hidden] == [UnknownReason.ENCODED]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("data:image/png;base64,iVBORw0KGgo=", {UnknownReason.IMAGE}),
        ("data:audio/wav;base64,UklGRiQAAABXQVZF", {UnknownReason.AUDIO}),
        ("data:application/pdf;base64,eA==", {UnknownReason.FILE}),
        ("data: Anna Muster", set()),
        ("data:image/png;base64,eA== and Anna", set()),
    ],
)
def test_only_a_data_url_through_and_through_is_not_text(text, reasons):
    leaves = walked({"hospital": text})
    assert {unknown.reason for unknown in leaves.unknowns} == reasons
    assert (text in [leaf.text for leaf in leaves.leaves]) is not bool(reasons)


def test_an_address_of_an_image_is_an_errand_an_unknown_and_a_text():
    url = "https://x.test/anna.png"
    leaves = walked({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]})
    assert [errand.capability for errand in leaves.errands] == [Capability.FETCH_URLS]
    assert [unknown.reason for unknown in leaves.unknowns] == [UnknownReason.IMAGE]
    assert url in [leaf.text for leaf in leaves.leaves]


@pytest.mark.parametrize(
    "field", [{"store": False}, {"store": None}, {"mcp_servers": []}, {"previous_response_id": ""}]
)
def test_a_field_that_asks_for_nothing_is_no_errand(field):
    assert walked(field).errands == []


def test_words_of_a_schema_are_no_leaves():
    schema = {
        "type": "object",
        "properties": {"mrn": {"type": "string", "description": "a number"}},
        "required": ["mrn"],
    }
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    texts = [leaf.text for leaf in walked({"tools": tools}).leaves]
    assert texts == ["f", "mrn", "a number", "mrn"]


@pytest.mark.parametrize(
    "field",
    [
        {"temperature": "hot"}, {"temperature": 10_001}, {"temperature": float("nan")}, {"stream": "yes"}, {"stream": []},
        {"reasoning_effort": "immense"}, {"reasoning_effort": {}}, {"logit_bias": {"1234567": 1}}, {"max_tokens": 8675309},
        {"messages": [{"role": "nurse", "content": "x"}]}, {"messages": [{"role": ["user"], "content": "x"}]},
    ],
)  # fmt: skip
def test_what_is_structural_and_not_as_it_should_be_is_unreadable(field):
    assert UnknownReason.UNREADABLE in {unknown.reason for unknown in walked(field).unknowns}


RECORD = {"resourceType": "Patient", "name": [{"family": "Test"}], "contact": [{"name": {"given": ["Zed"]}}]}
DATA_SET = {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe"}]}}


def cues(leaves):
    return {leaf.text: leaf.cue for leaf in leaves.leaves if leaf.form not in {Form.KEY, Form.JSON_KEY}}


def test_the_cue_of_a_scalar_in_a_record_is_its_way_from_the_root():
    content = [
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"entry": [{"resource": RECORD}], "ds": DATA_SET}}
    ]
    payload = {"model": "m", "max_tokens": 5, "messages": [{"role": "assistant", "content": content}]}
    wanted = {
        "Test": "Patient:name.family",
        "Zed": "Patient:contact.name.given",
        "Doe": "dicom:00100010.Value.Alphabetic",
    }
    assert wanted.items() <= cues(walked(payload, Dialect.ANTHROPIC)).items()


def test_so_it_is_in_json_within_a_string():
    found = cues(walked(arguments(json.dumps({"entry": [{"resource": RECORD}]}))))
    assert {"Test": "Patient:name.family", "Zed": "Patient:contact.name.given"}.items() <= found.items()


def test_the_elements_of_a_record_say_nothing_of_what_they_are_called():
    leaves = walked(arguments(json.dumps(RECORD))).leaves
    assert {leaf.cue for leaf in leaves if leaf.form is Form.JSON_KEY} == {"key:"}


def test_what_is_beyond_the_leaves_is_one_unknown_and_not_one_for_each_element(monkeypatch):
    monkeypatch.setattr("gateway.phi.read.visit.MAX_LEAVES", 50)
    found = walked({"messages": [], "zz": list(range(5000))})
    assert len(found.leaves) <= 53
    assert [unknown.reason for unknown in found.unknowns] == [UnknownReason.UNREADABLE]
    texts = walked({"messages": [arguments('{"a": [1, 2, 3, 4, 5, 6]}')["messages"][0]] * 100})
    assert len(texts.leaves) < 200
    assert UnknownReason.UNREADABLE in {unknown.reason for unknown in texts.unknowns}


def test_of_very_many_unknowns_each_reason_is_kept_and_the_places_are_not(monkeypatch):
    monkeypatch.setattr("gateway.phi.read.visit.MAX_UNKNOWNS", 5)
    content = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}] * 40 + [
        {"type": "file", "file": {"file_data": "x"}}
    ]
    found = walked({"messages": [{"role": "user", "content": content}]})
    assert {unknown.reason for unknown in found.unknowns} >= {UnknownReason.IMAGE, UnknownReason.FILE}
    assert len(found.unknowns) <= 5 + len(UnknownReason)


def test_a_field_that_is_never_sent_is_read_and_marked_and_leaves_no_unknown():
    data = "data:image/png;base64,iVBORw0KGgo="
    made = walked({"metadata": {"note": "of Anna", "picture": data}, "messages": [{"role": "user", "content": "hi"}]})
    assert {leaf.text: leaf.withheld for leaf in made.leaves if leaf.text in {"of Anna", "hi"}} == {
        "of Anna": True,
        "hi": False,
    }
    assert made.unknowns == []


def test_a_name_for_a_user_or_a_cache_leaves_only_as_a_hash_and_keeps_nothing_back():
    made = walked({"prompt_cache_key": "MRN 8675309", "messages": [{"role": "user", "content": "hi"}]})
    assert {leaf.text: leaf.withheld for leaf in made.leaves if leaf.text in {"MRN 8675309", "hi"}} == {
        "MRN 8675309": True,
        "hi": False,
    }


def walk_schema(properties):
    function = {"name": "f", "parameters": {"type": "object", "properties": properties}}
    return walked({"tools": [{"type": "function", "function": function}]}).leaves[1:]


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^8675309$"}, {"pattern": "8675\\d{0}309"}, {"pattern": "^(8675309|20417733)$"}, {"pattern": "8675[3]09"}, {"minimum": 8675309},
        {"exclusiveMaximum": 8675309}, {"multipleOf": 8675309}, {"const": 8675309}, {"enum": [8675309]}, {"default": "8675309"}, {"examples": ["8675309"]},
    ],
)  # fmt: skip
def test_what_a_schema_pins_to_one_value_is_that_value(schema):
    [leaf] = [leaf for leaf in walk_schema({"mrn": {"type": "string", **schema}}) if leaf.cue == "mrn"]
    assert leaf.carrier is Carrier.TOOL_ARGS


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^[0-9]{7}$"}, {"pattern": r"^\d{3}-\d{2}-\d{4}$"}, {"pattern": r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"}, {"minimum": 1000000, "maximum": 9999999},
        {"maximum": 2147483647}, {"maximum": 600000}, {"maximum": 4294967295}, {"multipleOf": 1048576}, {"maxLength": 8675309}, {"minimum": 0, "maximum": 86400000},
    ],
)  # fmt: skip
def test_what_a_schema_bounds_is_no_value(schema):
    assert {leaf.carrier for leaf in walk_schema({"mrn": {"type": "string", **schema}})} == {Carrier.TOOL_DEFINITION}
