"""anthropic-python of the newest major version: whole, streamed, with the tool runner."""

from anthropic import Anthropic, beta_tool
from asking import TASK, potassium, tell

client = Anthropic()
ASK = [{"role": "user", "content": TASK}]
MODEL = "claude-sonnet-4-20250514"


def whole():
    return client.messages.create(model=MODEL, max_tokens=200, messages=ASK).content[0].text


def streamed():
    with client.messages.stream(model=MODEL, max_tokens=200, messages=ASK) as stream:
        return "".join(stream.text_stream)


def tools():
    runner = client.beta.messages.tool_runner(model=MODEL, max_tokens=200, messages=ASK, tools=[beta_tool(potassium)])
    return runner.until_done().content[0].text


tell({way.__name__: way for way in (whole, streamed, tools)})
