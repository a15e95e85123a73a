"""Explains a request without sending it: what was found and where, what may go where, what would leave; shows no value.

Only `outbound` shows text, and only to whoever holds the request already: the bytes that would leave for each target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.config import Settings
from gateway.domain import JSON, Detection, Order, Passage, Route, Target, Tree
from gateway.errors import GatewayError
from gateway.outbound.prepare import RedactionRefused, prepare
from gateway.phi.find.own_words import OwnWords
from gateway.phi.findings import Located
from gateway.phi.replace.pseudonym import conversation_key
from gateway.pipeline.aside import Aside
from gateway.pipeline.holding import Holdings
from gateway.pipeline.judge import Judged, Scan, judge, resolved, scanned, streams
from gateway.pipeline.wish import NOTHING, Known
from gateway.policy.explain import Explanation, explain
from gateway.routing.charges import concerned
from gateway.routing.complexity import score
from gateway.routing.plan import PassedOver, Why
from gateway.routing.resolve import label_sources
from gateway.wire.endpoint import Call
from gateway.wire.paths import render

_WHY: Final = {
    Why.DOWN: "its server did not answer when it was last asked",
    Why.FAILING: "it failed too often of late, or said for how long to leave it alone",
    Why.LACKS: "it does not list what the request needs",
    Why.TOO_SMALL: "the request is longer than its context",
    Why.BELOW: "its quality is under the route's floor",
}


class LookingScan(Scan, Protocol):
    """A scanner that can also look again at what is about to leave."""

    def look(self, passages: Sequence[Passage]) -> Sequence[Detection]: ...


@dataclass(frozen=True, slots=True)
class Explained:
    """The explanation of one request. `outbound` maps a target to the body that would leave, or why none would.

    `left` is what is left of the budgets and limits that it counts against.
    """

    explanation: Explanation
    found: tuple[Tree, ...]
    spared: tuple[Tree, ...]
    unknown: tuple[Tree, ...]
    order: tuple[str, ...]
    outbound: Mapping[str, str]
    routing: Tree = field(default_factory=dict)
    left: tuple[Tree, ...] = ()

    def tree(self) -> Tree:
        """The whole as JSON."""
        tree: Tree = {
            **self.explanation.tree(),
            "found": list[JSON](self.found),
            "never": list[JSON](self.spared),
            "could_not_be_checked": list[JSON](self.unknown),
            "order": list[JSON](self.order),
            "routing": self.routing,
        }
        if self.left:
            tree["left"] = list[JSON](self.left)
        return {**tree, "outbound": dict[str, JSON](self.outbound)} if self.outbound else tree

    def text(self) -> str:
        """The whole for a terminal."""
        lines = [self.explanation.text(), "", "Found"]
        lines += [
            f"  {item['kind']} in {item['place']}{_by(item)}"
            + ("" if item["counts"] else " (indirect, with nothing beside it)")
            for item in self.found
        ] or ["  nothing"]
        if self.spared:
            lines += ["", "Never an identifier, by your own words"]
            lines += [f"  {item['kind']} in {item['place']}{_by(item)}" for item in self.spared]
        if self.unknown:
            lines += ["", "Could not be checked", *(f"  {item['reason']} at {item['place']}" for item in self.unknown)]
        lines += ["", f"Would be tried: {', then '.join(self.order) or 'nothing'}", *_routing_lines(self.routing)]
        for target, body in self.outbound.items():
            lines += ["", f"Would leave for {target}", body]
        return "\n".join(lines)


async def explain_call(  # noqa: PLR0913  what judges a request, each by its name
    call: Call,
    settings: Settings,
    *,
    scanner: LookingScan,
    aside: Aside,
    known: Known = NOTHING,
    forwards: Callable[[Target], bool] = lambda _target: False,
    pseudonym_key: bytes,
    holdings: Holdings | None = None,
    outbound: bool = False,
) -> Explained:
    """Judge `call` as the pipeline would, and tell it.

    Raises:
        GatewayError: the call itself is refused (no such model, an agent outside the grant).
    """
    resolution = resolved(call, settings)
    findings = await scanned(call, scanner, aside, settings.label_terms)
    judged = judge(call, resolution, findings, settings, known=lambda: known, forwards=forwards)
    found = [_told(at, settings.own_words) for at in findings.located]
    spared = [_told(at, settings.own_words) for at in findings.spared]
    unknown: list[Tree] = [
        {"reason": at.reason.value, "place": render(at.path) or "the request"} for at in findings.unknown_at
    ]
    bodies: dict[str, str] = {}
    if outbound:
        bodies = _bodies(call, judged, scanner, pseudonym_key, route=resolution.route)
    order = tuple(egress.target.name for egress in judged.planned)
    sources = label_sources(call, settings.table, resolution)
    for label in findings.labels:
        sources.setdefault(label, []).append("a term in the text, or text that nobody could read")
    told = explain(judged.decision, judged.facts, settings.policy, label_sources=sources)
    chosen = _routing(call, judged, resolution.route)
    left = holdings.left(concerned(settings.allowances, call.caller, resolution)) if holdings else ()
    return Explained(told, tuple(found), tuple(spared), tuple(unknown), order, bodies, chosen, tuple(left))


def _routing(call: Call, judged: Judged, route: Route) -> Tree:
    """How the order came about: the strategy, the score of the request, what is expected of each, who is passed over."""
    tree: Tree = {"order": route.order.value}
    if route.order is Order.BY_COMPLEXITY:
        tree["complexity"] = f"{call.complexity}, by its header" if call.complexity else str(score(call.payload))
    if route.min_quality is not None:
        tree["min_quality"] = route.min_quality
    if judged.plan.estimates:
        tree["estimates"] = {
            name: {
                "seconds": round(one.seconds, 3) or None,
                "usd": None if one.usd is None else float(one.usd),
                "quality": one.quality,
                "load_s": one.load_s or None,
            }
            for name, one in judged.plan.estimates.items()
        }
    if judged.plan.passed:
        tree["passed_over"] = [_passed(one) for one in judged.plan.passed]
    return tree


def _passed(one: PassedOver) -> Tree:
    told: Tree = {"target": one.target.name, "why": one.why.value}
    return {**told, "lacks": list[JSON](sorted(one.lacks))} if one.lacks else told


def _routing_lines(tree: Tree) -> list[str]:
    """The same for a terminal; nothing where targets are tried as they are listed."""
    lines = []
    if tree.get("order") != Order.LISTED:
        lines.append(f"  order: {tree.get('order')}")
    if "complexity" in tree:
        lines.append(f"  the request is {tree['complexity']}")
    estimates, passed = tree.get("estimates"), tree.get("passed_over")
    for name, one in estimates.items() if isinstance(estimates, dict) else ():
        if isinstance(one, dict):
            said = [f"{one['seconds']} s" if one["seconds"] else "not measured yet"]
            said += [f"${one['usd']:.6f}"] if one["usd"] is not None else ["price unknown"]
            said += [f"quality {one['quality']}"] if one["quality"] is not None else []
            lines.append(f"  {name}: about {', '.join(said)}")
    for one in passed if isinstance(passed, list) else ():
        if isinstance(one, dict):
            lacks = one.get("lacks")
            what = f": {', '.join(map(str, lacks))}" if isinstance(lacks, list) else ""
            lines.append(f"  {one['target']} is passed over ({_WHY[Why(str(one['why']))]}{what})")
    return lines


def _told(at: Located, own: OwnWords) -> Tree:
    """A finding by its kind and place, from character `start` up to `end` there; with the entry of the configuration that
    found it or took it back.
    """
    told: Tree = {
        "kind": at.finding.kind.value,
        "place": at.shown or "the request",
        "start": at.finding.start,
        "end": at.finding.end,
        "carrier": at.carrier.value,
        "counts": at.counts,
    }
    entry = own.entries.get(at.finding.entry)
    return told if entry is None else {**told, "entry": at.finding.entry, "why": entry.why}


def _by(item: Tree) -> str:
    return f", by {item['entry']}: {item['why']}" if "entry" in item else ""


def _bodies(call: Call, judged: Judged, scanner: LookingScan, pseudonym_key: bytes, *, route: Route) -> dict[str, str]:
    """What would leave for each permitted target, byte for byte."""
    key = conversation_key(pseudonym_key, call.caller.name, call.conversation or judged.day.isoformat())
    bodies: dict[str, str] = {}
    for egress in judged.planned:
        try:
            prepared = prepare(
                call,
                egress,
                findings=judged.findings,
                key=key,
                look=scanner.look,
                today=judged.day,
                stream=streams(call, egress.target, others=len(judged.planned) > 1, first_token_s=route.first_token_s),
                lasting=pseudonym_key,
                thinking=route.thinking,
            )
        except (RedactionRefused, GatewayError) as refused:
            bodies[egress.target.name] = f"nothing: {refused}"
        else:
            bodies[egress.target.name] = prepared.outbound.content.decode()
    return bodies
