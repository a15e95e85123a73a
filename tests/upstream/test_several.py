from __future__ import annotations

import pytest

from gateway.upstream.port import DONE, Reply
from gateway.upstream.several import in_turn
from gateway.wire.openai.pieces import chunks_of
from tests.kit.servers import chunk, completion


def usage(tokens):
    return {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": tokens, "details": {"cached": 1}}}


class Server:
    """Answers in turn, and keeps who was closed."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.closed = []

    async def send(self) -> Reply:
        answer = self.answers.pop(0)

        async def close() -> None:
            self.closed.append(answer)

        if isinstance(answer, dict):
            return Reply(tree=answer, close=close)

        async def events():
            for event in answer:
                yield event

        return Reply(events=events(), close=close)


async def read(server, times):
    reply = in_turn(await server.send(), server.send, times=times, chunks_of=chunks_of)
    return reply, [event async for event in reply.events]


async def test_each_answer_is_a_choice_and_all_are_counted_together():
    stream = [chunk({"content": "One"}), chunk({}, "stop"), usage(3), DONE]
    server = Server(stream, completion("Two"), [*stream[:2], usage(4)])
    reply, events = await read(server, 3)
    said = [
        (choice["index"], choice["delta"].get("content"))
        for event in events
        for choice in event.get("choices", [])
        if choice.get("delta", {}).get("content")
    ]
    assert said == [(0, "One"), (1, "Two"), (2, "One")]
    assert events[-2] == {
        "choices": [],
        "usage": {"prompt_tokens": 25, "completion_tokens": 12, "total_tokens": 16, "details": {"cached": 2}},
    }
    assert events[-1] is DONE
    assert all("usage" not in event for event in events[:-2])
    assert len(server.closed) == 2
    await reply.aclose()
    assert len(server.closed) == 3


@pytest.mark.parametrize("answer", [[chunk({"content": "x"}, "stop"), DONE], []])
async def test_who_leaves_closes_the_answer_that_is_being_read_and_asks_for_no_other(answer):
    server = Server([chunk({"content": "x"}), chunk({}, "stop")], answer)
    reply = in_turn(await server.send(), server.send, times=2, chunks_of=chunks_of)
    async for _ in reply.events:
        break
    await reply.aclose()
    assert (len(server.closed), len(server.answers)) == (1, 1)
