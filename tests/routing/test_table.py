from __future__ import annotations

import pytest

from gateway.domain import Adapter, Agent, Capability, Operation, Provider, ProviderKind, Route, Target, Trait
from gateway.routing.table import Alias, RoutingTable, by_specificity, with_discovered

OLLAMA = Provider("ollama", ProviderKind.OLLAMA, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM}), discover=True)
STUDIO = Provider("lm_studio", ProviderKind.LM_STUDIO, Adapter.DIRECT, discover=True)


@pytest.mark.parametrize(
    ("pattern", "model", "matches"),
    [
        ("claude-*", "claude-sonnet-4-20250514", True),
        ("claude-*", "Claude-sonnet-4", False),
        ("claude-*", "my-claude-4", False),
        ("qwen3*", "qwen3:32b", True),
        ("fast-model", "fast-model", True),
        ("fast-model", "fast-model2", False),
        ("a?c", "abc", True),
        ("[ab]c", "bc", True),
    ],
)
def test_an_alias_matches_by_the_case(pattern: str, model: str, matches: bool) -> None:
    assert Alias(pattern, "r").matches(model) is matches


def test_exact_aliases_come_first_then_the_longest_then_the_order_given() -> None:
    patterns = ["*", "gpt-*", "gpt-4o*", "gpt-4o-mini", "abc-*", "m1"]
    assert [alias.pattern for alias in by_specificity(Alias(p, "r") for p in patterns)] == [
        "gpt-4o-mini",
        "m1",
        "gpt-4o*",
        "gpt-*",
        "abc-*",
        "*",
    ]


def test_discovered_models_are_found_by_full_name_and_by_bare_name_when_unique() -> None:
    table = with_discovered(
        RoutingTable(), {"ollama": (OLLAMA, ["llama3:latest", "shared"]), "lm_studio": (STUDIO, ["org/m-7b", "shared"])}
    )
    assert list(table.discovered) == ["ollama/llama3:latest", "ollama/shared", "lm_studio/org/m-7b", "lm_studio/shared"]
    found = {
        name: table.found(name) for name in ("llama3", "ollama/llama3", "org/m-7b", "shared", "ollama/shared", "x")
    }
    assert {name: hit and hit[0] for name, hit in found.items()} == {
        "llama3": "ollama/llama3:latest",
        "ollama/llama3": "ollama/llama3:latest",
        "org/m-7b": "lm_studio/org/m-7b",
        "shared": None,
        "ollama/shared": "ollama/shared",
        "x": None,
    }


def test_the_embedded_model_cloud_stubs_and_providers_without_discovery_are_never_discovered() -> None:
    embedded = Provider("embedded", ProviderKind.EMBEDDED, Adapter.EMBEDDED, discover=True)
    silent = Provider("silent", ProviderKind.MLX, Adapter.DIRECT)
    offers = {
        "embedded": (embedded, ["smollm2-135m"]),
        "silent": (silent, ["m"]),
        "ollama": (OLLAMA, ["gpt-oss:120b-cloud", "", "real"]),
    }
    assert list(with_discovered(RoutingTable(), offers).discovered) == ["ollama/real"]


def test_a_model_is_discovered_whose_name_a_caller_may_write() -> None:
    longest, longer = "x" * 256, "x" * 257
    assert list(with_discovered(RoutingTable(), {"p": (STUDIO, [longest, longer])}).discovered) == [f"p/{longest}"]


def test_an_alias_is_for_everyone_alike_unless_it_says_so() -> None:
    assert not Alias("gpt-*", "writing").prefer_agent


def test_a_discovered_model_keeps_what_is_configured_of_it() -> None:
    target = Target("vision", OLLAMA, "llava", frozenset({Capability.VISION}), context=4096)
    table = RoutingTable(routes={"r": Route("r", (target,))})
    found = with_discovered(table, {"ollama": (OLLAMA, ["llava"])}).discovered["ollama/llava"]
    assert (found.name, found.capabilities, found.context) == ("ollama/llava", target.capabilities, 4096)


def test_models_that_are_gone_are_forgotten() -> None:
    table = with_discovered(RoutingTable(), {"ollama": (OLLAMA, ["a"])})
    assert not with_discovered(table, {"ollama": (OLLAMA, [])}).discovered


@pytest.mark.parametrize(("task", "agent"), [("documentation", "writer"), ("writer", "writer"), ("rag_query", "")])
def test_a_task_means_the_agent_that_claims_it_or_has_its_name(task: str, agent: str) -> None:
    table = RoutingTable(agents={"writer": Agent("writer", "r")}, tasks={"documentation": "writer"})
    assert table.agent_of_task(task) == agent


def test_each_operation_has_its_own_default() -> None:
    table = RoutingTable(defaults={Operation.CHAT: "chat", Operation.EMBEDDINGS: "vectors"})
    assert [table.default(operation) for operation in (Operation.CHAT, Operation.EMBEDDINGS)] == ["chat", "vectors"]
