"""What a caller is told when nothing may or can take the request: which rule kept it back, and what to start."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain import Provider, Target, Trait
from gateway.errors import (
    ContextLengthExceeded,
    EgressDenied,
    ErrandDenied,
    GatewayError,
    InvalidRequest,
    TargetsUnavailable,
    UpstreamLimited,
    UpstreamOverloaded,
)
from gateway.events import AttemptResult
from gateway.kinds import profile
from gateway.policy.decide import Decision, Egress, Refusal
from gateway.routing.plan import PassedOver, Why
from gateway.upstream.port import AttemptFailed, Overtaken

_NEVER_SENT = frozenset({AttemptResult.REFUSED, AttemptResult.UNRECORDED})
"""What starting a server does not mend."""
_NOT_THERE = frozenset({AttemptResult.CONNECT, AttemptResult.MISCONFIGURED})
"""What somebody who runs the gateway has to mend, before anything can be reached."""


def nothing_permitted(decision: Decision, *, off: Sequence[Target], passed: Sequence[PassedOver] = ()) -> GatewayError:
    """No candidate may take the request, or those that may are switched off, or not good enough for the route."""
    below = [one.target.name for one in passed if one.why is Why.BELOW]
    if below:
        text = f"No permitted target has the quality that the route asks for: {', '.join(below)} do not."
        return TargetsUnavailable(" ".join([text, _kept(decision.refusals)]).strip())
    if off:
        return TargetsUnavailable(" ".join(["No permitted target is available:", _off(off), _kept(decision.refusals)]))
    return EgressDenied(
        " ".join(
            [
                "This request may not be sent to any configured destination.",
                _kept(decision.refusals),
                "Add a target on the premises to the route, or see `gateway explain`.",
            ]
        )
    )


def nothing_answered(failures: Sequence[tuple[Target, AttemptFailed]], decision: Decision) -> GatewayError:
    """Every permitted target was tried and failed.

    One that is merely busy is told before all others: to ask again later is all that it takes. Where a rule kept other
    targets out, or nothing could even be reached, the caller learns what to start (503); a single provider that failed
    while answering is its own error (502, 504), and so is one that does not take our key or have our model.
    """
    if all(failure.result in _NEVER_SENT for _, failure in failures):
        return _unable(failures)
    refused = failures[-1][1].error
    failures = [(target, failure) for target, failure in failures if failure.result not in _NEVER_SENT]
    _, last = failures[-1]
    busy = [failure.error for _, failure in failures if isinstance(failure.error, UpstreamLimited | UpstreamOverloaded)]
    if busy:
        soonest = min(busy, key=lambda error: error.retry_after_s or 0)
        tried = list({target.name: target for target, _ in failures}.values())
        if decision.refusals and isinstance(
            soonest, UpstreamOverloaded
        ):  # a server that only begins to load says 503 too
            soonest.message = f"{soonest.message} If it stays so, {_start(tried)}"
        soonest.message = f"{soonest.message} {_kept(decision.refusals)}".strip()
        return soonest
    unfit = [
        failure.error for _, failure in failures if isinstance(failure.error, ContextLengthExceeded | InvalidRequest)
    ]
    if unfit:  # what the caller can mend comes before what may never have helped
        unfit[0].message = f"{unfit[0].message} {_kept(decision.refusals)}".strip()
        return unfit[0]
    if isinstance(refused, EgressDenied):  # what might have taken its place may not see the request, or not any more
        return refused
    ours = [failure.error for _, failure in failures if failure.result is AttemptResult.MISCONFIGURED]
    if len(ours) == len(failures):
        return ours[0]
    down = all(failure.result in _NOT_THERE for _, failure in failures)
    if not decision.refusals and not down:
        return last.error
    tried = list({target.name: target for target, _ in failures}.values())
    return TargetsUnavailable(
        " ".join(["No permitted target answered:", _start(tried), _kept(decision.refusals)]).strip()
    )


def no_longer(egress: Egress) -> AttemptFailed:
    """A reload, or a day that ended, took the permission back while the request was under way."""
    error = EgressDenied(f"What is configured now does not permit target {egress.target.name} any more. Send it again.")
    return AttemptFailed(error, result=AttemptResult.REFUSED)


def overtaken(egress: Egress) -> Overtaken:
    """A reload came while the request was under way, and permits it still, by other rules or under another name of them."""
    error = EgressDenied(f"What permits target {egress.target.name} was configured anew. Send it again.")
    return Overtaken(error, result=AttemptResult.REFUSED)


def served_elsewhere(egress: Egress) -> AttemptFailed:
    """The server says that somebody off the premises runs the model."""
    error = EgressDenied(
        f"The server of target {egress.target.name} has its model served off the premises, where this request may not "
        "go. Name a model that runs there, or see `gateway explain`."
    )
    return AttemptFailed(error, result=AttemptResult.REFUSED)


def _unable(failures: Sequence[tuple[Target, AttemptFailed]]) -> GatewayError:
    """Nobody was sent anything: what the first could not carry, and who else could not either."""
    first = failures[0][1].error
    if len(failures) == 1 or not isinstance(first, InvalidRequest | ErrandDenied | ContextLengthExceeded):
        return failures[-1][1].error
    names = ", ".join(target.name for target, _ in failures)
    first.message = f"{first.message} None of the permitted targets can do it: {names}."
    return first


def start_hint(provider: Provider, model: str = "MODEL") -> str:
    """What an administrator does to bring a provider up."""
    pattern = profile(provider.kind).start
    return pattern.format(model=model) if pattern else f"check provider {provider.name} ({provider.kind})"


def _start(targets: Sequence[Target]) -> str:
    return (
        "; ".join(f"{start_hint(target.provider, target.model)} for target {target.name}" for target in targets) + "."
    )


def _off(targets: Sequence[Target]) -> str:
    return "; ".join(f"target {target.name} is off because {target.provider.off}" for target in targets) + "."


def _kept(refusals: Sequence[Refusal]) -> str:
    """For each refused target, the words of the rule that refused it, and what mends it, once."""
    sentences = []
    for refusal in refusals:
        rule = f" by rule {refusal.rule}" if refusal.rule else ""
        if refusal.target.provider.forwards:
            sentences.append(f"The server of target {refusal.target.name} has its model served off the premises.")
        baa = refusal.target.provider.baa
        if baa is not None and Trait.BAA in refusal.missing:
            sentences.append(f"The BAA of provider {refusal.target.provider.name} ended on {baa.expires}.")
        sentences.append(f"Target {refusal.target.name} was not allowed{rule}: {refusal.why.rstrip('.')}.")
    remedies = [refusal.remedy for refusal in refusals if refusal.remedy]
    return " ".join(dict.fromkeys(sentences + remedies))
