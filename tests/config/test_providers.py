from __future__ import annotations

from datetime import date

import pytest

from gateway.config import Settings, parse
from gateway.document import DocumentInvalid, Problem
from gateway.domain import Adapter, Capability, Trait

HEAD = "version: 1\n"


def settings(text: str, **environ: str) -> Settings:
    return parse(HEAD + text, file="c.yaml", environ=environ)


def problems(text: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        settings(text, **environ)
    return caught.value.problems


def provider(line: str, **environ: str) -> Settings:
    return settings(f"providers:\n  p: {line}\n", **environ)


@pytest.mark.parametrize(
    ("line", "adapter"),
    [
        ("{kind: lm_studio, base_url: 'http://localhost:1234/v1'}", Adapter.DIRECT),
        ("{kind: ollama, base_url: 'http://localhost:11434'}", Adapter.DIRECT),
        ("{kind: mlx, base_url: 'http://localhost:8081'}", Adapter.DIRECT),
        ("{kind: llama_cpp, base_url: 'http://localhost:8081'}", Adapter.DIRECT),
        ("{kind: vllm, base_url: 'http://localhost:8081'}", Adapter.DIRECT),
        ("{kind: openai_compatible, base_url: 'https://x.example'}", Adapter.DIRECT),
        ("{kind: anthropic}", Adapter.LITELLM),
        ("{kind: openai}", Adapter.DIRECT),
        ("{kind: azure, base_url: 'https://x.example'}", Adapter.LITELLM),
        ("{kind: bedrock}", Adapter.LITELLM),
        ("{kind: vertex}", Adapter.LITELLM),
        ("{kind: litellm}", Adapter.LITELLM),
        ("{kind: embedded}", Adapter.EMBEDDED),
        ("{kind: scripted}", Adapter.SCRIPTED),
        ("{kind: ollama, base_url: 'http://localhost:11434', via: ollama}", Adapter.OLLAMA),
        ("{kind: ollama, base_url: 'http://localhost:11434', via: litellm}", Adapter.LITELLM),
        ("{kind: anthropic, via: direct}", Adapter.DIRECT),
    ],
)
def test_the_kind_chooses_the_adapter_and_via_overrides_it(line: str, adapter: Adapter) -> None:
    assert provider(line).providers["p"].adapter is adapter


@pytest.mark.parametrize(
    "line",
    [
        "{kind: embedded, via: direct}",
        "{kind: bedrock, via: direct}",
        "{kind: lm_studio, base_url: 'http://localhost:1', via: ollama}",
    ],
)
def test_a_way_that_does_not_exist_is_refused(line: str) -> None:
    [problem] = problems(f"providers:\n  p: {line}\n")
    assert problem.remedy == "Remove `via`."


def test_a_cloud_with_a_public_address_has_it() -> None:
    assert provider("{kind: anthropic}").providers["p"].base_url == "https://api.anthropic.com"
    assert provider("{kind: openai}").providers["p"].base_url == "https://api.openai.com/v1"
    assert provider("{kind: bedrock}").providers["p"].base_url == ""


@pytest.mark.parametrize(
    ("model", "more", "base_url"),
    [
        ("groq/llama-3.3-70b-versatile", "", "https://api.groq.com/openai/v1"),
        ("cohere/command-r", "", "https://api.cohere.com/v2/chat"),
        ("cohere/embed-v4", "capabilities: [embeddings]", "https://api.cohere.com/v2/embed"),
        ("voyage/voyage-3", "capabilities: [embeddings]", "https://api.voyageai.com/v1"),
    ],
)
def test_a_vendor_is_where_the_table_says(model: str, more: str, base_url: str) -> None:
    text = f"providers:\n  p: {{kind: litellm}}\ntargets:\n  t: {{provider: p, model: {model}, {more}}}\n"
    assert settings(text, GROQ_API_BASE="http://evil.example").targets["t"].provider.base_url == base_url


def test_an_address_of_ones_own_comes_before_the_tables() -> None:
    text = "providers:\n  p: {kind: litellm, base_url: 'https://relay.example'}\n"
    for model in ("groq/x", "nonsense/x", "x"):
        found = settings(f"{text}targets:\n  t: {{provider: p, model: {model}}}\n").targets["t"].provider
        assert found.base_url == "https://relay.example"


@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        ("nonsense/x", "Write `base_url` under `providers.p`, or the kind of the provider if it has one of its own"),
        ("vertex_ai/gemini", "Write `base_url` under `providers.p`, or the kind of the provider"),
        ("gpt-4o", "Write `base_url` under `providers.p`, or the vendor before the model: `mistral/gpt-4o`."),
        ("voyage/voyage-3", "Write `base_url` under `providers.p`"),
    ],
)
def test_a_vendor_of_whom_nobody_says_where_it_is_is_refused(model: str, remedy: str) -> None:
    [problem] = problems(f"providers:\n  p: {{kind: litellm}}\ntargets:\n  t: {{provider: p, model: {model}}}\n")
    assert problem.remedy.startswith(remedy)


