"""What an upstream's failure means: a table of statuses, and no word of the provider unless it may speak."""

from __future__ import annotations

import json

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Target
from gateway.errors import (
    ContextLengthExceeded,
    InsufficientQuota,
    InvalidRequest,
    PayloadTooLarge,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamOverloaded,
    UpstreamRejected,
)
from gateway.errors import UpstreamTimeout as Timeout
from gateway.events import AttemptResult
from gateway.upstream import faults

SAID = "The words of the provider"
TARGET = Target("chat", Provider("local", ProviderKind.VLLM, Adapter.DIRECT), "m")


@pytest.mark.parametrize(
    ("status", "error", "result", "fallback"),
    [
        (400, InvalidRequest, AttemptResult.REJECTED, False),
        (401, UpstreamRejected, AttemptResult.MISCONFIGURED, True),
        (402, InsufficientQuota, AttemptResult.MISCONFIGURED, True),
        (403, UpstreamRejected, AttemptResult.MISCONFIGURED, True),
        (404, UpstreamRejected, AttemptResult.MISCONFIGURED, True),
        (408, Timeout, AttemptResult.TIMEOUT, True),
        (413, PayloadTooLarge, AttemptResult.REJECTED, False),
        (422, InvalidRequest, AttemptResult.REJECTED, False),
        (429, UpstreamLimited, AttemptResult.RATE_LIMITED, True),
        (500, UpstreamFailed, AttemptResult.SERVER_ERROR, True),
        (503, UpstreamOverloaded, AttemptResult.SERVER_ERROR, True),
        (529, UpstreamOverloaded, AttemptResult.SERVER_ERROR, True),
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
    ("named", "param"),
    [
        ("temperature", "temperature"),
        ("messages[0].content", "messages"),
        ("tools.0.function.parameters", "tools"),
        ("Maria Lopez", ""),
        ("a_field_of_nobody", ""),
        (["temperature"], ""),
        (None, ""),
    ],
)
def test_the_field_that_an_error_names_is_named_if_it_is_one(named, param):
    body = json.dumps({"error": {"message": SAID, "param": named}}).encode()
    error = faults.refused(400, body, target=TARGET).error
    assert error.param == param
    assert (f"`{param}`" in error.message) is bool(param)
    assert SAID not in error.message


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
    assert failure.fallback  # another target may hold more


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"error":{"message":"\\"llama3\\" does not support tools","type":"invalid_request_error"}}'),
        (400, b'{"error":{"message":"invalid image input","type":"invalid_request_error"}}'),
        (400, b'{"error":"\'url\' field must be a base64 encoded image."}'),
        (404, b'{"error": "Only \'text\' content type is supported."}'),
        (500, b'{"error":{"code":500,"message":"image input is not supported - hint: mmproj","type":"server_error"}}'),
    ],
)
def test_what_a_model_cannot_do_another_one_may(status, body):
    failure = faults.refused(status, body, target=TARGET)
    assert type(failure.error) is InvalidRequest
    assert (failure.result, failure.fallback) == (AttemptResult.REJECTED, True)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "Trying to keep the first 4096 tokens when context the overflows."}, ContextLengthExceeded),
        ("Unexpected endpoint or method. (POST /chat/completions)", UpstreamFailed),
        ({"message": "x does not support thinking"}, InvalidRequest),
    ],
)
def test_an_error_under_status_200_means_what_it_says(error, kind):
    failure = faults.told(error, target=TARGET)
    assert type(failure.error) is kind
    assert (failure.status, failure.fallback) == (200, True)


@pytest.mark.parametrize("status", [429, 503, 529])
@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"Retry-After": "0.2"}, 1),
        ({"Retry-After": "7.5"}, 8),
        ({"Retry-After": "86400"}, 60),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        ({"Retry-After": "soon"}, 60),
        ({"Retry-After": "-5"}, 60),
        ({"Retry-After": "9" * 400}, 60),
        ({"retry-after-ms": "2500", "Retry-After": "30"}, 3),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_how_long_a_provider_wants_us_to_wait_is_handed_on_within_bounds(status, headers, wait_s):
    error = faults.refused(status, b"", target=TARGET, headers=headers).error
    assert error.retry_after_s == (type(error).retry_after_s if wait_s is None else wait_s)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"error": {"code": "insufficient_quota", "type": "insufficient_quota"}}),
        (400, {"type": "error", "error": {"message": "Your credit balance is too low to access the Anthropic API."}}),
        (402, {"error": {"message": "Insufficient Balance"}}),
        (403, {"error": {"code": "billing_not_active"}}),
    ],
)
def test_an_account_that_is_used_up_is_no_matter_of_waiting(status, body):
    failure = faults.refused(status, json.dumps(body).encode(), target=TARGET, headers={"Retry-After": "7"})
    assert type(failure.error) is InsufficientQuota
    assert (failure.error.retry_after_s, failure.error.should_retry) == (None, False)
    assert failure.result is AttemptResult.MISCONFIGURED


@pytest.mark.parametrize("body", [{"error": {"message": SAID}}, {"error": SAID}])
def test_a_provider_that_may_speak_is_quoted_up_to_a_limit(body):
    target = Target("chat", TARGET.provider, "m", relay_errors=True)
    assert faults.refused(400, json.dumps(body).encode(), target=target).error.message == SAID
    long = faults.refused(500, json.dumps({"error": "x" * 9000}).encode(), target=target)
    assert len(long.error.message) == faults.MAX_RELAYED


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": 5}', b'{"error": {"message": []}}', b"\xff"])
def test_words_that_cannot_be_read_are_replaced_by_ours(body):
    target = Target("chat", TARGET.provider, "m", relay_errors=True)
    assert faults.refused(500, body, target=target).error.message == "Provider local failed: it answered 500."
