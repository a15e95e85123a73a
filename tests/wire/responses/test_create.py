import pytest

from gateway.errors import UpstreamFailed
from gateway.wire.openai.chat import REPLY
from gateway.wire.responses.create import ENDPOINT
from tests.kit.responses import ANSWERING, read

CHUNKS = [
    {"created": 1, "model": "general", "choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": None}]},
    {"created": 1, "model": "general", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
]


def test_a_whole_answer_bears_our_id_and_the_time_it_was_complete():
    choice = {"index": 0, "message": {"content": "Hi."}, "finish_reason": "stop"}
    made = ENDPOINT.whole({"created": 1, "model": "general", "choices": [choice]}, REPLY, ANSWERING)
    assert (made["id"], made["completed_at"], made["instructions"]) == ("resp_7", 1796040000, "Be brief.")


def test_a_stream_is_named_and_numbered_events():
    writer = ENDPOINT.writer(ANSWERING)
    writer.opened(REPLY)
    events = read(b"".join(map(writer.event, CHUNKS)) + writer.end())
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    assert events[-1]["response"]["completed_at"] == 1796040000
    assert writer.heartbeat().startswith(b": ")
    assert writer.trailer({"x-gateway-target": "local"}) == b": x-gateway-target=local\n\n"


def test_a_stream_that_breaks_is_told_as_an_error_and_as_a_response_that_failed():
    writer = ENDPOINT.writer(ANSWERING)
    writer.event(CHUNKS[0])
    assert [event["type"] for event in read(writer.error(UpstreamFailed("It broke off.")))] == [
        "error",
        "response.failed",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [({}, False), (None, False), ({"format": {"type": "text"}}, False), ({"format": {"type": "json_object"}}, True)],
)
def test_an_answer_is_json_where_that_was_asked_for(text, wanted):
    assert ENDPOINT.in_json({"input": "Hello.", "text": text}) is wanted
