from __future__ import annotations

import pytest

from gateway.config import Headers, Settings, Tls, parse
from gateway.document import DocumentInvalid, Problem
from gateway.domain import Permission

DIGEST, OTHER = "ab" * 32, "CD" * 32
CALLERS = f"callers:\n  soma: {{key_sha256: {DIGEST}}}\n"


def caller(name: str, grants: str = "may: []") -> str:
    return f"callers: {{{name}: {{key_sha256: {DIGEST}, {grants}}}}}\n"


def settings(text: str) -> Settings:
    return parse(f"version: 1\n{text}", file="c.yaml", environ={})


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        settings(text)
    return caught.value.problems


UNENCRYPTED, OPEN = "cross the network unencrypted", "there are no callers"


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("{}", []),
        ("{host: localhost}", []),
        ("{host: '::1'}", []),
        ("{host: 0.0.0.0}", [OPEN, UNENCRYPTED]),
        ("{host: '::'}", [OPEN, UNENCRYPTED]),
        ("{host: 10.0.0.5, behind_tls_proxy: true}", [OPEN]),
        ("{host: 10.0.0.5, tls: {cert: c.pem, key: k.pem}}", [OPEN]),
        ("{host: 10.0.0.5, allow_unauthenticated: true}", [UNENCRYPTED]),
        ("{host: 10.0.0.5, behind_tls_proxy: true, allow_unauthenticated: true}", []),
        ("{host: gateway.example, behind_tls_proxy: true, allow_unauthenticated: true}", ["needs an address"]),
    ],
)
def test_beyond_loopback_needs_encryption_and_callers_or_a_written_word(server: str, words: list[str]) -> None:
    text = f"server: {server}\n"
    if not words:
        assert settings(text).listeners[0].anonymous is not None
    else:
        assert [any(w in p.message for p in problems(text)) for w in words] == [True] * len(words)
        assert len(problems(text)) == len(words)


def test_certificates_count_from_where_the_file_stands() -> None:
    text = f"version: 1\n{CALLERS}server: {{host: 10.0.0.5, tls: {{cert: c.pem, key: /k.pem}}}}\n"
    assert parse(text, file="etc/c.yaml", environ={}).listeners[0].tls == Tls("etc/c.pem", "/k.pem")


def test_callers_are_what_a_listener_beyond_loopback_needs() -> None:
    listener = settings(f"{CALLERS}server: {{host: 0.0.0.0, behind_tls_proxy: true}}\n").listeners[0]
    assert listener.anonymous is None


def test_without_callers_loopback_is_served_to_anyone_who_may_look_and_change_nothing() -> None:
    [listener] = settings("").listeners
    assert listener.anonymous is not None
    assert listener.anonymous.may == {Permission.EXPLAIN, Permission.METRICS, Permission.CONSOLE}


def test_nobody_beyond_loopback_has_a_permission_without_a_key() -> None:
    text = "server: {host: 0.0.0.0, behind_tls_proxy: true, allow_unauthenticated: true}\n"
    anonymous = settings(text).listeners[0].anonymous
    assert anonymous is not None
    assert not anonymous.may


