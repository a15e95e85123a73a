import pytest

from gateway import errors
from gateway.domain import Dialect
from gateway.wire.errors import render


def every_error() -> list[type[errors.GatewayError]]:
    todo, found = [errors.GatewayError], []
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo += kind.__subclasses__()
    return found


MADE = {
    errors.MethodNotAllowed: lambda: errors.MethodNotAllowed("Say what to do.", allow=("GET",)),
    **{one: one for one in (errors.Stopping, errors.KeysUnavailable, errors.KeyEnded)},
}
"""Errors that are made of something else than a message."""


@pytest.mark.parametrize("kind", every_error())
@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_error_has_an_envelope_in_every_dialect(kind, dialect):
    error = MADE[kind]() if kind in MADE else kind("Say what to do.")
    rendered = render(error, dialect, request_id="req-1")
    assert 400 <= rendered.status < 600
    body = rendered.body
    match dialect:
        case Dialect.OPENAI:
            assert set(body) == {"error"}
            assert set(body["error"]) == {"message", "type", "param", "code"}
        case Dialect.ANTHROPIC:
            assert body["type"] == "error"
            assert set(body["error"]) == {"type", "message"}
        case Dialect.OLLAMA:
            assert body == {"error": error.message}


def test_a_refusal_by_policy_is_a_status_that_no_sdk_retries():
    for kind in (errors.EgressDenied, errors.ErrandDenied, errors.AgentNotAllowed, errors.RouteNotAllowed):
        assert kind.status == 403


def test_retry_hints_travel_as_headers():
    assert render(errors.Overloaded("x"), Dialect.OPENAI, request_id="r").headers == {"retry-after": "1"}
    assert render(errors.InsufficientQuota("x"), Dialect.OPENAI, request_id="r").headers == {"x-should-retry": "false"}
