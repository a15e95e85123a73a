"""LangChain's three chat models, and their embeddings, against the gateway."""

import gc

import httpx
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama, OllamaEmbeddings
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

pytestmark = [
    pytest.mark.filterwarnings("ignore:The model:DeprecationWarning"),  # the one in the field is an old one
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # these clients cannot be closed
]


@pytest.fixture(autouse=True)
def collected():
    """Drops the clients of a test before the next one, where a warning about them would be an error."""
    yield
    gc.collect()


class Patient(BaseModel):
    """A patient."""

    city: str
    visits: int


@tool
def get_weather(city: str, days: int) -> str:
    """The weather in a city."""
    return f"{city} {days}"


@pytest.fixture(params=["openai", "responses", "anthropic", "ollama"])
def model(request, gateway_url):
    match request.param:
        case "openai":
            return ChatOpenAI(
                model="gpt-4o-mini",
                base_url=f"{gateway_url}/v1",
                api_key="unused",
                max_retries=0,
                http_async_client=httpx.AsyncClient(trust_env=False),  # its own would outlive the loop of this test
            )
        case "responses":
            return ChatOpenAI(
                model="gpt-4o-mini",
                base_url=f"{gateway_url}/v1",
                api_key="unused",
                max_retries=0,
                use_responses_api=True,
                http_async_client=httpx.AsyncClient(trust_env=False),
            )
        case "anthropic":
            return ChatAnthropic(
                model="claude-sonnet-4-20250514", base_url=gateway_url, api_key="unused", max_retries=0, max_tokens=50
            )
        case _:
            return ChatOllama(model="qwen3:32b", base_url=gateway_url)


def test_invoke(model):
    message = model.invoke("hello there")
    assert message.text == "Echo: hello there"
    assert (message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]) == (11, 3)


def test_stream(model):
    pieces = list(model.stream("hello there"))
    assert "".join(piece.text for piece in pieces) == "Echo: hello there"
    assert len(pieces) > 3


async def test_async_invoke(model):
    assert (await model.ainvoke("hello there")).text == "Echo: hello there"


def test_tools_round_trip(model):
    bound = model.bind_tools([get_weather])
    asked = HumanMessage("weather?")
    first = bound.invoke([asked])
    [call] = first.tool_calls
    assert (call["name"], call["args"]) == ("get_weather", {"city": "Paris", "days": 7})
    result = ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])
    assert bound.invoke([asked, first, result]).text == "The tool says: Paris 7"


def test_structured_output(model):
    assert model.with_structured_output(Patient).invoke("who?") == Patient(city="Paris", visits=7)


def test_vision(model, png):
    image = {"type": "image", "base64": png, "mime_type": "image/png"}
    message = HumanMessage([{"type": "text", "text": "What?"}, image])
    assert model.invoke([message]).text == "I see image/png of 70 bytes."


def test_embeddings(gateway_url):
    ours = OpenAIEmbeddings(
        model="embedding-model", base_url=f"{gateway_url}/v1", api_key="unused", check_embedding_ctx_length=False
    )
    assert [vector[:2] for vector in ours.embed_documents(["a", "abc"])] == [[1.0, 0.0], [3.0, 1.0]]
    theirs = OllamaEmbeddings(model="embedding-model", base_url=gateway_url)
    assert [vector[:2] for vector in theirs.embed_documents(["a", "abc"])] == [[1.0, 0.0], [3.0, 1.0]]
