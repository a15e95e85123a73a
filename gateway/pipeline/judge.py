"""The half of the path that asks and decides: resolve, scan, decide, plan; prepares nothing, sends nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from operator import is_
from typing import Final, Protocol

from gateway.config import Settings
from gateway.domain import Caller, Detection, Facts, Kind, Passage, Target
from gateway.kinds import profile
from gateway.kinds.wishes import unheard
from gateway.outbound.prepare import endpoint_of
from gateway.phi.find.label_terms import LabelTerms, labelled, unread
from gateway.phi.findings import Findings, Leaves
from gateway.phi.read.scan import failed, gather, walk
from gateway.pipeline.aside import Aside
from gateway.pipeline.wish import NOTHING, Known, wish_of
from gateway.policy.decide import Decision, Egress, decide
from gateway.policy.rules import Policy
from gateway.routing.plan import Plan, alone, plan
from gateway.routing.resolve import Resolution, resolve
from gateway.wire.endpoint import Call
from gateway.wire.system import system_text


class Scan(Protocol):
    """What is asked of a scanner: one detection per passage, whatever happens, within its deadline."""

    @property
    def covers(self) -> frozenset[Kind]: ...
    @property
    def detectors(self) -> int: ...
    def allowed_s(self, passages: Sequence[Passage]) -> float: ...
    def detect(
        self, passages: Sequence[Passage], *, caller: str, until: float | None = None
    ) -> Awaitable[Sequence[Detection]]: ...


MAX_DECISIONS: Final = 512
"""How many are remembered: more sorts of requests than a hospital's callers, routes and kinds make in a day."""


class Decide(Protocol):
    """`policy.decide`, or what remembers what it said."""

    def __call__(self, facts: Facts, candidates: Sequence[Target], policy: Policy, *, today: date) -> Decision: ...


class Decisions:
    """What `policy.decide` said: of equal facts about the very same targets, by the same policy and day, it says the same.

    A target that was configured anew is another one, even if all of it is equal, and so is a policy. Facts hold names of the
    configuration, kinds and reasons, and nothing that a caller wrote.
    """

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._day: date | None = None
        self._made: dict[Facts, tuple[Sequence[Target], Decision]] = {}

    def __call__(self, facts: Facts, candidates: Sequence[Target], policy: Policy, *, today: date) -> Decision:
        if policy is not self._policy or today != self._day or len(self._made) >= MAX_DECISIONS:
            self._policy, self._day, self._made = policy, today, {}
        about, decision = self._made.get(facts, _UNDECIDED)
        if decision is None or len(about) != len(candidates) or not all(map(is_, about, candidates)):
            decision = decide(facts, candidates, policy, today=today)
            self._made[facts] = candidates, decision
        return decision


