"""Where each server reads from how long its answer may get."""

from __future__ import annotations

import pytest

from gateway.domain import ProviderKind
from gateway.outbound.cap import with_cap
from gateway.wire.anthropic.messages import ENDPOINT as MESSAGES
from gateway.wire.ollama.chat import ENDPOINT as OLLAMA
from gateway.wire.openai.chat import ENDPOINT as CHAT
from gateway.wire.openai.completions import ENDPOINT as COMPLETIONS
from gateway.wire.responses.create import ENDPOINT as RESPONSES

BODY = {"model": "m", "messages": []}


@pytest.mark.parametrize(
    ("kind", "endpoint", "written"),
    [
        (ProviderKind.LM_STUDIO, CHAT, {"max_tokens": 7}),
        (ProviderKind.OPENAI, CHAT, {"max_completion_tokens": 7}),
        (ProviderKind.OPENAI, RESPONSES, {"max_output_tokens": 7}),
        (ProviderKind.VLLM, COMPLETIONS, {"max_tokens": 7}),
        (ProviderKind.ANTHROPIC, MESSAGES, {"max_tokens": 7}),
        (ProviderKind.OLLAMA, OLLAMA, {"options": {"num_predict": 7}}),
    ],
)
def test_each_reads_it_under_its_own_name(kind, endpoint, written):
    assert with_cap(BODY, 7, kind, endpoint) == {**BODY, **written}
    assert BODY == {"model": "m", "messages": []}


def test_other_options_stay():
    body = {**BODY, "options": {"num_ctx": 4096}}
    assert with_cap(body, 7, ProviderKind.OLLAMA, OLLAMA)["options"] == {"num_ctx": 4096, "num_predict": 7}


def test_a_limit_of_the_servers_habit_is_replaced():
    assert with_cap({**BODY, "max_tokens": 16_384}, 7, ProviderKind.MLX, CHAT)["max_tokens"] == 7
