import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { hungUp, png, seen, url } from "./setup.mjs";

const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: "unused" });
const compatible = createOpenAICompatible({
  name: "gateway",
  baseURL: `${url}/v1`,
  apiKey: "unused",
  supportsStructuredOutputs: true,
  includeUsage: true,
});
const models = {
  openai: openai.chat("gpt-4o-mini"),
  responses: openai("gpt-4o-mini"),
  compatible: compatible("clinical-model"),
};
const unknown = {
  openai: openai.chat("no-such-model"),
  responses: openai("no-such-model"),
  compatible: compatible("no-such-model"),
};
const prompt = "hello there";
const schema = z.object({ city: z.string(), days: z.number() });

for (const [name, model] of Object.entries(models)) {
  test(`${name}: text`, async () => {
    const { text, usage, finishReason } = await generateText({ model, prompt, maxRetries: 0 });
    assert.equal(text, "Echo: hello there");
    assert.equal(usage.outputTokens, 3);
    assert.equal(finishReason, "stop");
  });

  test(`${name}: stream`, async () => {
    const result = streamText({ model, prompt, maxRetries: 0 });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    assert.equal(text, "Echo: hello there");
    assert.equal((await result.usage).outputTokens, 3);
  });

  test(`${name}: tools, to the end`, async () => {
    const get_weather = tool({ inputSchema: schema, execute: async ({ city, days }) => `${city} ${days}` });
    const result = streamText({ model, prompt, tools: { get_weather }, stopWhen: stepCountIs(2), maxRetries: 0 });
    assert.match(await result.text, /^The tool says: .*Paris 7/);
    assert.equal((await result.steps).length, 2);
  });

  test(`${name}: structured output`, async () => {
    const { object } = await generateObject({ model, prompt, schema, maxRetries: 0 });
    assert.deepEqual(object, { city: "Paris", days: 7 });
  });

  test(`${name}: vision`, async () => {
    const content = [
      { type: "text", text: "What?" },
      { type: "image", image: png, mediaType: "image/png" },
    ];
    const { text } = await generateText({ model, messages: [{ role: "user", content }], maxRetries: 0 });
    assert.equal(text, "I see image/png of 70 bytes.");
  });

  test(`${name}: errors`, async () => {
    await assert.rejects(generateText({ model: unknown[name], prompt, maxRetries: 0 }), (error) => error.statusCode === 404);
  });

  test(`${name}: cancellation`, async () => {
    const before = await seen();
    const controller = new AbortController();
    const result = streamText({ model, prompt: "wait", abortSignal: controller.signal, maxRetries: 0, onError() {} });
    for await (const part of result.fullStream) {
      if (part.type === "text-delta") controller.abort();
    }
    assert.ok(await hungUp(before));
  });
}

for (const ask of [generateText, streamText]) {
  test(`responses: tools, to the end, where the model speaks before it calls (${ask.name})`, async () => {
    const get_weather = tool({ inputSchema: schema, execute: async ({ city, days }) => `${city} ${days}` });
    const aloud = { model: models.responses, prompt: "think aloud", tools: { get_weather }, maxRetries: 0 };
    const result = await ask({ ...aloud, stopWhen: stepCountIs(2) });
    const [first] = await result.steps;
    assert.equal(first.text, "Let me look.");
    assert.match(await result.text, /^The tool says: .*Paris 7/);
  });
}

test("responses: a conversation goes on where the SDK does not count on what OpenAI keeps", async () => {
  const providerOptions = { openai: { store: false } };
  const first = await generateText({ model: models.responses, prompt, providerOptions, maxRetries: 0 });
  const messages = [
    { role: "user", content: prompt },
    ...first.response.messages,
    { role: "user", content: "and again" },
  ];
  const { text } = await generateText({ model: models.responses, messages, providerOptions, maxRetries: 0 });
  assert.equal(text, "Echo: and again");
  await assert.rejects(generateText({ model: models.responses, messages, maxRetries: 0 }), (error) =>
    error.message.includes("store: false"),
  );
});

test("embeddings", async () => {
  for (const model of [openai.embedding("embedding-model"), compatible.textEmbeddingModel("embedding-model")]) {
    const { embeddings } = await embedMany({ model, values: ["a", "abc"], maxRetries: 0 });
    assert.deepEqual(embeddings.map((vector) => vector[0]), [1, 3]);
  }
});
