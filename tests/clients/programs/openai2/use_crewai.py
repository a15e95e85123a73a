"""CrewAI: one agent with one tool and one task."""

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"
os.environ["OTEL_SDK_DISABLED"] = "true"

from asking import TASK, potassium, tell
from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool


@tool("potassium")
def looked_up(mrn: str) -> str:
    """Look the potassium of a patient up by the medical record number."""
    return potassium(mrn)


def crew():
    llm = LLM(model="openai/gpt-4o-mini")
    agent = Agent(role="nurse", goal="Answer", backstory="Works on a ward.", tools=[looked_up], llm=llm)
    task = Task(description=TASK, expected_output="One sentence.", agent=agent)
    return Crew(agents=[agent], tasks=[task], verbose=False).kickoff().raw


def call():
    return LLM(model="openai/gpt-4o-mini").call(f"Say the MRN {os.environ['MRN']} again.")


tell({"call": call, "crew": crew})