@pytest.mark.parametrize("name", ["api_base", "base_url", "custom_llm_provider", "fallbacks", "use_litellm_proxy"])
def test_params_lead_nowhere_else(name: str) -> None:
    [problem] = problems(f"providers:\n  p: {{kind: litellm, params: {{{name}: x}}}}\n")
    assert problem.remedy == "Write `base_url` on the provider."


NETWORKS = "server: {on_prem_networks: [10.1.0.0/16]}\n"


@pytest.mark.parametrize(
    ("networks", "url", "accepted"),
    [
        ("", "http://127.0.0.1:1", True),
        ("", "http://localhost:1", True),
        ("", "http://[::1]:1", True),
        ("", "http://10.1.0.7:1", False),
        (NETWORKS, "http://10.1.0.7:1", True),
        (NETWORKS, "http://10.2.0.7:1", False),
        ("", "https://ollama:1", False),
        (NETWORKS, "http://ollama:1", True),
        (NETWORKS, "https://8.8.8.8", False),
        ("", "http://127.0.0.1.evil.example", False),
    ],
)
def test_on_prem_is_attested_by_the_address(networks: str, url: str, accepted: bool) -> None:
    text = f"{networks}providers:\n  p: {{kind: ollama, traits: [on_prem], base_url: '{url}'}}\n"
    if accepted:
        assert settings(text).providers["p"].on_prem
    else:
        [problem] = problems(text)
        assert "not known to be on the premises" in problem.message
        assert "on_prem_networks" in problem.remedy


@pytest.mark.parametrize(
    ("networks", "url", "accepted"),
    [
        ("", "http://localhost:1", True),
        ("", "https://cloud.example", True),
        ("", "http://cloud.example", False),
        (NETWORKS, "http://cloud.example", False),
        (NETWORKS, "http://10.1.0.7", True),
        (NETWORKS, "http://8.8.8.8", False),
    ],
)
def test_plain_http_is_for_loopback_and_the_premises(networks: str, url: str, accepted: bool) -> None:
    text = f"{networks}providers:\n  p: {{kind: openai_compatible, base_url: '{url}'}}\n"
    if accepted:
        assert settings(text).providers["p"].base_url == url
    else:
        assert ["http://" in problem.message for problem in problems(text)] == [True]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{kind: ollama}", "`base_url` is missing"),
        ("{kind: azure}", "`base_url` is missing"),
        ("{kind: anthropic, traits: [on_prem]}", "the vendor's cloud"),
        ("{kind: embedded, base_url: 'http://localhost:1'}", "has no address"),
        ("{kind: ollama, base_url: 'http://u:hunter2@localhost:1'}", "not an address"),
        ("{kind: ollama, base_url: 'http://localhost:1', traits: [on_prem], proxy: 'http://127.0.0.1:3128'}", "proxy"),
        ("{kind: anthropic, proxy: 'http://u:hunter2@proxy.example'}", "not the address of a proxy"),
        ("{kind: anthropic, traits: [baa]}", "`baa` is no trait to list"),
        ("{kind: anthropic, api_key: 'hunter2 hunter2'}", "spaces or control characters"),
        ("{kind: anthropic, baa: {reference: x, expires: soon}}", "expires"),
        ("{kind: anthropic, baa: {reference: x, expires: 2027-02-30}}", "expires"),
        ("{kind: anthropic, baa: {reference: x, expires: 2027-02-28, excludes: [tools]}}", "excludes"),
        ("{kind: anthropic, baa: {expires: 2027-02-28}}", "`reference` is missing"),
        ("{kind: antropic}", "kind"),
    ],
)
def test_a_provider_that_makes_no_sense_is_a_problem_without_its_secrets(line: str, words: str) -> None:
    [problem] = problems(f"providers:\n  p: {line}\n")
    assert problem.line == 3
    assert words in problem.message
    assert "hunter2" not in str(problem)


