"""What stands side by side in a request: each value is found once, whole, and nothing beside it is blamed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Dialect, Kind, Operation
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.read.scan import gather, walk_tree

ENGINE = Engine()
SHIPPED = load_engine()


def found(body, engine=ENGINE):
    """(kind, value) of all that is found in a request, in its order."""
    leaves = walk_tree(body, Dialect.OPENAI, operation=Operation.CHAT)
    findings = gather(leaves, engine.detect(leaves.passages), engine.covers)
    return [(one.finding.kind, one.leaf.text[one.finding.start : one.finding.end]) for one in findings.located]


def chat(*texts):
    return {"messages": [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]}


def in_parts(*texts):
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": text} for text in texts]}]}


def tool(value):
    return {"messages": [{"role": "tool", "tool_call_id": "call_1", "content": json.dumps(value)}]}


@pytest.mark.parametrize(
    ("result", "values"),
    [
        ({"mrn": "5512098", "status": "active"}, ["5512098"]),
        ({"receipt_to": "a@b.org"}, ["a@b.org"]),
        ({"to": "j.roe@example.org", "subject": "hello", "cc": "x@example.org"}, ["j.roe@example.org", "x@example.org"]),
        ({"phone": "202-555-0142", "fax": "202-555-0143", "ext": "12", "count": 4}, ["202-555-0142", "202-555-0143"]),
        ({"rows": [{"id": "A-1", "mrn": "5512098"}, {"id": "A-2", "mrn": "5512099"}]}, ["5512098", "5512099"]),
        ({"ssn": "912-04-1234", "verified": True, "score": 12}, ["912-04-1234"]),
        ({"status": "active", "mrn": "5512098"}, ["5512098"]),
        ({"mrn": "5512098", "glucose": "104", "unit": "mg/dL", "flag": "H"}, ["5512098"]),
        ({"label": "MRN", "value": "8675309", "shown": "yes"}, ["8675309"]),
        ({"label": "MRN", "value": 8675309}, ["8675309"]),
        (["MRN: 5512098", "aspirin 81 mg daily", "metoprolol 25 mg"], ["5512098"]),
        (["SSN 912-04-1234", "12", "yes"], ["912-04-1234"]),
        ({"values": [120, 80, 98, 72, 36.6, 18, 97, 2024]}, []),
        ({"values": ["120", "80", "98", "72", "36", "18", "97"]}, []),
        ({"code": 404, "error": "not found", "mrn": None}, []),
        ({"email": "a@b.org", "emails": ["c@d.org", "e@f.org"]}, ["a@b.org", "c@d.org", "e@f.org"]),
    ],
)  # fmt: skip
def test_in_a_tool_result_only_values_are_found_and_no_key_or_neighbour(result, values):
    assert [value for _, value in found(tool(result))] == values
    assert [value for _, value in found(tool(result), SHIPPED)] == values


@pytest.mark.parametrize("side_by_side", [chat, in_parts])
@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("ok", "sure", "jane.roe@example.org"), ["jane.roe@example.org"]),
        (("jane.roe@example.org", "thanks", "ok"), ["jane.roe@example.org"]),
        (("MRN: 5512098", "aspirin 81 mg daily"), ["5512098"]),
        (("MRN: 5512098", "81 mg aspirin daily"), ["5512098"]),
        (("MRN: 5512098", "BP 120/80"), ["5512098"]),
        (("a.b@example.org", "c.d@example.org"), ["a.b@example.org", "c.d@example.org"]),
        (("SSN 912-04-1234", "yes", "12"), ["912-04-1234"]),
        (("call 202-555-0142", "7 days a week"), ["202-555-0142"]),
        (("call 202-555-0142", "202-555-0143"), ["202-555-0142", "202-555-0143"]),
        (("account number?", "joe1234@example.org"), ["joe1234@example.org"]),
        (("policy number XG-77-8675309", "group of 12"), ["XG-77-8675309"]),
        (("2024", "2024", "12", "2024"), []),
        (("pt id 8812", "pt id 8813"), ["8812", "8813"]),
        (("account 77812345", "67 dollars"), ["77812345"]),
        (("DOB 3/12/1980", "72 kg"), ["3/12/1980"]),
        (("Pain score?", "7", "Since when?", "3 weeks"), []),
        (("NHS number 943 476 5919", "2 tablets"), ["943 476 5919"]),
    ],
)
def test_what_is_complete_by_itself_explains_what_its_neighbours_say(side_by_side, texts, values):
    assert [value for _, value in found(side_by_side(*texts))] == values


@pytest.mark.parametrize("side_by_side", [chat, in_parts])
@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("My SSN is 912-04", "-1234 if you need it"), ["912-04", "-1234"]),
        (("write to jane.doe@exam", "ple.org please"), ["jane.doe@exam", "ple.org"]),
        (("call 202-555", "-0142 please"), ["202-555", "-0142"]),
        (("What is your MRN?", "8675309"), ["8675309"]),
        (("card 4111 1111", "1111 1111"), ["4111 1111", "1111 1111"]),
        (("MRN 8675", "309, thanks"), ["8675", "309"]),
        (("the medical record num", "ber is 8675309"), ["8675309"]),
        (("MRN:", "86", "753", "09"), ["86", "753", "09"]),
    ],
)
def test_what_is_cut_by_a_border_is_found_on_both_sides(side_by_side, texts, values):
    assert [value for _, value in found(side_by_side(*texts))] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Hi, I'm delta.indigo0017@example.org", [(Kind.EMAIL, "delta.indigo0017@example.org")]),
        ("account number is joe1234@example.org", [(Kind.EMAIL, "joe1234@example.org")]),
        ("phone (202) 555-0142", [(Kind.PHONE, "(202) 555-0142")]),
        ("fax: (202) 555-0143", [(Kind.FAX, "(202) 555-0143")]),
        ("Phone: +1 (202) 555-0142 ext. 7", [(Kind.PHONE, "+1 (202) 555-0142 ext. 7")]),
        ("Lopez, MRN 8675309", [(Kind.NAME, "Lopez"), (Kind.MRN, "8675309")]),
        ("GONZALEZ, SSN 912-04-1234", [(Kind.NAME, "GONZALEZ"), (Kind.SSN, "912-04-1234")]),
        ("user id: jsmith.mrn8675309@hospital.org", [(Kind.EMAIL, "jsmith.mrn8675309@hospital.org")]),
        ("patient id AB-12/8675309-C", [(Kind.MRN, "AB-12/8675309-C")]),
        ("policy number is XG-77-8675309, group 12A", [(Kind.PLAN_MEMBER, "XG-77-8675309")]),
        ("my email is maria_lopez-1980@example.org ok", [(Kind.EMAIL, "maria_lopez-1980@example.org")]),
        (
            "lives at 12 Main St Apt 4B, Salem, OR 97301, phone 202-555-0142",
            [(Kind.ADDRESS, "12 Main St Apt 4B, Salem, OR 97301"), (Kind.PHONE, "202-555-0142")],
        ),
        ("I'm Maria Lopez, maria.lopez@example.org", [(Kind.NAME, "Maria Lopez"), (Kind.EMAIL, "maria.lopez@example.org")]),
    ],
)  # fmt: skip
def test_the_longer_whole_value_wins_and_is_one_finding(text, values):
    assert found(chat(text), SHIPPED) == values


WORDS = st.sampled_from(["ok", "active", "aspirin 81 mg", "yes", "12", "see below", "H", "2024"])
VALUES = st.sampled_from(["jane.roe@example.org", "912-04-1234", "(202) 555-0142"])


@given(
    st.lists(WORDS, max_size=4),
    VALUES,
    st.lists(WORDS, max_size=4),
    st.sampled_from([chat, in_parts, lambda *said: tool(list(said))]),
)
@settings(max_examples=150)
def test_a_whole_value_is_found_alone_whatever_stands_around_it(before, value, after, side_by_side):
    assert [one for _, one in found(side_by_side(*before, value, *after))] == [value]


@given(
    st.dictionaries(st.sampled_from(["status", "to", "id", "count", "note", "label"]), WORDS),
    VALUES,
    st.sampled_from(["a", "mrn", "contact"]),
)
@settings(max_examples=100)
def test_a_whole_value_in_a_record_is_found_alone_whatever_stands_around_it(record, value, key):
    assert {one for _, one in found(tool({**record, key: value, **record}))} == {value}


@pytest.mark.parametrize(
    "stop", [["536-22", "-8417"], ["SSN 536-22", "8417"], ["MRN 8675", "309"], ["202-555", "-0142"]]
)
def test_a_value_cut_over_stop_sequences_is_found_in_each(stop):
    named = "".join(value for _, value in found({**chat("go"), "stop": stop}, SHIPPED))
    assert [char for char in "".join(stop) if char.isdigit()] == [char for char in named if char.isdigit()]


@pytest.mark.parametrize(
    "stop", [["END", "8417"], ["\n\n", "User:"], ["</s>", "<|im_end|>"], ["1.", "2.", "3."], ["STOP", "Observation:"]]
)
def test_ordinary_stop_sequences_are_no_value(stop):
    assert found({**chat("go"), "stop": stop}, SHIPPED) == []


@pytest.mark.parametrize(
    "pieces",
    [
        {"ssn": "536-22", "ssn_end": "8745"},
        {"ssn_first": "536", "ssn_mid": "22", "ssn_last": "8745"},
        {"ssn_part1": "536", "ssn_part2": "22", "ssn_part3": "8745"},
        {"mrn_prefix": "867", "mrn_suffix": "5309"},
        {"card_first4": "4417", "card_last4": "2209"},
    ],
)
def test_a_value_cut_over_keys_is_found_in_each(pieces):
    assert [value for _, value in found(tool(pieces))] == list(pieces.values())


@pytest.mark.parametrize(
    ("turns", "values"),
    [
        (["last 4 of SSN?", "it is 8417"], ["8417"]),
        (["What is your SSN?", "it starts with 536", "ok and then?", "22", "and the last four?", "8417"], ["536", "22", "8417"]),
        (["And the birth date?", "March", "which day?", "4th"], ["March", "4th"]),
        (["How old is your mother?", "91"], ["91"]),
        (["How many retries?", "it is 8417"], []),
        (["What's the deadline?", "March", "which day?", "4th"], []),
    ],
)  # fmt: skip
def test_what_a_message_tells_in_parts_is_known_by_what_was_asked(turns, values):
    assert [value for _, value in found(chat(*turns), SHIPPED)] == values
    lines = "\n".join(f"{('Agent', 'Caller')[at % 2]}: {turn}" for at, turn in enumerate(turns))
    assert [value for _, value in found(chat(lines), SHIPPED)] == values
