from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Carrier, Finding, Kind, Passage
from gateway.phi.find.engine import Engine
from gateway.phi.find.passes import NAMES, Reading, passes
from gateway.phi.grammar import find_tokens

ENGINE = Engine()


class Names:
    """A model that knows one name."""

    def find(self, text: str) -> list[Finding]:
        return [Finding(Kind.NAME, *found.span(), 0.8) for found in re.finditer("Olena(?: Kovalchuk)?|Dr", text)]


def found(text: str, *, engine: Engine = ENGINE, cue: str = "", carrier: Carrier = Carrier.MESSAGE) -> list[str]:
    (detection,) = engine.detect([Passage(text, cue, carrier)])
    return [text[one.start : one.end] for one in detection.findings]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rules", "MRN 8675309", "8675309"),
        ("layouts", '{"mrn": {"value": "A8675"}}', "A8675"),
        ("evasion", "TVJOIDg2NzUzMDkgU1NOIDkxMi0wNC0xMjM0", "TVJOIDg2NzUzMDkgU1NOIDkxMi0wNC0xMjM0"),
        ("model", "Ask Olena", "Olena"),
    ],
)
def test_a_pass_that_is_left_out_finds_nothing(name, text, value):
    assert value in found(text, engine=Engine(Names()))
    assert value not in found(text, engine=Engine(Names(), without={name}))


def test_a_key_speaks_only_with_its_pass():
    assert found("8675309", cue="patient mrn", carrier=Carrier.TOOL_ARGS) == ["8675309"]
    assert Engine(without={"keys"}).detect([Passage("8675309", "patient mrn", Carrier.TOOL_ARGS)])[0].findings == ()


@pytest.mark.parametrize(
    ("name", "text", "carrier"),
    [
        ("exceptions", "Write to support@hospital.org", Carrier.SYSTEM),
        ("veto", "The Dr is in", Carrier.MESSAGE),
        ("permit", "Patient: [PATIENT NAME]; MRN: 0000000", Carrier.MESSAGE),
        ("tokens", "Reach him: ssn [SSN_234567abcd]", Carrier.MESSAGE),
    ],
)
def test_a_pass_that_is_left_out_takes_nothing_back(name, text, carrier):
    assert found(text, engine=Engine(Names()), carrier=carrier) == []
    if name != "tokens":
        assert found(text, engine=Engine(Names(), without={name}), carrier=carrier)


@pytest.mark.parametrize("names", [{"merge"}, {"evasions"}, {"rules", ""}])
def test_what_is_no_pass_or_needed_by_others_cannot_be_left_out(names):
    with pytest.raises(ValueError, match="can be left out: rules, keys"):
        Engine(without=names)


def test_without_a_model_there_is_no_pass_for_it():
    assert len(passes(None)) == len(NAMES) - 2
    assert len(passes(Names())) == len(NAMES) - 1
    assert len(passes(Names(), without=set(NAMES) - {"merge"})) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("write to philip_harrington@gmail.com", "philip_harrington@gmail.com"),
        ("email_abcdefghij.maria.gonzalez@example.org", "email_abcdefghij.maria.gonzalez@example.org"),
        ("EMAIL_abcdefgh23.maria.gonzalez@example.org", "EMAIL_abcdefgh23.maria.gonzalez@example.org"),
        ("maria+name_abcdefgh23@example.org", "maria+name_abcdefgh23@example.org"),
        ("ship_abcdefghij@example.org", "ship_abcdefghij@example.org"),
        ("https://portal.example.org/patients/mrn_abcdefgh23/8675309", "8675309"),
        ("MRN: MRN_abcdefgh23-8675309", "8675309"),
        ("MRN xmrn_234567234", "xmrn_234567234"),
        ("SSN 912-04-1234 mrn_description", "912-04-1234"),
    ],
)  # fmt: skip
def test_what_only_contains_the_form_of_a_pseudonym_is_found(text, value):
    assert any(value in one for one in found(text))


@pytest.mark.parametrize(
    "text",
    [
        "MRN: [MRN_234567abcd]", "MRN: \\[MRN\\_234567abcd\\]", "MRN: MRN_234567abcd.", "plan member PLAN_MEMBER_q2q2q2q2q2,",
        "MRN: [mrn_234567ABCD]", "`[SSN_zzzzzzzz77]`",
    ],
)  # fmt: skip
def test_whatever_form_would_be_restored_hides_what_is_within(text):
    assert found(text) == []


def test_a_form_that_only_appears_when_the_text_is_folded_hides_nothing():
    assert found("MRN: MRN_２３４５６７２３４５")


CORES = st.builds(
    "{}_{}".format, st.sampled_from([kind.value for kind in Kind]), st.text("abgz27", min_size=9, max_size=11)
)
AROUND = st.sampled_from(
    ["", " ", "ph", "@example.org", ".maria@example.org", "[", "]", "\\", "-8675309", "MRN ", "/", "_", "1"]
)


@given(st.lists(st.one_of(CORES, CORES.map(str.upper), AROUND), max_size=8).map("".join))
@settings(max_examples=400)
def test_what_hides_a_finding_is_reported_itself(text):
    """Every character that a finding would cover without the tokens is covered by a finding or by a reported token."""
    covered = {at for token in find_tokens(text) for at in range(token.start, token.end)}
    for one in ENGINE.detect([Passage(text)])[0].findings:
        covered |= set(range(one.start, one.end))
    plain = Engine(without={"tokens"}).detect([Passage(text)])[0].findings
    assert {at for one in plain for at in range(one.start, one.end)} <= covered


def test_a_reading_holds_the_text_of_its_passage():
    reading = Reading.of(Passage("MRN\u200b 1"))
    assert (reading.folded.text, reading.hidden.blobs) == ("MRN 1", ())
