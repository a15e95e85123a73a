from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import Adapter, BaaTerm, Provider, ProviderKind, Sensitivity, Target, Trait
from gateway.errors import EgressDenied, TargetsUnavailable, UpstreamTimeout
from gateway.events import AttemptResult
from gateway.pipeline.judge import today
from gateway.pipeline.refusal import nothing_answered, nothing_permitted, start_hint
from gateway.policy.decide import Decision, Refusal, RefusalReason
from gateway.upstream import faults
from gateway.upstream.port import AttemptFailed


def target(name, kind=ProviderKind.LM_STUDIO, *, off=""):
    return Target(name, Provider(name, kind, Adapter.DIRECT, off=off), "qwen")


KEPT = Refusal(target("cloud", ProviderKind.OPENAI), RefusalReason.TRAIT_MISSING, "stay", "It stays with us.")


def decision(*refusals):
    return Decision((), refusals, Sensitivity.PHI, "hash", today())


def test_nothing_permitted_is_a_403_in_the_words_of_the_rule():
    error = nothing_permitted(decision(KEPT), off=[])
    assert isinstance(error, EgressDenied)
    assert "Target cloud was not allowed by rule stay: It stays with us." in error.message


def test_an_agreement_that_has_ended_is_named_with_its_last_day():
    provider = replace(KEPT.target.provider, name="openai", baa=BaaTerm("C-1", date(2026, 6, 30)))
    kept = replace(KEPT, target=replace(KEPT.target, provider=provider), missing=frozenset({Trait.BAA}))
    ended = "The BAA of provider openai ended on 2026-06-30."
    assert ended in nothing_permitted(decision(kept), off=[]).message
    for other in (replace(kept, missing=frozenset({Trait.ON_PREM})), replace(KEPT, missing=frozenset({Trait.BAA}))):
        assert "ended on" not in nothing_permitted(decision(other), off=[]).message


def test_what_mends_a_refusal_is_said_once():
    kept = [
        Refusal(target(name), RefusalReason.UNCONFIRMED, "two", "Two must look.", remedy="Add one.")
        for name in ("mini", "sonnet")
    ]
    message = nothing_permitted(decision(*kept), off=[]).message
    assert "sonnet was not allowed by rule two: Two must look. Add one. Add a target" in message
    assert message.count("Add one.") == 1


def test_a_permitted_target_that_is_off_is_a_503_that_says_why():
    error = nothing_permitted(decision(KEPT), off=[target("claude", off="ANTHROPIC_API_KEY is not set")])
    assert isinstance(error, TargetsUnavailable)
    assert "target claude is off because ANTHROPIC_API_KEY is not set" in error.message


def test_all_unreachable_is_a_503_that_says_what_to_start():
    local = target("local")
    error = nothing_answered([(local, faults.unreachable(local))], decision())
    assert isinstance(error, TargetsUnavailable)
    assert "lms server start" in error.message
    assert "for target local" in error.message


def test_with_a_target_kept_out_every_failure_is_a_503_that_names_the_rule():
    local = target("local")
    error = nothing_answered([(local, faults.late(local))], decision(KEPT))
    assert isinstance(error, TargetsUnavailable)
    assert "by rule stay" in error.message


def test_a_failure_with_nobody_kept_out_is_the_providers_own():
    local = target("local")
    error = nothing_answered([(local, faults.unreachable(local)), (local, faults.late(local))], decision())
    assert isinstance(error, UpstreamTimeout)


@pytest.mark.parametrize("kind", list(ProviderKind))
def test_every_kind_of_provider_has_a_hint(kind):
    assert start_hint(target("p", kind).provider, "qwen")


@pytest.mark.parametrize("result", [AttemptResult.REFUSED, AttemptResult.UNRECORDED])
def test_what_was_never_sent_is_no_reason_to_start_anything(result):
    """Neither a redaction that cannot be done nor a ledger that cannot be written is mended by starting a server."""
    failure = AttemptFailed(EgressDenied("It cannot be taken out."), result=result)
    assert nothing_answered([(target("near"), failure)], decision(KEPT)) is failure.error