_UNDECIDED: Final[tuple[Sequence[Target], Decision | None]] = (), None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found out and decided about one call, on `day`."""

    facts: Facts
    findings: Findings
    decision: Decision
    plan: Plan[Egress]
    day: date

    @property
    def planned(self) -> tuple[Egress, ...]:
        """The attempts, in order."""
        return self.plan.attempts

    @property
    def off(self) -> list[Target]:
        """Targets that policy permits and that are switched off."""
        return [egress.target for egress in self.decision.egresses if egress.target.provider.off]


def resolved(call: Call, settings: Settings, *, default_agent: str = "") -> Resolution:
    """Who asks, and which route is meant. Raises the errors of `routing.resolve`."""
    return resolve(call, settings.table, system_text=system_text(call.payload), default_agent=default_agent)


def standing(caller: Caller, settings: Settings) -> Caller | None:
    """The caller as `settings` know it: with the grant of now, or None where it is a caller no more, or by another key.

    One whom the key store admits is not theirs: its grant does not change, and its requests are ended with its key.
    """
    if caller.prefix:
        return caller
    known = (*settings.callers, *(listener.anonymous for listener in settings.listeners if listener.anonymous))
    return next((one for one in known if (one.name, one.key) == (caller.name, caller.key)), None)


async def scanned(call: Call, scanner: Scan, aside: Aside, terms: LabelTerms) -> Findings:
    """What is in the payload, as far as anyone can tell within the deadline, which counts from the first step to the last."""
    began_s = time.monotonic()
    leaves, passages, labels = await aside(partial(_laid_open, call, terms), large=call.large)
    until = began_s + scanner.allowed_s(passages)
    detections = await scanner.detect(passages, caller=call.caller.name, until=until)
    if time.monotonic() < until:
        said = partial(gather, leaves, detections, scanner.covers, detectors=scanner.detectors)
        findings = await aside(said, large=call.large)
        if time.monotonic() < until:
            labels |= unread(terms, findings.unknowns)
            return replace(findings, labels=labels) if labels else findings
    late = failed(leaves, scanner.covers)
    return replace(late, labels=labels | unread(terms, late.unknowns))


def _laid_open(call: Call, terms: LabelTerms) -> tuple[Leaves, Sequence[Passage], frozenset[str]]:
    leaves = walk(call)
    passages = leaves.passages
    return leaves, passages, labelled(terms, passages)


def judge(
    call: Call,
    resolution: Resolution,
    findings: Findings,
    settings: Settings,
    *,
    known: Callable[[], Known] = lambda: NOTHING,
    forwards: Callable[[Target], bool] = lambda _target: False,
    deciding: Decide = decide,
) -> Judged:
    """Decide for every target of the route, and put the permitted ones in order; `known` is asked where there is a choice.

    A target that `forwards`, as far as is known, is decided on as one off the premises.
    """
    facts = Facts(
        caller=call.caller.name,
        route=resolution.route.name,
        agents=resolution.agents,
        agent_unclear=resolution.agent_unclear,
        kinds=findings.kinds,
        reported=findings.reported,
        unknowns=findings.unknowns,
        content=findings.content,
        covered=findings.covered,
        detectors=findings.detectors,
        labels=resolution.labels | findings.labels,
    )
    day = today()
    candidates = [forwarding(target) if forwards(target) else target for target in resolution.route.targets]
    decision = deciding(facts, candidates, settings.policy, today=day)
    planned = alone(decision.egresses, resolution.route)
    return Judged(
        facts, findings, decision, planned or _plan(call, resolution, findings, settings, decision, known()), day
    )


def _plan(
    call: Call, resolution: Resolution, findings: Findings, settings: Settings, decision: Decision, known: Known
) -> Plan[Egress]:
    return plan(
        decision.egresses,
        known.health,
        auto_fallback=settings.auto_fallback,
        operation=call.operation,
        wish=wish_of(call, resolution.route, findings, key=known.key),
        paces=known.paces,
        failing=known.failing,
    )


def forwarding(target: Target) -> Target:
    """The target as one whose server sends what it is asked on to somebody off the premises (law 10)."""
    return replace(target, provider=replace(target.provider, forwards=True))


def streams(call: Call, target: Target, *, others: bool, first_token_s: float | None) -> bool:
    """Whether `target` is asked for a stream.

    For a caller that wants one; wherever the wait for the first token is limited (s) or `others` could take over, because
    only a stream shows when the first token comes; and wherever people run the server themselves, because some of those
    notice that nobody waits any more only at the next piece that they write (llama.cpp went on for seconds). But not for
    those that let go of a whole answer as well, nor where the request wishes for something that the server says in no stream.
    """
    streamed = endpoint_of(target, call.endpoint, call.payload).reply.streamed
    if streamed is None:
        return False
    known = profile(target.provider.kind)
    inside = streamed.says_all and known.of_people and not known.lets_go and not unheard(call.payload, known.only_whole)
    return call.stream or others or first_token_s is not None or inside


def today() -> date:
    """The day by which BAA terms and daily conversations are judged: UTC."""
    return datetime.now(UTC).date()


def goes_last(call: Call, resolution: Resolution, settings: Settings) -> bool:
    """Whether everybody else goes first where requests queue: as the request says, else as its agents are configured."""
    if call.batch is not None:
        return call.batch
    agents = [settings.table.agents[name] for name in resolution.agents if name in settings.table.agents]
    return bool(agents) and all(agent.batch for agent in agents)
