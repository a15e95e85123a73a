from openai.types.responses.input_token_count_response import InputTokenCountResponse

from gateway.wire.responses.input_tokens import ENDPOINT
from gateway.wire.writer import Answering

PROSE = "The patient was seen for follow-up and reports no new symptoms. " * 20


def count(**tree):
    answer = ENDPOINT.here({"input": "Hello.", **tree}, Answering("req_7", None))
    assert answer.headers == {"x-gateway-token-count": "estimate"}
    return InputTokenCountResponse.model_validate(answer.tree, strict=True).input_tokens


def test_every_part_of_a_request_counts():
    bare = count()
    assert bare > 0
    assert count(instructions=PROSE) > bare + 250
    assert count(input=[{"role": "user", "content": PROSE}]) > bare + 250
    assert count(tools=[{"type": "function", "name": "f", "description": PROSE}]) > bare + 250
    assert count(input=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": PROSE}]) > bare + 250
