"""openai-python of the newest major version: chat, streams, parsed answers, responses, embeddings."""

from asking import MRN, TASK, tell
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()
ASK = [{"role": "user", "content": TASK}]


class Result(BaseModel):
    mrn: str
    value: float


def chat():
    return client.chat.completions.create(model="gpt-4o-mini", messages=ASK).choices[0].message.content


def streamed():
    parts = client.chat.completions.create(model="gpt-4o-mini", messages=ASK, stream=True)
    return "".join(part.choices[0].delta.content or "" for part in parts if part.choices)


def parsed():
    reply = client.chat.completions.parse(model="gpt-4o-mini", messages=ASK, response_format=Result)
    return reply.choices[0].message.parsed.mrn


def responses():
    return client.responses.create(model="gpt-4o-mini", input=TASK).output_text


def responses_streamed():
    with client.responses.stream(model="gpt-4o-mini", input=TASK) as stream:
        for _ in stream:
            pass
        return stream.get_final_response().output_text


def responses_parsed():
    return client.responses.parse(model="gpt-4o-mini", input=TASK, text_format=Result).output_parsed.mrn


def embeddings():
    vector = client.embeddings.create(model="text-embedding-3-small", input=TASK).data[0].embedding
    assert vector == [0.25, -0.5, 3.0, 0.125]
    return MRN


def models():
    assert "general" in {model.id for model in client.models.list()}
    return MRN


tell(
    {
        way.__name__: way
        for way in (chat, streamed, parsed, responses, responses_streamed, responses_parsed, embeddings, models)
    }
)
