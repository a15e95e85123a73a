"""The same program before the model itself and before the gateway: it says the same, and the model is asked the same.

The scripted model speaks OpenAI's chat only, so what a program asks in other words is compared by SDK, in
`tests/clients/test_same.py`.
"""

from __future__ import annotations

import json

import pytest

from tests.kit.programs import HERE, OPENAI2, TERMS, last_line, python_of, run

pytestmark = pytest.mark.programs
APART = {"use_anthropic", "use_inspect", "use_pydantic_ai"}
"""They ask in other words, try again for minutes, or want more of a chat's answer than this model says of itself."""
SCRIPTS = sorted(
    one for one in [*(HERE / "python").glob("use_*.py"), *OPENAI2.glob("use_*.py")] if one.stem not in APART
)
OURS = {"model", "stream", "stream_options", "store"}
"""What the gateway says for the caller: which model, a stream where the caller waits for the whole, that nothing is kept."""
CHAT = "/v1/chat/completions"


@pytest.mark.parametrize("place", [next(iter(TERMS))], indirect=True)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem.removeprefix("use_"))
async def test_a_framework_says_what_it_says_before_the_model_itself(script, place, tmp_path):
    program = [python_of(script), str(script)]
    address = place.server.base_url
    itself = {"OPENAI_BASE_URL": address, "OPENAI_API_BASE": address, "GATEWAY_URL": address.removesuffix("/v1")}
    nobody = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "OLLAMA_HOST": "http://127.0.0.1:1"}
    shared = {"PYTHONPATH": str(HERE / "python")}
    direct = last_line(await run(program, place, tmp_path / "direct", **shared, **itself, **nobody))
    asked, _ = _chats(place), place.server.sent.clear()
    through = last_line(await run(program, place, tmp_path / "through", **shared))
    sent = _chats(place)
    told = {way: said for way, said in direct.items() if not said.startswith("FAILED")}
    assert told
    assert {way: through[way] for way in told} == told
    assert [body for body in asked if body not in sent] == []


def _chats(place):
    """What the model was asked, without what is ours to say."""
    bodies = [sent.json for sent in place.server.sent if sent.path.endswith(CHAT)]
    return [json.loads(json.dumps({key: value for key, value in body.items() if key not in OURS})) for body in bodies]
