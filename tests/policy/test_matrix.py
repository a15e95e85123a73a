"""The table of a policy says what `decide` says, of everybody and everything that a rule names."""

from __future__ import annotations

from hypothesis import given, settings

from gateway.domain import DIRECT, Kind, Style, UnknownReason
from gateway.policy.decide import Egress, decide
from gateway.policy.matrix import columns, matrix, said
from gateway.policy.rules import Policy
from tests.kit.policies import ALL, OPEN, PHI_NEEDS_BAA, TODAY, rule


@settings(max_examples=40, deadline=None)
@given(OPEN)
def test_every_cell_is_what_is_decided(policy):
    for row in matrix(policy, ALL, today=TODAY):
        for target, cell in zip(ALL, row.cells, strict=True):
            decision = decide(row.facts, [target], policy, today=TODAY)
            assert [(one.target, dict(one.redact)) for one in decision.egresses] == (
                [(cell.target, dict(cell.redact))] if isinstance(cell, Egress) else []
            )
            assert isinstance(cell, Egress) or decision.refusals == (cell,)


def test_everybody_and_everything_that_a_rule_names_has_a_row():
    policy = Policy(
        (
            PHI_NEEDS_BAA,
            rule("a", kinds=[Kind.SSN], agents=["qc"], redact={Kind.SSN: Style.REMOVE}),
            rule("l", labels=["part2"], deny=True),
            rule("r", routes=["radiology"], callers=["soma"], unknowns=[UnknownReason.IMAGE], deny=True),
        )
    )
    rows = matrix(policy, ALL, today=TODAY)
    assert {row.who for row in rows} == {"anybody else", "agent qc", "route radiology", "caller soma"}
    what = {row.what for row in rows}
    assert {"nothing found", "ssn", "label part2", "image not checked", "indirect"} <= what
    assert DIRECT - {Kind.SSN} in {row.facts.kinds for row in rows}


def test_a_cell_is_told_in_few_words():
    policy = Policy((rule("r", kinds=DIRECT, redact=[Kind.SSN]), rule("d", labels=["x"], deny=True)))
    cells = {(row.who, row.what): said(row.cells[1]) for row in matrix(policy, ALL, today=TODAY)}
    assert cells["anybody", "nothing found"] == "as it is"
    assert cells["anybody", "ssn"] == "without ssn"
    assert cells["anybody", "label x"] == "no: d"
    assert said(matrix(Policy(), ALL, today=TODAY)[0].cells[1]) == "no: not covered"
    everything = Policy((rule("r", kinds=DIRECT, redact=set(Kind)),))
    (row,) = [row for row in matrix(everything, ALL, today=TODAY) if row.what == "direct"]
    assert said(row.cells[1]) == "without direct, indirect"


def test_columns_tell_every_cell_and_what_is_the_same_once():
    policy = Policy((PHI_NEEDS_BAA, rule("r", routes=["radiology"], callers=["soma"], deny=True)))
    rows = matrix(policy, ALL, today=TODAY)
    names = [target.name for target in ALL]
    told = columns(rows, names)
    assert sorted(name for column in told for name in column.targets) == sorted(names)
    for column in told:
        for name in column.targets:
            place = names.index(name)
            cells = {
                (who, what): cell
                for what, line in column.lines
                for heads, cell in zip(column.who, line, strict=True)
                for who in heads.split(", ")
            }
            assert cells == {(row.who, row.what): said(row.cells[place]) for row in rows}
        assert column.whole == all(cell == "as it is" for _, line in column.lines for cell in line)
