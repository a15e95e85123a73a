"""Every path that clients are known to get wrong has its advice, and no beginning hides a longer one."""

import pytest

from gateway.api.astray import _KNOWN, advice


@pytest.mark.parametrize(("beginning", "said"), _KNOWN)
def test_every_known_beginning_has_its_own_advice(beginning, said):
    assert advice(f"{beginning}x", ()) == said


def test_a_facade_that_is_not_offered_comes_first():
    assert "`openai`" in advice("/v1/responses", ["openai"])
    assert "nothing at this path" in advice("/nowhere", ())
