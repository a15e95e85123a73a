// No SDK: what hand-written Node code sends, and how it reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hi, hungUp, seen, url } from "./setup.mjs";

const post = (path, body, options = {}) =>
  fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify(body),
    signal: options.signal,
  });

test("a bot with routing headers", async () => {
  const headers = { "X-Clinic-Task": "documentation", "X-Bot-Name": "b", "X-Patient-Id": "Patient/1" };
  const reply = await post("/v1/chat/completions", { model: "clinical-model", messages: hi }, { headers });
  assert.equal((await reply.json()).choices[0].message.content, "Echo: hello there");
  assert.ok(!("X-Patient-Id" in (await seen()).headers));
});

test("embeddings of a string, of three, of nothing", async () => {
  for (const [input, count] of [
    ["one", 1],
    [["a", "b", "c"], 3],
    ["", 1],
  ]) {
    const { data } = await (await post("/v1/embeddings", { model: "embedding-model", input })).json();
    assert.equal(data.length, count);
    assert.ok(Array.isArray(data[0].embedding));
  }
});

test("a parser that splits each network chunk on newlines loses nothing", async () => {
  const reply = await post("/api/chat", { model: "qwen3:32b", messages: hi, options: { num_ctx: 8192 } });
  const decoder = new TextDecoder();
  let text = "";
  let done = false;
  for await (const chunk of reply.body) {
    for (const line of decoder.decode(chunk).split("\n").filter(Boolean)) {
      const part = JSON.parse(line);
      text += part.message.content;
      done = part.done;
    }
  }
  assert.equal(text, "Echo: hello there");
  assert.ok(done);
});

test("Anthropic by hand", async () => {
  const headers = { "x-api-key": "unused", "anthropic-version": "2023-06-01" };
  const body = { model: "claude-3-5-haiku-20241022", max_tokens: 50, temperature: 0.2, messages: hi };
  const reply = await (await post("/v1/messages", body, { headers })).json();
  assert.equal(reply.content[0].text, "Echo: hello there");
});

test("a refusal is one that no client retries", async () => {
  const reply = await post("/api/pull", { model: "llama3.2" });
  assert.equal(reply.status, 403);
  assert.equal(typeof (await reply.json()).error, "string");
});

test("hanging up cancels", async () => {
  const before = await seen();
  const controller = new AbortController();
  const body = { model: "gpt-4o", messages: [{ role: "user", content: "wait" }], stream: true };
  const reply = await post("/v1/chat/completions", body, { signal: controller.signal });
  await reply.body.getReader().read();
  controller.abort();
  assert.ok(await hungUp(before));
});
