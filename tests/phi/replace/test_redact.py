from __future__ import annotations

import copy
import itertools
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Finding, Kind, Style
from gateway.phi.findings import Located
from gateway.phi.leaf import Form, Leaf
from gateway.phi.replace.pseudonym import Pseudonymiser
from gateway.phi.replace.redact import RedactionRefused, redact
from gateway.phi.replace.restore import Restorer

KEY = b"k" * 32
TOKENS = dict.fromkeys(Kind, Style.TOKEN)


def at(path, text, *spans, form=Form.TEXT, kind=Kind.NAME, span=None):
    leaf = Leaf(path, text, Carrier.MESSAGE, "", form, span)
    return [Located(leaf, Finding(kind, *place)) for place in spans]


def redacted(tree, located, styles=TOKENS):
    before = copy.deepcopy(tree)
    made = redact(tree, located, styles=styles, pseudonyms=Pseudonymiser(KEY), today=date(2026, 11, 21))
    assert tree == before
    return made


def token(surface, kind=Kind.NAME, **how):
    return Pseudonymiser(KEY).token(kind, surface, **how)


def test_findings_are_replaced_where_they_are_and_nothing_else():
    tree = {"a": ["x", {"b": "of Anna, Berta."}], "c": 1}
    made = redacted(tree, at(("a", 1, "b"), "of Anna, Berta.", (3, 7), (9, 14)))
    assert made.tree == {"a": ["x", {"b": f"of {token('Anna')}, {token('Berta')}."}], "c": 1}
    assert made.kinds == {Kind.NAME}


def test_kinds_that_nobody_wants_out_stay():
    assert redacted({"a": "Anna"}, at(("a",), "Anna", (0, 4)), {Kind.MRN: Style.TOKEN}).tree == {"a": "Anna"}


def test_overlapping_findings_are_replaced_as_one_in_the_strictest_style():
    located = at(("a",), "Anna Muster", (0, 11)) + at(("a",), "Anna Muster", (5, 11), kind=Kind.PLACE)
    assert redacted({"a": "Anna Muster"}, located).tree == {"a": token("Anna Muster")}
    styles = {Kind.NAME: Style.TOKEN, Kind.PLACE: Style.REMOVE}
    assert redacted({"a": "Anna Muster"}, located, styles).tree == {"a": "[NAME]"}


def test_a_number_that_is_taken_for_two_kinds_has_one_pseudonym():
    located = at(("a",), "8675309", (0, 7), kind=Kind.MRN) + at(("b",), "id 8675309", (3, 10), kind=Kind.OTHER_ID)
    made = redacted({"a": "8675309", "b": "id 8675309"}, located)
    assert made.tree == {"a": token("8675309", Kind.MRN), "b": f"id {token('8675309', Kind.MRN)}"}
    assert made.kinds == {Kind.MRN, Kind.OTHER_ID}


@pytest.mark.parametrize(
    ("surface", "first", "other", "second"),
    [
        ("Jackson", Kind.NAME, Kind.PLACE, Kind.PLACE),
        ("1234", Kind.MRN, Kind.OTHER_ID, Kind.OTHER_ID),  # too short to be the same by itself
        ("12345", Kind.MRN, Kind.OTHER_ID, Kind.MRN),
        ("19570304", Kind.MRN, Kind.DATE, Kind.DATE),  # a day is no number
    ],
)
def test_what_is_taken_for_two_kinds_has_two_pseudonyms_unless_it_is_a_long_number(surface, first, other, second):
    whole = (0, len(surface))
    located = at(("a",), surface, whole, kind=first) + at(("b",), surface, whole, kind=other)
    made = redacted({"a": surface, "b": surface}, located)
    assert made.tree == {"a": token(surface, first), "b": token(surface, second)}


def test_findings_side_by_side_have_a_pseudonym_each():
    made = redacted({"a": "AnnaMuster"}, at(("a",), "AnnaMuster", (0, 4), (4, 10)))
    assert made.tree == {"a": token("Anna") + token("Muster")}


def test_a_finding_of_nothing_takes_nothing_out():
    assert redacted({"a": "Anna"}, at(("a",), "Anna", (2, 2))).tree == {"a": "Anna"}


def test_findings_beyond_the_text_do_not_break_it():
    assert redacted({"a": "Anna"}, at(("a",), "Anna", (-3, 99), (4, 4))).tree == {"a": token("Anna")}


def test_coarse_and_removed_values_cannot_be_restored():
    located = at(("a",), "2024-03-04", (0, 10), kind=Kind.DATE)
    made = redacted({"a": "2024-03-04"}, located, {Kind.DATE: Style.GENERALISE})
    assert (made.tree, made.replaced) == ({"a": "2024"}, {"2024"})
    assert redacted({"a": "2024-03-04"}, located, {Kind.DATE: Style.REMOVE}).tree == {"a": "[DATE]"}
    vague = at(("a",), "04/03/24", (0, 8), kind=Kind.DATE)
    assert redacted({"a": "04/03/24"}, vague, {Kind.DATE: Style.GENERALISE}).tree == {"a": "[DATE]"}


