// What every script shares: where the gateway is, one picture, and a look at what the backend behind it saw.
export const url = process.env.GATEWAY_URL;
export const keyedUrl = process.env.KEYED_URL;
export const key = process.env.GATEWAY_KEY;
export const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
export const hi = [{ role: "user", content: "hello there" }];
export const weather = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
};

export async function seen() {
  return (await fetch(`${process.env.BACKEND_URL}/seen`)).json();
}

// Whether the backend notices one more hang-up than there were, within a second.
export async function hungUp(before) {
  return (await fetch(`${process.env.BACKEND_URL}/cancelled/${before.cancelled + 1}`)).json();
}
