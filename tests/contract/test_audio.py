"""Dictation through the gateway, as OpenAI's unmodified SDK sends it: what is heard, what leaves, and what stays."""

from __future__ import annotations

import asyncio
import io
import json
import wave

import openai
import pytest
from aiohttp import web

from gateway.state.sqlite.reader import tail
from gateway.wire.framing import multipart
from tests.kit.shapes import check
from tests.kit.source import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # what its SDK says of translations
PACK = (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")
HEARD = "The patient has a cough."
SRT = f"1\n00:00:00,000 --> 00:00:02,000\n{HEARD}\n"
MRN = "8675309"
VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 2.0,
    "text": HEARD,
    "words": [{"word": "The", "start": 0.0, "end": 0.2}],
    "segments": [
        {"id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": HEARD, "tokens": [1], "temperature": 0.0}
        | {"avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.1}
    ],
}


def wav(length_s: float = 1.5) -> bytes:
    """Silence, of which the length is told in its header."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(int(length_s * 32_000)))
    return made.getvalue()


def form_of(sent) -> dict[str, list[bytes]]:
    fields: dict[str, list[bytes]] = {}
    for part in multipart.read(sent.body, sent.headers["Content-Type"]):
        fields.setdefault(part.name, []).append(part.data)
    return fields


def form_in(body, headers) -> dict[str, str]:
    """The fields of a form that are no file."""
    parts = multipart.read(body, headers["Content-Type"])
    return {part.name: part.data.decode() for part in parts if part.filename is None}


def hears(text: str = HEARD):
    """A speech server: answers in the format that it is asked for, and streams where it is asked to."""

    async def answer(request: web.Request) -> web.StreamResponse:
        form = form_in(await request.read(), request.headers)
        if form.get("stream") == "true":
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            usage = {"type": "tokens", "input_tokens": 14, "output_tokens": 6, "total_tokens": 20}
            events = [{"type": "transcript.text.delta", "delta": piece} for piece in text]
            for event in [*events, {"type": "transcript.text.done", "text": text, "usage": usage}]:
                await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
            return response
        match form.get("response_format"):
            case "srt":
                return web.Response(text=SRT, content_type="application/x-subrip")
            case "vtt":
                return web.Response(text="WEBVTT\n", content_type="text/vtt")
            case "text":
                return web.Response(text=text + "\n")
            case "verbose_json":
                return web.json_response(VERBOSE)
            case _:
                return web.json_response({"text": text})

    return answer


def config(server, *, cloud=False, more=""):
    where = (
        "kind: openai, api_key: k, baa: {reference: C-1, expires: 2099-12-31}"
        if cloud
        else "kind: whisper, traits: [on_prem]"
    )
    return f"""
version: 1
providers:
  speech: {{{where}, base_url: "{server.base_url}"}}
targets:
  ears: {{provider: speech, model: whisper-large, capabilities: [transcriptions], power_w: 30}}
routes:
  transcription: {{targets: [ears], operation: transcriptions}}
aliases:
  whisper-1: transcription
{more}
"""


@pytest.fixture
async def at_home(start, upstream):
    server = await upstream(hears())
    return await start(config(server), {"hipaa.yaml": PACK}), server


def sdk(gateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0)


async def test_a_recording_is_transcribed_on_the_premises(at_home):
    gateway, server = at_home
    async with sdk(gateway) as client:
        made = await client.audio.transcriptions.create(
            model="whisper-1",
            file=("Maria Gonzalez 1961.wav", wav()),
            language="en",
            prompt="Zyrtec, Dr. Gonzalez.",
            temperature=0.2,
            timestamp_granularities=["word"],
            include=["logprobs"],
            chunking_strategy={"type": "server_vad", "threshold": 0.5},
        )
    assert made.text == HEARD
    [sent] = server.sent
    assert sent.path == "/v1/audio/transcriptions"
    assert b"Maria" not in sent.body
    assert b'filename="audio.wav"' in sent.body
    assert form_of(sent) == {
        "file": [wav()],
        "model": [b"whisper-large"],
        "language": [b"en"],
        "prompt": [b"Zyrtec, Dr. Gonzalez."],
        "temperature": [b"0.2"],
        "timestamp_granularities[]": [b"word"],
        "include[]": [b"logprobs"],
        "chunking_strategy[type]": [b"server_vad"],
        "chunking_strategy[threshold]": [b"0.5"],
    }


@pytest.mark.parametrize(("wanted", "text"), [("text", HEARD + "\n"), ("srt", SRT), ("vtt", "WEBVTT\n")])
async def test_a_plain_format_comes_as_it_is(at_home, wanted, text):
    gateway, _ = at_home
    async with sdk(gateway) as client:
        assert await client.audio.transcriptions.create(model="whisper-1", file=wav(), response_format=wanted) == text
        raw = await client.audio.translations.with_raw_response.create(
            model="whisper-1", file=wav(), response_format=wanted
        )
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["x-gateway-target"] == "ears"
    assert raw.text() == text if callable(raw.text) else raw.text == text


async def test_every_field_of_a_long_answer_comes_back(at_home):
    gateway, _ = at_home
    async with sdk(gateway) as client:
        made = await client.audio.transcriptions.create(model="whisper-1", file=wav(), response_format="verbose_json")
    assert made.to_dict() == VERBOSE | {"usage": {"type": "duration", "seconds": 1.5}}


async def test_a_transcript_streams(at_home):
    gateway, server = at_home
    async with sdk(gateway) as client:
        stream = await client.audio.transcriptions.create(model="whisper-1", file=wav(), stream=True)
        events = [event async for event in stream]
    assert "".join(event.delta for event in events[:-1]) == HEARD
    assert (events[-1].type, events[-1].text) == ("transcript.text.done", HEARD)
    assert form_of(server.sent[0])["stream"] == [b"true"]
    [line] = gateway.settled()
    assert (line["input_tokens"], line["output_tokens"]) == (14, 6)


async def test_what_was_heard_is_counted_in_seconds_and_recorded(at_home):
    gateway, _ = at_home
    async with sdk(gateway) as client:
        await client.audio.transcriptions.create(model="whisper-1", file=wav(1.5))
        await client.audio.translations.create(model="whisper-1", file=wav(2.5), response_format="text")
    assert gateway.metric("gateway_audio_seconds_total", gen_ai_request_model="whisper-large") == pytest.approx(4.0)
    assert [line["audio_s"] for line in gateway.settled()] == [1.5, 2.5]
    await asyncio.to_thread(gateway.gateway._parts.ledger.close)
    rows = [row.columns for row in tail(gateway.state_dir / "ledger.db", 10)]
    assert [row["operation"] for row in rows if row["phase"] == "outcome"] == ["transcriptions"] * 2
    assert "Gonzalez" not in gateway.log.getvalue()


# --- what stays --------------------------------------------------------------------------------------------------------


async def test_the_shipped_rule_keeps_recordings_on_the_premises(start, upstream):
    server = await upstream(hears())
    gateway = await start(config(server, cloud=True), {"hipaa.yaml": PACK})
    async with sdk(gateway) as client:
        for ask in (client.audio.transcriptions, client.audio.translations):
            with pytest.raises(openai.PermissionDeniedError) as caught:
                await ask.create(model="whisper-1", file=wav())
            assert "images-audio-and-files-stay-in-house" in str(caught.value)
    assert server.sent == []


async def test_without_a_rule_on_recordings_none_leaves(start, upstream):
    """Law 4: a target off the premises is used only where some rule covers what cannot be checked."""
    server = await upstream(hears())
    gateway = await start(config(server, cloud=True))
    async with sdk(gateway) as client:
        with pytest.raises(openai.PermissionDeniedError):
            await client.audio.transcriptions.create(model="whisper-1", file=wav())
    assert server.sent == []


UNDER_A_BAA = """
version: 1
rules:
  - id: recordings-under-a-baa
    why: Recordings may be heard by a provider with a BAA.
    when: {unknown: [audio], to: {without: [on_prem]}}
    then: {require: [baa]}
  - id: identifiers-as-pseudonyms
    why: Identifiers leave our network only as pseudonyms, and only to a provider with a BAA.
    when: {phi: [direct, indirect], content: text, to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
"""


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_prompt_leaves_as_pseudonyms_and_the_transcript_is_restored(start, upstream, streamed):
    async def repeats(request):
        form = form_in(await request.read(), request.headers)
        return await hears(f"About {form['prompt']}")(request)

    server = await upstream(repeats)
    gateway = await start(config(server, cloud=True), {"p.yaml": UNDER_A_BAA})
    prompt = f"Patient with MRN {MRN}"
    async with sdk(gateway) as client:
        asked = {"model": "whisper-1", "file": ("MRN 8675309.wav", wav()), "prompt": prompt}
        if streamed:
            events = [event async for event in await client.audio.transcriptions.create(stream=True, **asked)]
            assert "".join(event.delta for event in events[:-1]) == events[-1].text == f"About {prompt}"
        else:
            assert (await client.audio.transcriptions.create(**asked)).text == f"About {prompt}"
    [sent] = server.sent
    assert MRN.encode() not in sent.body
    [intent] = [row.columns for row in tail(gateway.state_dir / "ledger.db", 10) if "body_digest" in row.columns]
    assert intent["target"] == "ears"


# --- what is refused ---------------------------------------------------------------------------------------------------


async def test_a_recording_over_the_limit_is_413(start, upstream):
    gateway = await start(config(await upstream(hears()), more="server: {max_body_mb: 1}"), {"hipaa.yaml": PACK})
    async with gateway.client() as client:
        files = {"file": ("a.wav", b"\x00" * (2**20 + 1))}
        check(await client.post("/v1/audio/transcriptions", data={"model": "whisper-1"}, files=files), 413, "openai")


async def test_a_large_recording_that_comes_in_chunks_arrives(at_home):
    gateway, server = at_home
    kind, body = multipart.written(
        [multipart.Part("model", None, b"whisper-1"), multipart.Part("file", "a.wav", bytes(range(256)) * 2**15)]
    )

    async def pieces():
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]

    async with gateway.client() as client:
        reply = await client.post("/v1/audio/transcriptions", content=pieces(), headers={"content-type": kind})
    assert reply.json()["text"] == HEARD
    assert form_of(server.sent[0])["file"] == [bytes(range(256)) * 2**15]


@pytest.mark.parametrize(
    ("fields", "files", "param"),
    [
        ({"model": "whisper-1"}, {}, "file"),
        ({"model": "whisper-1", "temperature": "warm"}, {"file": ("a.wav", b"\x00")}, "temperature"),
        ({"model": "whisper-1"}, {"file": ("a.wav", b"\x00"), "picture": ("b.png", b"\x00")}, "file"),
    ],
)
async def test_a_form_that_is_not_right_is_a_400_that_names_the_field(at_home, fields, files, param):
    gateway, server = at_home
    forced = files or {"x": (None, "1")}
    async with gateway.client() as client:
        reply = await client.post("/v1/audio/transcriptions", data=fields, files=forced)
    check(reply, 400, "openai")
    assert reply.json()["error"]["param"] == param
    assert server.sent == []


async def test_a_form_that_is_none_is_a_400(at_home):
    async with at_home[0].client() as client:
        headers = {"content-type": "multipart/form-data; boundary=b"}
        check(await client.post("/v1/audio/transcriptions", content=b"x", headers=headers), 400, "openai")


async def test_a_model_that_chats_hears_nothing_and_the_other_way_round(start, upstream):
    server = await upstream(hears())
    gateway = await start(
        config(server).replace("routes:", "  words: {provider: speech, model: m}\nroutes:\n  chat: {targets: [words]}"),
        {"hipaa.yaml": PACK},
    )
    async with gateway.client() as client:
        reply = await client.post("/v1/audio/transcriptions", data={"model": "chat"}, files={"file": ("a", b"\x00")})
        check(reply, 400, "openai")
        check(await gateway.chat(model="whisper-1"), 400, "openai")


async def test_a_speech_server_that_fails_is_told_as_one(at_home):
    gateway, server = at_home

    async def broken(_request):
        return web.json_response({"error": "CANARY"}, status=500)

    server.answer = broken
    async with gateway.client() as client:
        files = {"file": ("a.wav", wav())}
        reply = await client.post("/v1/audio/transcriptions", data={"model": "whisper-1"}, files=files)
    check(reply, 502, "openai")
    assert "CANARY" not in reply.text
