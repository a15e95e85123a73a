from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamFailed
from gateway.wire.framing import sse
from gateway.wire.framing.sse import SseDecoder

STREAM = (
    b': keepalive 1/1\r\n\r\ndata: {"a":1}\n\nevent: message_start\ndata:{"b":2}\r\n\r\n'
    + 'data: {"c":"Ünï 漢"}\n\n'.encode()
    + b"data: one\ndata: two\n\nretry: 5\nid: 3\n\ndata: [DONE]\n\n"
)
EVENTS = [
    b'{"a":1}',
    b'{"b":2}',
    '{"c":"Ünï 漢"}'.encode(),
    b"one\ntwo",
    b"[DONE]",
]


def decode(pieces):
    decoder = SseDecoder()
    events = [event for piece in pieces for event in decoder.decode(piece)]
    return events + decoder.flush()


def test_whole():
    assert decode([STREAM]) == EVENTS


def test_byte_by_byte():
    assert decode([STREAM[i : i + 1] for i in range(len(STREAM))]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_chunking_is_invisible(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    assert decode([STREAM[a:b] for a, b in pairwise(edges)]) == EVENTS


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_of_the_standard_is_read(end):
    stream = b"data: x" + end + end + b"event: e" + end + b"data: y" + end + end
    expected = [b"x", b"y"]
    assert decode([stream]) == expected
    assert decode([stream[i : i + 1] for i in range(len(stream))]) == expected


def test_an_event_without_its_last_blank_line_is_not_lost():
    assert decode([b"data: tail"]) == [b"tail"]


def test_an_event_name_without_data_is_no_event_and_names_nothing_else():
    assert decode([b"event: ping\n\ndata: x\n\n"]) == [b"x"]


def test_a_space_after_the_colon_is_no_part_of_what_is_said():
    assert decode([b"event:ping\ndata:x\n\nevent: ping\ndata: x\n\n"]) == [b"x"] * 2
    assert decode([b"data:  x\n\n"]) == [b" x"]


def test_an_event_of_endless_lines_is_an_upstream_failure(monkeypatch):
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 16)
    as_large_as_may_be = b"data: 01\ndata: 23\n\n"
    assert decode([as_large_as_may_be * 2]) == [b"01\n23"] * 2
    with pytest.raises(UpstreamFailed):
        decode([b"data: 01\ndata: 234\n"])


def test_what_is_encoded_is_decoded():
    assert decode([sse.encode(b"{}", name="ping") + sse.comment("waiting") + sse.encode(b"1")]) == [
        b"{}",
        b"1",
    ]
