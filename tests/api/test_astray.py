"""Every path that clients are known to get wrong has its advice, and no beginning hides a longer one."""

import pytest

from gateway.api.astray import _KNOWN, advice


@pytest.mark.parametrize(("beginning", "said"), _KNOWN)
def test_every_known_beginning_has_its_own_advice(beginning, said):
    assert advice(beginning, ()) == advice(f"{beginning}/x", ()) == said


def test_a_facade_that_is_not_offered_comes_first():
    assert "`openai`" in advice("/v1/responses", ["openai"])
    assert "nothing at this path" in advice("/nowhere", ())


@pytest.mark.parametrize(
    ("path", "use"),
    [
        ("/v1", "base URL"),
        ("/api", "base URL"),
        ("/v1/images/generations", "ask the provider itself"),
        ("/v1/audio/speech", "ask the speech server itself"),
        ("/v1/realtime/sessions", "transcribe first"),
        ("/v1/complete", "/v1/messages"),
        ("/v1/organizations/me", "ask the provider itself"),
    ],
)
def test_an_api_that_clients_know_and_nobody_serves_says_what_to_use(path, use):
    assert use in advice(path, ())


def test_a_path_that_is_served_wears_no_advice_of_another():
    """`/v1/complete` begins like `/v1/completions`: whoever misspells what follows is not sent to Anthropic's."""
    assert "nothing at this path" in advice("/v1/completions/stream", ())
