from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import UnknownReason
from gateway.phi.read.media import attachment

IMAGE, AUDIO, FILE = UnknownReason.IMAGE, UnknownReason.AUDIO, UnknownReason.FILE
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SAID = "Patient Maria Gonzalez"


def coded(raw):
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("given", "claimed", "reason"),
    [
        (coded(PNG), IMAGE, IMAGE),
        (f"data:image/png;base64,{coded(PNG)}", FILE, IMAGE),
        (f"data:text/plain;base64,{coded(PNG)}", FILE, IMAGE),
        (coded(b"\xff\xd8\xff\xe0" + bytes(40)), IMAGE, IMAGE),
        (coded(b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20)), IMAGE, IMAGE),
        (coded(b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(20)), AUDIO, AUDIO),
        (coded(bytes(range(200))), AUDIO, AUDIO),  # raw samples
        (coded(bytes(range(200))), IMAGE, FILE),  # bytes that are no picture
        (f"data:application/pdf;base64,{coded(b'%PDF-1.7' + bytes(range(200)))}", FILE, FILE),
    ],
)
def test_bytes_are_what_they_are(given, claimed, reason):
    found = attachment(given, claimed)
    assert (found.reason, found.texts) == (reason, ())


@pytest.mark.parametrize(
    "given",
    [
        f"data:text/plain,{SAID}",
        "data:text/plain,Patient%20Maria%20Gonzalez",
        f"data:image/png;base64,{coded(SAID.encode())}",
        coded(SAID.encode()),
        SAID,
    ],
)
def test_a_text_is_read_whatever_it_calls_itself(given):
    found = attachment(given, IMAGE)
    assert found.reason is FILE
    assert found.texts == (SAID,)


def test_a_drawing_is_a_text():
    drawing = f"<svg><text>{SAID}</text></svg>"
    assert attachment(f"data:image/svg+xml;base64,{coded(drawing.encode())}", IMAGE).texts == (drawing,)


def test_parameters_of_a_media_type_are_read():
    found = attachment(f"data:image/png;name={SAID};base64,{coded(PNG)}", IMAGE)
    assert found.reason is IMAGE
    assert found.texts == (f"data:image/png;name={SAID};base64",)
    assert attachment(f"data:image/png;charset=utf-8;base64,{coded(PNG)}", IMAGE).texts == ()


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1),
    st.sampled_from(["image/png", "text/html"]),
)
def test_every_text_is_read(text, kind):
    assert text in attachment(f"data:{kind};base64,{coded(text.encode())}", IMAGE).texts


@given(st.binary(), st.sampled_from([IMAGE, AUDIO, FILE]))
def test_any_bytes_are_something(raw, claimed):
    assert attachment(coded(raw), claimed).reason in {IMAGE, AUDIO, FILE}
