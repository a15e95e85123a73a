from __future__ import annotations

import base64
import html
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.read.forms import said

TEXT = "MRN 8675309, Maria Holloway"


@pytest.mark.parametrize(
    "form",
    [
        base64.b64encode(TEXT.encode()).decode(),
        base64.b64encode(TEXT.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(TEXT.encode()).decode(),
        TEXT.encode().hex(),
        TEXT.encode().hex().upper(),
        "0x" + TEXT.encode().hex(),
        "".join(f"%{byte:02x}" for byte in TEXT.encode()),
        quote(TEXT),
        "".join(f"&#{ord(char)};" for char in TEXT),
        "".join(f"&#x{ord(char):x};" for char in TEXT),
    ],
)
def test_each_form_says_what_it_stands_for(form):
    text = f"See ({form}) there"
    assert [(text[start:end], told) for start, end, told in said(text)] == [(form, TEXT)]


@pytest.mark.parametrize(
    "text", ["", "hospitalisation and 8675309", "5f2b3c1e-9d4a-4b7e-8c3d-2a1b0c9d8e7f", html.escape("a & b")]
)
def test_words_and_numbers_stand_for_themselves(text):
    assert list(said(text)) == []


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    assert all(0 <= start < end <= len(text) for start, end, _ in said(text))


def test_time_is_linear():
    def takes(text: str) -> float:
        start = time.process_time()
        list(said(text))
        return time.process_time() - start

    for piece in ("aB1%", "%41", "aB3/", "&#65;", "A1 ", "41"):
        small = min(takes(piece * 4_000) for _ in range(3))
        assert takes(piece * 40_000) < 40 * small + 0.05
