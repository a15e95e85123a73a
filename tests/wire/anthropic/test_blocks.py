from typing import Required, get_args, get_origin, get_type_hints

import pytest
from anthropic.types import ContentBlockParam

from gateway.errors import InvalidRequest
from gateway.wire.anthropic import blocks


def test_every_block_that_the_sdk_can_send_is_known():
    kinds = {get_args(unwrapped(get_type_hints(block)["type"]))[0] for block in get_args(ContentBlockParam)}
    assert len(kinds) > 10
    assert kinds <= blocks.IN_USER | blocks.IN_ASSISTANT


def unwrapped(hint):
    """`Required[Literal["text"]]` as its literal."""
    return get_args(hint)[0] if get_origin(hint) is Required else hint


@pytest.mark.parametrize("value", ["", "a b", "é", "x" * 129, 5])
def test_ids_and_names_are_what_the_api_takes(value):
    with pytest.raises(InvalidRequest):
        blocks.identifier(value, "tools.0.name")


def test_the_last_turn_may_be_empty_where_it_is_a_prefill():
    blocks.content("", "messages.1.content", allowed=blocks.IN_ASSISTANT, may_be_empty=True)
    blocks.content([], "messages.1.content", allowed=blocks.IN_ASSISTANT, may_be_empty=True)
