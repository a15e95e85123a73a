import pytest
from openai.types import ModerationCreateResponse

from gateway.errors import UpstreamFailed
from gateway.wire.openai.moderations import ENDPOINT
from gateway.wire.reply import Asked

ASKED = Asked({"input": "a"}, "judging", "chatcmpl-7", 1, usage=True)


def test_verdicts_come_back_as_they_are():
    verdicts = [{"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.1}}]
    made = ENDPOINT.reply.whole({"id": "x", "model": "y", "results": verdicts}, ASKED)
    assert made == {"id": "modr-7", "model": "judging", "results": verdicts}
    assert ModerationCreateResponse.construct(**made).results


@pytest.mark.parametrize("reply", [{}, {"results": []}, {"results": [5]}, {"error": "no"}])
def test_what_is_no_verdict_is_none(reply):
    with pytest.raises(UpstreamFailed):
        ENDPOINT.reply.whole(reply, ASKED)
