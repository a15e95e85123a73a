from __future__ import annotations

import contextlib
import pathlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Settings, load, parse
from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid, Problem
from gateway.domain import Caller, Operation, ProviderKind, Trait
from gateway.policy.private import RULE as PRIVATE
from gateway.routing.resolve import resolve
from gateway.wire.anthropic import messages
from gateway.wire.endpoint import Call

SHIPPED = pathlib.Path(__file__).parents[2] / "config.yaml"


def shipped(**environ: str) -> Settings:
    return load(str(SHIPPED), environ)


def problems(text: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        parse(text, file="c.yaml", environ=environ)
    return caught.value.problems


# --- the shipped file ---------------------------------------------------------------------------------------


def test_the_shipped_file_has_the_agents_of_the_mission_with_their_models_and_fallbacks() -> None:
    table = shipped().table
    models = {name: [t.model for t in table.routes[agent.route].targets] for name, agent in table.agents.items()}
    sonnet = "claude-sonnet-4-20250514"
    assert models["radiologist"] == ["llama3.2-vision:11b", sonnet]
    assert models["pathologist"] == ["qwen2.5:32b", sonnet]
    assert models["report-writer"] == [sonnet, "llama3.2:70b"]
    assert models["qc-reviewer"] == ["llama3.2:8b"]
    assert models["alignment"][0] == "llama3.2:3b"


@pytest.mark.parametrize("agent", ["phi-detection", "entity-extraction", "soap-generation", "document-structuring"])
def test_the_four_operations_of_the_transcription_service_stay_with_lm_studio(agent: str) -> None:
    table = shipped().table
    assert {t.provider.kind for t in table.routes[table.agents[agent].route].targets} == {ProviderKind.LM_STUDIO}


@pytest.mark.parametrize(
    ("system", "agent", "route"),
    [
        ("You are an expert radiologist who reads CT series.", "radiologist", "radiology"),
        ("You are an expert pathologist. Weigh the findings.", "pathologist", "pathology"),
        ("You are a medical report writer.", "report-writer", "report-writing"),
        ("You do medical report quality control.", "qc-reviewer", "quality-check"),
        ("You are a medical AI assistant that sorts feedback.", "alignment", "intent"),
    ],
)
def test_agents_that_share_one_model_name_are_told_apart_by_their_prompt(system: str, agent: str, route: str) -> None:
    call = Call(
        endpoint=messages.ENDPOINT,
        payload={},
        model="claude-sonnet-4-20250514",
        stream=False,
        caller=Caller("soma"),
        request_id="r",
    )
    resolution = resolve(call, shipped().table, system_text=system)
    assert (resolution.agents, resolution.route.name) == ({agent}, route)


def test_the_shipped_file_vouches_for_nothing_but_loopback() -> None:
    vouched = {provider.name for provider in shipped().providers.values() if provider.traits or provider.baa}
    assert vouched == {"lm_studio", "ollama", "mlx", "whisper", "embedded"}
    for provider in shipped().providers.values():
        assert provider.traits <= {Trait.ON_PREM}
        local = not provider.base_url or provider.base_url.startswith("http://localhost:")
        assert local is (provider.name not in {"anthropic", "openai"})


def test_the_shipped_file_leads_to_the_embedded_model_only_by_its_own_name() -> None:
    table = shipped().table
    embedded = {
        name
        for name, route in table.routes.items()
        if any(target.provider.kind is ProviderKind.EMBEDDED for target in route.targets)
    }
    assert embedded == {"demo", "demo-embedding"}
    assert table.default(Operation.CHAT) == "clinical-text"
    assert not embedded & {agent.route for agent in table.agents.values()}
    assert not embedded & {alias.route for alias in table.aliases}
    assert table.default(Operation.EMBEDDINGS) == "embedding"


def test_the_shipped_file_listens_on_loopback_and_keeps_its_state_beside_itself() -> None:
    settings = shipped()
    assert [(listener.host, listener.port) for listener in settings.listeners] == [("127.0.0.1", 8080)]
    assert settings.state_dir == str(SHIPPED.parent / "state")
    assert settings.policies == str(SHIPPED.parent / "policies")


def test_the_shipped_cloud_is_off_without_keys_and_on_with_them() -> None:
    assert {p.name: p.off for p in shipped().providers.values() if p.off} == {
        "anthropic": "ANTHROPIC_API_KEY is not set",
        "openai": "OPENAI_API_KEY is not set",
    }
    with_keys = shipped(ANTHROPIC_API_KEY="a", OPENAI_API_KEY="o").providers
    assert [(with_keys[name].off, with_keys[name].api_key) for name in ("anthropic", "openai")] == [
        ("", "a"),
        ("", "o"),
    ]


def test_the_shipped_file_honours_the_variables_of_the_founding_documents() -> None:
    settings = shipped(
        OLLAMA_BASE_URL="http://127.0.0.1:5001",
        LM_STUDIO_BASE_URL="http://127.0.0.1:5002/v1",
        MLX_BASE_URL="http://127.0.0.1:5003/v1",
        OLLAMA_MODEL_FAST="f:1b",
        OLLAMA_MODEL_BALANCED="b:1b",
        OLLAMA_MODEL_VISION="v:1b",
        LLM_PRIMARY_PROVIDER="claude",
        AUTO_FALLBACK="false",
        LATENCY_THRESHOLD_MS="30000",
    )
    assert [settings.providers[name].base_url[-7:] for name in ("ollama", "lm_studio", "mlx")] == [
        ".1:5001",
        "5002/v1",
        "5003/v1",
    ]
    assert [settings.targets[name].model for name in ("fast", "balanced", "vision")] == ["f:1b", "b:1b", "v:1b"]
    chat = [route for route in settings.table.routes.values() if route.operation is Operation.CHAT]
    assert {route.targets[0].name for route in chat} == {"sonnet"}
    assert not settings.auto_fallback
    assert settings.table.routes["report-writing"].first_token_s == 30


def test_a_variable_cannot_move_the_premises_elsewhere() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        shipped(OLLAMA_BASE_URL="http://ollama.example:11434")
    assert "on the premises" in caught.value.problems[0].message


def test_the_shipped_prices_have_a_tariff() -> None:
    pricing = shipped().pricing
    assert pricing.tariff_usd_per_kwh == Decimal("0.15")


# --- every problem at once ----------------------------------------------------------------------------------

BROKEN = """version: 1
server: {prot: 8080}
providers:
  ollama: {kind: ollama, base_url: "http://8.8.8.8", traits: [on_prem]}
  cloud: {kind: anthropic, api_key: "${UNSET_KEY}"}
targets:
  a: {provider: olama, model: m}
  b: {provider: ollama, modle: m}
  c: {provider: ollama, model: m}
routes:
  r: {targets: [aa, b, c]}
  s: {targets: [c], operation: singing}
agents:
  x: {route: s}
  y: {route: t}
default_route: rr
"""


def test_problems_of_shape_of_environment_and_of_reference_come_all_at_once() -> None:
    assert [(p.line, p.message) for p in problems(BROKEN)] == [
        (2, "Unknown key `prot` in `server`."),
        (4, "This address is not known to be on the premises, as `on_prem` says."),
        (5, "The environment variable UNSET_KEY is not set."),
        (7, "There is no provider `olama`."),
        (8, "Unknown key `modle` in `targets.b`."),
        (8, "`model` is missing in `targets.b`."),
        (11, "There is no target `aa`."),
        (12, "`routes.s.operation` should be 'chat', 'embeddings', 'rerank', 'moderations' or 'transcriptions'."),
        (15, "There is no route `t`."),
        (16, "There is no route `rr`."),
    ]


def test_whoever_refers_to_a_misshapen_entry_is_not_to_blame() -> None:
    text = """version: 1
providers: {p: {kind: wrong}}
targets: {t: {provider: p, model: m}}
routes: {r: {targets: [t]}}
agents: {a: {route: r}}
"""
    assert [p.line for p in problems(text)] == [2]


@pytest.mark.parametrize("text", ["", "version: 2\n", "version: '1'\n", "version: 1\nrouts: {}\n"])
def test_a_file_of_another_version_or_with_an_unknown_section_is_refused(text: str) -> None:
    assert problems(text)


def test_a_file_that_is_only_a_version_is_enough() -> None:
    settings = parse("version: 1\n", file="c.yaml", environ={})
    assert (settings.providers, settings.table.routes, settings.callers) == ({}, {}, ())


# --- files --------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_or_not_text_is_a_problem(tmp_path: pathlib.Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, words in ((tmp_path / "none.yaml", "cannot be read"), (tmp_path, "cannot be read"), (binary, "UTF-8")):
        with pytest.raises(DocumentInvalid) as caught:
            load(str(path), {})
        assert words in caught.value.problems[0].message


@pytest.fixture
def directory(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text("version: 1\nserver: {port: 9000}\n")
    return tmp_path


def test_policies_beside_the_file_are_part_of_the_settings(directory: pathlib.Path) -> None:
    path = str(directory / "config.yaml")
    assert load(path, {}).policy.rules == (PRIVATE,)
    rule = "version: 1\nrules: [{id: stay, why: Nothing leaves., when: {phi: [any]}, then: {deny: true}}]\n"
    (directory / "policies" / "house.yaml").write_text(rule)
    assert [found.id for found in load(path, {}).policy.rules] == ["private-stays-here", "stay"]


def test_without_a_directory_of_policies_nothing_starts(directory: pathlib.Path) -> None:
    (directory / "config.yaml").write_text("version: 1\npolicies: ./polcies\n")
    with pytest.raises(DocumentInvalid) as caught:
        load(str(directory / "config.yaml"), {})
    assert [(problem.file, problem.message) for problem in caught.value.problems] == [
        (str(directory / "polcies"), "There is no such folder of policies.")
    ]


def test_what_lies_beside_the_policies_is_named_in_the_settings(directory: pathlib.Path) -> None:
    (directory / "policies" / "README.md").write_text("# Rules\n")
    assert load(str(directory / "config.yaml"), {}).policies_unread == ("README.md",)


@pytest.mark.parametrize(
    ("text", "environ", "where"),
    [
        ("version: 1\n", {}, "state"),
        ("version: 1\nstate_dir: ./elsewhere\nroutes: 7\n", {}, "elsewhere"),
        ('version: 1\nstate_dir: "${WHERE:-here}"\n', {}, "here"),
        ('version: 1\nstate_dir: "${WHERE:-here}"\n', {"WHERE": "there"}, "there"),
        ("version: 1\nstate_dir: [7]\n", {}, "state"),
    ],
)
def test_where_the_state_is_can_be_told_of_a_file_that_is_wrong_otherwise(
    directory: pathlib.Path, text: str, environ: dict[str, str], where: str
) -> None:
    (directory / "config.yaml").write_text(text)
    assert pathlib.Path(state_dir_of(str(directory / "config.yaml"), environ)) == directory / where


def test_a_baa_that_has_ended_or_soon_will_is_said() -> None:
    baa = 'baa: {reference: "C-1", expires: 2026-11-30}'
    settings = parse(
        f"version: 1\nproviders: {{openai: {{kind: openai, api_key: k, {baa}}}, other: {{kind: openai, api_key: k}}}}\n",
        file="c.yaml",
        environ={},
    )
    said = {day: settings.baa_notes(day) for day in (date(2026, 10, 1), date(2026, 11, 30), date(2026, 12, 1))}
    assert said[date(2026, 10, 1)] == []
    assert said[date(2026, 11, 30)] == ["The BAA of provider openai ends in 1 day (2026-11-30)."]
    assert said[date(2026, 12, 1)] == ["The BAA of provider openai has ended (2026-11-30): it counts as having none."]
    assert settings.baa_days(date(2026, 12, 1)) == {"openai": 0}
    assert settings.baa_ends_at_s == {"openai": datetime(2026, 12, 1, tzinfo=UTC).timestamp()}
    assert Trait.BAA not in settings.providers["openai"].traits_on(date(2026, 12, 1))


def test_a_baa_that_ends_in_a_mistyped_year_is_said() -> None:
    text = "version: 1\nproviders: {openai: {kind: openai, api_key: k, baa: {reference: C-1, expires: 3026-11-30}}}\n"
    (note,) = parse(text, file="c.yaml", environ={}).baa_notes(date(2026, 12, 1))
    assert note == "The BAA of provider openai ends more than ten years from now (3026-11-30). Is the year right?"
    assert parse(text.replace("3026", "2036"), file="c.yaml", environ={}).baa_notes(date(2026, 12, 1)) == []


def test_problems_of_the_configuration_and_of_the_policies_come_together(directory: pathlib.Path) -> None:
    (directory / "config.yaml").write_text("version: 1\ndefault_route: r\n")
    (directory / "policies" / "a.yaml").write_text("version: 1\nrules: [{id: x}]\n")
    with pytest.raises(DocumentInvalid) as caught:
        load(str(directory / "config.yaml"), {})
    assert {pathlib.Path(problem.file).name for problem in caught.value.problems} == {"config.yaml", "a.yaml"}


@pytest.mark.parametrize("wrong", ["routes: 7", "routes: ["])
def test_a_mistake_in_the_file_says_nothing_untrue_of_the_policies_that_it_names(
    directory: pathlib.Path, wrong: str
) -> None:
    (directory / "policies").rename(directory / "elsewhere")
    (directory / "config.yaml").write_text(f"version: 1\npolicies: ./elsewhere\n{wrong}\n")
    with pytest.raises(DocumentInvalid) as caught:
        load(str(directory / "config.yaml"), {})
    assert {pathlib.Path(problem.file).name for problem in caught.value.problems} == {"config.yaml"}


def test_an_agreement_that_excludes_an_unknown_feature_is_told_the_words_there_are() -> None:
    baa = "baa: {reference: C-1, expires: 2027-11-30, excludes: [visoin]}"
    (problem,) = problems(f"version: 1\nproviders: {{openai: {{kind: openai, api_key: k, {baa}}}}}\n")
    assert "should be 'vision', 'audio', 'files', " in problem.message
    assert problem.remedy == "Did you mean `vision`?"


def test_a_policy_that_is_not_text_is_a_problem(directory: pathlib.Path) -> None:
    (directory / "policies" / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentInvalid) as caught:
        load(str(directory / "config.yaml"), {})
    assert [problem.message for problem in caught.value.problems] == ["The policy cannot be read."]


def test_host_and_port_of_the_command_line_come_before_those_of_the_file(directory: pathlib.Path) -> None:
    [listener] = load(str(directory / "config.yaml"), {}, host="::1", port=0).listeners
    assert (listener.host, listener.port) == ("::1", 0)
    with pytest.raises(DocumentInvalid):
        load(str(directory / "config.yaml"), {}, host="0.0.0.0")


def test_the_command_line_does_not_hide_that_a_section_is_misshapen() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        parse("version: 1\nserver: 7\n", file="c.yaml", environ={}, port=1)
    assert "`server`" in caught.value.problems[0].message


# --- laws ---------------------------------------------------------------------------------------------------

NAMES = (
    "version server listeners headers state_dir policies ledger scan callers providers targets routes agents routing "
    "pricing aliases default_route default_embedding_route host port kind base_url provider model route tls x"
)
SECTIONS = st.sampled_from(NAMES.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70000),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(["ollama", "embedded", "*", "http://localhost:1", "on_prem", "${X}", "${X:-1}", "a" * 64, "x"]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SECTIONS, inner, max_size=4)),
    max_leaves=20,
)


