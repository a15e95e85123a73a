"""What cannot be read, end to end: it stays on the premises with the shipped rules, and leaves only by a rule of its own."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from tests.kit import written
from tests.kit.servers import says

ROOT = Path(__file__).parents[2]
PACK = (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")
MRN = "8675309"
PIXELS = base64.b64encode(bytes(range(256))).decode()
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()
IMAGE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}}
AUDIO = {"type": "input_audio", "input_audio": {"data": PIXELS, "format": "wav"}}
FILE = {"type": "file", "file": {"filename": "scan.pdf", "file_data": f"data:application/pdf;base64,{PIXELS}"}}
QUESTION = {"type": "text", "text": f"Read this film of the patient with MRN {MRN}."}


def with_the_radiologists_fallback() -> str:
    """The shipped pack, changed as its own comment says."""
    text = PACK.replace("unknown: [image, audio, file], to:", "unknown: [audio, file], to:")
    text = text.replace("  - {content: [image], traits: [baa], sent: false}\n", "")
    lines = text.splitlines(keepends=True)
    begin = lines.index("#  - id: radiology-images-under-a-baa\n")
    for at in range(begin, begin + 4):
        lines[at] = " " + lines[at].removeprefix("#").removeprefix(" ")
    block = "".join(lines[begin : begin + 4])
    rest = "".join(lines[:begin] + lines[begin + 4 :])
    return rest.replace("\nexamples:\n", f"\n{block}\nexamples:\n")


def config(local, cloud, *, baa=True):
    sees = {"capabilities": ["vision", "audio", "files"]}
    vectors = {"model": "e", "capabilities": ["embeddings"]}
    return written.config(
        providers={"local": written.at_home(local, kind="lm_studio"), "cloud": written.away(cloud, baa=baa)},
        targets={
            "local": {"provider": "local", "model": "qwen", **sees},
            "cloud": {"provider": "cloud", "model": "big", **sees},
            "vectors-local": {"provider": "local", **vectors},
            "vectors-cloud": {"provider": "cloud", **vectors},
        },
        routes={
            "report": ["cloud", "local"],
            "radiology": ["cloud", "local"],
            "vectors": {"targets": ["vectors-cloud", "vectors-local"], "operation": "embeddings"},
        },
        default_embedding_route="vectors",
    )


@pytest.fixture
async def made(start, upstream):
    async def make(pack=PACK, **more):
        servers = await upstream(says("From local.")), await upstream(says("From the cloud."))
        return await start(config(*servers, **more), {"hipaa.yaml": pack}), *servers

    return make


@pytest.mark.parametrize("route", ["radiology", "report"])
@pytest.mark.parametrize("part", [IMAGE, AUDIO, FILE], ids=["image", "audio", "file"])
async def test_with_the_shipped_rules_what_cannot_be_read_stays_even_under_a_baa(made, route, part):
    gateway, local, cloud = await made()
    reply = await gateway.chat([{"type": "text", "text": "What is this?"}, part], model=route)
    assert reply.headers["x-gateway-target"] == "local"
    assert cloud.connections == 0
    assert any(data.encode() in local.sent[0].body for data in (PICTURE, PIXELS))


REASONS = {
    "image": ([QUESTION, IMAGE], "messages[0].content[1].image_url.url"),
    "audio": ([QUESTION, AUDIO], "messages[0].content[1].input_audio.data"),
    "file": ([QUESTION, FILE], "messages[0].content[1].file.file_data"),
}


@pytest.mark.parametrize("reason", REASONS)
async def test_each_is_unknown_for_its_own_reason(made, reason):
    gateway, _, cloud = await made()
    content, place = REASONS[reason]
    async with gateway.client() as client:
        request = {"model": "radiology", "messages": [{"role": "user", "content": content}]}
        told = (await client.post("/gateway/explain", json={"request": request})).json()
    assert reason in {item["reason"] for item in told["could_not_be_checked"]}
    assert place in {item["place"] for item in told["could_not_be_checked"]}
    assert told["order"] == ["local"]
    assert cloud.connections == 0


async def test_arguments_of_a_tool_whose_escapes_cannot_be_read_stay(made):
    gateway, _, cloud = await made()
    function = {"name": "look_up", "arguments": '{"mrn": "\\u0038\\u0036'}
    turn = {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": function}]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "ok"}
    reply = await gateway.chat(messages=[{"role": "user", "content": "Hello."}, turn, result])
    assert reply.headers["x-gateway-target"] == "local"
    assert cloud.connections == 0


async def test_an_encoded_blob_that_nobody_can_read_never_leaves(made):
    gateway, _, cloud = await made()
    blob = bytes(range(60, 200)).hex()
    assert (await gateway.chat(f"Decode this hex: {blob}")).status_code == 200
    assert not any(blob.encode() in sent.body for sent in cloud.sent)


async def test_an_encoded_blob_that_can_be_read_is_taken_out_for_what_it_says(made):
    gateway, _, cloud = await made()
    blob = base64.b64encode(f"The patient has MRN {MRN}".encode()).decode()
    reply = await gateway.chat(f"Decode this: {blob}")
    assert reply.headers["x-gateway-decision"] == "redacted"
    assert blob.encode() not in cloud.sent[0].body
    assert "[MRN_" in cloud.sent[0].json["messages"][0]["content"]


@pytest.mark.parametrize("given", [[101, 2023, 102], [[101, 2023, 102], [7592]]])
async def test_token_ids_stay(made, given):
    gateway, local, cloud = await made()
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": given})
    assert reply.headers["x-gateway-target"] == "vectors-local"
    assert local.sent[0].json["input"] == given
    assert cloud.connections == 0


async def test_the_radiologists_fallback_sends_an_image_with_its_text_redacted(made):
    gateway, local, cloud = await made(with_the_radiologists_fallback())
    reply = await gateway.chat([QUESTION, IMAGE], model="radiology")
    assert reply.json()["choices"][0]["message"]["content"] == "From the cloud."
    assert reply.headers["x-gateway-decision"] == "redacted"
    text, image = cloud.sent[0].json["messages"][0]["content"]
    assert MRN not in text["text"]
    assert "[MRN_" in text["text"]
    assert image == IMAGE
    assert local.connections == 0


async def test_another_routes_image_stays_though_the_radiologists_may_leave(made):
    gateway, _, cloud = await made(with_the_radiologists_fallback())
    reply = await gateway.chat([QUESTION, IMAGE], model="report")
    assert reply.headers["x-gateway-target"] == "local"
    assert cloud.connections == 0


@pytest.mark.parametrize("part", [AUDIO, FILE], ids=["audio", "file"])
async def test_a_radiologists_recording_or_file_stays_beside_the_image(made, part):
    gateway, _, cloud = await made(with_the_radiologists_fallback())
    for content in ([QUESTION, part], [QUESTION, IMAGE, part]):
        reply = await gateway.chat(content, model="radiology")
        assert reply.headers["x-gateway-target"] == "local"
    assert cloud.connections == 0


async def test_without_a_baa_the_radiologists_image_stays_too(made):
    gateway, _, cloud = await made(with_the_radiologists_fallback(), baa=False)
    reply = await gateway.chat([QUESTION, IMAGE], model="radiology")
    assert reply.headers["x-gateway-target"] == "local"
    assert cloud.connections == 0


async def test_what_the_agreement_excludes_stays_whatever_rules_say(start, upstream):
    local, cloud = await upstream(says("From local.")), await upstream(says("From the cloud."))
    agreed = {"reference": "C-7", "expires": "2999-01-01", "excludes": ["vision"], "region": "EU", "retention_days": 0}
    tree = yaml.safe_load(config(local, cloud))
    tree["providers"]["cloud"]["baa"] = agreed
    tree["targets"]["cloud"]["capabilities"] = ["audio"]
    tree["routes"]["alone"] = {"targets": ["cloud"]}
    gateway = await start(yaml.safe_dump(tree), {"hipaa.yaml": with_the_radiologists_fallback()})
    stays = await gateway.chat([QUESTION, IMAGE], model="radiology")
    assert (stays.headers["x-gateway-target"], cloud.connections) == ("local", 0)
    assert (await gateway.chat([QUESTION], model="radiology")).headers["x-gateway-target"] == "cloud"
    refused = await gateway.chat([IMAGE], model="alone")
    assert refused.status_code == 403


async def test_an_address_to_fetch_an_image_from_is_an_errand(made):
    gateway, local, cloud = await made(with_the_radiologists_fallback())
    part = {"type": "image_url", "image_url": {"url": f"https://pacs.example/{MRN}.png"}}
    reply = await gateway.chat([QUESTION, part], model="radiology")
    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "errand_denied"
    assert reply.headers["x-gateway-decision"] == gateway.settled()[-1]["decision_reason"] == "errand"
    assert local.connections == cloud.connections == 0


async def test_through_anthropics_dialect_an_image_is_treated_the_same(made):
    gateway, _, cloud = await made(with_the_radiologists_fallback())
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
    content = [QUESTION, {"type": "image", "source": source}]
    body = {"max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    async with gateway.client() as client:
        sent = await client.post("/v1/messages", json={**body, "model": "radiology"})
        kept = await client.post("/v1/messages", json={**body, "model": "report"})
    assert [reply.headers["x-gateway-target"] for reply in (sent, kept)] == ["cloud", "local"]
    assert len(cloud.sent) == 1
    assert MRN not in json.dumps(cloud.sent[0].json["messages"][0]["content"][0])
    assert PICTURE.encode() in cloud.sent[0].body
