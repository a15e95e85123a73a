"""Requests as applications in the field send them, byte shapes and all; each must work without a change of theirs."""

import json
import socket

import httpx
import pytest

HI = [{"role": "user", "content": "hello there"}]


@pytest.fixture
def http(gateway_url):
    with httpx.Client(base_url=gateway_url, timeout=30, trust_env=False) as client:
        yield client


class TestTranscriptionService:
    """Raw httpx, OpenAI's dialect, no key, no headers, often no model."""

    def test_health_is_a_list_of_models(self, http):
        reply = http.get("/v1/models", timeout=3)
        assert reply.status_code == 200
        assert reply.json()["data"]

    def test_a_chat_without_a_model(self, http):
        fields = {"frequency_penalty": 0.0, "presence_penalty": 0.0, "top_p": 0.9, "stream": False}
        reply = http.post("/v1/chat/completions", json={"messages": HI, "temperature": 0.1, "max_tokens": 99} | fields)
        assert reply.json()["choices"][0]["message"]["content"] == "Echo: hello there"
        assert reply.json()["model"]
        assert reply.json()["usage"]["completion_tokens"] == 3

    @pytest.mark.parametrize("model", ["", None])
    def test_an_empty_model_is_none(self, http, model):
        assert http.post("/v1/chat/completions", json={"model": model, "messages": HI}).status_code == 200

    def test_one_embedding_without_a_model(self, http):
        reply = http.post("/v1/embeddings", json={"input": "abc"}).json()
        assert reply["data"][0]["embedding"][0] == 3.0

    @pytest.mark.parametrize("name", ["chat", "qwen3:32b"])
    def test_one_model(self, http, name):
        assert http.get(f"/v1/models/{name}").json()["id"] == name


class TestNodeBackendProvider:
    """Ollama's native API from hand-written code."""

    def test_tags_hold_the_stem(self, http):
        names = [model["name"] for model in http.get("/api/tags", timeout=5).json()["models"]]
        assert any("qwen3" in name for name in names)

    def test_show_by_name(self, http):
        assert http.post("/api/show", json={"name": "qwen3:32b"}).status_code == 200
        assert http.post("/api/show", json={"name": "no-such-model"}).status_code == 404

    def test_a_stream_is_the_default_and_every_write_is_whole_lines(self, gateway_url):
        """Its parser splits each network chunk on newlines and drops what does not parse."""
        options = {"temperature": 0.3, "num_predict": 800, "num_ctx": 8192, "top_p": 0.9}
        body = json.dumps({"model": "qwen3:32b", "messages": HI, "options": options}).encode()
        chunks = http_chunks(gateway_url, "/api/chat", body)
        lines = [json.loads(line) for chunk in chunks for line in chunk.split(b"\n") if line]
        assert all(chunk.endswith(b"\n") for chunk in chunks)
        assert "".join(line["message"]["content"] for line in lines) == "Echo: hello there"
        assert (lines[-1]["done"], lines[-1]["prompt_eval_count"], lines[-1]["eval_count"]) == (True, 11, 3)

    def test_generate_at_once(self, http):
        body = {"model": "qwen3:32b", "prompt": "hello there", "stream": False, "format": "json", "think": False}
        assert http.post("/api/generate", json=body).json()["response"] == '{"ok": true}'

    def test_version(self, http):
        assert http.get("/api/version").json()["version"]


def http_chunks(url, path, body):
    """The chunks of a chunked reply, as they were written."""
    host, port = url.removeprefix("http://").split(":")
    head = f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as sock:
        sock.sendall(head.encode() + body)
        raw = b"".join(iter(lambda: sock.recv(65536), b""))
    head, _, rest = raw.partition(b"\r\n\r\n")
    assert b"200" in head.split(b"\r\n")[0], head
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if length:
            chunks.append(rest[:length])
        rest = rest[length + 2 :]
    return chunks


class TestScribeServer:
    """Anthropic by raw fetch, with `temperature` and a bare `x-api-key`."""

    def test_messages(self, http):
        headers = {"x-api-key": "unused", "anthropic-version": "2023-06-01", "accept": "application/json"}
        body = {"model": "claude-3-5-haiku-20241022", "max_tokens": 99, "temperature": 0.2, "messages": HI}
        reply = http.post("/v1/messages", json=body, headers=headers).json()
        assert reply["content"][0]["text"] == "Echo: hello there"
        assert reply["usage"]["output_tokens"] == 3
        assert reply["model"] == "claude-3-5-haiku-20241022"

    def test_a_stream_is_one_although_the_client_accepts_json(self, http):
        body = {"model": "claude-3-5-haiku-20241022", "max_tokens": 99, "messages": HI, "stream": True}
        reply = http.post("/v1/messages", json=body, headers={"accept": "application/json"})
        assert reply.headers["content-type"].startswith("text/event-stream")
        names = [line.removeprefix("event: ") for line in reply.text.splitlines() if line.startswith("event: ")]
        assert names[0] == "message_start"
        assert names[-1] == "message_stop"


