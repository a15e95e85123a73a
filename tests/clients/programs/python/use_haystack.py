"""Haystack's generator with a tool."""

from asking import TASK, potassium, tell
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import create_tool_from_function


def asks():
    return OpenAIChatGenerator(model="gpt-4o-mini").run([ChatMessage.from_user(TASK)])["replies"][0].text


def agent():
    made = Agent(chat_generator=OpenAIChatGenerator(model="gpt-4o-mini"), tools=[create_tool_from_function(potassium)])
    made.warm_up()
    return made.run(messages=[ChatMessage.from_user(TASK)])["last_message"].text


tell({"asks": asks, "agent": agent})
