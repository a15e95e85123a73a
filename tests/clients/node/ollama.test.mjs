import assert from "node:assert/strict";
import { test } from "node:test";
import { Ollama } from "ollama";
import { hi, hungUp, png, seen, url, weather } from "./setup.mjs";

const client = new Ollama({ host: url });
const model = "qwen3:32b";
const tools = [{ type: "function", function: { name: "get_weather", description: "The weather.", parameters: weather } }];

test("chat", async () => {
  const reply = await client.chat({ model, messages: hi, options: { temperature: 0.3, num_predict: 800 } });
  assert.equal(reply.message.content, "Echo: hello there");
  assert.equal(reply.eval_count, 3);
  assert.equal(reply.prompt_eval_count, 11);
});

test("stream", async () => {
  let text = "";
  let last;
  for await (const part of await client.chat({ model, messages: hi, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.equal(text, "Echo: hello there");
  assert.equal(last.done, true);
  assert.equal(last.done_reason, "stop");
});

test("generate", async () => {
  assert.equal((await client.generate({ model, prompt: "hello there" })).response, "Echo: hello there");
  let text = "";
  for await (const part of await client.generate({ model, prompt: "hello there", stream: true })) text += part.response;
  assert.equal(text, "Echo: hello there");
});

test("tools round trip", async () => {
  const first = await client.chat({ model, messages: hi, tools });
  const [call] = first.message.tool_calls;
  assert.deepEqual(call.function.arguments, { city: "Paris", days: 7 });
  const result = { role: "tool", tool_name: call.function.name, content: "sunny" };
  const second = await client.chat({ model, messages: [...hi, first.message, result], tools });
  assert.equal(second.message.content, "The tool says: sunny");
});

test("vision, thinking, structured output", async () => {
  const picture = [{ role: "user", content: "What?", images: [png] }];
  assert.equal((await client.chat({ model, messages: picture })).message.content, "I see image/png of 70 bytes.");
  assert.equal((await client.chat({ model, messages: hi, think: true })).message.thinking, "Let me think.");
  const reply = await client.chat({ model, messages: hi, format: weather });
  assert.deepEqual(JSON.parse(reply.message.content), { city: "Paris", days: 7 });
});

test("embeddings", async () => {
  const reply = await client.embed({ model: "embedding-model", input: ["a", "abc"] });
  assert.deepEqual(reply.embeddings.map((vector) => vector[0]), [1, 3]);
  assert.equal((await client.embeddings({ model: "embedding-model", prompt: "ab" })).embedding[0], 2);
});

test("lists", async () => {
  const { models } = await client.list();
  assert.ok(models.some((one) => one.name.includes("qwen3")));
  assert.ok((await client.show({ model })).capabilities.includes("vision"));
  assert.deepEqual((await client.ps()).models, []);
});

test("errors", async () => {
  const status = (code) => (error) => error.status_code === code && error.message.length > 0;
  await assert.rejects(client.chat({ model: "no-such-model", messages: hi }), status(404));
  await assert.rejects(client.chat({ model, messages: hi, options: { temperature: "hot" } }), status(400));
  await assert.rejects(client.chat({ model: "down", messages: hi }), status(503));
  await assert.rejects(client.pull({ model: "llama3.2" }), status(403));
});

test("cancellation", async () => {
  const before = await seen();
  const stream = await client.chat({ model, messages: [{ role: "user", content: "wait" }], stream: true });
  await assert.rejects(async () => {
    for await (const part of stream) {
      assert.equal(part.message.content, "Well");
      stream.abort();
    }
  });
  assert.ok(await hungUp(before));
});
