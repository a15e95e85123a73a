"""LangChain and LangGraph over the three dialects: tools, structured output in its three methods, streams."""

from asking import TASK, potassium, tell
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Result(BaseModel):
    """What was measured. Answer in JSON."""

    mrn: str
    value: float


def models():
    return {
        "openai": ChatOpenAI(model="gpt-4o-mini"),
        "responses": ChatOpenAI(model="gpt-4o-mini", use_responses_api=True),
        "anthropic": ChatAnthropic(model="claude-sonnet-4-20250514"),
        "ollama": ChatOllama(model="llama3.2:3b"),
    }


def asks(name):
    return lambda: models()[name].invoke(TASK).text


def streams(name):
    return lambda: "".join(part.text for part in models()[name].stream(TASK))


def agent(name):
    def go():
        made = create_agent(models()[name], tools=[potassium])
        return made.invoke({"messages": [{"role": "user", "content": TASK}]})["messages"][-1].text

    return go


def structured(name, method):
    return lambda: models()[name].with_structured_output(Result, method=method).invoke(TASK + " Answer in JSON.").mrn


ways = {}
for dialect in ("openai", "responses", "anthropic", "ollama"):
    ways |= {
        f"{dialect} asks": asks(dialect),
        f"{dialect} streams": streams(dialect),
        f"{dialect} agent": agent(dialect),
    }
for how in ("function_calling", "json_schema", "json_mode"):
    ways[f"structured {how}"] = structured("openai", how)
ways["structured anthropic"] = structured("anthropic", "function_calling")
ways["structured ollama"] = structured("ollama", "json_schema")
tell(ways)
