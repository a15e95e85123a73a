import pytest

from gateway.errors import InvalidRequest
from gateway.wire.responses.create import ENDPOINT

CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}


@pytest.mark.parametrize(
    "tree",
    [
        {"input": "Hello."},
        {"input": "", "previous_response_id": None, "conversation": None, "background": False, "prompt": None},
        {"input": [{"type": "item_reference", "id": "rs_1"}]},
        {"input": [{"type": "item_reference", "id": "msg_1"}, CALL]},
        {"input": [{"type": "item_reference", "id": "msg_1"}, {"type": "item_reference", "id": "rs_1"}, CALL]},
        {"input": [{"role": "user", "content": "Hello."}, {"type": None, "role": "assistant", "content": []}]},
    ],
)
def test_what_can_be_answered_from_the_request_alone_passes(tree):
    ENDPOINT.validate(tree)


@pytest.mark.parametrize(
    ("more", "param", "says"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id", "Send the whole conversation"),
        ({"conversation": "conv_1"}, "conversation", "Send the whole conversation"),
        ({"background": True}, "background", "use `stream`"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt", "in `instructions`"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]", "Send the item itself"),
        ({"input": [CALL, {"type": "item_reference", "id": "msg_1"}]}, "input[1]", "Send the item itself"),
        (
            {"input": [{"type": "item_reference", "id": "msg_1"}, {"role": "user", "content": "x"}]},
            "input[0]",
            "`store: false`",
        ),
    ],
)
def test_what_needs_a_memory_is_refused_with_what_to_send(more, param, says):
    with pytest.raises(InvalidRequest) as caught:
        ENDPOINT.validate({"input": "Hello.", **more})
    assert caught.value.param == param
    assert says in caught.value.message