@given(st.dictionaries(SECTIONS, TREES, max_size=6))
def test_no_tree_raises_anything_but_document_invalid(tree: dict[str, object]) -> None:
    with contextlib.suppress(DocumentInvalid):
        assert parse(yaml.safe_dump({"version": 1} | tree), file="c.yaml", environ={"X": "x"}).listeners


@given(st.text(max_size=100))
def test_no_text_raises_anything_but_document_invalid(text: str) -> None:
    with contextlib.suppress(DocumentInvalid):
        assert parse(text, file="c.yaml", environ={}).listeners


MISTAKES = {
    "server: {port: http}": "`server.port`",
    "scan: {deadline: 5}": "Unknown key `deadline`",
    "state_dir: ''": "`state_dir` must not be empty",
    "policies: ${NOWHERE}": "NOWHERE is not set",
    "callers: {a: {key_sha256: short}}": "64 hexadecimal digits",
    "providers: {p: {kind: ollama}}": "`base_url` is missing",
    "targets: {t: {provider: q, model: m}}": "There is no provider `q`",
    "routes: {r: {targets: [u]}}": "There is no target `u`",
    "agents: {a: {route: s}}": "There is no route `s`",
    "aliases: {x: v}": "There is no route `v`",
    "routing: {primary: w}": "`routing.primary` names no provider",
    "default_route: y": "There is no route `y`",
}


@given(st.lists(st.sampled_from(sorted(MISTAKES)), min_size=1, unique=True))
def test_every_mistake_is_reported_however_many_there_are(lines: list[str]) -> None:
    found = problems("version: 1\n" + "\n".join(lines))
    for number, line in enumerate(lines, start=2):
        assert any(p.line == number and MISTAKES[line] in p.message for p in found), line


@given(section=SECTIONS, key=st.from_regex(r"[a-z]{1,10}_zz", fullmatch=True))
def test_an_unknown_key_of_a_known_section_is_always_reported(section: str, key: str) -> None:
    text = f"version: 1\nserver: {{{key}: 1}}\nrouting: {{{key}: 1}}\n{key}: 1\nscan: {{{key}: {section}}}\n"
    assert sorted(p.line for p in problems(text) if key in p.message) == [2, 3, 4, 5]
