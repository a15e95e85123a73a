from __future__ import annotations

import base64

import pytest

from gateway.wire.pictures import formats

WEBP, GIF = b"RIFF\x1a\x00\x00\x00WEBPVP8L", b"GIF89a\x01\x00\x01\x00"
PNG, JPEG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xd8\xff\xe0\x00\x10JFIF"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(("data", "name"), [(WEBP, "webp"), (GIF, "gif"), (PNG, "png"), (JPEG, "jpeg")])
def test_a_picture_is_what_its_bytes_say_in_every_dialect(data, name):
    said = encoded(data)
    openai = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{said}"}}
    anthropic = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": said}}
    for tree in (
        {"messages": [{"role": "user", "content": [openai]}]},
        {"messages": [{"role": "user", "content": [anthropic]}]},
        {"messages": [{"role": "user", "content": "x", "images": [said]}]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": f"data:image/x;base64,{said}"}]}]},
    ):
        assert formats(tree) == {name}


def test_a_text_is_no_picture():
    assert formats({"messages": [{"role": "user", "content": encoded(GIF)}]}) == frozenset()
    assert formats({"images": ["", 5, None, {"url": "https://a.example/x.gif"}]}) == frozenset()
