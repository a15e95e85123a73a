from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Agent, Caller, Dialect, Operation, Provider, ProviderKind, Route, Target
from gateway.errors import AgentNotAllowed, GatewayError, InvalidRequest, ModelNotFound, RouteNotAllowed
from gateway.routing.resolve import known, label_sources, listing, resolve
from gateway.routing.table import Alias, RoutingTable, by_specificity
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat
from gateway.wire.operations import endpoint_for

OLLAMA = Provider("ollama", ProviderKind.OLLAMA, Adapter.DIRECT, discover=True)
TARGET = Target("t", OLLAMA, "llama3.2:3b")
ROUTES = ("radiology", "writing", "demo")
TABLE = RoutingTable(
    routes={
        **{name: Route(name, (TARGET,)) for name in ROUTES},
        "vectors": Route("vectors", (TARGET,), Operation.EMBEDDINGS),
    },
    aliases=by_specificity(
        [Alias("claude-*", "writing", prefer_agent=True), Alias("gpt-*", "writing"), Alias("fast-model", "demo")]
    ),
    agents={
        "radiologist": Agent("radiologist", "radiology", ("expert Radiologist", "reads images")),
        "writer": Agent("writer", "writing", ("report writer",)),
        "indexer": Agent("indexer", "vectors"),
    },
    defaults={Operation.CHAT: "demo", Operation.EMBEDDINGS: "vectors"},
    discovered={"ollama/qwen3:32b": Target("ollama/qwen3:32b", OLLAMA, "qwen3:32b")},
)
ANYONE = Caller("anyone")


def call(**changes: object) -> Call:
    plain = Call(
        endpoint=chat.ENDPOINT,
        payload={},
        model="",
        stream=False,
        caller=ANYONE,
        request_id="r1",
    )
    operation = changes.pop("operation", Operation.CHAT)
    return replace(plain, endpoint=endpoint_for(Dialect.OPENAI, operation, {}), **changes)


def claims(*agents: str) -> frozenset[str]:
    return frozenset(agents)


@pytest.mark.parametrize(
    ("changes", "route", "label"),
    [
        ({}, "demo", "demo"),
        ({"model": "radiology"}, "radiology", "radiology"),
        ({"model": "gpt-4o"}, "writing", "gpt-*"),
        ({"model": "fast-model"}, "demo", "fast-model"),
        ({"model": "ollama/qwen3:32b"}, "ollama/qwen3:32b", "ollama/qwen3:32b"),
        ({"model": "qwen3:32b"}, "ollama/qwen3:32b", "ollama/qwen3:32b"),
        ({"claimed_agents": claims("radiologist")}, "radiology", "radiology"),
        ({"claimed_agents": claims("radiologist"), "model": "gpt-4o"}, "writing", "gpt-*"),
        ({"claimed_agents": claims("radiologist"), "model": "claude-3"}, "radiology", "claude-*"),
        ({"model": "claude-3"}, "writing", "claude-*"),
        ({"claimed_route": "radiology", "model": "gpt-4o"}, "radiology", "radiology"),
        ({"claimed_route": "radiology", "model": "no-such"}, "radiology", "radiology"),
        ({"operation": Operation.EMBEDDINGS}, "vectors", "vectors"),
        ({"operation": Operation.EMBEDDINGS, "claimed_agents": claims("radiologist")}, "vectors", "vectors"),
        ({"operation": Operation.EMBEDDINGS, "claimed_agents": claims("indexer")}, "vectors", "vectors"),
        ({"claimed_agents": claims("indexer")}, "demo", "demo"),
        ({"claimed_agents": claims("writer", "radiologist")}, "radiology", "radiology"),
    ],
)
def test_a_route_comes_of_header_then_model_then_agent_then_default(
    changes: dict[str, object], route: str, label: str
) -> None:
    resolution = resolve(call(**changes), TABLE)
    assert (resolution.route.name, resolution.model_label) == (route, label)


