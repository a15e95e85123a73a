"""The real `mlx_lm.server` behind the gateway: each claim of its profile, of itself and of what is made of it."""

from __future__ import annotations

import json
import time

import pytest

from tests.kit.mlx.program import WINDOW
from tests.kit.patience import SOON_S, until
from tests.kit.servers import says
from tests.kit.shapes import check, raw

HELLO = [{"role": "user", "content": "Hello."}]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
PICTURE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def config(mlx, *, more="", second=None) -> str:
    other = (
        f'\n  other: {{kind: openai_compatible, base_url: "{second.base_url}", traits: [on_prem]}}' if second else ""
    )
    target = "\n  second: {provider: other, model: test-model}" if second else ""
    return f"""
version: 1
providers:
  mlx: {{kind: mlx, base_url: "{mlx.base_url}", traits: [on_prem]}}{other}
targets:
  tiny: {{provider: mlx, model: "{mlx.model}"{more}}}{target}
routes:
  general: {{targets: [tiny{", second" if second else ""}]}}
default_route: general
"""


@pytest.fixture
def gateway(start, mlx):
    async def begin(**more):
        return await start(config(mlx, **more))

    return begin


async def test_an_answer_and_a_stream_come_through(gateway):
    running = await gateway()
    whole = (await running.chat(max_tokens=12, temperature=None, stop=None)).json()
    assert whole["usage"]["completion_tokens"] == 12
    assert whole["choices"][0]["finish_reason"] == "length"
    streamed = await running.chat(max_tokens=12, stream=True, stream_options={"include_usage": True})
    events = [json.loads(line[6:]) for line in streamed.text.splitlines() if line.startswith("data: {")]
    text = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
    assert text == whole["choices"][0]["message"]["content"]
    assert {event["object"] for event in events} == {"chat.completion.chunk"}  # its last one says chat.completion
    assert events[-1]["usage"]["completion_tokens"] == 12
    assert streamed.text.rstrip().endswith("[DONE]")


async def test_nulls_are_refused_by_it_and_left_out_by_us(gateway, mlx):
    nulls = {"temperature": None, "top_p": None, "stream": None, "logprobs": None, "presence_penalty": None}
    assert mlx.says(messages=HELLO, max_tokens=2, **nulls)[0] == 400
    assert (await (await gateway()).chat(max_tokens=2, **nulls)).status_code == 200


@pytest.mark.parametrize("streamed", [False, True])
async def test_it_answers_once_and_is_asked_as_often_as_there_are_to_be(gateway, mlx, streamed):
    status, alone = mlx.says(messages=HELLO, max_tokens=4, n=2)
    assert (status, len(alone["choices"])) == (200, 1)
    reply = await (await gateway()).chat(max_tokens=4, n=2, stream=streamed)
    assert "x-gateway-not-carried" not in reply.headers
    if streamed:
        events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
        assert {choice["index"] for event in events for choice in event["choices"]} == {0, 1}
    else:
        assert [choice["index"] for choice in reply.json()["choices"]] == [0, 1]
        assert reply.json()["usage"]["completion_tokens"] == 8


async def test_it_knows_probabilities_of_an_answer_in_one_piece(gateway, mlx):
    _, alone = mlx.says(messages=HELLO, max_tokens=3, logprobs=True)
    assert "token" not in alone["choices"][0]["logprobs"]["content"][0]
    running = await gateway()
    whole = await running.chat(max_tokens=3, logprobs=True)
    assert "x-gateway-not-carried" not in whole.headers
    told = whole.json()["choices"][0]["logprobs"]["content"]
    assert len(told) == 3
    assert all(isinstance(one["token"], str) and one["logprob"] < 0 for one in told)
    streamed = await running.chat(max_tokens=3, logprobs=True, stream=True)
    assert (streamed.status_code, streamed.headers["x-gateway-not-carried"]) == (200, "logprobs")


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ({"response_format": {"type": "json_object"}}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}},
            "response_format",
        ),
        ({"tools": TOOLS, "tool_choice": "required"}, "tool_choice"),
        ({"tools": TOOLS, "parallel_tool_calls": False}, "parallel_tool_calls"),
    ],
)
async def test_what_it_ignores_goes_to_another_target_or_is_told(gateway, upstream, mlx, wish, name):
    status, alone = mlx.says(messages=HELLO, max_tokens=4, **wish)
    message = alone["choices"][0]["message"]
    assert (status, message.get("tool_calls")) == (200, None)
    assert not message["content"].startswith("{")
    told = await (await gateway()).chat(max_tokens=4, **wish)
    assert (told.status_code, told.headers["x-gateway-not-carried"]) == (200, name)
    both = await gateway(second=await upstream(says("Second.")))
    reply = await both.chat(max_tokens=4, **wish)
    assert (reply.headers["x-gateway-target"], "x-gateway-not-carried" in reply.headers) == ("second", False)


async def test_an_answer_without_a_limit_ends_after_512_tokens_only_without_us(gateway, mlx):
    _, alone = mlx.says(messages=HELLO)
    assert (alone["usage"]["completion_tokens"], alone["choices"][0]["finish_reason"]) == (512, "length")
    reply = (await (await gateway()).chat(max_completion_tokens=600)).json()
    assert reply["usage"]["completion_tokens"] == 600


async def test_it_takes_a_prompt_of_any_length_and_a_configured_context_holds(gateway, mlx):
    long = "word " * WINDOW  # five tokens a word
    status, alone = mlx.says(messages=[{"role": "user", "content": long}], max_tokens=1)
    assert status == 200
    assert alone["usage"]["prompt_tokens"] > 4 * WINDOW
    reply = await (await gateway(more=f", context: {WINDOW}")).chat(long * 8)
    check(reply, 400, "openai", code="context_length_exceeded")


async def test_a_picture_is_the_callers_to_leave_out_or_anothers_to_see(gateway, upstream, mlx):
    assert mlx.says(messages=[{"role": "user", "content": PICTURE}])[0] == 404
    check(await (await gateway()).chat(PICTURE), 400, "openai", code="invalid_request")
    both = await gateway(second=await upstream(says("Second.")))
    assert (await both.chat(PICTURE)).headers["x-gateway-target"] == "second"


async def test_a_name_that_it_would_look_for_in_the_network_never_reaches_it(start, mlx):
    assert mlx.says(model="somebody/else", messages=HELLO)[0] == 404
    elsewhere = config(mlx).replace(mlx.model, "somebody/else")
    reply = await (await start(elsewhere)).chat()
    assert reply.status_code in {502, 503}
    assert "target tiny" in reply.text
    assert "hugging" not in reply.text.lower()


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_caller_who_leaves_ends_the_answer(gateway, streamed):
    running = await gateway()
    said = {
        "messages": HELLO,
        "max_tokens": 60_000,
        "seed": 1,
        "stream": streamed,
    }  # with a seed it has one answer at a time
    content = json.dumps(said).encode()
    _, writer = await raw(running)
    writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    )
    writer.write(content)
    await writer.drain()
    await until(lambda: running.metric("gateway_inflight_requests") == 1)
    writer.transport.abort()
    began = time.perf_counter()
    assert (await running.chat(max_tokens=2, seed=1)).status_code == 200
    assert time.perf_counter() - began < SOON_S
