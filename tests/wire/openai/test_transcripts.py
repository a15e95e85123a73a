import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamFailed
from gateway.wire.openai.transcripts import TranscriptStream, aggregate, events_of, has_content, transcript, usage_of
from gateway.wire.reply import Asked
from tests.kit.sdk_types import SCALARS, TEXTS

ASKED = Asked({"file": {"data": "AAAA"}}, "asked", "chatcmpl-1", 7, usage=True)
REPLIES = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={
        "language": TEXTS,
        "duration": st.floats(0, 9),
        "segments": st.lists(st.fixed_dictionaries({"id": st.integers(0, 9), "text": TEXTS}), max_size=2),
        "words": st.lists(st.fixed_dictionaries({"word": TEXTS, "start": st.floats(0, 9)}), max_size=2),
        "usage": st.none() | st.just({"type": "duration", "seconds": 3}),
        "x_unknown": SCALARS,
    },
)


@given(REPLIES)
def test_a_whole_transcript_is_what_its_events_add_up_to_in_all_its_fields(tree):
    made = transcript(tree, ASKED)
    stream = TranscriptStream(ASKED)
    assert aggregate([stream.chunk(event) for event in events_of(made)]) == made
    assert stream.finished
    assert stream.last() is None
    assert stream.usage == usage_of(made)


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ({"usage": {"type": "duration", "seconds": 2.5}}, (0, 0, 2_500, False)),
        ({"duration": 2.5}, (0, 0, 2_500, False)),
        ({"duration": 2.5, "usage": {"type": "tokens", "input_tokens": 7, "output_tokens": 3}}, (7, 3, 2_500, True)),
        ({"usage": {"type": "tokens", "input_tokens": "x", "output_tokens": -3}}, (0, 0, 0, True)),
    ],
)
def test_what_was_heard_is_counted_in_seconds_or_tokens(tree, wanted):
    usage = usage_of(tree)
    assert (usage.input_tokens, usage.output_tokens, usage.audio_ms, usage.reported) == wanted


@pytest.mark.parametrize(
    "tree", [{}, {"duration": -1}, {"duration": "long"}, {"usage": {"type": "duration", "seconds": None}}]
)
def test_what_nobody_counted_is_not_told(tree):
    assert usage_of(tree) is None


def test_what_is_no_transcript_is_the_providers_failure():
    for call in (lambda: transcript({"text": 5}, ASKED), lambda: aggregate([{"type": "transcript.text.delta"}])):
        with pytest.raises(UpstreamFailed):
            call()


@pytest.mark.parametrize(
    "event", [{"type": "error"}, {"error": {"message": "x"}}, {}, {"choices": [5]}, {"type": "transcript.text.done"}]
)
def test_what_is_no_event_is_the_providers_failure(event):
    with pytest.raises(UpstreamFailed):
        TranscriptStream(ASKED).chunk(event)


def test_chunks_of_a_chat_become_events():
    """What vLLM streams."""
    stream = TranscriptStream(ASKED)
    chunks = [{"choices": [{"delta": {"content": text}}]} for text in ("Good ", "", "day.")]
    made = [event for chunk in chunks if (event := stream.chunk(chunk))]
    assert made == [{"type": "transcript.text.delta", "delta": text} for text in ("Good ", "day.")]
    assert not stream.finished
    stream.chunk({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    assert stream.chunk({"choices": []}) is None
    assert stream.finished
    assert stream.last() == {"type": "transcript.text.done", "text": "Good day."}


def test_a_provider_that_says_it_is_done_is_done_if_it_said_anything():
    stream = TranscriptStream(ASKED)
    assert stream.done() is None
    assert not stream.finished
    stream.chunk({"choices": [{"delta": {"content": "Hi."}}]})
    stream.done()
    assert stream.finished


def test_content_is_a_text():
    assert has_content({"delta": "x"})
    assert has_content({"type": "transcript.text.segment", "text": "x"})
    assert not has_content({"type": "transcript.text.delta", "delta": ""})