def test_a_discovered_model_serves_the_operation_that_is_asked_for() -> None:
    resolution = resolve(call(model="qwen3:32b", operation=Operation.EMBEDDINGS), TABLE)
    assert resolution.route.operation is Operation.EMBEDDINGS


def test_what_a_server_has_under_the_very_name_comes_before_what_a_pattern_makes_of_it() -> None:
    oss = Target("ollama/gpt-oss:20b", OLLAMA, "gpt-oss:20b")
    fast = Target("ollama/fast-model", OLLAMA, "fast-model")
    table = replace(TABLE, discovered={target.name: target for target in (oss, fast)})
    assert resolve(call(model="gpt-oss:20b"), table).route.targets == (oss,)
    assert resolve(call(model="gpt-4o"), table).route.name == "writing"
    assert resolve(call(model="fast-model"), table).route.name == "demo"  # an alias that is the whole name


@pytest.mark.parametrize(
    ("changes", "system", "default", "agents", "unclear"),
    [
        ({}, "", "", claims(), True),
        ({}, "You are an EXPERT RADIOLOGIST.", "", claims("radiologist"), False),
        ({"claimed_agents": claims("writer")}, "an expert radiologist", "", claims("writer", "radiologist"), False),
        ({}, "", "writer", claims("writer"), False),
        ({"claimed_agents": claims("radiologist")}, "", "writer", claims("radiologist"), False),
        ({"caller": Caller("c", agents=claims("writer"))}, "", "", claims("writer"), False),
        ({"caller": Caller("c", agents=claims("writer", "radiologist"))}, "", "", claims(), True),
        ({"caller": Caller("c", agents=claims("writer", "*"))}, "", "", claims(), True),
        ({"caller": Caller("c", agents=claims())}, "", "", claims(), True),
        ({"caller": Caller("c", agents=claims("one-that-went"))}, "", "", claims(), True),
    ],
)
def test_agents_are_claimed_or_bound_or_unclear(
    changes: dict[str, object], system: str, default: str, agents: frozenset[str], unclear: bool
) -> None:
    resolution = resolve(call(**changes), TABLE, system_text=system, default_agent=default)
    assert (resolution.agents, resolution.agent_unclear) == (agents, unclear)


@pytest.mark.parametrize(
    ("system", "route"),
    [
        ("You are a report writer. The expert radiologist's findings follow.", "writing"),
        ("You are an expert radiologist; a report writer reads you.", "radiology"),
        ("It READS IMAGES for a report writer.", "radiology"),
    ],
)
def test_a_prompt_that_speaks_of_several_agents_is_of_the_one_it_names_first(system: str, route: str) -> None:
    resolution = resolve(call(), TABLE, system_text=system)
    assert (resolution.route.name, resolution.agents) == (route, claims("writer", "radiologist"))


def test_an_explicit_claim_chooses_the_route_before_a_match_does() -> None:
    resolution = resolve(call(claimed_agents=claims("writer")), TABLE, system_text="expert radiologist")
    assert resolution.route.name == "writing"


@pytest.mark.parametrize(
    ("changes", "system", "error"),
    [
        ({"claimed_agents": claims("SECRET")}, "", AgentNotAllowed),
        ({"claimed_agents": claims("writer"), "caller": Caller("c", agents=claims("indexer"))}, "", AgentNotAllowed),
        ({"caller": Caller("c", agents=claims("indexer"))}, "SECRET report writer", AgentNotAllowed),
        ({"caller": Caller("c", routes=claims("radiology")), "model": "gpt-SECRET"}, "", RouteNotAllowed),
        ({"caller": Caller("c", routes=claims("radiology"))}, "", RouteNotAllowed),
        ({"caller": Caller("c", routes=claims("radiology")), "model": "qwen3:32b"}, "", RouteNotAllowed),
        ({"model": "SECRET"}, "", ModelNotFound),
        ({"model": "SECRET" * 100}, "", ModelNotFound),
        ({"claimed_route": "SECRET"}, "", ModelNotFound),
        ({"claimed_route": "gpt-SECRET"}, "", ModelNotFound),
        ({"model": "radiology", "operation": Operation.EMBEDDINGS}, "", InvalidRequest),
        ({"model": "vectors"}, "", InvalidRequest),
    ],
)
def test_what_is_refused_is_never_quoted(changes: dict[str, object], system: str, error: type[GatewayError]) -> None:
    with pytest.raises(error) as caught:
        resolve(call(**changes), TABLE, system_text=system)
    assert "SECRET" not in caught.value.message


