import pytest

from gateway.errors import UpstreamFailed
from gateway.wire.openai.rerank import ENDPOINT
from gateway.wire.reply import Asked

DOCUMENTS = ["a cough", {"text": "a rash"}, "a cold"]
RESULTS = [
    {"index": 2, "relevance_score": 0.1},
    {"index": 0, "score": 0.9, "document": {"text": "[MRN_abcde23456]"}},
    {"index": 1, "relevance_score": 0.5},
]


def ranked(results=RESULTS, usage=None, **more):
    payload = {"query": "q", "documents": DOCUMENTS, **more}
    reply = {"results": results, "usage": usage or {"total_tokens": 7}}
    return ENDPOINT.reply.whole(reply, Asked(payload, "ranking", "chatcmpl-7", 1, usage=True))


def test_the_best_comes_first_and_no_more_than_were_asked_for():
    made = ranked(top_n=2)
    assert made["results"] == [{"index": 0, "relevance_score": 0.9}, {"index": 1, "relevance_score": 0.5}]
    assert (made["id"], made["object"], made["model"]) == ("rerank-7", "list", "ranking")
    assert made["usage"] == {"prompt_tokens": 7, "total_tokens": 7}
    assert [one["index"] for one in ranked(top_n=None)["results"]] == [0, 1, 2]


def test_documents_that_are_wanted_are_those_that_were_sent_to_us():
    found = [one["document"] for one in ranked(return_documents=True)["results"]]
    assert found == [{"text": "a cough"}, {"text": "a rash"}, {"text": "a cold"}]


def test_a_server_is_asked_for_places_and_scores_of_texts():
    tree = {"model": "m", "query": "q", "documents": DOCUMENTS, "return_documents": True, "top_n": 1}
    sent = ENDPOINT.spoken.streamed(tree, False)
    assert sent == {"model": "m", "query": "q", "documents": ["a cough", "a rash", "a cold"], "top_n": 1}


@pytest.mark.parametrize(
    ("usage", "tokens"), [({"total_tokens": 7}, 7), ({"prompt_tokens": 5}, 5), ({"total_tokens": "7"}, None), (5, None)]
)
def test_tokens_are_counted_as_far_as_they_are_told(usage, tokens):
    found = ENDPOINT.reply.usage_of({"usage": usage})
    assert (found and found.input_tokens) == tokens


@pytest.mark.parametrize(
    "results",
    [
        None,
        [{"index": 3, "relevance_score": 1}],
        [{"index": -1, "relevance_score": 1}],
        [{"index": 0}],
        [{"index": "0"}],
    ],
)
def test_what_is_no_ranking_is_none(results):
    with pytest.raises(UpstreamFailed):
        ranked(results)
