import pytest

from gateway.domain import Dialect, Operation
from gateway.errors import InvalidRequest
from gateway.wire.translate import translate

HI = [{"role": "user", "content": "hi"}]
REQUESTS = {
    (Dialect.OPENAI, Operation.CHAT): {"model": "m", "messages": HI},
    (Dialect.ANTHROPIC, Operation.CHAT): {"model": "m", "max_tokens": 9, "messages": HI},
    (Dialect.OLLAMA, Operation.CHAT): {"model": "m", "messages": HI},
    (Dialect.OPENAI, Operation.EMBEDDINGS): {"model": "m", "input": "hi"},
    (Dialect.OLLAMA, Operation.EMBEDDINGS): {"model": "m", "input": "hi"},
}


def made(source, target, operation, tree=None, **defaults):
    tree = tree or REQUESTS[source, operation]
    return translate(tree, source=source, target=target, operation=operation, **defaults)


@pytest.mark.parametrize(("source", "operation"), REQUESTS)
def test_the_same_dialect_is_the_same_tree(source, operation):
    translated = made(source, source, operation)
    assert translated.tree is REQUESTS[source, operation]
    assert translated.lost == ()


@pytest.mark.parametrize(
    ("operation", "key", "wanted"), [(Operation.CHAT, "messages", HI), (Operation.EMBEDDINGS, "input", "hi")]
)
def test_a_prompt_becomes_what_the_endpoint_called_reads(operation, key, wanted):
    translated = made(Dialect.OLLAMA, Dialect.OLLAMA, operation, {"model": "m", "prompt": "hi"}, num_ctx=4096)
    assert translated.tree[key] == wanted
    assert translated.tree["options"]["num_ctx"] == 4096
    assert "prompt" not in translated.tree


@pytest.mark.parametrize(("source", "operation"), REQUESTS)
def test_every_dialect_reaches_the_hub(source, operation):
    tree = made(source, Dialect.OPENAI, operation).tree
    assert tree["model"] == "m"
    assert tree.get("messages", tree.get("input")) in (HI, "hi")


@pytest.mark.parametrize(("source", "operation"), [key for key in REQUESTS if key[0] is not Dialect.OLLAMA])
def test_every_dialect_reaches_ollama(source, operation):
    tree = made(source, Dialect.OLLAMA, operation, num_ctx=4096, keep_alive="10m").tree
    assert tree["options"]["num_ctx"] == 4096
    assert tree["keep_alive"] == "10m"
    assert tree["truncate"] is False


def test_a_generate_request_is_a_chat_in_the_hub():
    tree = made(Dialect.OLLAMA, Dialect.OPENAI, Operation.CHAT, {"prompt": "hi", "stream": False}).tree
    assert tree == {"stream": False, "messages": HI}


def test_losses_of_both_steps_are_reported():
    tree = {
        "max_tokens": 9,
        "messages": HI,
        "cache_control": {"type": "ephemeral"},
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "any"},
    }
    assert made(Dialect.ANTHROPIC, Dialect.OLLAMA, Operation.CHAT, tree).lost == ("cache_control", "tool_choice")


@pytest.mark.parametrize("source", [Dialect.OPENAI, Dialect.OLLAMA])
def test_nothing_is_translated_to_anthropics_dialect_here(source):
    with pytest.raises(InvalidRequest):
        made(source, Dialect.ANTHROPIC, Operation.CHAT)
