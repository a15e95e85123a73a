import assert from "node:assert/strict";
import { describe, test } from "node:test";
import Newest from "@anthropic-ai/sdk";
import Fielded from "anthropic-sdk-0-71";
import { hi, hungUp, key, keyedUrl, png, seen, url, weather } from "./setup.mjs";

const model = "claude-sonnet-4-20250514";
const tools = [{ name: "get_weather", description: "The weather.", input_schema: weather }];

for (const [name, Anthropic] of Object.entries({ newest: Newest, "0.71": Fielded })) {
  describe(name, () => {
    const client = new Anthropic({ baseURL: url, apiKey: "unused", maxRetries: 0 });

    test("create, as the five agents do", async () => {
      const message = await client.messages.create({
        model,
        max_tokens: 50,
        system: "You are an expert radiologist.",
        messages: hi,
      });
      assert.equal(message.content[0].text, "Echo: hello there");
      assert.equal(message.usage.output_tokens, 3);
      assert.equal(message.model, model);
      assert.equal(message.stop_reason, "end_turn");
    });

    test("the base URL of the environment has no /v1", async () => {
      process.env.ANTHROPIC_BASE_URL = url;
      const bare = new Anthropic({ apiKey: "unused", maxRetries: 0 });
      const message = await bare.messages.create({ model, max_tokens: 50, messages: hi });
      assert.equal(message.content[0].text, "Echo: hello there");
    });

    test("stream helper", async () => {
      let text = "";
      const stream = client.messages.stream({ model, max_tokens: 50, messages: hi }).on("text", (piece) => {
        text += piece;
      });
      const message = await stream.finalMessage();
      assert.equal(text, "Echo: hello there");
      assert.equal(message.content[0].text, text);
      assert.equal(message.usage.output_tokens, 3);
      assert.equal(message.usage.input_tokens, 11);
    });

    test("raw stream", async () => {
      const kinds = [];
      for await (const event of await client.messages.create({ model, max_tokens: 50, messages: hi, stream: true })) {
        kinds.push(event.type);
      }
      assert.equal(kinds[0], "message_start");
      assert.deepEqual(kinds.slice(-3), ["content_block_stop", "message_delta", "message_stop"]);
    });

    test("vision: the image before the text", async () => {
      const content = [
        { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
        { type: "text", text: "What?" },
      ];
      const message = await client.messages.create({ model, max_tokens: 50, messages: [{ role: "user", content }] });
      assert.equal(message.content[0].text, "I see image/png of 70 bytes.");
    });

    test("tools round trip", async () => {
      const first = await client.messages
        .stream({ model, max_tokens: 50, messages: hi, tools, tool_choice: { type: "any" } })
        .finalMessage();
      assert.equal(first.stop_reason, "tool_use");
      assert.deepEqual(first.content[0].input, { city: "Paris", days: 7 });
      const result = { type: "tool_result", tool_use_id: first.content[0].id, content: "sunny" };
      const messages = [...hi, { role: "assistant", content: first.content }, { role: "user", content: [result] }];
      const second = await client.messages.create({ model, max_tokens: 50, messages, tools });
      assert.equal(second.content[0].text, "The tool says: sunny");
    });

    test("thinking", async () => {
      const thinking = { type: "enabled", budget_tokens: 1024 };
      const message = await client.messages.stream({ model, max_tokens: 2000, messages: hi, thinking }).finalMessage();
      assert.equal(message.content[0].thinking, "Let me think.");
      assert.equal(message.content[1].text, "Echo: hello there");
    });

    test("counting tokens", async () => {
      assert.ok((await client.messages.countTokens({ model, messages: hi })).input_tokens > 1);
    });

    test("a Claude target's own reply", async () => {
      const message = await client.messages.stream({ model: "signed", max_tokens: 50, messages: hi }).finalMessage();
      assert.equal(message.content[0].signature, "c2lnbmVk");
      assert.equal(message.content[1].text, "Echo: hello there");
    });

    test("error classes", async () => {
      await assert.rejects(client.messages.create({ model: "no-such-model", max_tokens: 5, messages: hi }), (error) => {
        assert.ok(error instanceof Anthropic.NotFoundError);
        assert.equal(error.error.error.type, "not_found_error");
        return true;
      });
      await assert.rejects(client.messages.create({ model, max_tokens: 5, messages: [] }), Anthropic.BadRequestError);
      await assert.rejects(
        client.messages.stream({ model: "down", max_tokens: 5, messages: hi }).finalMessage(),
        Anthropic.InternalServerError,
      );
      const wrong = new Anthropic({ baseURL: keyedUrl, apiKey: "wrong", maxRetries: 0 });
      await assert.rejects(
        wrong.messages.create({ model, max_tokens: 5, messages: hi }),
        Anthropic.AuthenticationError,
      );
      const right = new Anthropic({ baseURL: keyedUrl, apiKey: key, maxRetries: 0 });
      const message = await right.messages.create({ model, max_tokens: 50, messages: hi });
      assert.equal(message.content[0].text, "Echo: hello there");
    });

    test("cancellation", async () => {
      const before = await seen();
      const stream = await client.messages.create({
        model,
        max_tokens: 50,
        messages: [{ role: "user", content: "wait" }],
        stream: true,
      });
      for await (const event of stream) {
        if (event.type === "content_block_delta") break;
      }
      stream.controller.abort();
      assert.ok(await hungUp(before));
    });
  });
}
