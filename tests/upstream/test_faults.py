"""What an upstream's failure means: a table of statuses, and no word of the provider unless it may speak."""

from __future__ import annotations

import json

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Target
from gateway.errors import ContextLengthExceeded, InvalidRequest, PayloadTooLarge, UpstreamFailed, UpstreamRejected
from gateway.errors import UpstreamTimeout as Timeout
from gateway.events import AttemptResult
from gateway.upstream import faults

SAID = "The words of the provider"
TARGET = Target("chat", Provider("local", ProviderKind.VLLM, Adapter.DIRECT), "m")


@pytest.mark.parametrize(
    ("status", "error", "result", "fallback"),
    [
        (400, InvalidRequest, AttemptResult.REJECTED, False),
        (401, UpstreamRejected, AttemptResult.REJECTED, False),
        (403, UpstreamRejected, AttemptResult.REJECTED, False),
        (404, UpstreamRejected, AttemptResult.REJECTED, False),
        (408, Timeout, AttemptResult.TIMEOUT, True),
        (413, PayloadTooLarge, AttemptResult.REJECTED, False),
        (422, InvalidRequest, AttemptResult.REJECTED, False),
        (429, UpstreamFailed, AttemptResult.RATE_LIMITED, True),
        (500, UpstreamFailed, AttemptResult.SERVER_ERROR, True),
        (529, UpstreamFailed, AttemptResult.SERVER_ERROR, True),
        (302, UpstreamFailed, AttemptResult.BAD_REPLY, True),
        (204, UpstreamFailed, AttemptResult.BAD_REPLY, True),
    ],
)
def test_every_status_has_a_meaning_and_its_words_stay_behind(status, error, result, fallback):
    failure = faults.refused(status, json.dumps({"error": {"message": SAID}}).encode(), target=TARGET)
    assert type(failure.error) is error
    assert (failure.result, failure.fallback, failure.status) == (result, fallback, status)
    assert SAID not in str(failure) + failure.error.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": 400, "type": "exceed_context_size_error"}}',
        b'{"error": "Trying to keep the first 9000 tokens when context the overflows"}',
        b'{"error": {"message": "This model\'s maximum context length is 8192 tokens"}}',
        b'{"type": "error", "error": {"message": "prompt is too long: 250000 tokens"}}',
    ],
)
def test_every_way_to_say_that_it_does_not_fit_is_one_error(body):
    failure = faults.refused(400, body, target=TARGET)
    assert type(failure.error) is ContextLengthExceeded
    assert not failure.fallback


@pytest.mark.parametrize("body", [{"error": {"message": SAID}}, {"error": SAID}])
def test_a_provider_that_may_speak_is_quoted_up_to_a_limit(body):
    target = Target("chat", TARGET.provider, "m", relay_errors=True)
    assert faults.refused(400, json.dumps(body).encode(), target=target).error.message == SAID
    long = faults.refused(500, json.dumps({"error": "x" * 9000}).encode(), target=target)
    assert len(long.error.message) == faults.MAX_RELAYED


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": 5}', b'{"error": {"message": []}}', b"\xff"])
def test_words_that_cannot_be_read_are_replaced_by_ours(body):
    target = Target("chat", TARGET.provider, "m", relay_errors=True)
    assert faults.refused(500, body, target=target).error.message == "Provider local failed."
