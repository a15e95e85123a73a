"""OpenAI's Agents SDK: its default is the Responses API."""

import asyncio

from agents import Agent, Runner, function_tool, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from asking import TASK, potassium, tell
from openai import AsyncOpenAI

set_tracing_disabled(True)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)  # `run_sync` takes it too: the SDK's client keeps connections, which belong to one loop


def made(model):
    return Agent(name="nurse", instructions="Answer briefly.", model=model, tools=[function_tool(potassium)])


def by_default():
    return Runner.run_sync(made("gpt-4o-mini"), TASK).final_output


def chat():
    return Runner.run_sync(made(OpenAIChatCompletionsModel("gpt-4o-mini", AsyncOpenAI())), TASK).final_output


def streamed():
    async def go():
        result = Runner.run_streamed(made("gpt-4o-mini"), TASK)
        async for _ in result.stream_events():
            pass
        return result.final_output

    return loop.run_until_complete(go())


tell({way.__name__: way for way in (by_default, chat, streamed)})
