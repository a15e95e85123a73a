import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { hi, hungUp, key, keyedUrl, png, seen, url, weather } from "./setup.mjs";

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
const model = "gpt-4o-mini";
const tools = [{ type: "function", function: { name: "get_weather", parameters: weather } }];

test("create", async () => {
  const reply = await client.chat.completions.create({ model, messages: hi });
  assert.equal(reply.choices[0].message.content, "Echo: hello there");
  assert.equal(reply.model, model);
  assert.equal(reply.usage.completion_tokens, 3);
});

test("stream", async () => {
  const stream = await client.chat.completions.create({
    model,
    messages: hi,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, "Echo: hello there");
  assert.equal(usage.completion_tokens, 3);
});

test("stream helper and tools", async () => {
  const stream = client.chat.completions.stream({ model, messages: hi, tools });
  const [call] = (await stream.finalMessage()).tool_calls;
  assert.deepEqual(JSON.parse(call.function.arguments), { city: "Paris", days: 7 });
});

test("tools round trip", async () => {
  const first = await client.chat.completions.create({ model, messages: hi, tools, tool_choice: "required" });
  assert.equal(first.choices[0].finish_reason, "tool_calls");
  const [call] = first.choices[0].message.tool_calls;
  const result = { role: "tool", tool_call_id: call.id, content: "sunny" };
  const second = await client.chat.completions.create({
    model,
    messages: [...hi, first.choices[0].message, result],
    tools,
  });
  assert.equal(second.choices[0].message.content, "The tool says: sunny");
});

test("vision", async () => {
  const content = [
    { type: "text", text: "What?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } },
  ];
  const reply = await client.chat.completions.create({ model, messages: [{ role: "user", content }] });
  assert.equal(reply.choices[0].message.content, "I see image/png of 70 bytes.");
});

test("structured output", async () => {
  const response_format = { type: "json_schema", json_schema: { name: "weather", schema: weather, strict: true } };
  const reply = await client.chat.completions.parse({ model, messages: hi, response_format });
  assert.deepEqual(JSON.parse(reply.choices[0].message.content), { city: "Paris", days: 7 });
  const loose = await client.chat.completions.create({ model, messages: hi, response_format: { type: "json_object" } });
  assert.deepEqual(JSON.parse(loose.choices[0].message.content), { ok: true });
});

test("embeddings in the client's own encoding", async () => {
  const reply = await client.embeddings.create({ model: "embedding-model", input: ["a", "abc"] });
  assert.deepEqual(
    reply.data.map((item) => [...item.embedding]),
    [
      [1, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      [3, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    ],
  );
});

test("models", async () => {
  const ids = [];
  for await (const one of client.models.list()) ids.push(one.id);
  assert.ok(ids.includes("clinical-model"));
  assert.equal((await client.models.retrieve("chat")).id, "chat");
});

test("error classes", async () => {
  await assert.rejects(client.chat.completions.create({ model: "no-such-model", messages: hi }), OpenAI.NotFoundError);
  await assert.rejects(client.chat.completions.create({ model, messages: [] }), OpenAI.BadRequestError);
  await assert.rejects(
    client.chat.completions.create({ model: "down", messages: hi, stream: true }),
    OpenAI.InternalServerError,
  );
  const wrong = new OpenAI({ baseURL: `${keyedUrl}/v1`, apiKey: "wrong", maxRetries: 0 });
  await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError);
  const right = new OpenAI({ baseURL: `${keyedUrl}/v1`, apiKey: key, maxRetries: 0 });
  assert.ok((await right.models.list()).data.length > 0);
});

test("cancellation", async () => {
  const before = await seen();
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "wait" }],
    stream: true,
  });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) break;
  }
  stream.controller.abort();
  assert.ok(await hungUp(before));
});
