"""Tells a policy as a table, who × what × where, each cell by `decide` and by nothing else; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain import DIRECT, GROUPS, Facts, Kind, Target, UnknownReason
from gateway.policy.decide import Egress, Refusal, decide
from gateway.policy.examples import request
from gateway.policy.rules import Policy

ANYBODY = "anybody else"
WHOLE = "as it is"
GROUP_NAMES = tuple((name, kinds) for name, kinds in GROUPS.items() if name != "any")


@dataclass(frozen=True, slots=True)
class Row:
    """One who × what, and the answer for each target in order: its egress or its refusal."""

    who: str
    what: str
    facts: Facts
    cells: tuple[Egress | Refusal, ...]


def matrix(policy: Policy, targets: Sequence[Target], *, today: date, detectors: int = 1) -> tuple[Row, ...]:
    """A row for everybody whom a rule names, and everything that one asks about, for each of `targets`."""
    rows: list[Row] = []
    for who, agent, route, caller in _askers(policy):
        for what, kinds, unknowns, labels in _requests(policy):
            facts = request(
                kinds,
                unknowns=unknowns,
                content=frozenset(),
                agents=frozenset({agent} - {""}),
                route=route,
                caller=caller,
                labels=labels,
                detectors=detectors,
            )
            rows.append(Row(who, what, facts, cells(facts, targets, policy, today=today)))
    return tuple(rows)


def cells(facts: Facts, targets: Sequence[Target], policy: Policy, *, today: date) -> tuple[Egress | Refusal, ...]:
    """The answer for each target, in their order."""
    decision = decide(facts, targets, policy, today=today)
    answers: dict[int, Egress | Refusal] = {id(one.target): one for one in decision.egresses}
    answers |= {id(one.target): one for one in decision.refusals}
    return tuple(answers[id(target)] for target in targets)


@dataclass(frozen=True, slots=True)
class Column:
    """The answers of targets that are all answered alike: by what is asked for, and by everybody who gets the same answers."""

    targets: tuple[str, ...]
    who: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def whole(self) -> bool:
        """Whether everything may go there as it is."""
        return all(cell == WHOLE for _, cells in self.lines for cell in cells)


def columns(rows: Sequence[Row], names: Sequence[str]) -> tuple[Column, ...]:
    """The table, with what is the same told once; `names` are those of the targets, in the order of the cells."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(names)):
        alike.setdefault(tuple(said(row.cells[place]) for row in rows), []).append(place)
    return tuple(_column(rows, tuple(names[one] for one in places), places[0]) for places in alike.values())


def _column(rows: Sequence[Row], targets: tuple[str, ...], place: int) -> Column:
    asked = list(dict.fromkeys(row.what for row in rows))
    answers = {(row.who, row.what): said(row.cells[place]) for row in rows}
    distinct: dict[tuple[str, ...], list[str]] = {}
    for one in dict.fromkeys(row.who for row in rows):
        distinct.setdefault(tuple(answers[one, what] for what in asked), []).append(one)
    lines = tuple((what, tuple(cells[row] for cells in distinct)) for row, what in enumerate(asked))
    return Column(targets, tuple(", ".join(names) for names in distinct.values()), lines)


def said(cell: Egress | Refusal) -> str:
    """One cell in few words."""
    if isinstance(cell, Refusal):
        return f"no: {cell.rule or ('not in the BAA' if cell.excluded else 'not covered')}"
    if not cell.redact:
        return WHOLE
    kinds = frozenset(cell.redact)
    groups = [name for name, group in GROUP_NAMES if group <= kinds]
    rest = kinds.difference(*(group for name, group in GROUP_NAMES if name in groups))
    return "without " + (", ".join([*groups, *sorted(rest)]) if len(rest) <= 3 else f"{len(kinds)} kinds")


def _askers(policy: Policy) -> list[tuple[str, str, str, str]]:
    agents = sorted({name for rule in policy.rules for name in rule.when.agents})
    routes = sorted({name for rule in policy.rules for name in rule.when.routes})
    callers = sorted({name for rule in policy.rules for name in rule.when.callers})
    return [
        (ANYBODY if agents or routes or callers else "anybody", "", "", ""),
        *((f"agent {name}", name, "", "") for name in agents),
        *((f"route {name}", "", name, "") for name in routes),
        *((f"caller {name}", "", "", name) for name in callers),
    ]


def _requests(policy: Policy) -> list[tuple[str, frozenset[Kind], frozenset[UnknownReason], frozenset[str]]]:
    nothing = frozenset[Kind](), frozenset[UnknownReason](), frozenset[str]()
    rows = [("nothing found", *nothing)]
    for name, group in (("direct", DIRECT), *((n, g) for n, g in GROUP_NAMES if n != "direct")):
        kinds = _told_apart(group, policy)
        whole = len(kinds) == 1
        rows += [(name if whole else ", ".join(sorted(part)), part, nothing[1], nothing[2]) for part in kinds]
    rows += [(f"{reason} not checked", nothing[0], frozenset({reason}), nothing[2]) for reason in UnknownReason]
    labels = sorted({label for rule in policy.rules for label in rule.when.labels})
    return rows + [(f"label {label}", nothing[0], nothing[1], frozenset({label})) for label in labels]


def _told_apart(group: frozenset[Kind], policy: Policy) -> list[frozenset[Kind]]:
    """The group, in as many parts as rules tell apart."""
    parts: dict[tuple[object, ...], set[Kind]] = {}
    for kind in sorted(group):
        asked = tuple((kind in rule.when.kinds, rule.then.redact.get(kind)) for rule in policy.rules)
        parts.setdefault(asked, set()).add(kind)
    return [frozenset(part) for part in parts.values()]
