import base64
import wave
from io import BytesIO

import pytest

from gateway.errors import InvalidRequest
from gateway.wire.framing import multipart
from gateway.wire.framing.multipart import Part
from gateway.wire.openai.fields import TRANSCRIPTIONS
from gateway.wire.openai.forms import ending, form, read, seconds


def wav(length_s: float) -> bytes:
    """Silence."""
    made = BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(int(length_s * 32_000)))
    return made.getvalue()


def fields(*pairs: tuple[str, str]) -> list[Part]:
    return [Part(name, None, text.encode()) for name, text in pairs]


SOUND = Part("file", "Maria Gonzalez.wav", b"\x00\x01\xff")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([("temperature", "0.2")], {"temperature": 0.2}),
        ([("temperature", "0")], {"temperature": 0}),
        ([("temperature", "warm")], {"temperature": "warm"}),
        ([("stream", "true")], {"stream": True}),
        ([("stream", "False")], {"stream": False}),
        ([("stream", "1")], {"stream": "1"}),
        ([("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")],
         {"timestamp_granularities": ["word", "segment"]}),
        ([("include", "logprobs")], {"include": ["logprobs"]}),
        ([("chunking_strategy", "auto")], {"chunking_strategy": "auto"}),
        ([("chunking_strategy[type]", "server_vad"), ("chunking_strategy[threshold]", "0.5")],
         {"chunking_strategy": {"type": "server_vad", "threshold": 0.5}}),
        ([("chunking_strategy", '{"type": "server_vad", "threshold": 0.5}')],
         {"chunking_strategy": {"type": "server_vad", "threshold": 0.5}}),
        ([("chunking_strategy", "{")], {"chunking_strategy": "{"}),
        ([("language", "en"), ("language", "es")], {"language": "es"}),
        ([("x_unknown", "7")], {"x_unknown": "7"}),
        ([("a", "1"), ("a[]", "2"), ("a[b]", "3")], {"a": "1"}),
        ([("a[b]", "1"), ("a[]", "2")], {"a": {"b": "1"}}),
    ],
)  # fmt: skip
def test_a_field_is_what_its_table_says(given, wanted):
    assert read(fields(*given), TRANSCRIPTIONS) == wanted


def test_the_file_is_base64_and_leaves_under_a_name_of_ours():
    tree = read([SOUND, *fields(("prompt", "Zyrtec"), ("include[]", "logprobs"), ("stream", "true"))], TRANSCRIPTIONS)
    assert tree["file"] == {"data": "AAH/", "name": "Maria Gonzalez.wav"}
    tree["chunking_strategy"] = {"type": "server_vad"}
    kind, body = form(tree)
    assert b"Maria" not in body
    assert multipart.read(body, kind) == [
        Part("file", "audio.wav", SOUND.data),
        *fields(
            ("prompt", "Zyrtec"),
            ("include[]", "logprobs"),
            ("stream", "true"),
            ("chunking_strategy[type]", "server_vad"),
        ),
    ]


@pytest.mark.parametrize(
    "parts", [[Part("picture", "a.png", b"")], *(fields((name, "x")) for name in ("a[", "a[b][c][d]", ""))]
)
def test_a_field_that_nobody_can_place_is_refused(parts):
    with pytest.raises(InvalidRequest):
        read(parts, TRANSCRIPTIONS)


def test_a_file_that_is_no_base64_is_refused():
    with pytest.raises(InvalidRequest):
        form({"file": {"data": "!"}})


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (wav(0.1), "wav"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"\x1aE\xdf\xa3", "webm"),
        (b"\x00\x00\x00\x20ftypM4A ", "m4a"),
        (b"raw", "wav"),
    ],
)
def test_a_name_says_of_what_kind_the_bytes_are(data, name):
    assert ending(data) == name


@pytest.mark.parametrize(
    ("data", "length"),
    [(wav(1.5), 1.5), (wav(0), 0), (b"ID3" * 50, None), (b"RIFF", None), (wav(1)[:28] + bytes(4) + wav(1)[32:], None)],
)
def test_a_wave_file_says_how_long_it_is(data, length):
    said = seconds({"file": {"data": base64.b64encode(data).decode()}})
    assert said == (length if length is None else pytest.approx(length, abs=0.001))
    assert seconds({"file": 5}) is None
