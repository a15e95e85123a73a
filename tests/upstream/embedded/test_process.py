from __future__ import annotations

import asyncio
import os
import signal
import sys

import httpx
import pytest

from gateway.errors import UpstreamFailed
from gateway.events import ExitReason
from gateway.upstream.embedded.models import CHAT, EMBEDDING, MODELS
from gateway.upstream.embedded.process import Children

ANSWERS = "import sys; sys.stdin.readline(); print('{\"port\": 9}', flush=True); "


def program(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def folder(tmp_path):
    """Files of the right size: enough for a child that does not read them."""
    for model in MODELS:
        with (tmp_path / model.file).open("wb") as file:
            file.truncate(model.size)
    return tmp_path


async def test_many_who_ask_at_once_get_one_child_and_one_key(folder, heard):
    children = Children(folder, events=heard, program=program(ANSWERS + "sys.stdin.read()"))
    endpoints = await asyncio.gather(*(children.endpoint(CHAT.name) for _ in range(20)))
    assert len(set(endpoints)) == 1
    assert heard.names == ["embedded.started"]
    await children.aclose()
    assert [event.reason for event in heard.events[1:]] == [ExitReason.STOPPED]


async def test_each_child_has_a_key_of_its_own_that_is_not_on_the_command_line(folder, heard):
    children = Children(folder, events=heard, program=program(ANSWERS + "sys.stdin.read()"))
    chat, embedding = await children.endpoint(CHAT.name), await children.endpoint(EMBEDDING.name)
    assert chat.api_key != embedding.api_key
    assert len(chat.api_key) >= 32
    process = children._children[CHAT.name]._process
    line = await asyncio.create_subprocess_exec(
        "ps", "-ww", "-o", "command=", "-p", str(process.pid), stdout=asyncio.subprocess.PIPE
    )
    seen, _ = await line.communicate()
    assert chat.api_key.encode() not in seen
    assert b"stdin" in seen
    await children.aclose()


async def test_a_provider_key_in_our_environment_is_not_the_childs_business(folder, heard, monkeypatch, tmp_path):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-synthetic")
    seen = tmp_path / "seen"
    code = f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ))); " + ANSWERS + "sys.stdin.read()"
    children = Children(folder, events=heard, program=program(code))
    await children.endpoint(CHAT.name)
    assert "sk-ant" not in seen.read_text()
    await children.aclose()


async def test_a_caller_who_leaves_does_not_stop_the_start_for_the_others(folder, heard):
    children = Children(folder, events=heard, program=program(ANSWERS + "sys.stdin.read()"))
    leaver = asyncio.create_task(children.endpoint(CHAT.name))
    stayer = asyncio.create_task(children.endpoint(CHAT.name))
    await asyncio.sleep(0)
    leaver.cancel()
    assert (await stayer).base_url == "http://127.0.0.1:9/v1"
    await children.aclose()


async def test_a_child_that_dies_is_started_once_more_and_then_never_again(folder, heard):
    children = Children(folder, events=heard, program=program(ANSWERS + "sys.stdin.read()"))
    child = children._children[CHAT.name]
    for _ in range(2):
        await children.endpoint(CHAT.name)
        os.kill(child._process.pid, signal.SIGKILL)
        await child._watching
    with pytest.raises(UpstreamFailed, match="does not run on this machine"):
        await children.endpoint(CHAT.name)
    assert heard.names == ["embedded.started", "embedded.exited"] * 2
    assert heard.events[1].reason is ExitReason.DIED
    await children.aclose()


async def test_a_child_that_never_answers_is_tried_twice(folder, heard):
    children = Children(folder, events=heard, program=program("raise SystemExit(3)"))
    with pytest.raises(UpstreamFailed, match="does not run on this machine"):
        await children.endpoint(CHAT.name)
    assert [(event.reason, event.code) for event in heard.events] == [(ExitReason.NEVER_READY, 3)] * 2
    await children.aclose()


@pytest.mark.parametrize("answer", ["nonsense", "{}", '{"port": "x"}', "[]"])
async def test_a_child_that_answers_nonsense_is_not_ready(folder, heard, answer):
    code = f"import sys; sys.stdin.readline(); print({answer!r}, flush=True); sys.stdin.read()"
    children = Children(folder, events=heard, program=program(code))
    with pytest.raises(UpstreamFailed):
        await children.endpoint(CHAT.name)
    assert [event.reason for event in heard.events] == [ExitReason.NEVER_READY] * 2
    await children.aclose()


async def test_a_child_that_takes_too_long_is_stopped(folder, heard):
    children = Children(folder, events=heard, program=program("import sys; sys.stdin.read()"), ready_s=0.3)
    with pytest.raises(UpstreamFailed, match="does not run on this machine"):
        await children.endpoint(CHAT.name)
    assert [event.reason for event in heard.events] == [ExitReason.NEVER_READY]
    await children.aclose()


async def test_closing_while_one_starts_leaves_nothing_running(folder, heard):
    children = Children(folder, events=heard, program=program("import sys; sys.stdin.read()"))
    waiting = asyncio.create_task(children.endpoint(CHAT.name))
    await asyncio.sleep(0)
    await children.aclose()
    with pytest.raises((UpstreamFailed, asyncio.CancelledError)):
        await waiting
    assert {event.reason for event in heard.events} <= {ExitReason.STOPPED}


async def test_a_child_that_ignores_the_end_is_killed(folder, heard):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    children = Children(folder, events=heard, program=program(ANSWERS + stubborn))
    await children.endpoint(CHAT.name)
    await children.aclose()
    assert heard.events[-1].code == -signal.SIGKILL


async def test_models_that_are_not_here_are_named_with_the_remedy(tmp_path, heard):
    children = Children(tmp_path, events=heard)
    assert "gateway models fetch" in children.problem()
    with pytest.raises(UpstreamFailed, match="gateway models fetch"):
        await children.endpoint(EMBEDDING.name)
    assert heard.events == []


async def test_a_model_of_another_name_is_none_of_ours(folder, heard):
    children = Children(folder, events=heard)
    with pytest.raises(UpstreamFailed, match="smollm2-135m, all-minilm-l6-v2"):
        await children.endpoint("gpt-4o")


@pytest.mark.embedded
async def test_the_real_chat_model_answers_within_the_time_allowed(models_folder, heard):
    children = Children(models_folder, events=heard)
    endpoint = await children.endpoint(CHAT.name)
    assert heard.events[0].duration_s < 10
    body = {
        "model": CHAT.name,
        "messages": [{"role": "user", "content": "Say hello in five words."}],
        "temperature": 0,
        "max_tokens": 20,
    }
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        reply = await client.post(
            f"{endpoint.base_url}/chat/completions",
            json=body,
            headers={"Authorization": f"Bearer {endpoint.api_key}"},
        )
    assert "hello" in reply.json()["choices"][0]["message"]["content"].lower()
    await children.aclose()
    assert heard.names == ["embedded.started", "embedded.exited"]