@pytest.mark.parametrize("operation", list(Operation))
def test_without_a_model_and_a_default_the_caller_must_name_one(operation: Operation) -> None:
    with pytest.raises(InvalidRequest):
        resolve(call(operation=operation), RoutingTable(routes=TABLE.routes))


def test_no_agent_falls_to_the_demonstration_model() -> None:
    tiny = Target("tiny", Provider("embedded", ProviderKind.EMBEDDED, Adapter.EMBEDDED), "tiny")
    demos = {"demo": Route("demo", (tiny,)), "demo-embedding": Route("demo-embedding", (tiny,), Operation.EMBEDDINGS)}
    table = replace(
        TABLE,
        routes={**TABLE.routes, **demos},
        defaults={**TABLE.defaults, Operation.EMBEDDINGS: "demo-embedding"},
    )
    for operation, stranger, agent in (
        (Operation.CHAT, "demo", "indexer"),
        (Operation.EMBEDDINGS, "demo-embedding", "radiologist"),
    ):
        assert resolve(call(operation=operation), table).route.name == stranger
        asked = call(operation=operation, claimed_agents=claims(agent))
        with pytest.raises(InvalidRequest):
            resolve(asked, table)


def test_a_caller_granted_one_discovered_model_may_use_it() -> None:
    caller = Caller("c", routes=claims("ollama/qwen3:32b"))
    assert resolve(call(caller=caller, model="qwen3:32b"), TABLE).route.name == "ollama/qwen3:32b"


def test_the_listing_has_routes_whole_aliases_and_discovered_models() -> None:
    expected = ("radiology", "writing", "demo", "vectors", "fast-model", "ollama/qwen3:32b")
    assert listing(TABLE, ANYONE) == expected


def test_the_listing_has_only_what_the_caller_may_use() -> None:
    assert listing(TABLE, Caller("c", routes=claims("demo"))) == ("demo", "fast-model")


def offers(table: RoutingTable, caller: Caller, model: str) -> bool:
    try:
        known(table, caller, model)
    except (ModelNotFound, RouteNotAllowed):
        return False
    return True


@pytest.mark.parametrize(
    ("model", "anyone", "demo_only"),
    [
        ("radiology", True, False),
        ("demo", True, True),
        ("fast-model", True, True),
        ("gpt-4o", True, False),
        ("qwen3:32b", True, False),
        ("ollama/qwen3:32b", True, False),
        ("no-such", False, False),
        ("", False, False),
        ("gpt-" + "x" * 252, True, False),
        ("gpt-" + "x" * 253, False, False),
    ],
)
def test_a_model_is_offered_if_its_name_leads_somewhere_granted(model: str, anyone: bool, demo_only: bool) -> None:
    assert offers(TABLE, ANYONE, model) is anyone
    assert offers(TABLE, Caller("c", routes=claims("demo")), model) is demo_only


def test_all_that_is_listed_is_offered() -> None:
    assert all(offers(TABLE, ANYONE, model) for model in listing(TABLE, ANYONE))


AGENTS = st.frozensets(st.sampled_from([*TABLE.agents, "stranger"]))
GRANTS = st.frozensets(st.sampled_from([*TABLE.agents, "*"]), min_size=1)


