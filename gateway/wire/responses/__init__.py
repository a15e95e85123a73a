"""OpenAI's Responses API: a second way to chat in OpenAI's dialect, made of items; the gateway keeps none of them."""
