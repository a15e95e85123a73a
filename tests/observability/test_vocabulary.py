"""The vocabulary is what the configuration says."""

from __future__ import annotations

from gateway.domain import Adapter, Operation, Provider, ProviderKind, Route, Target
from gateway.observability.vocabulary import Vocabulary


def target(name: str, provider: str, model: str) -> Target:
    kind = ProviderKind.OLLAMA
    return Target(name=name, provider=Provider(name=provider, kind=kind, adapter=Adapter.DIRECT), model=model)


def test_a_vocabulary_holds_every_name_of_the_configuration_and_no_other():
    fast, big = target("fast", "ollama", "llama3.2:3b"), target("big", "cloud", "claude")
    routes = [
        Route(name="chat", targets=(fast, big)),
        Route(name="embed", targets=(fast,), operation=Operation.EMBEDDINGS),
    ]

    vocabulary = Vocabulary.of(routes, callers=["soma"], agents=["radiologist"], reasons=["permitted"])

    assert vocabulary.models == {
        (Operation.CHAT, "ollama", "llama3.2:3b"),
        (Operation.CHAT, "cloud", "claude"),
        (Operation.EMBEDDINGS, "ollama", "llama3.2:3b"),
    }
    assert vocabulary.names == {
        *("chat", "embed", "fast", "big", "ollama", "cloud", "llama3.2:3b", "claude"),
        *("soma", "radiologist", "permitted"),
    }