def test_a_name_is_replaced_as_a_whole_by_a_word():
    located = at(("a",), "call_Anna", (5, 9), form=Form.NAME)
    assert redacted({"a": "call_Anna"}, located).tree == {"a": token("call_Anna")[1:-1]}
    assert redacted({"a": "call_Anna"}, located, {Kind.NAME: Style.REMOVE}).tree == {"a": "NAME_removed"}


def test_a_key_is_renamed_in_its_place_and_what_is_inside_it_is_redacted_too():
    tree = {"x": {"a": 1, "Anna": {"Berta": "Anna"}, "z": 2}}
    located = [
        *at(("x", "Anna"), "Anna", (0, 4), form=Form.KEY),
        *at(("x", "Anna", "Berta"), "Berta", (0, 5), form=Form.KEY),
        *at(("x", "Anna", "Berta"), "Anna", (0, 4)),
    ]
    made = redacted(tree, located)
    assert list(made.tree["x"].items()) == [("a", 1), (token("Anna"), {token("Berta"): token("Anna")}), ("z", 2)]


def test_keys_that_would_become_one_are_refused():
    located = at(("Anna",), "Anna", (0, 4), form=Form.KEY) + at(("Berta",), "Berta", (0, 5), form=Form.KEY)
    with pytest.raises(RedactionRefused):
        redacted({"Anna": 1, "Berta": 2}, located, {Kind.NAME: Style.REMOVE})


def test_a_number_becomes_a_quoted_token_of_its_own():
    located = at(("a",), "8675309", (0, 7), form=Form.NUMBER, kind=Kind.MRN)
    made = redacted({"a": 8675309}, located)
    assert made.tree == {"a": token("8675309", Kind.MRN, bare=True)}
    assert made.tree != {"a": token("8675309", Kind.MRN)}


def test_literals_of_json_are_replaced_and_the_rest_stays_byte_for_byte():
    text = '{ "who": "An\\u006ea",  "mrn" : 8675309, "x": 1.10 }'
    located = [
        *at(("a",), "Anna", (0, 4), form=Form.JSON_STRING, span=(9, 20)),
        *at(("a",), "8675309", (0, 7), form=Form.JSON_NUMBER, kind=Kind.MRN, span=(31, 38)),
        *at(("a",), "mrn", (0, 3), form=Form.JSON_KEY, kind=Kind.OTHER_ID, span=(23, 28)),
    ]
    made = redacted({"a": text}, located).tree["a"]
    assert made.startswith('{ "who": "[NAME_')
    assert made.endswith(', "x": 1.10 }')
    assert json.loads(made) == {
        "who": token("Anna"),
        token("mrn", Kind.OTHER_ID): token("8675309", Kind.MRN, bare=True),
        "x": 1.1,
    }


@pytest.mark.parametrize("form", [Form.FIXED, Form.SIGNED])
def test_what_cannot_be_replaced_is_refused_and_named_by_its_place(form):
    with pytest.raises(RedactionRefused) as refused:
        redacted({"messages": [{"Anna": "Anna"}]}, at(("messages", 0, "Anna"), "Anna", (0, 4), form=form))
    assert "messages[0].*" in str(refused.value)
    assert "Anna" not in str(refused.value)


def test_tokens_in_signed_text_are_ours_and_stay():
    located = at(("a",), "[NAME_abcdefgh23]", (0, 17), form=Form.SIGNED, kind=Kind.TOKEN)
    assert redacted({"a": "[NAME_abcdefgh23]"}, located).tree == {"a": "[NAME_abcdefgh23]"}


def test_a_field_that_is_not_sent_has_nothing_to_take_out():
    located = (
        at(("user",), "Anna", (0, 4))
        + at(("a", 0), "Anna", (0, 4))
        + at(("a", 7, "b"), "Anna", (0, 4))
        + at(("c", "d"), "1", (0, 1), form=Form.FIXED)
    )
    assert redacted({"a": [], "c": "x"}, located).tree == {"a": [], "c": "x"}


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.sampled_from([Kind.NAME, Kind.MRN, Kind.DATE])), max_size=6
)


@given(st.text('aZ1 .,-[]\\_"é\n', max_size=50), SPANS, st.lists(st.integers(0, 200), max_size=8))
def test_what_was_redacted_is_restored_exactly_however_the_answer_is_cut(text, spans, cuts):
    located = [
        one
        for start, size, kind in spans
        for one in at(("a",), text, (start, min(start + size, len(text))), kind=kind)
        if start < len(text)
    ]
    maker = Pseudonymiser(KEY)
    made = redact({"a": text}, located, styles=TOKENS, pseudonyms=maker, today=date(2026, 11, 21)).tree["a"]
    restorer = Restorer(maker.pseudonyms)
    ends = [*sorted(cut % (len(made) + 1) for cut in cuts), len(made)]
    pieces = [restorer.decode(made[start:end]) for start, end in itertools.pairwise([0, *ends])]
    assert "".join(pieces) + restorer.flush() == text
