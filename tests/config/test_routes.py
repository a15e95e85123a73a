from __future__ import annotations

import pytest

from gateway.config import Settings, parse
from gateway.document import DocumentInvalid, Problem
from gateway.domain import Agent, Operation

MODELS = """version: 1
providers:
  ollama: {kind: ollama, base_url: "http://localhost:11434"}
  lm_studio: {kind: lm_studio, base_url: "http://localhost:1234/v1"}
  anthropic: {kind: anthropic, api_key: k}
  embedded: {kind: embedded}
targets:
  small: {provider: ollama, model: small}
  vision: {provider: ollama, model: vision, capabilities: [vision]}
  medical: {provider: lm_studio, model: medical}
  haiku: {provider: anthropic, model: haiku}
  sonnet: {provider: anthropic, model: sonnet, capabilities: [vision]}
  nomic-a: {provider: ollama, model: nomic, capabilities: [embeddings]}
  nomic-b: {provider: lm_studio, model: nomic, capabilities: [embeddings]}
  minilm: {provider: lm_studio, model: minilm, capabilities: [embeddings]}
  demo-chat: {provider: embedded, model: tiny}
  demo-vectors: {provider: embedded, model: tiny-e, capabilities: [embeddings]}
routing:
  primary: "${LLM_PRIMARY_PROVIDER:-}"
  fallback: "${LLM_FALLBACK_PROVIDER:-}"
  auto_fallback: "${AUTO_FALLBACK:-true}"
  first_token_ms: "${LATENCY_THRESHOLD_MS:-}"
"""
ROUTES = """routes:
  local: {targets: [small, medical]}
  seeing: {targets: [vision], first_token_s: 120}
  mixed: {targets: [small, sonnet, medical]}
  vectors: {targets: [nomic-a, nomic-b], operation: embeddings}
  demo: {targets: [demo-chat]}
  demo-embedding: {targets: [demo-vectors], operation: embeddings}
"""


def settings(text: str, **environ: str) -> Settings:
    return parse(MODELS + text, file="c.yaml", environ=environ)