def test_further_listeners_have_their_facades_keys_and_agent() -> None:
    text = f"""{CALLERS}
providers: {{s: {{kind: scripted}}}}
targets: {{t: {{provider: s, model: m}}}}
routes: {{r: {{targets: [t]}}}}
agents: {{phi-detection: {{route: r}}}}
listeners:
  - {{port: 1234, facades: [openai], keys: none, default_agent: phi-detection}}
  - {{host: "::1", port: 11434, facades: [ollama]}}
"""
    main, studio, ollama = settings(text).listeners
    assert (main.port, main.anonymous, main.default_agent) == (8080, None, "")
    assert (studio.port, studio.facades, studio.default_agent) == (1234, frozenset({"openai"}), "phi-detection")
    assert studio.anonymous is not None
    assert not studio.anonymous.may
    assert (ollama.host, ollama.anonymous) == ("::1", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("listeners: [{port: 8080}]\n", "this host and port"),
        ("listeners: [{port: 1, keys: none, host: 10.0.0.5, behind_tls_proxy: true}]\n", "may do without keys"),
        ("listeners: [{port: 1, default_agent: nobody}]\n", "There is no agent `nobody`"),
        ("listeners: [{port: 1, facades: [gemini]}]\n", "facades"),
        ("listeners: [{port: 1, facades: []}]\n", "facades"),
        ("listeners: [{host: 127.0.0.1}]\n", "`port` is missing"),
        ("listeners: [{port: 70000}]\n", "port"),
        ("server: {hosts: ['https://x.example']}\n", "not a host name"),
        ("server: {hosts: ['*']}\n", "not a host name"),
        ("server: {cors_origins: ['*']}\n", "not the origin of a web page"),
        ("server: {cors_origins: ['https://x.example/app']}\n", "not the origin of a web page"),
        ("server: {on_prem_networks: [0.0.0.0/0]}\n", "not a network"),
        ("server: {max_body_mb: 64, body_budget_mb: 32}\n", "must hold at least one"),
        ("headers: {route: x-a, agent: X-A}\n", "share one header"),
        ("headers: {agent: authorization}\n", "a meaning of its own"),
        ("headers: {agent: content-length}\n", "a meaning of its own"),
        ("headers: {agent: 'x agent'}\n", "must be a header name"),
        ("callers: {soma: {key_sha256: hunter2}}\n", "must be the 64 hexadecimal digits"),
        (caller("anonymous"), "calls without a key"),
        (caller("a", "agents: [x]"), "There is no agent `x`"),
        (caller("a", "agents: []"), "agents"),
        (caller("a", "routes: [x]"), "There is no route `x`"),
        (caller("a", "routes: [ollama/x]"), "There is no route `ollama/x`"),
        (caller("a", "may: [everything]"), "may"),
        (caller("'a b'"), "must be a name"),
        (f"{CALLERS}  b: {{key_sha256: {DIGEST.upper()}}}\n", "has the same key"),
    ],
)
def test_what_a_server_cannot_be_is_a_problem(text: str, words: str) -> None:
    found = problems(text)
    assert any(words in problem.message for problem in found)
    assert "hunter2" not in str(found)


def test_callers_have_their_grants() -> None:
    text = f"""
providers: {{ollama: {{kind: ollama, base_url: "http://localhost:11434", discover: true}}}}
targets: {{t: {{provider: ollama, model: m}}}}
routes: {{r: {{targets: [t]}}}}
agents: {{radiologist: {{route: r}}}}
callers:
  soma: {{key_sha256: {DIGEST}, agents: [radiologist], routes: [r, "ollama/qwen3:32b"]}}
  ops: {{key_sha256: {OTHER}, may: [explain, metrics]}}
"""
    soma, ops = settings(text).callers
    assert (soma.agents, soma.routes, soma.may) == ({"radiologist"}, {"r", "ollama/qwen3:32b"}, frozenset())
    assert (ops.agents, ops.routes, ops.may) == ({"*"}, {"*"}, {Permission.EXPLAIN, Permission.METRICS})


def test_doors_are_the_hosts_and_origins_of_the_file_and_the_addresses_listened_on() -> None:
    text = f"""{CALLERS}
server: {{host: 10.0.0.5, behind_tls_proxy: true, hosts: [Gateway.Example, "fd00::1"], cors_origins: ["https://A.example:8443"]}}
"""
    host_policy = settings(text).host_policy
    assert host_policy.hosts == {"gateway.example", "10.0.0.5", "fd00::1"}
    assert host_policy.origins == {"https://a.example:8443"}


def test_header_names_are_configurable_in_any_case() -> None:
    assert settings("headers: {agent: X-Agent}\n").headers == Headers(agent="x-agent")


def test_limits_are_in_bytes_and_seconds() -> None:
    text = "server: {max_body_mb: 2, body_budget_mb: 4, header_timeout_s: 1.5, commit_s: 3, max_concurrency: 7}\n"
    limits = settings(text).limits
    assert (limits.max_body, limits.body_budget) == (2097152, 4194304)
    assert (limits.header_timeout_s, limits.body_timeout_s, limits.commit_s) == (1.5, 60, 3)
    assert limits.max_concurrency == 7
