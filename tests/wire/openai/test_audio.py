import pytest

from gateway.errors import UpstreamFailed
from gateway.wire.openai.audio import REPLY, TRANSCRIPTION, TRANSLATION
from tests.kit.responses import ANSWERING


@pytest.mark.parametrize(
    ("asked", "media"),
    [({}, ""), ({"response_format": "json"}, ""), ({"response_format": "verbose_json"}, "")]
    + [({"response_format": plain}, "text/plain; charset=utf-8") for plain in ("text", "srt", "vtt")],
)
def test_an_answer_is_json_or_plain_as_it_was_asked_for(asked, media):
    assert TRANSCRIPTION.media(asked) == TRANSLATION.media(asked) == media


def test_a_stream_is_events_and_nothing_after_the_last():
    writer = TRANSCRIPTION.writer(ANSWERING)
    writer.opened(REPLY)
    assert writer.event({"type": "transcript.text.delta", "delta": "x"}) == (
        b'data: {"type":"transcript.text.delta","delta":"x"}\n\n'
    )
    assert writer.end() == b""
    assert writer.error(UpstreamFailed("It broke off.")).startswith(b'data: {"error":')


def test_a_target_is_asked_to_stream_only_where_the_caller_asked():
    assert TRANSCRIPTION.spoken.streamed({"file": {}}, True) == {"file": {}}
    assert TRANSCRIPTION.streams({"stream": True})
    assert not TRANSLATION.streams({"stream": True})
    assert TRANSLATION.reply.streamed is None