def test_what_an_agreement_says_is_kept_and_no_target_contradicts_it() -> None:
    baa = "baa: {reference: c-1, expires: 2027-06-30, excludes: [embeddings], region: EU, retention_days: 0}"
    term = provider(f"{{kind: anthropic, {baa}}}").providers["p"].baa
    assert (term.excludes, term.region, term.retention_days) == ({Capability.EMBEDDINGS}, "EU", 0)
    held = provider(f"{{kind: anthropic, {baa}}}").providers["p"]
    assert Trait.ZERO_RETENTION in held.traits_on(date(2027, 6, 30))
    assert Trait.ZERO_RETENTION not in held.traits_on(date(2027, 7, 1))
    [problem] = problems(
        f"providers:\n  p: {{kind: anthropic, {baa}}}\ntargets: {{t: {{provider: p, model: m, capabilities: [embeddings]}}}}\n"
    )
    assert "excludes `embeddings`" in problem.message


def test_a_baa_is_a_trait_until_its_date() -> None:
    found = provider("{kind: anthropic, baa: {reference: c-1, expires: 2027-06-30}}").providers["p"]
    assert Trait.BAA in found.traits_on(date(2027, 6, 30))
    assert Trait.BAA not in found.traits_on(date(2027, 7, 1))


@pytest.mark.parametrize(
    ("line", "environ", "off"),
    [
        ("{kind: anthropic, api_key: '${ANTHROPIC_API_KEY:-}'}", {}, "ANTHROPIC_API_KEY is not set"),
        ("{kind: anthropic, api_key: '${ANTHROPIC_API_KEY:-}'}", {"ANTHROPIC_API_KEY": "sk-1"}, ""),
        (
            "{kind: anthropic, api_key: '${ANTHROPIC_API_KEY:-}'}",
            {"ANTHROPIC_API_KEY": " "},
            "ANTHROPIC_API_KEY is not set",
        ),
        ("{kind: openai}", {}, "no `api_key` is configured"),
        ("{kind: bedrock}", {}, ""),
        ("{kind: litellm, api_key: '${A:-}${B:-}'}", {}, "A and B are not set"),
        ("{kind: lm_studio, base_url: 'http://localhost:1', api_key: '${KEY:-}'}", {}, ""),
        ("{kind: embedded}", {}, ""),
    ],
)
def test_a_provider_without_its_key_is_off_and_says_why(line: str, environ: dict[str, str], off: str) -> None:
    assert provider(line, **environ).providers["p"].off == off


def test_a_key_shows_in_no_repr() -> None:
    line = "{kind: azure, base_url: 'https://x.example', api_key: hunter2, params: {api_version: hunter2}}"
    assert "hunter2" not in repr(provider(line))


def test_the_embedded_provider_is_on_the_premises_by_itself() -> None:
    assert provider("{kind: embedded}").providers["p"].on_prem


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "qwen3-coder:480b:cloud"])
def test_a_model_that_ollama_runs_in_its_cloud_is_refused_on_the_premises(model: str) -> None:
    local = "providers:\n  o: {kind: ollama, base_url: 'http://localhost:1', traits: [on_prem]}\n"
    [problem] = problems(f"{local}targets:\n  t: {{provider: o, model: '{model}'}}\n")
    assert (problem.line, "its own cloud" in problem.message) == (5, True)
    elsewhere = local.replace(", traits: [on_prem]", "")
    assert settings(f"{elsewhere}targets:\n  t: {{provider: o, model: '{model}'}}\n").targets["t"].model == model


