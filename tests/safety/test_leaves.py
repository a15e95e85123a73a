"""Law 7b: whatever a caller writes anywhere in a request, a target off the premises gets nothing of it that was found."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.wire.fields import (
    Alias,
    Either,
    Field,
    Flag,
    Free,
    Id,
    Items,
    JsonText,
    Keyed,
    Number,
    Object,
    Opaque,
    Seed,
    Strict,
    TokenIds,
    Url,
    Variant,
)
from gateway.wire.operations import ENDPOINTS
from tests.kit import written
from tests.kit.servers import says

PACK = (Path(__file__).parents[2] / "policies" / "hipaa.yaml").read_text(encoding="utf-8")
RECORDINGS = """
version: 1
rules:
  - id: recordings-under-a-baa
    why: Recordings may be heard by a provider with a BAA.
    when: {unknown: [audio], to: {without: [on_prem]}}
    then: {require: [baa]}
"""
HEARD = PACK.replace("[image, audio, file]", "[image, file]").replace(
    "  - {unknown: [audio], traits: [baa], sent: false}\n", ""
)
"""The pack, and beside it a rule that lets recordings go to a provider with a BAA, as a clinic may decide."""
TEXTS = ("SSN 536-22-8417", "The patient writes from maria.gonzalez@example.org")
IDS = ("ssn-536-22-8417", "mrn_8675309")
NUMBERS = (536228417, 0.536228417)
SECRETS = ("536-22-8417", "536228417", "maria.gonzalez", "8675309")
FORMS = [
    *SECRETS,
    *(
        base64.b64encode(b"x" * shift + secret.encode())[4 if shift else 0 : -4].decode()
        for secret in SECRETS
        for shift in range(3)
    ),
]
ROWS = [row for row in ENDPOINTS if row.name not in {"count_tokens", "input_tokens"}]
BASE: dict[str, dict[str, Any]] = {
    "openai.chat": {"messages": [{"role": "user", "content": "Hello."}]},
    "openai.embeddings": {"input": "Hello."},
    "openai.completions": {"prompt": "Hello."},
    "openai.moderations": {"model": "judging", "input": "Hello."},
    "openai.rerank": {"model": "ranking", "query": "Hello.", "documents": ["Hello."]},
    "openai.transcriptions": {"model": "hearing", "file": {"data": "AAAA"}},
    "openai.translations": {"model": "hearing", "file": {"data": "AAAA"}},
    "openai.responses": {"input": "Hello."},
    "anthropic.messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "Hello."}]},
    "ollama.chat": {"messages": [{"role": "user", "content": "Hello."}], "stream": False},
    "ollama.generate": {"prompt": "Hello.", "stream": False},
    "ollama.embed": {"input": "Hello."},
    "ollama.embeddings": {"prompt": "Hello."},
}


def planted(field: Field) -> Iterator[Any]:  # noqa: C901, PLR0912  one case for each word of a table
    """Values of a field that hold an identifier: in its own form, and in others, at every depth of the table."""
    match field:
        case Object(fields=fields):
            yield {TEXTS[0]: 1}
            for key, inner in fields.items():
                yield from ({key: value} for value in planted(inner))
        case Variant(key=key, cases=cases, otherwise=otherwise):
            for name, case in cases.items():
                for value in planted(case):
                    yield {key: name, **value} if isinstance(value, dict) else value
            yield from planted(otherwise)
        case Items(item=item):
            yield from ([value] for value in planted(item))
        case Either(text=text, other=other):
            yield from planted(text)
            yield from planted(other)
        case Keyed(value=inner):
            yield {"536228417": 1}
            yield from ({"7": value} for value in planted(inner))
        case Alias(inside=inside) if inside:
            yield from ({inside: text, "agent": TEXTS[0]} for text in TEXTS)
        case Free():
            yield from (TEXTS[1], {"mrn": "8675309"}, {TEXTS[0]: [1]}, {"properties": {"ssn": {"default": IDS[0]}}})
        case JsonText():
            yield from (TEXTS[0], '{"mrn":8675309}')
        case Id() | Strict() | Number() | Flag() | Seed() | TokenIds():
            yield from (*IDS, *NUMBERS, TEXTS[1], [NUMBERS[0]])
        case Opaque() | Url():
            coded = base64.b64encode(TEXTS[0].encode()).decode()
            yield from (coded, f"data:image/png;base64,{coded}", f"data:text/plain,{TEXTS[0]}", TEXTS[1])
        case _ if list(field.children()):
            for inner in field.children():
                yield from planted(inner)
        case _:
            yield from (*TEXTS, NUMBERS[0])


def requests(name: str, row) -> Iterator[dict[str, Any]]:
    """Valid requests, as far as there are any, with one identifier planted in each."""
    base, seen = BASE[name], set()
    for value in planted(row.fields):
        if (place := _place(value)) in seen:  # the same block stands in many places of a table
            continue
        seen.add(place)
        [(key, inner)] = value.items()
        if key == "messages" and isinstance(inner, list):
            yield {**base, key: [*base["messages"], *(_whole(message) for message in inner)]}
        else:
            yield {**base, key: inner}


def _place(value: Any) -> tuple[str, ...]:
    """The last keys above what was planted, and what it is."""
    keys: list[str] = []
    while isinstance(value, dict | list) and value:
        step = (
            next((key for key in value if key not in {"type", "role"}), next(iter(value)))
            if isinstance(value, dict)
            else 0
        )
        keys, value = [*keys, str(step)] if isinstance(value, dict) else keys, value[step]
    return (*keys[-3:], repr(value))


def _whole(message: Any) -> Any:
    """A message with what a validator insists on."""
    return {"content": "x", **message} if isinstance(message, dict) else message


KINDS = {"anthropic.messages": "anthropic", "openai.completions": "vllm", "openai.rerank": "vllm"}


def config(cloud, row) -> str:
    kind = KINDS.get(f"{row.dialect}.{row.name}", "openai")
    does = {"embedding": "embeddings", "ranking": "rerank", "judging": "moderations", "hearing": "transcriptions"}
    return written.config(
        providers={"cloud": written.away(cloud, kind=kind, via="direct")},
        targets={
            "big": {"provider": "cloud", "model": "big", "capabilities": ["vision"]},
            **{name: {"provider": "cloud", "model": name, "capabilities": [one]} for name, one in does.items()},
        },
        routes={"general": ["big"], **{name: {"targets": [name], "operation": one} for name, one in does.items()}},
        default_embedding_route="embedding",
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.dialect}.{row.name}")
async def test_no_identifier_leaves_whatever_field_it_stands_in(start, upstream, row):
    cloud = await upstream(says("Yes."))
    heard = {"hipaa.yaml": HEARD, "recordings.yaml": RECORDINGS} if row.form else {"hipaa.yaml": PACK}
    gateway = await start(config(cloud, row), heard)
    asked, left = 0, []
    async with gateway.client() as client:
        for request in requests(f"{row.dialect}.{row.name}", row):
            before = len(cloud.sent)
            reply = await client.post(row.paths[0], json=request)
            assert reply.status_code < 500 or reply.status_code in {502, 503}, (request, reply.text)
            left += [request for sent in cloud.sent[before:] if any(form in sent.body.decode() for form in FORMS)]
            asked += 1
    assert left == [], "\n".join(map(str, left))
    assert asked > 10
    assert len(cloud.sent) > 5  # not all were refused, or nothing was shown
