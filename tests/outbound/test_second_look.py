from __future__ import annotations

import pytest

from gateway.domain import Carrier, Detection, Finding, Kind
from gateway.outbound.second_look import Residue, again, residue
from gateway.phi.findings import Leaves
from gateway.phi.leaf import Form, Leaf
from gateway.phi.replace.pseudonym import Pseudonymiser

MAKER = Pseudonymiser(b"k" * 32)
ANNA = MAKER.token(Kind.NAME, "Anna")


def left(text, *findings, wanted=frozenset(Kind), written=()):
    leaves = Leaves({}, [Leaf(("x",), text, Carrier.MESSAGE)], (), ())
    return residue(leaves, [Detection(findings)], wanted=wanted, known=MAKER.pseudonyms, written=written)


def test_our_own_tokens_are_no_residue_and_what_stands_beside_them_is():
    text = f"Dr {ANNA} Muster"
    assert left(text, Finding(Kind.NAME, 3, 3 + len(ANNA))) == []
    assert left(text, Finding(Kind.NAME, 5, 9)) == []
    assert left(text, Finding(Kind.NAME, 0, len(text))) == [Residue(Kind.NAME, "Dr"), Residue(Kind.NAME, "Muster")]


@pytest.mark.parametrize("written", [f'"{ANNA}"', ANNA.strip("[]"), ANNA.replace("_", r"\\_")])
def test_a_token_is_ours_however_it_is_written(written):
    text = f"Dr {written} Muster"
    assert [part.surface.strip('" ') for part in left(text, Finding(Kind.NAME, 0, len(text)))] == ["Dr", "Muster"]


def test_a_strangers_token_is_residue():
    assert left("[NAME_aaaaaaaaa2]", Finding(Kind.NAME, 0, 17)) == [Residue(Kind.NAME, "[NAME_aaaaaaaaa2]")]


def test_what_was_written_and_what_nobody_wanted_out_is_no_residue():
    assert left("in 1957", Finding(Kind.DATE, 3, 7), written={"1957"}) == []
    assert left("in 1957", Finding(Kind.DATE, 3, 7), wanted={Kind.MRN}) == []


def test_what_is_left_is_found_again_wherever_the_original_says_it():
    leaves = [Leaf(("a",), "Eva of Wels, Wels2", Carrier.MESSAGE), Leaf(("b",), "Evasive", Carrier.MESSAGE)]
    found = again(leaves, [Residue(Kind.NAME, "Eva"), Residue(Kind.PLACE, "Wels")])
    assert [(spot.leaf.path, spot.finding.kind, spot.finding.start) for spot in found] == [
        (("a",), Kind.NAME, 0),
        (("a",), Kind.PLACE, 7),
        (("a",), Kind.PLACE, 13),
    ]


def test_of_two_things_left_the_longer_is_found_where_both_begin():
    [found] = again(
        [Leaf((), "Anna Muster", Carrier.MESSAGE)], [Residue(Kind.MRN, "Anna"), Residue(Kind.NAME, "Anna Muster")]
    )
    assert (found.finding.kind, found.finding.end) == (Kind.NAME, 11)


@pytest.mark.parametrize("form", [Form.FIXED, Form.NUMBER, Form.JSON_NUMBER])
def test_what_tokens_make_stand_out_is_no_identifier_where_a_number_stands_alone(form):
    """A limit was read with the keys around it; a token in another sentence says nothing about it."""
    leaves = [Leaf(("a",), "up to 600000 ms", Carrier.TOOL_DEFINITION), Leaf(("b",), "600000", Carrier.OTHER, "", form)]
    assert [spot.leaf.path for spot in again(leaves, [Residue(Kind.OTHER_ID, "600000")])] == [("a",)]


@pytest.mark.parametrize("text", ["call_600000", "toolu_600000"])
def test_what_is_left_is_found_in_ids_that_cannot_be_replaced(text):
    leaves = [Leaf(("b",), text, Carrier.STRUCTURE, "", Form.FIXED)]
    assert again(leaves, [Residue(Kind.MRN, "600000")]) != ()
