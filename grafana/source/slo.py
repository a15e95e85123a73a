"""Objectives, and the rules that follow from them by Sloth's method: error ratios over windows, and alerts on how fast they burn.

An alert needs a long window (it is serious) and a short one (it goes on), after the SRE workbook, chapter 5. Names of rules and
labels are those of Sloth (https://sloth.dev), so that what is made for it fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana.source.promql import LABELS

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
PERIOD = "30d"
PERIOD_DAYS = 30
SERVICE = "triage-gateway"
LEAST_BAD = 5
"""Fewer bad requests than these in the long window of the fastest burn are no reason to wake anybody."""
Json = dict[str, Any]

PROVIDERS_FAULT = "upstream_error|deadline"
OUR_FAULT = "internal|shed|unrecorded"
BAD = f"{PROVIDERS_FAULT}|{OUR_FAULT}"
VALID = f"ok|{BAD}"
"""Outcomes that count: refusals by policy, mistakes of callers and callers who left do not."""


@dataclass(frozen=True)
class Burn:
    """An error budget that is used up so many times too fast, seen in both windows."""

    factor: float
    long: str
    short: str


PAGE = (Burn(14.4, "1h", "5m"), Burn(6, "6h", "30m"))
TICKET = (Burn(3, "1d", "2h"), Burn(1, "3d", "6h"))


@dataclass(frozen=True)
class Objective:
    """What share of requests is to be good. `bad` and `valid` are rates over a window, written as `{window}`."""

    name: str
    alert: str
    promise: str
    share: float
    bad: str
    valid: str

    @property
    def labels(self) -> dict[str, str]:
        return {"sloth_id": f"{SERVICE}-{self.name}", "sloth_service": SERVICE, "sloth_slo": self.name}

    @property
    def budget(self) -> float:
        return round(1 - self.share, 6)

    def ratio(self, window: str) -> str:
        bad, valid = (text.replace("{window}", window) for text in (self.bad, self.valid))
        return f"({bad} or vector(0)) / ({valid} > 0)"


def _slower(histogram: str, than_s: float) -> tuple[str, str]:
    """(bad, valid) of a histogram, whose bucket must be one that it has."""
    assert f"{histogram}_bucket" in LABELS
    valid = f"sum(rate({histogram}_count[{{window}}]))"
    return f'({valid} - sum(rate({histogram}_bucket{{le="{than_s}"}}[{{window}}])))', valid


_FIRST = _slower("gen_ai_server_time_to_first_token_seconds", 30.0)
_OURS = _slower("gateway_overhead_seconds", 0.25)

OBJECTIVES = (
    Objective(
        "availability",
        "GatewayAvailabilityBurn",
        "99 % of requests are answered: neither a provider nor we fail. Refusals and mistakes of callers do not count.",
        0.99,
        f'sum(rate(gateway_requests_total{{outcome=~"{BAD}"}}[{{window}}]))',
        f'sum(rate(gateway_requests_total{{outcome=~"{VALID}"}}[{{window}}]))',
    ),
    Objective(
        "first-token",
        "GatewayFirstTokenBurn",
        "95 % of streams begin within 30 s, loading of models included.",
        0.95,
        *_FIRST,
    ),
    Objective("overhead", "GatewayOverheadBurn", "Of 99 % of requests our own share is at most 250 ms.", 0.99, *_OURS),
)


def rules() -> Json:
    """The file of rules, for all objectives."""
    return {"groups": [group for objective in OBJECTIVES for group in _groups(objective)]}


def _groups(objective: Objective) -> list[Json]:
    name = f"slo-{objective.name}"
    return [
        {"name": f"{name}-errors", "rules": _errors(objective)},
        {"name": f"{name}-budget", "rules": _budget(objective)},
        {"name": f"{name}-alerts", "rules": [_alert(objective, "page", PAGE), _alert(objective, "ticket", TICKET)]},
    ]


def _errors(objective: Objective) -> list[Json]:
    short = [
        _record(f"slo:sli_error:ratio_rate{window}", objective.ratio(window), objective, window) for window in WINDOWS
    ]
    ratio = f"slo:sli_error:ratio_rate5m{_selector(objective)}"
    whole = f"sum_over_time({ratio}[{PERIOD}]) / ignoring (sloth_window) count_over_time({ratio}[{PERIOD}])"
    return [*short, _record(f"slo:sli_error:ratio_rate{PERIOD}", whole, objective, PERIOD)]


def _budget(objective: Objective) -> list[Json]:
    mine = _selector(objective)
    per_budget = f"/ on (sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio{mine}"
    return [
        _record("slo:objective:ratio", f"vector({objective.share})", objective),
        _record("slo:error_budget:ratio", f"vector({objective.budget})", objective),
        _record("slo:time_period:days", f"vector({PERIOD_DAYS})", objective),
        _record("slo:current_burn_rate:ratio", f"slo:sli_error:ratio_rate5m{mine} {per_budget}", objective),
        _record("slo:period_burn_rate:ratio", f"slo:sli_error:ratio_rate{PERIOD}{mine} {per_budget}", objective),
        _record("slo:period_error_budget_remaining:ratio", f"1 - slo:period_burn_rate:ratio{mine}", objective),
    ]


def _record(name: str, expression: str, objective: Objective, window: str = "") -> Json:
    more = {"sloth_window": window} if window else {}
    return {"record": name, "expr": expression, "labels": {**objective.labels, **more}}


def _alert(objective: Objective, severity: str, burns: Sequence[Burn]) -> Json:
    bad = objective.bad.replace("{window}", burns[0].long)
    seconds = {"1h": 3600, "1d": 86400}[burns[0].long]
    both = " or ".join(f"({_over(objective, burn)})" for burn in burns)
    return {
        "alert": objective.alert,
        "expr": f"({both}) and on () ({bad} * {seconds} >= {LEAST_BAD})",
        "labels": {**objective.labels, "severity": severity},
        "annotations": {
            "summary": f"{objective.promise} At this pace the errors that {PERIOD_DAYS} days may have do not last.",
            "runbook_url": f"RUNBOOK.md#{objective.alert.lower()}",
        },
    }


def _over(objective: Objective, burn: Burn) -> str:
    limit = f"({burn.factor} * {objective.budget})"
    sides = [
        f"max without (sloth_window) (slo:sli_error:ratio_rate{window}{_selector(objective)}) > {limit}"
        for window in (burn.short, burn.long)
    ]
    return " and ".join(sides)


def _selector(objective: Objective) -> str:
    return f'{{sloth_id="{SERVICE}-{objective.name}"}}'