class TestBots:
    """Raw fetch with routing headers; nothing of them may leave or be logged."""

    HEADERS = {  # noqa: RUF012  never changed
        "X-Client-Id": "fhir-bots",
        "X-Clinic-Task": "documentation",
        "X-Bot-Name": "summariser",
        "X-Patient-Id": "Patient/8675309",
        "X-Request-Id": "request-of-theirs",
        "x-stainless-lang": "js",
    }

    def test_headers_stay_here(self, http, seen, served):
        reply = http.post(
            "/v1/chat/completions", json={"model": "clinical-model", "messages": HI}, headers=self.HEADERS
        )
        assert reply.status_code == 200
        assert not {name.lower() for name in seen()["headers"]} & {name.lower() for name in self.HEADERS}
        assert "request-of-theirs" not in str(reply.headers)
        log = served.log.read_text()
        assert "8675309" not in log
        assert "request-of-theirs" not in log

    def test_an_unknown_model_fails(self, http):
        reply = http.post("/v1/chat/completions", json={"model": "no-such-model", "messages": HI}, headers=self.HEADERS)
        assert reply.status_code == 404

    @pytest.mark.parametrize(("given", "count"), [("one", 1), (["a", "b", "c"], 3), ("", 1)])
    def test_embeddings(self, http, given, count):
        reply = http.post("/v1/embeddings", json={"model": "embedding-model", "input": given}).json()
        assert len(reply["data"]) == count

    def test_health_needs_no_key(self, served):
        assert httpx.get(f"{served.keyed_url}/health", trust_env=False).json() == {"status": "ok"}
        assert httpx.get(f"{served.keyed_url}/ready", trust_env=False).json() == {"ready": True}


class TestDictation:
    """Fields of other servers, and a connection that closes in the middle."""

    def test_foreign_fields_are_no_error(self, http):
        body = {"model": "gpt-4o", "messages": HI, "repetition_penalty": 1.1, "repetition_context_size": 20, "wat": [1]}
        reply = http.post("/v1/chat/completions", json=body)
        assert reply.status_code == 200
        assert reply.json()["model"] == "gpt-4o"

    def test_hanging_up_cancels(self, http, cancelled):
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "wait"}], "stream": True}
        with http.stream("POST", "/v1/chat/completions", json=body) as reply:
            next(reply.iter_bytes())
        assert cancelled()


class TestScribe:
    """Probes with no messages and wants 4xx; schemas without `strict`; 20 MB of pictures."""

    @pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
    def test_a_probe_without_messages_is_refused(self, http, path):
        assert http.post(path, json={"model": "gpt-4o", "max_tokens": 1, "messages": []}).status_code == 400

    def test_a_schema_without_strict(self, http):
        form = {
            "type": "json_schema",
            "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"a": {}}}},
        }
        reply = http.post("/v1/chat/completions", json={"model": "gpt-4o", "messages": HI, "response_format": form})
        assert reply.json()["choices"][0]["message"]["content"] == '{"a": "Paris"}'

    def test_large_bodies_pass_and_larger_ones_are_refused(self, http, png):
        url = "data:image/png;base64," + png[:92] + "A" * (20 * 2**20)
        content = [{"type": "image_url", "image_url": {"url": url}}]
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": content}]}
        assert "bytes" in http.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
        body["messages"] *= 2
        assert http.post("/v1/chat/completions", json=body).status_code == 413


REFUSALS = [
    ("/v1/messages", {"max_tokens": 5, "messages": [{"role": "SECRET", "content": "x"}]}, "invalid_request_error"),
    ("/v1/messages", {"max_tokens": "SECRET", "messages": HI}, "invalid_request_error"),
    ("/api/chat", {"messages": [{"role": "SECRET", "content": "x"}]}, None),
    ("/api/generate", {"prompt": {"SECRET": 1}}, None),
    ("/api/embed", {"input": {"SECRET": 1}}, None),
    ("/api/show", {"model": "SECRET"}, None),
    ("/v1/chat/completions", {"messages": [{"role": "SECRET", "content": "x"}]}, None),
]


