"""Instructor, in each of its modes for OpenAI's dialect, and for Anthropic's."""

import anthropic
import instructor
import openai
from asking import TASK, tell
from pydantic import BaseModel

ASK = [{"role": "user", "content": TASK}]
MODES = ["TOOLS", "TOOLS_STRICT", "JSON", "JSON_SCHEMA", "MD_JSON", "RESPONSES_TOOLS"]


class Result(BaseModel):
    """What was measured."""

    mrn: str
    value: float


def way(mode):
    def ask():
        client = instructor.from_openai(openai.OpenAI(), mode=getattr(instructor.Mode, mode))
        return client.chat.completions.create(
            model="gpt-4o-mini", messages=ASK, response_model=Result, max_retries=0
        ).mrn

    return ask


def claude(mode):
    def ask():
        client = instructor.from_anthropic(anthropic.Anthropic(), mode=getattr(instructor.Mode, mode))
        return client.messages.create(
            model="claude-sonnet-4-20250514", max_tokens=200, messages=ASK, response_model=Result, max_retries=0
        ).mrn

    return ask


tell({mode: way(mode) for mode in MODES} | {mode: claude(mode) for mode in ("ANTHROPIC_TOOLS", "ANTHROPIC_JSON")})
