"""The start-up picture: what answered, which routes and agents there are, and a command to try; asks nobody anything."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Settings
from gateway.domain import USUAL_OPERATION, Provider, Route
from gateway.kinds import profile
from gateway.pipeline.refusal import start_hint
from gateway.policy.private import written
from gateway.runtime import Gateway
from gateway.upstream.probe import is_asked

MAX_LISTED = 6


def picture(gateway: Gateway, addresses: list[tuple[str, int]]) -> str:
    """All of it, as text of less than a screen."""
    settings = gateway.settings
    urls = [
        f"{'https' if listener.tls else 'http'}://{_shown(host)}:{port}"
        for listener, (host, port) in zip(settings.listeners, addresses, strict=True)
    ]
    lines = [
        f"Triage Gateway on {', '.join(urls)}",
        "",
        "Providers",
        *(f"  {_provider(gateway, provider)}" for provider in settings.providers.values()),
        "",
        "Routes",
        *(f"  {_route(route, settings)}" for route in settings.table.routes.values()),
        "",
        f"Agents     {', '.join(settings.table.agents) or 'none'}",
        f"Callers    {_callers(gateway)}",
        f"Policies   {_policies(settings)}",
        *(f"Note       {note}" for note in gateway.notes),
        "",
        "Try it",
        *_try(settings, urls[0]),
        "",
    ]
    return "\n".join(lines)


def _provider(gateway: Gateway, provider: Provider) -> str:
    name = f"{provider.name:<12}"
    if provider.off:
        return f"{name}off: {provider.off}"
    if profile(provider.kind).demonstration:
        problem = gateway.demonstration_problem()
        return f"{name}{problem or 'ready: a small model to try things with, not for medicine'}"
    if profile(provider.kind).in_process:
        return f"{name}answers from a script, and opens no connection"
    if not is_asked(provider):
        where = "" if provider.on_prem else ", off the premises: used only where a policy permits"
        return f"{name}configured{where}"
    health = gateway.health.known().get(provider.name)
    if health is None or not health.up:
        return f"{name}no answer at {provider.base_url}: {start_hint(provider)}"
    listed = ", ".join(health.models[:MAX_LISTED]) + (" …" if len(health.models) > MAX_LISTED else "")
    return f"{name}answers at {provider.base_url}: {listed or 'no models yet'}"


def _route(route: Route, settings: Settings) -> str:
    chain = " → ".join(target.name for target in route.targets)
    note = "  (default)" if route.name in settings.table.defaults.values() else ""
    kind = "" if route.operation is USUAL_OPERATION else f"  [{route.operation}]"
    return f"{route.name:<24}{chain}{kind}{note}"


def _callers(gateway: Gateway) -> str:
    named = dict.fromkeys([caller.name for caller in gateway.settings.callers] + sorted(gateway.stored_callers))
    if named or gateway.settings.listeners[0].anonymous is None:
        return ", ".join(named) or "none yet (`gateway keys new NAME` makes a key)"
    return "anyone on this machine, without a key (`gateway keys new NAME` makes one)"


def _policies(settings: Settings) -> str:
    rules = written(settings.policy)
    if not rules:
        return f"none in {settings.policies}: nothing leaves the premises"
    return f"{rules} rules in {settings.policies}"


def _try(settings: Settings, base: str) -> Iterator[str]:
    key = " -H 'Authorization: Bearer YOUR_KEY'" if settings.listeners[0].anonymous is None else ""
    yield f"  curl -i {base}/v1/chat/completions{key} -H 'Content-Type: application/json' \\"
    demo = '"model": "demo", ' if "demo" in settings.table.routes else ""  # which answers on any machine
    yield f"""    -d '{{{demo}"messages": [{{"role": "user", "content": "Say hello in five words."}}]}}'"""


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else "localhost" if host in {"127.0.0.1", "::1"} else host
