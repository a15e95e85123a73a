from typing import Required, get_args, get_origin, get_type_hints

import pytest
from anthropic.types import ContentBlockParam

from gateway.errors import InvalidRequest
from gateway.wire.anthropic import fields
from gateway.wire.anthropic.messages import ENDPOINT

SCHEMA = {"input_schema": {"type": "object"}}


def test_every_block_that_the_sdk_can_send_is_known():
    kinds = {get_args(unwrapped(get_type_hints(block)["type"]))[0] for block in get_args(ContentBlockParam)}
    assert len(kinds) > 10
    assert kinds <= fields.IN_USER.keys() | fields.IN_ASSISTANT.keys()


def unwrapped(hint):
    """`Required[Literal["text"]]` as its literal."""
    return get_args(hint)[0] if get_origin(hint) is Required else hint


def naming(name):
    return {"max_tokens": 1, "messages": [{"role": "user", "content": "x"}], "tools": [{"name": name, **SCHEMA}]}


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 129, "a\n", 5])
def test_ids_and_names_are_what_the_api_takes(name):
    with pytest.raises(InvalidRequest) as refused:
        ENDPOINT.validate(naming(name))
    assert refused.value.param == "tools.0.name"