def outcome(agents: frozenset[str], grant: frozenset[str], system: str) -> frozenset[str] | None:
    """The agents that rules will see; None when refused."""
    try:
        resolution = resolve(call(claimed_agents=agents, caller=Caller("c", agents=grant)), TABLE, system_text=system)
    except AgentNotAllowed:
        return None
    assert resolution.agent_unclear is not bool(resolution.agents)
    return resolution.agents


@given(agents=AGENTS, grant=GRANTS, system=st.sampled_from(["", "report writer", "expert radiologist report writer"]))
def test_a_claim_never_widens_who_a_caller_may_be(agents: frozenset[str], grant: frozenset[str], system: str) -> None:
    resolved = outcome(agents, grant, system)
    if resolved is not None:
        assert agents <= resolved <= frozenset(TABLE.agents)
        assert "*" in grant or resolved <= grant


@given(agents=AGENTS, more=AGENTS, grant=GRANTS)
def test_one_more_claim_takes_no_agent_away(
    agents: frozenset[str], more: frozenset[str], grant: frozenset[str]
) -> None:
    few, many = outcome(agents, grant, ""), outcome(agents | more, grant, "")
    if few and many is not None:
        assert few <= many
    if few is None:
        assert many is None


@given(
    model=st.text(max_size=40),
    agents=AGENTS,
    grant=GRANTS,
    route=st.sampled_from(["", *ROUTES, "nowhere"]),
    operation=st.sampled_from(Operation),
)
def test_any_names_resolve_to_something_granted_or_to_one_of_our_errors(
    model: str, agents: frozenset[str], grant: frozenset[str], route: str, operation: Operation
) -> None:
    caller = Caller("c", agents=grant, routes=claims("demo", "vectors"))
    asked = call(model=model, claimed_agents=agents, claimed_route=route, operation=operation, caller=caller)
    try:
        resolution = resolve(asked, TABLE)
    except GatewayError as error:
        assert error.status in (400, 403, 404)  # noqa: PT017 - either outcome is right, and both are held to something
    else:
        assert resolution.route.name in caller.routes
        assert resolution.route.operation is operation


def test_it_is_told_who_gave_a_label() -> None:
    notes = Agent("therapy-notes", "writing", labels=frozenset({"psychotherapy"}))
    table = replace(TABLE, agents={**TABLE.agents, "therapy-notes": notes}, labels=frozenset({"psychotherapy", "hiv"}))
    several = replace(ANYONE, name="soma", labels=frozenset({"hiv"}))
    asked = call(caller=several, labels=frozenset({"hiv"}), model="gpt-x")
    assert label_sources(asked, table, resolve(asked, table)) == {
        "hiv": ["the request (header or `metadata.label`)", "caller soma"],
        "psychotherapy": ["agent therapy-notes, which may be asking as none is named"],
    }
    named = call(caller=several, model="gpt-x", claimed_agents=frozenset({"therapy-notes"}))
    assert label_sources(named, table, resolve(named, table))["psychotherapy"] == ["agent therapy-notes"]
    other = call(caller=several, model="gpt-x", claimed_agents=frozenset({"writer"}))
    assert label_sources(other, table, resolve(other, table)) == {"hiv": ["caller soma"]}


@pytest.mark.parametrize("granted", [claims("therapy-note"), claims("therapy-note", "writer")])
def test_a_key_for_an_agent_that_there_is_not_may_be_of_any_agent(granted: frozenset[str]) -> None:
    """Misspelt, or taken out at a reload: the rules and the labels of all agents hold for it, and not those of none."""
    notes = Agent("therapy-notes", "writing", labels=frozenset({"psychotherapy"}))
    table = replace(TABLE, agents={**TABLE.agents, "therapy-notes": notes}, labels=frozenset({"psychotherapy"}))
    asked = call(caller=Caller("soma", agents=granted), model="gpt-x")
    resolution = resolve(asked, table)
    assert (resolution.agents, resolution.agent_unclear) == (claims(), True)
    assert resolution.labels == {"psychotherapy"}
    assert "which may be asking" in label_sources(asked, table, resolution)["psychotherapy"][0]
