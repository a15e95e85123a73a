// Every other method of openai-node that the gateway serves, and what it says of those that it does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { AzureOpenAI, toFile } from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { hi, url, weather } from "./setup.mjs";

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
const model = "gpt-4o-mini";
const place = z.object({ city: z.string(), days: z.number().int() });

test("the tool runner, whole and streamed", async () => {
  const look = {
    type: "function",
    function: { name: "look", parameters: weather, parse: JSON.parse, function: ({ city, days }) => `${city} ${days}` },
  };
  const whole = client.chat.completions.runTools({ model, messages: hi, tools: [look] });
  assert.equal(await whole.finalContent(), "The tool says: Paris 7");
  const streamed = client.chat.completions.runTools({ model, messages: hi, tools: [look], stream: true });
  assert.equal(await streamed.finalContent(), "The tool says: Paris 7");
});

test("parsed answers and parsed arguments", async () => {
  const asked = { model, messages: hi, response_format: zodResponseFormat(place, "place") };
  const parsed = await client.chat.completions.parse(asked);
  assert.deepEqual(parsed.choices[0].message.parsed, { city: "Paris", days: 7 });
  const tools = [zodFunction({ name: "look", parameters: place })];
  const called = await client.chat.completions.parse({ model, messages: hi, tools });
  assert.deepEqual(called.choices[0].message.tool_calls[0].function.parsed_arguments, { city: "Paris", days: 7 });
  const stream = client.chat.completions.stream(asked);
  assert.deepEqual((await stream.finalChatCompletion()).choices[0].message.parsed, { city: "Paris", days: 7 });
});

test("responses: whole, streamed, with a tool, parsed, counted", async () => {
  const whole = await client.responses.create({ model, input: "hello there" });
  assert.equal(whole.output_text, "Echo: hello there");
  assert.equal(whole.store, false);
  const names = [];
  for await (const event of await client.responses.create({ model, input: "hello there", stream: true })) {
    names.push(event.type);
  }
  assert.equal(names[0], "response.created");
  assert.equal(names.at(-1), "response.completed");
  const final = await client.responses.stream({ model, input: "hello there" }).finalResponse();
  assert.equal(final.output_text, "Echo: hello there");
  const tools = [{ type: "function", name: "look", parameters: weather, strict: true }];
  const [call] = (await client.responses.create({ model, input: hi, tools })).output;
  const output = { type: "function_call_output", call_id: call.call_id, output: "sunny" };
  const after = await client.responses.create({ model, input: [...hi, call, output], tools });
  assert.equal(after.output_text, "The tool says: sunny");
  const parsed = await client.responses.parse({ model, input: "who?", text: { format: zodTextFormat(place, "place") } });
  assert.deepEqual(parsed.output_parsed, { city: "Paris", days: 7 });
  const counted = await client.responses.inputTokens.count({ model, input: "hello there" });
  assert.ok(counted.input_tokens > 0);
});

test("completions, whole and streamed", async () => {
  const whole = await client.completions.create({ model, prompt: "hello there", max_tokens: 9 });
  assert.equal(whole.choices[0].text, "Echo: hello there");
  let text = "";
  for await (const part of await client.completions.create({ model, prompt: "hello there", stream: true })) {
    text += part.choices[0]?.text ?? "";
  }
  assert.equal(text, "Echo: hello there");
});

test("moderations", async () => {
  const judged = await client.moderations.create({ model: "judging", input: "hello there" });
  assert.equal(judged.results[0].flagged, false);
});

test("transcriptions and translations", async () => {
  const file = await toFile(Buffer.from("RIFF....WAVE"), "a.wav");
  const heard = await client.audio.transcriptions.create({ model: "hearing", file });
  assert.equal(heard.text, "twelve bytes");
  assert.equal((await client.audio.translations.create({ model: "hearing", file })).text, "twelve bytes");
});

test("embeddings of one string, as floats", async () => {
  const reply = await client.embeddings.create({ model: "embedding-model", input: "abc", encoding_format: "float" });
  assert.equal(reply.data[0].embedding[0], 3);
});

test("the whole answer, headers and the id of the request", async () => {
  const { data, response, request_id } = await client.chat.completions.create({ model, messages: hi }).withResponse();
  assert.equal(data.choices[0].message.content, "Echo: hello there");
  assert.equal(response.headers.get("x-gateway-route"), "chat");
  assert.match(request_id, /^req_/);
});

test("the client for Azure", async () => {
  const azure = new AzureOpenAI({ endpoint: url, apiKey: "unused", apiVersion: "2024-10-21", maxRetries: 0 });
  const reply = await azure.chat.completions.create({ model, messages: hi });
  assert.equal(reply.choices[0].message.content, "Echo: hello there");
});

const ABSENT = {
  "a stored response": () => client.responses.retrieve("resp_1"),
  "a stored chat": () => client.chat.completions.retrieve("chatcmpl-1"),
  "files": () => client.files.list(),
  "an upload": async () => client.files.create({ file: await toFile(Buffer.from("a"), "a.txt"), purpose: "user_data" }),
  "batches": () => client.batches.list(),
  "pictures": () => client.images.generate({ model, prompt: "a" }),
  "vector stores": () => client.vectorStores.list(),
  "speech": () => client.audio.speech.create({ model, input: "a", voice: "alloy" }),
  "fine tuning": () => client.fineTuning.jobs.list(),
};

for (const [name, ask] of Object.entries(ABSENT)) {
  test(`${name}: refused in words`, async () => {
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError, `${error}`);
      assert.ok(error.message.length > 30, error.message);
      return true;
    });
  });
}