def test_a_target_has_all_that_is_written_of_it() -> None:
    text = """providers:
  p: {kind: scripted, relay_errors: true}
targets:
  t:
    provider: p
    model: m
    capabilities: [vision, tools]
    context: 16384
    power_w: 70.5
    token_note: true
    price: {input_usd_per_mtok: 3, output_usd_per_mtok: "15.50", cached_input_usd_per_mtok: 0.3}
"""
    target = settings(text).targets["t"]
    assert target.capabilities == {Capability.VISION, Capability.TOOLS}
    assert (target.context, target.power_w, target.relay_errors) == (16384, 70.5, True)
    assert target.token_note
    assert target.price is not None
    assert [str(p) for p in (target.price.input_usd_per_mtok, target.price.output_usd_per_mtok)] == ["3", "15.5"]
    assert str(target.price.cached_input_usd_per_mtok) == "0.3"


def test_a_target_of_an_unknown_provider_is_told_the_nearest() -> None:
    [problem] = problems("providers:\n  scripted: {kind: scripted}\ntargets:\n  t: {provider: skripted, model: m}\n")
    assert str(problem) == "c.yaml:5: There is no provider `skripted`.\n  Did you mean `scripted`?"


PRELOADED = "targets: {t: {provider: p, model: m, preload: true}}\n"
MACHINE = """
machines: {mac: {memory_gb: 24}}
providers: {p: {kind: ollama, base_url: "http://localhost:11434", traits: [on_prem], machine: mac}}
targets:
  a: {provider: p, model: a, memory_gb: %s, preload: %s}
  b: {provider: p, model: b, memory_gb: 12, preload: true}
"""


@pytest.mark.parametrize(
    ("memory_gb", "preload", "said"),
    [
        (12, "true", ""),
        (12, "false", ""),
        (13, "true", "take 25 GB of its 24"),
        (13, "false", "take 25 GB of its 24"),
        (25, "false", "more than the 24 GB"),
    ],
)
def test_what_is_preloaded_has_room_and_leaves_some(memory_gb: int, preload: str, said: str) -> None:
    text = MACHINE % (memory_gb, preload)
    if not said:
        assert settings(text).machines["mac"].memory_gb == 24
        return
    assert any(said in problem.message for problem in problems(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("machines: {mac: {}}\n", "No provider runs on this machine"),
        ("providers: {p: {kind: ollama, base_url: 'http://localhost:1', machine: mac}}\n", "no machine `mac`"),
        (
            "providers: {p: {kind: mlx, base_url: 'http://localhost:1', traits: [on_prem]}}\n" + PRELOADED,
            "cannot be told to load",
        ),
        (
            "providers: {p: {kind: ollama, base_url: 'https://a.example'}}\n" + PRELOADED,
            "Only a server on the premises",
        ),
    ],
)
def test_a_machine_that_cannot_be_meant_is_told(text: str, said: str) -> None:
    assert any(said in problem.message for problem in problems(text))


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("providers: {p: {kind: ollama, base_url: 'http://127.0.0.1:8080'}}\n", True),
        ("listeners: [{port: 1234}]\nproviders: {p: {kind: lm_studio, base_url: 'http://localhost:1234/v1'}}\n", True),
        ("listeners: [{port: 1234}]\nproviders: {p: {kind: lm_studio, base_url: 'http://localhost:1235/v1'}}\n", False),
        ("providers: {p: {kind: openai, api_key: k, base_url: 'https://x.example:8080/v1'}}\n", False),
    ],
)
def test_a_provider_that_would_be_this_gateway_is_off(text: str, off: bool) -> None:
    told = settings(text).providers["p"].off
    assert told.startswith("this gateway itself listens at") is off


def test_how_long_a_connection_may_take_goes_by_where_the_provider_is_unless_it_says() -> None:
    near = "kind: vllm, base_url: 'http://localhost:8081', traits: [on_prem]"
    assert provider(f"{{{near}}}").providers["p"].connect_s == 3.0
    assert provider("{kind: openai, api_key: k}").providers["p"].connect_s == 5.0
    assert provider(f"{{{near}, connect_s: 0.25}}").providers["p"].connect_s == 0.25
    for wrong in ("0", "-1", "61", ".inf", "soon"):
        with pytest.raises(DocumentInvalid):
            provider(f"{{{near}, connect_s: {wrong}}}")
