import json

import pytest

from gateway.wire.ollama.catalogue import ADMINISTRATIVE

HI = [{"role": "user", "content": "you"}]


def lines(reply):
    assert reply.text.endswith("\n")
    return [json.loads(line) for line in reply.text.splitlines()]


async def test_a_chat_streams_unless_told_otherwise(asked):
    reply = await asked.post("/api/chat", json={"messages": HI})
    assert reply.headers["content-type"] == "application/x-ndjson"
    found = lines(reply)
    assert "".join(line["message"]["content"] for line in found) == "Hello, you"
    assert {line["model"] for line in found} == {"chat"}
    assert found[-1]["done"]
    assert found[-1]["total_duration"] >= found[-1]["prompt_eval_duration"] > 0
    whole = (await asked.post("/api/chat", json={"messages": HI, "stream": False})).json()
    assert whole["message"]["content"] == "Hello, you"
    assert whole["total_duration"] > 0


async def test_generate(asked):
    found = lines(await asked.post("/api/generate", json={"prompt": "you"}))
    assert "".join(line["response"] for line in found) == "Hello, you"
    whole = (await asked.post("/api/generate", json={"prompt": "you", "stream": False})).json()
    assert (whole["response"], whole["done_reason"]) == ("Hello, you", "stop")


async def test_a_stream_that_breaks_ends_with_an_error_line(asked):
    found = lines(await asked.post("/api/chat", json={"messages": HI, "model": "broken"}))
    assert list(found[-1]) == ["error"]
    assert not any(line.get("done") for line in found)


async def test_headers_are_never_sent_before_there_is_content(asked):
    """The dialect has no heartbeat: until there is an answer an error is an HTTP error."""
    reply = await asked.post("/api/chat", json={"messages": HI, "model": "slow"})
    assert reply.status_code >= 500
    assert list(reply.json()) == ["error"]


@pytest.mark.parametrize(("path", "body"), [("/api/chat", {}), ("/api/generate", {"prompt": ""})])
async def test_a_request_without_content_loads_without_asking_anyone(asked, path, body):
    assert (await asked.post(path, json=body | {"model": "slow"})).json()["done_reason"] == "load"
    assert (await asked.post(path, json=body | {"keep_alive": 0})).json()["done_reason"] == "unload"
    assert (await asked.post(path, json=body | {"model": "no-such-model"})).status_code == 404


async def test_embeddings_in_both_forms(asked):
    many = (await asked.post("/api/embed", json={"input": ["a", "abc"]})).json()
    assert [len(vector) for vector in many["embeddings"]] == [8, 8]
    assert many["model"] == "embedding"
    one = (await asked.post("/api/embeddings", json={"prompt": "a"})).json()
    assert one["embedding"] == many["embeddings"][0]
    assert (await asked.post("/api/embed", json={"input": []})).json()["embeddings"] == []
    assert (await asked.post("/api/embeddings", json={})).json() == {"embedding": []}


async def test_models_are_listed_and_shown(asked):
    names = [model["name"] for model in (await asked.get("/api/tags")).json()["models"]]
    assert {"chat", "embedding"} <= set(names)
    for key in ("model", "name"):
        shown = (await asked.post("/api/show", json={key: "chat"})).json()
        assert shown["capabilities"] == ["completion", "tools", "vision"]
        assert shown["model_info"]["gateway.context_length"] == 4096
    assert (await asked.post("/api/show", json={"model": "embedding"})).json()["capabilities"] == ["embedding"]
    assert (await asked.post("/api/show", json={})).status_code == 400
    assert (await asked.get("/api/ps")).json() == {"models": []}
    assert (await asked.get("/api/version")).json()["version"]


@pytest.mark.parametrize("name", ADMINISTRATIVE)
async def test_administration_is_never_proxied(asked, name):
    reply = await asked.post(f"/api/{name}", json={"model": "chat"})
    assert reply.status_code == 403
    assert "not managed through this gateway" in reply.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/api/delete"), ("POST", "/api/blobs/sha256:0"), ("HEAD", "/api/blobs/sha256:0")]
)
async def test_administration_by_other_methods_neither(asked, method, path):
    assert (await asked.request(method, path)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_looks_whether_it_runs_is_told_so(asked, method):
    reply = await asked.request(method, "/")
    assert reply.status_code == 200
    assert reply.text == ("Ollama is running" if method == "GET" else "")
    assert (await asked.get("/health")).json() == {"status": "ok"}
