"""Pydantic AI over chat, responses and Anthropic's messages, with a tool and with a typed answer."""

from asking import TASK, potassium, tell
from pydantic import BaseModel
from pydantic_ai import Agent


class Result(BaseModel):
    mrn: str
    value: float


MODELS = ("openai-chat:gpt-4o-mini", "openai-responses:gpt-4o-mini", "anthropic:claude-sonnet-4-20250514")


def uses(model):
    return lambda: Agent(model, tools=[potassium]).run_sync(TASK).output


def typed(model):
    return lambda: Agent(model, output_type=Result).run_sync(TASK).output.mrn


tell({f"{model} tool": uses(model) for model in MODELS} | {f"{model} typed": typed(model) for model in MODELS})
