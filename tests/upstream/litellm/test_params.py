from __future__ import annotations

import pytest

from gateway.domain import Adapter, Operation, Provider, ProviderKind, Target
from gateway.upstream.litellm import params
from gateway.upstream.litellm.params import Incomplete, Unsupported

MESSAGES = [{"role": "user", "content": "Hello."}]
AWS = {"region": "us-east-1", "access_key_id": "a", "secret_access_key": "s"}


def provider(kind, **more):
    return Provider("vendor", kind, Adapter.LITELLM, **more)


def request(tree, kind=ProviderKind.ANTHROPIC, operation=Operation.CHAT, supported=()):
    return params.request(tree, provider(kind), chat=operation is Operation.CHAT, supported=frozenset(supported))


@pytest.mark.parametrize(
    ("kind", "model", "operation", "name"),
    [
        (ProviderKind.ANTHROPIC, "claude-x", Operation.CHAT, "anthropic/claude-x"),
        (ProviderKind.OPENAI, "gpt-x", Operation.CHAT, "openai/gpt-x"),
        (ProviderKind.AZURE, "deployment", Operation.CHAT, "azure/deployment"),
        (ProviderKind.BEDROCK, "anthropic.claude", Operation.CHAT, "bedrock/converse/anthropic.claude"),
        (ProviderKind.BEDROCK, "amazon.titan-embed", Operation.EMBEDDINGS, "bedrock/amazon.titan-embed"),
        (ProviderKind.VERTEX, "gemini-x", Operation.CHAT, "vertex_ai/gemini-x"),
        (ProviderKind.LITELLM, "mistral/small", Operation.CHAT, "mistral/small"),
        (ProviderKind.LM_STUDIO, "openai/gpt-oss-20b", Operation.CHAT, "openai/openai/gpt-oss-20b"),
        (ProviderKind.OLLAMA, "llama3.2:3b", Operation.CHAT, "openai/llama3.2:3b"),
    ],
)
def test_the_model_is_named_as_litellm_wants_it(kind, model, operation, name):
    assert params.model_name(Target("t", provider(kind), model), chat=operation is Operation.CHAT) == name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (provider(ProviderKind.ANTHROPIC, api_key="k"), {"api_base": "https://api.anthropic.com", "api_key": "k"}),
        (provider(ProviderKind.OPENAI, api_key="k"), {"api_base": "https://api.openai.com/v1", "api_key": "k"}),
        (provider(ProviderKind.OLLAMA, base_url="http://o:1/"), {"api_base": "http://o:1/v1", "api_key": "none"}),
        (provider(ProviderKind.LM_STUDIO, base_url="http://l:1/v1"), {"api_base": "http://l:1/v1", "api_key": "none"}),
        (
            provider(ProviderKind.AZURE, base_url="https://a", api_key="k", params={"api_version": "v"}),
            {"api_base": "https://a", "api_key": "k", "api_version": "v"},
        ),
        (
            provider(ProviderKind.BEDROCK, params={**AWS, "session_token": ""}),
            {
                "aws_region_name": "us-east-1",
                "aws_access_key_id": "a",
                "aws_secret_access_key": "s",
                "aws_bedrock_runtime_endpoint": "https://bedrock-runtime.us-east-1.amazonaws.com",
            },
        ),
        (
            provider(ProviderKind.VERTEX, params={"project": "p", "location": "eu-west4", "credentials": "{}"}),
            {
                "vertex_project": "p",
                "vertex_location": "eu-west4",
                "vertex_credentials": "{}",
                "api_base": "https://eu-west4-aiplatform.googleapis.com",
            },
        ),
        (
            provider(ProviderKind.LITELLM, base_url="https://v/v1", api_key="k", params={"api_version": "v"}),
            {"api_base": "https://v/v1", "api_key": "k", "api_version": "v"},
        ),
    ],
)
def test_every_address_is_given_because_litellm_would_take_one_from_the_environment(given, expected):
    params.check(given)
    assert params.connection(given) == expected


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (provider(ProviderKind.AZURE, base_url="https://a"), "`api_version`"),
        (provider(ProviderKind.AZURE, params={"api_version": "v"}), "`base_url`"),
        (provider(ProviderKind.LITELLM, api_key="k"), "`base_url`"),
        (provider(ProviderKind.BEDROCK, api_key="k"), "`region`"),
        (provider(ProviderKind.BEDROCK, params={"region": "r"}), "`access_key_id`, `secret_access_key`"),
        (provider(ProviderKind.VERTEX, params={"project": "p", "location": "l"}), "`credentials`"),
        (provider(ProviderKind.ANTHROPIC, params={"mock_response": "x"}), "`mock_response`"),
        (provider(ProviderKind.OLLAMA, params={"api_base": "x"}), "`api_base`"),
    ],
)
def test_a_setting_that_is_missing_or_unknown_is_named(given, named):
    with pytest.raises(Incomplete, match=named):
        params.check(given)


def test_only_fields_of_the_hub_become_arguments():
    tree = {"model": "m", "messages": MESSAGES, "api_base": "http://evil", "mock_response": "x", "top_k": 3}
    assert request(tree) == {"messages": MESSAGES}
    local = request(tree, ProviderKind.LM_STUDIO)
    assert local["extra_body"] == {"api_base": "http://evil", "mock_response": "x", "top_k": 3}
    assert local.keys() == {"messages", "allowed_openai_params", "extra_body"}


def test_servers_of_openais_dialect_may_be_sent_every_field():
    made = request({"messages": MESSAGES, "seed": 1, "logprobs": True}, ProviderKind.OPENAI)
    assert made["allowed_openai_params"] == ["logprobs", "seed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", 7), ("reasoning_effort", "low"), ("n", 1), ("presence_penalty", 0), ("logprobs", False), ("tools", [])],
)
def test_what_changes_nothing_is_left_out_where_it_is_not_known(field, value):
    assert request({"messages": MESSAGES, field: value}) == {"messages": MESSAGES}
    assert request({"messages": MESSAGES, field: value}, supported=[field]) == {"messages": MESSAGES, field: value}


@pytest.mark.parametrize(
    ("field", "value"),
    [("logprobs", True), ("n", 2), ("presence_penalty", 0.5), ("tools", [{}]), ("logit_bias", {"1": 1})],
)
def test_what_would_change_the_answer_is_refused_by_name(field, value):
    with pytest.raises(Unsupported) as caught:
        request({"messages": MESSAGES, field: value})
    assert caught.value.field == field


def test_embeddings_come_as_numbers_whatever_the_caller_asked_for():
    tree = {"input": "a", "encoding_format": "base64"}
    assert request(tree, ProviderKind.OPENAI, Operation.EMBEDDINGS)["encoding_format"] == "float"
    assert request(tree, ProviderKind.VERTEX, Operation.EMBEDDINGS) == {"input": "a"}
