"""What `gateway doctor` asks: local servers for models, Prometheus whether it watches, if told to, clouds about a key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.cli.doctor_looks import Check, State
from gateway.cli.models import Entry, entries, on_the_premises
from gateway.config import Settings
from gateway.domain import Adapter, Provider, Trait
from gateway.events import FanOut
from gateway.kinds import openai_compatible, profile
from gateway.upstream.embedded.models import FOLDER
from gateway.upstream.embedded.process import Children
from gateway.upstream.memory import Presence
from gateway.upstream.questions import Questions, Reply, Unanswered
from gateway.upstream.tried import KeyState, try_key

_LOOKED_FOR: Final = "gateway_build_info"
_FIRST_ALERT: Final = "GatewayEgressViolation"
_KEYS: Final = {
    KeyState.TAKEN: Check("key", State.OK, "{name} takes its key"),
    KeyState.REFUSED: Check(
        "key", State.FAIL, "{name} refuses its key", "Make a new one there, and set it in the environment."
    ),
    KeyState.AWAY: Check(
        "key", State.FAIL, "{name} cannot be reached", "Look at the network, the proxy and `base_url`."
    ),
    KeyState.UNSAID: Check(
        "key", State.WARN, "{name} answered with something else than a list of models", "Look at `base_url`."
    ),
    KeyState.UNTRIED: Check("key", State.OK, "{name} is not tried: it has no call that costs nothing"),
}


async def models(settings: Settings) -> list[Check]:
    """Which models that routes need are not there."""
    wanted = on_the_premises(settings, ())
    found = await entries(settings, wanted)
    checks, down = [], dict[str, list[Entry]]()
    for entry in found:
        name, model = entry.target.provider.name, entry.target.model
        if entry.presence is Presence.DOWN:
            down.setdefault(name, []).append(entry)
        elif entry.presence is Presence.ABSENT:
            says = f"{name} does not have {model}, which {', '.join(entry.routes)} asks for"
            checks.append(Check("model", State.FAIL, says, entry.advice))
    for name, silent in down.items():
        routes = ", ".join(dict.fromkeys(route for entry in silent for route in entry.routes))
        says = f"{name} does not answer at {silent[0].target.provider.base_url}; asked for by {routes}"
        checks.append(Check("model", State.WARN, says, silent[0].advice))
    for entry in found:
        checks += [Check("model", State.WARN, f"{entry.server} {warning}") for warning in entry.warnings]
    if any(profile(target.provider.kind).demonstration for target in settings.targets.values()):
        problem = Children(Path(settings.state_dir) / FOLDER, events=FanOut([])).problem()
        checks += (
            [Check("model", State.WARN, problem.partition(". ")[0], problem.partition(". ")[2])] if problem else []
        )
    if not checks:
        checks.append(Check("model", State.OK, f"all {len(wanted)} that routes need on the premises are there"))
    return checks


async def prometheus(settings: Settings, url: str) -> Check:
    """Whether a Prometheus on the premises scrapes a gateway and has our rules."""
    at = Provider(
        name="prometheus",
        kind=openai_compatible.PROFILE.kind,
        adapter=Adapter.DIRECT,
        base_url=url,
        traits=frozenset({Trait.ON_PREM}),
    )
    asked = Questions(networks=lambda: settings.on_prem_networks, events=FanOut([]))
    base = url.rstrip("/")
    try:
        seen = _result(await asked.ask(at, f"{base}/api/v1/query?query={_LOOKED_FOR}"))
        rules = await asked.ask(at, f"{base}/api/v1/rules?type=alert")
    except Unanswered:
        seen = None
    if seen is None:
        remedy = "`make observe` starts one in a clone, deploy/compose.yaml keeps one. Elsewhere: `--prometheus URL`."
        return Check("prometheus", State.WARN, f"none answers at {url}: nobody is woken when something breaks", remedy)
    if not seen:
        return Check(
            "prometheus", State.WARN, f"{url} does not scrape a gateway", "Add a job: grafana/prometheus/ has one."
        )
    if _FIRST_ALERT not in str(rules.tree):
        return Check(
            "prometheus", State.WARN, f"{url} does not know our alerts", "Add grafana/rules/ to its `rule_files`."
        )
    return Check(
        "prometheus", State.OK, f"{url} has our alerts and scrapes {len(seen)} gateway{'' if len(seen) == 1 else 's'}"
    )


def _result(reply: Reply) -> list[object] | None:
    """The result of a query; None where the answer is none."""
    data = reply.tree.get("data") if reply.status == 200 and isinstance(reply.tree, dict) else None
    result = data.get("result") if isinstance(data, dict) else None
    return result if isinstance(result, list) else None


async def keys(settings: Settings, *, online: bool) -> list[Check]:
    """Whether clouds take the keys that are configured; without `online` nobody is asked."""
    far = [
        one
        for one in settings.providers.values()
        if not one.off and not one.at_home and not profile(one.kind).in_process
    ]
    if not far:
        return [Check("key", State.OK, "no cloud is configured with a key")]
    if not online:
        return [Check("key", State.OK, f"not tried: {', '.join(one.name for one in far)} (`--online` does)")]
    return [
        _told(await try_key(one, networks=lambda: settings.on_prem_networks, events=FanOut([])), one.name)
        for one in far
    ]


def _told(state: KeyState, name: str) -> Check:
    check = _KEYS[state]
    return check._replace(says=check.says.format(name=name))