def problems(text: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        settings(text, **environ)
    return caught.value.problems


def order(**environ: str) -> dict[str, list[str]]:
    routes = settings(ROUTES, **environ).table.routes
    return {name: [target.name for target in route.targets] for name, route in routes.items()}


PLAIN = {
    "local": ["small", "medical"],
    "seeing": ["vision"],
    "mixed": ["small", "sonnet", "medical"],
    "vectors": ["nomic-a", "nomic-b"],
    "demo": ["demo-chat"],
    "demo-embedding": ["demo-vectors"],
}


def test_routes_keep_the_order_of_the_file() -> None:
    assert order() == PLAIN


@pytest.mark.parametrize("claude", ["claude", "Claude", "anthropic"])
def test_the_primary_provider_comes_first_in_every_chat_route_also_where_it_was_not_listed(claude: str) -> None:
    assert order(LLM_PRIMARY_PROVIDER=claude) == PLAIN | {
        "local": ["haiku", "small", "medical"],
        "seeing": ["sonnet", "vision"],  # the first of its targets that can see
        "mixed": ["sonnet", "small", "medical"],
        "demo": ["haiku", "demo-chat"],
    }


@pytest.mark.parametrize("studio", ["lm_studio", "lmstudio", "LM-Studio"])
def test_a_local_primary_reorders_embeddings_and_never_stands_in_for_a_sense_it_lacks(studio: str) -> None:
    assert order(LLM_PRIMARY_PROVIDER=studio) == PLAIN | {
        "local": ["medical", "small"],
        "mixed": ["medical", "small", "sonnet"],
        "vectors": ["nomic-b", "nomic-a"],
        "demo": ["medical", "demo-chat"],
    }


def test_the_fallback_provider_comes_last_and_is_appended_where_it_was_not_listed() -> None:
    assert order(LLM_FALLBACK_PROVIDER="ollama") == PLAIN | {
        "local": ["medical", "small"],
        "mixed": ["sonnet", "medical", "small"],
        "vectors": ["nomic-b", "nomic-a"],
        "demo": ["demo-chat", "small"],
    }


def test_primary_and_fallback_together_put_one_first_and_the_other_last() -> None:
    found = order(LLM_PRIMARY_PROVIDER="ollama", LLM_FALLBACK_PROVIDER="claude")
    assert (found["local"], found["mixed"]) == (["small", "medical", "haiku"], ["small", "medical", "sonnet"])


def test_the_same_provider_as_primary_and_fallback_is_primary() -> None:
    assert order(LLM_PRIMARY_PROVIDER="claude", LLM_FALLBACK_PROVIDER="claude") == order(LLM_PRIMARY_PROVIDER="claude")


@pytest.mark.parametrize("variable", ["LLM_PRIMARY_PROVIDER", "LLM_FALLBACK_PROVIDER"])
@pytest.mark.parametrize("value", ["clod", "embedded", "openai", "mlx"])
def test_a_provider_that_is_not_configured_or_is_for_demonstration_is_a_problem(variable: str, value: str) -> None:
    [problem] = problems(ROUTES, **{variable: value})
    assert problem.message == f"{variable} names no provider."
    assert problem.remedy.startswith(("Did you mean", "Known here"))


def test_a_provider_written_into_the_file_is_a_problem_of_the_file() -> None:
    text = MODELS.replace('"${LLM_PRIMARY_PROVIDER:-}"', "clod")
    with pytest.raises(DocumentInvalid) as caught:
        parse(text, file="c.yaml", environ={})
    assert caught.value.problems[0].message == "`routing.primary` names no provider."


@pytest.mark.parametrize(("value", "auto"), [("", True), ("true", True), ("false", False), ("False", False)])
def test_auto_fallback_false_is_one_attempt(value: str, auto: bool) -> None:
    assert settings(ROUTES, AUTO_FALLBACK=value).auto_fallback is auto


@pytest.mark.parametrize(("value", "local", "seeing"), [("", None, 120), ("30000", 30, 120), ("1500", 1.5, 120)])
def test_the_latency_threshold_is_the_wait_for_the_first_token_of_routes_without_their_own(
    value: str, local: float | None, seeing: float
) -> None:
    routes = settings(ROUTES, LATENCY_THRESHOLD_MS=value).table.routes
    assert (routes["local"].first_token_s, routes["seeing"].first_token_s) == (local, seeing)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AUTO_FALLBACK", "maybe"), ("LATENCY_THRESHOLD_MS", "soon"), ("LATENCY_THRESHOLD_MS", "-1")],
)
def test_a_variable_with_a_value_that_cannot_be_is_a_problem(variable: str, value: str) -> None:
    [problem] = problems(ROUTES, **{variable: value})
    assert problem.message.startswith("`routing.")
    assert value not in problem.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("routes:\n  r: {targets: [smal]}\n", "There is no target `smal`."),
        ("routes:\n  r: {targets: [demo-chat]}\n", "demonstration model serves the routes"),
        ("routes:\n  r: {targets: [small, demo-chat]}\n", "demonstration model serves the routes"),
        ("routes:\n  r: {targets: [small, small]}\n", "listed twice"),
        ("routes:\n  r: {targets: [nomic-a, minilm], operation: embeddings}\n", "one and the same model"),
        ("routes:\n  r: {targets: [nomic-a]}\n", "is a target for embeddings"),
        ("routes:\n  r: {targets: [small], operation: embeddings}\n", "is a target for chat"),
        ("routes:\n  r: {targets: []}\n", "`routes.r.targets` must not be empty."),
        ("routes:\n  r: {targets: [small], order: cheapst}\n", "`routes.r.order` should"),
        (f"{ROUTES}agents:\n  a: {{route: locl}}\n", "There is no route `locl`."),
        (f"{ROUTES}agents:\n  a: {{route: demo}}\n", "never lead to the demonstration model"),
        (f"{ROUTES}aliases:\n  'gpt-*': demo\n", "never lead to the demonstration model"),
        (f"{ROUTES}aliases:\n  'gpt-*': {{route: demo-embedding}}\n", "never lead to the demonstration model"),
        (f"{ROUTES}aliases:\n  'gpt-*': nowhere\n", "There is no route `nowhere`."),
        (f"{ROUTES}aliases:\n  local: mixed\n", "would never be used"),
        (f"{ROUTES}default_route: nowhere\n", "There is no route `nowhere`."),
        (f"{ROUTES}default_route: vectors\n", "is not a route for chat"),
        (f"{ROUTES}default_embedding_route: local\n", "is not a route for embeddings"),
        (f"{ROUTES}agents:\n  a: {{route: local, tasks: [x]}}\n  b: {{route: local, tasks: [x]}}\n", "already means"),
        (f"{ROUTES}agents:\n  a: {{route: local, tasks: [b]}}\n  b: {{route: local}}\n", "already means the agent `b`"),
    ],
)
def test_a_name_that_leads_nowhere_or_where_it_must_not_is_a_problem(text: str, words: str) -> None:
    [problem] = problems(text)
    assert words in problem.message


def test_a_route_called_demo_with_a_real_model_is_like_any_other() -> None:
    text = "routes:\n  demo: {targets: [small]}\nagents:\n  a: {route: demo}\naliases: {x: demo}\ndefault_route: demo\n"
    assert settings(text).table.default(Operation.CHAT) == "demo"


def test_agents_tasks_aliases_and_defaults_go_into_the_table() -> None:
    text = f"""{ROUTES}
agents:
  radiologist: {{route: seeing, match: {{system_contains: expert radiologist}}, tasks: [imaging, radiologist]}}
aliases:
  "gpt-*": local
  "gpt-4*": {{route: mixed, prefer: agent}}
default_route: local
default_embedding_route: vectors
"""
    table = settings(text).table
    assert table.agents == {"radiologist": Agent("radiologist", "seeing", ("expert radiologist",))}
    assert table.tasks == {"imaging": "radiologist", "radiologist": "radiologist"}
    assert [(a.pattern, a.route, a.prefer_agent) for a in table.aliases] == [
        ("gpt-4*", "mixed", True),
        ("gpt-*", "local", False),
    ]
    assert (table.default(Operation.CHAT), table.default(Operation.EMBEDDINGS)) == ("local", "vectors")


@pytest.mark.parametrize("routes", [1, 2])
def test_the_only_route_for_moderations_is_the_one_of_requests_that_name_none(routes: int) -> None:
    text = """
version: 1
providers: {p: {kind: openai_compatible, base_url: "http://127.0.0.1:9/v1", traits: [on_prem]}}
targets: {judge: {provider: p, model: m, capabilities: [moderations]}}
routes:
"""
    text += "".join(f"  judging-{i}: {{targets: [judge], operation: moderations}}\n" for i in range(routes))
    table = parse(text, file="c.yaml", environ={}).table
    assert table.default(Operation.MODERATIONS) == ("judging-0" if routes == 1 else "")
