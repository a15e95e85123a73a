"""LlamaIndex: its OpenAI and OpenAI-like models, whole, streamed and with a tool, and its embeddings."""

import asyncio
import os

from asking import TASK, potassium, tell
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike

MRN = os.environ["MRN"]
LIKE = {"model": "general", "api_base": os.environ["OPENAI_BASE_URL"], "api_key": "sk-none", "is_chat_model": True}
ASK = [ChatMessage(role="user", content=f"Say the MRN {MRN} again.")]


def chat(llm):
    return lambda: llm.chat(ASK).message.content


def streamed(llm):
    return lambda: "".join(part.delta or "" for part in llm.stream_chat(ASK))


def agent(llm):
    async def ask():
        tool = FunctionTool.from_defaults(fn=potassium)
        return str(await FunctionAgent(tools=[tool], llm=llm).run(TASK))

    return lambda: asyncio.run(ask())


def embedded():
    vector = OpenAIEmbedding().get_text_embedding(f"Potassium of {MRN}.")
    return f"{MRN}: {len(vector)}" if vector else "nothing"


tell(
    {
        "openai": chat(OpenAI(model="gpt-4o-mini")),
        "openai stream": streamed(OpenAI(model="gpt-4o-mini")),
        "openai agent": agent(OpenAI(model="gpt-4o-mini")),
        "responses": chat(OpenAIResponses(model="gpt-4o-mini")),
        "like": chat(OpenAILike(**LIKE)),
        "like agent": agent(OpenAILike(**LIKE, is_function_calling_model=True)),
        "embeddings": embedded,
    }
)
