"""LiteLLM's SDK over each dialect that it has for us."""

import os

import litellm
from asking import TASK, URL, tell

litellm.telemetry = False
ASK = [{"role": "user", "content": TASK}]


def chat():
    return litellm.completion(model="openai/gpt-4o-mini", messages=ASK).choices[0].message.content


def streamed():
    parts = litellm.completion(model="openai/gpt-4o-mini", messages=ASK, stream=True)
    return "".join(part.choices[0].delta.content or "" for part in parts if part.choices)


def anthropic():
    return litellm.completion(model="anthropic/claude-sonnet-4-20250514", messages=ASK).choices[0].message.content


def ollama():
    return litellm.completion(model="ollama_chat/llama3.2:3b", messages=ASK, api_base=URL).choices[0].message.content


def responses():
    return litellm.responses(model="openai/gpt-4o-mini", input=TASK).output[0].content[0].text


assert os.environ["OPENAI_API_KEY"]
tell({way.__name__: way for way in (chat, streamed, anthropic, ollama, responses)})
