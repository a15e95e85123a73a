import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamFailed
from gateway.wire.framing import lines
from gateway.wire.framing.lines import LineDecoder
from gateway.wire.framing.sse import SseDecoder


@pytest.mark.parametrize("decoder", [LineDecoder, SseDecoder])
def test_an_endless_line_is_an_upstream_failure(monkeypatch, decoder):
    monkeypatch.setattr(lines, "MAX_EVENT_BYTES", 10)
    with pytest.raises(UpstreamFailed):
        decoder().decode(b"data: 01234567890")


@pytest.mark.parametrize(("decoder", "end"), [(LineDecoder, b"\n"), (SseDecoder, b"\n\n")])
def test_lines_of_32_mib_come_one_after_the_other_and_a_byte_more_does_not(decoder, end):
    longest = b"data:".ljust(32 * 2**20, b"x")
    reader = decoder()
    for _ in range(2):
        assert reader.decode(longest[:100]) == reader.decode(longest[100:]) == []
        assert len(reader.decode(end)) == 1
    reader.decode(longest)
    with pytest.raises(UpstreamFailed):
        reader.decode(b"x")


@given(st.lists(st.binary(max_size=5).map(lambda b: b.replace(b"\n", b"").strip()), max_size=8), st.integers(1, 4))
def test_lines_come_back_whole_whatever_the_pieces(wanted, size):
    stream = b"\n".join(wanted)
    decoder = LineDecoder()
    out = [line for i in range(0, len(stream), size) for line in decoder.decode(stream[i : i + size])]
    assert out + decoder.flush() == [line for line in wanted if line]
