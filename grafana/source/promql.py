"""Queries, made so that they can name only metrics and labels that the gateway has.

What can be chosen at the top of a dashboard narrows each query by itself, as far as the metric has the label.
"""

# ruff: noqa: SLF001  prometheus-client tells the labels of a metric nowhere else
from __future__ import annotations

import re
from collections.abc import Sequence

from prometheus_client.metrics import MetricWrapperBase

from gateway.observability.families import Families

CHOICES = {
    "agent": "agent",
    "caller": "caller",
    "route": "route",
    "target": "target",
    "provider": "gen_ai_provider_name",
}
"""Variables of the dashboards, and the label that each narrows."""
WINDOW = "$__rate_interval"
SPAN = "$__range"
INSTANCE = 'instance=~"$instance"'
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
By = str | Sequence[str]


def _of_code() -> dict[str, frozenset[str]]:
    """(series name, its labels) of everything that the code declares."""
    labels = {}
    for family in Families().registry._collector_to_names:
        if isinstance(family, MetricWrapperBase):
            for ending in ENDINGS[family._type]:
                more = {"le"} if ending == "_bucket" else set()
                labels[family._name + ending] = frozenset({*family._labelnames, *more})
    return labels


LABELS = _of_code()


def series(name: str, **where: str) -> str:
    """A metric, narrowed by what is chosen and by `where`: `outcome="~a|b"` is a pattern, `"!a"` is all but a.

    Raises:
        KeyError: the code has no such metric, or the metric no such label.
    """
    labels = LABELS[name]
    for label in where:
        if label not in labels:
            raise KeyError(f"{name} has no label {label}")
    chosen = [f'{label}=~"${choice}"' for choice, label in CHOICES.items() if label in labels and label not in where]
    narrowed = [_matcher(label, value) for label, value in where.items()]
    return f"{name}{{{', '.join([*narrowed, *chosen, INSTANCE])}}}"


def recorded(name: str) -> str:
    """What a recording rule keeps. `tests/grafana/test_rules.py` holds the names against the rules."""
    return name


def process(name: str) -> str:
    """A metric of the process itself."""
    return f"{name}{{{INSTANCE}}}"


def _matcher(label: str, value: str) -> str:
    negated, plain = ("!", value[1:]) if value.startswith("!") else ("", value)
    if plain.startswith("~"):
        return f'{label}{negated or "="}~"{plain[1:]}"'
    return f'{label}{negated}="{plain}"'


def total(inner: str, by: By = (), how: str = "sum") -> str:
    """`inner` added up, one for each value of `by`."""
    labels = (by,) if isinstance(by, str) else tuple(by)
    for name in re.findall(r"\b(?:gateway|gen_ai|process)_\w+(?=\{)", inner):
        if missing := set(labels) - LABELS[name] - {"instance"}:
            raise KeyError(f"{name} has no label {missing}")
    return f"{how} by ({', '.join(labels)}) ({inner})" if labels else f"{how}({inner})"


def rate(name: str, by: By = (), **where: str) -> str:
    """How much a second, over some scrapes."""
    return total(f"rate({series(name, **where)}[{WINDOW}])", by)


def count(name: str, by: By = (), **where: str) -> str:
    """How much within the chosen time."""
    return total(f"increase({series(name, **where)}[{SPAN}])", by)


def events(name: str, by: By = (), **where: str) -> str:
    """How often something rare happened within the chosen time: also where its series began with the first time.

    A counter that appears as 1 has not increased, for Prometheus; so what it began with is added if it was not there before.
    """
    metric = series(name, **where)
    began = f"(min_over_time({metric}[{SPAN}]) unless {metric} offset {SPAN})"
    return total(f"increase({metric}[{SPAN}]) + {began} or increase({metric}[{SPAN}])", by)


def quantile(q: float, name: str, by: By = (), span: str = WINDOW, **where: str) -> str:
    """The value that this share of a histogram's observations does not exceed."""
    labels = ("le", *((by,) if isinstance(by, str) else by))
    buckets = series(f"{name}_bucket", **where)
    return f"histogram_quantile({q}, {total(f'rate({buckets}[{span}])', labels)})"


def mean(name: str, by: By = (), span: str = SPAN, **where: str) -> str:
    """The mean of a histogram's observations within the chosen time."""
    parts = [total(f"increase({series(name + end, **where)}[{span}])", by) for end in ("_sum", "_count")]
    return f"{parts[0]} / {parts[1]}"


def now(name: str, by: By = (), how: str = "sum", **where: str) -> str:
    """What a gauge shows."""
    return total(series(name, **where), by, how)


def or_zero(expression: str, **labels: str) -> str:
    """0 where there is nothing yet: a series begins when something happens for the first time."""
    nothing = "vector(0)"
    for label, value in labels.items():
        nothing = f'label_replace({nothing}, "{label}", "{value}", "", "")'
    return f"({expression}) or on() {nothing}"