@pytest.mark.parametrize(("path", "body", "kind"), REFUSALS)
def test_a_refusal_has_the_originals_shape_and_echoes_nothing(http, path, body, kind):
    reply = http.post(path, json=body)
    assert reply.status_code in {400, 404}
    assert "SECRET" not in reply.text
    tree = reply.json()
    if kind:
        assert (tree["type"], tree["error"]["type"]) == ("error", kind)
    elif path.startswith("/api/"):
        assert list(tree) == ["error"]
        assert isinstance(tree["error"], str)
    else:
        assert set(tree["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("path", ["/v1/messages", "/api/chat", "/v1/chat/completions"])
@pytest.mark.parametrize("raw", [b"{", b"[]", b'"SECRET"', b"\xff", b'{"messages": NaN}', b""])
def test_what_is_no_json_object_is_refused_in_the_dialect(http, path, raw):
    reply = http.post(path, content=raw)
    assert reply.status_code == 400
    assert "SECRET" not in reply.text
    assert reply.json()["error"]


MISSING = [
    ("GET", "/v1/messages/batches", "type"),
    ("GET", "/api/no-such-thing", "error"),
    ("GET", "/v1/files", "error"),
]


@pytest.mark.parametrize(("method", "path", "key"), MISSING)
def test_what_does_not_exist_is_missing_in_the_dialect(http, method, path, key):
    reply = http.request(method, path)
    assert reply.status_code == 404
    assert next(iter(reply.json())) == key
    assert isinstance(reply.json()["error"], str) is path.startswith("/api/")


@pytest.mark.parametrize("path", ["/v1/messages", "/api/chat", "/v1/chat/completions"])
def test_the_wrong_method_is_told(http, path):
    assert http.get(path).status_code == 405


class TestOpenWebUI:
    """Its two kinds of connection, as its server asks them: OpenAI's with who is logged in, and Ollama's."""

    WHO = {  # noqa: RUF012  never changed
        "Authorization": "Bearer unused",
        "X-OpenWebUI-User-Name": "Maria Delgado",
        "X-OpenWebUI-User-Email": "maria.delgado@clinic.example",
        "X-OpenWebUI-User-Id": "9d1f6f0e",
        "X-OpenWebUI-User-Role": "user",
        "X-OpenWebUI-Chat-Id": "c-1",
    }

    def test_verifying_a_connection_lists_models(self, http):
        names = {model["id"] for model in http.get("/v1/models", headers=self.WHO).json()["data"]}
        assert "clinical-model" in names
        tags = http.get("/api/tags", headers=self.WHO).json()["models"]
        assert all({"name", "model", "digest", "size", "details"} <= model.keys() for model in tags)
        assert http.get("/api/version").json()["version"]
        assert isinstance(http.get("/api/ps").json()["models"], list)

    def test_a_chat_streams_and_nobody_is_told_who_asked(self, http, seen):
        body = {"model": "clinical-model", "messages": HI, "stream": True, "stream_options": {"include_usage": True}}
        with http.stream("POST", "/v1/chat/completions", json=body, headers=self.WHO) as reply:
            lines = [line.removeprefix("data: ") for line in reply.iter_lines() if line.startswith("data: ")]
        assert lines[-1] == "[DONE]"
        said = [
            chunk["choices"][0]["delta"].get("content") or ""
            for chunk in map(json.loads, lines[:-1])
            if chunk["choices"]
        ]
        assert "".join(said) == "Echo: hello there"
        assert "delgado" not in str(seen()["headers"]).lower()

    def test_a_title_is_made_from_the_chat(self, http):
        asked = {"model": "clinical-model", "messages": HI, "stream": False, "max_completion_tokens": 1000}
        reply = http.post("/v1/chat/completions", json=asked, headers=self.WHO)
        assert reply.json()["choices"][0]["message"]["content"] == "Echo: hello there"

    def test_a_connection_of_ollama_chats_and_shows(self, http):
        assert http.post("/api/show", json={"name": "qwen3:32b"}).json()["capabilities"]
        options = {"num_ctx": 8192, "temperature": 0.7}
        body = {"model": "qwen3:32b", "messages": HI, "options": options, "stream": True, "keep_alive": "10m"}
        lines = [json.loads(line) for line in http.post("/api/chat", json=body, headers=self.WHO).text.splitlines()]
        assert "".join(line["message"]["content"] for line in lines) == "Echo: hello there"
        assert lines[-1]["done"]

    def test_documents_become_vectors_either_way(self, http):
        of_openai = http.post(
            "/v1/embeddings", json={"input": ["a", "abc"], "model": "embedding-model"}, headers=self.WHO
        )
        assert [item["embedding"][0] for item in of_openai.json()["data"]] == [1.0, 3.0]
        of_ollama = http.post("/api/embed", json={"input": ["a", "abc"], "model": "embedding-model"}, headers=self.WHO)
        assert [vector[0] for vector in of_ollama.json()["embeddings"]] == [1.0, 3.0]

    @pytest.mark.parametrize("path", ["/api/pull", "/api/create", "/api/delete"])
    def test_managing_models_is_refused_in_words(self, http, path):
        reply = http.request("DELETE" if path == "/api/delete" else "POST", path, json={"model": "qwen3:32b"})
        assert reply.status_code in {403, 404, 405, 501}
        assert len(reply.json()["error"]) > 30
