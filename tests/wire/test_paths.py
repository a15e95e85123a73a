from __future__ import annotations

import pytest

from gateway.errors import InvalidRequest
from gateway.wire.anthropic.messages import ENDPOINT as MESSAGES
from gateway.wire.fields import Dropped
from gateway.wire.openai.chat import ENDPOINT as CHAT
from gateway.wire.paths import FORBIDDEN, names, pattern, refuse_forbidden, render


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ((), ""),
        (("messages", 3, "content", 0, "text"), "messages[3].content[0].text"),
        (("metadata", "Anna Muster"), "metadata.*"),
        (
            ("tools", 0, "function", "parameters", "properties", "mrn", "type"),
            "tools[0].function.parameters.properties.*.type",
        ),
    ],
)
def test_a_path_shows_known_names_and_indices_only(path, shown):
    assert render(path) == shown


@pytest.mark.parametrize(
    "name", ["api_base", "base_url", "api_key", "extra_headers", "custom_llm_provider", "fallbacks", "mock_response"]
)
def test_what_configures_providers_is_refused_by_name_not_by_value(name):
    with pytest.raises(InvalidRequest) as refused:
        refuse_forbidden({"model": "m", name: "secret"}, CHAT.fields)
    assert refused.value.param == name
    assert "secret" not in refused.value.message


def test_no_dialect_knows_a_forbidden_field_but_to_drop_it():
    assert FORBIDDEN & names() == {"fallbacks"}  # Claude Code's own list of models
    assert isinstance(MESSAGES.fields.fields["fallbacks"], Dropped)
    refuse_forbidden({"model": "m", "messages": []}, CHAT.fields)
    refuse_forbidden({"model": "m", "fallbacks": []}, MESSAGES.fields)


def test_a_pattern_is_one_for_all_places_like_it():
    assert pattern(("messages", 3, "content", 0, "Anna Berg")) == "messages.*.content.*.*"
