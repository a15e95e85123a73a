"""Panels and dashboards as Grafana's JSON, laid out from left to right and from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana.source.promql import CHOICES

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
TAG = "triage-gateway"
SCHEMA = 39  # Grafana 10 and later
NONE_YET = "none"
Json = dict[str, Any]
Steps = Sequence[tuple[float | None, str]]
"""(from this value on, colour), the first one from None."""
GOOD_IS_ZERO: Steps = ((None, "green"), (1, "red"))
QUIET: Steps = ((None, "blue"),)


@dataclass(frozen=True)
class Query:
    """One query and what its series are called: a text with `{{label}}`."""

    expression: str
    legend: str = ""
    column: str = ""
    """In a table: the title of its column."""
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Panel:
    """What all panels have: what it shows, in which unit, how wide and high (of 24 columns)."""

    title: str
    description: str
    queries: Sequence[Query]
    unit: str
    width: int = 8
    height: int = 8
    decimals: int | None = None

    kind = ""
    instant = False

    def options(self) -> Json:
        raise NotImplementedError

    def defaults(self) -> Json:
        return {}

    def more(self) -> Json:
        return {}

    def overrides(self) -> list[Json]:
        return []

    def json(self, number: int, x: int, y: int) -> Json:
        decimals = {} if self.decimals is None else {"decimals": self.decimals}
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "fieldConfig": {
                "defaults": {"unit": self.unit, **decimals, "mappings": [], **self.defaults()},
                "overrides": self.overrides(),
            },
            "options": self.options(),
            "targets": [self._target(query, chr(ord("A") + place)) for place, query in enumerate(self.queries)],
            **self.more(),
        }

    def _target(self, query: Query, letter: str) -> Json:
        return {
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": query.expression,
            "legendFormat": query.legend or "__auto",
            "refId": letter,
            "instant": self.instant,
            "range": not self.instant,
            **({"format": "table"} if self.kind == "table" else {}),
        }


def _steps(steps: Steps) -> Json:
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for value, colour in steps]}


@dataclass(frozen=True)
class Stat(Panel):
    """One number, and what it says by its colour."""

    steps: Steps = QUIET
    words: Mapping[str, str] = field(default_factory=dict)
    """Values that are shown as a word."""
    width: int = 4
    height: int = 4
    over_range: bool = True
    """Whether the query looks over the chosen time as a whole, so that its last value is the answer."""

    kind = "stat"

    @property
    def instant(self) -> bool:  # type: ignore[override]
        return self.over_range

    def defaults(self) -> Json:
        mapped = {value: {"text": word, "index": place} for place, (value, word) in enumerate(self.words.items())}
        return {
            "color": {"mode": "thresholds"},
            "thresholds": _steps(self.steps),
            "noValue": NONE_YET,
            **({"mappings": [{"type": "value", "options": mapped}]} if mapped else {}),
        }

    def options(self) -> Json:
        return {
            "colorMode": "value",
            "graphMode": "none" if self.over_range else "area",
            "justifyMode": "auto",
            "textMode": "auto" if any(query.legend for query in self.queries) else "value",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        }


@dataclass(frozen=True)
class Series(Panel):
    """Lines over time; `stack` for parts of a whole."""

    stack: bool = False
    width: int = 12
    line: float | None = None
    """Where a red line is drawn: the value that should not be passed."""

    kind = "timeseries"

    def defaults(self) -> Json:
        custom = {
            "drawStyle": "line",
            "lineInterpolation": "linear",
            "lineWidth": 1 if self.stack else 2,
            "fillOpacity": 30 if self.stack else 8,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if self.stack else "none", "group": "A"},
            "axisSoftMin": 0,
            "thresholdsStyle": {"mode": "off" if self.line is None else "dashed"},
        }
        steps = QUIET if self.line is None else ((None, "transparent"), (self.line, "red"))
        return {"color": {"mode": "palette-classic"}, "custom": custom, "thresholds": _steps(steps)}

    def options(self) -> Json:
        return {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }


@dataclass(frozen=True)
class Bars(Panel):
    """One bar for each series, longest first; over the chosen time."""

    kind = "bargauge"
    instant = True

    def defaults(self) -> Json:
        return {
            "color": {"mode": "thresholds"},
            "thresholds": _steps(QUIET),
            "noValue": NONE_YET,
            "min": 0,
        }

    def options(self) -> Json:
        return {
            "orientation": "horizontal",
            "displayMode": "basic",
            "valueMode": "text",
            "showUnfilled": True,
            "minVizHeight": 10,
            "namePlacement": "left",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        }


@dataclass(frozen=True)
class States(Panel):
    """A band for each series that changes its colour with the state."""

    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Value to (word, colour)."""
    width: int = 12
    height: int = 8

    kind = "state-timeline"

    def defaults(self) -> Json:
        mapped = {
            value: {"text": word, "color": colour, "index": place}
            for place, (value, (word, colour)) in enumerate(self.words.items())
        }
        return {
            "color": {"mode": "thresholds"},
            "thresholds": _steps(QUIET),
            "mappings": [{"type": "value", "options": mapped}],
            "custom": {"fillOpacity": 80, "lineWidth": 0},
        }

    def options(self) -> Json:
        return {
            "showValue": "never",
            "rowHeight": 0.8,
            "mergeValues": True,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "single"},
        }


def _column(query: Query) -> list[Json]:
    decimals = [] if query.decimals is None else [{"id": "decimals", "value": query.decimals}]
    return [{"id": "unit", "value": query.unit}, *decimals]


@dataclass(frozen=True)
class Table(Panel):
    """A row for each value of `rows`, a column for each query."""

    rows: Mapping[str, str] = field(default_factory=dict)
    """Label to the title of its column."""
    width: int = 24

    kind = "table"
    instant = True

    def defaults(self) -> Json:
        return {
            "color": {"mode": "thresholds"},
            "thresholds": _steps(((None, "text"),)),
            "noValue": NONE_YET,
            "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False},
        }

    def overrides(self) -> list[Json]:
        return [
            {"matcher": {"id": "byName", "options": query.column}, "properties": _column(query)}
            for query in self.queries
        ]

    def options(self) -> Json:
        first = self.queries[0].column
        return {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": first, "desc": True}]}

    def more(self) -> Json:
        letters = [chr(ord("A") + place) for place in range(len(self.queries))]
        values = ["Value"] if len(letters) == 1 else [f"Value #{letter}" for letter in letters]
        titles = {value: query.column for value, query in zip(values, self.queries, strict=True)}
        columns = {**self.rows, **titles}
        organised = {
            "excludeByName": {"Time": True},
            "indexByName": {name: place for place, name in enumerate(columns)},
            "renameByName": columns,
        }
        merge = [] if len(letters) == 1 else [{"id": "merge", "options": {}}]
        return {"transformations": [*merge, {"id": "organize", "options": organised}]}


@dataclass(frozen=True)
class Row:
    """A heading, and the panels under it."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Board:
    """A dashboard; its `name` is the file's."""

    name: str
    title: str
    description: str
    rows: Sequence[Row]

    @property
    def choices(self) -> list[str]:
        """The variables that some query of it can be narrowed by."""
        queries = [query.expression for row in self.rows for panel in row.panels for query in panel.queries]
        return [name for name in ASKED_OF if any(f'"${name}"' in query for query in queries)]

    def json(self) -> Json:
        return {
            "annotations": {"list": []},
            "description": self.description,
            "editable": True,
            "graphTooltip": 1,
            "links": [
                {
                    "type": "dashboards",
                    "title": "Triage Gateway",
                    "tags": [TAG],
                    "asDropdown": False,
                    "includeVars": True,
                    "keepTime": True,
                    "targetBlank": False,
                }
            ],
            "panels": self._laid_out(),
            "refresh": "30s",
            "schemaVersion": SCHEMA,
            "tags": [TAG],
            "templating": {"list": [_source(), *(_variable(choice) for choice in self.choices)]},
            "time": {"from": "now-6h", "to": "now"},
            "timepicker": {},
            "timezone": "browser",
            "title": f"Triage Gateway: {self.title}",
            "uid": f"{TAG}-{self.name}",
            "version": 1,
        }

    def _laid_out(self) -> list[Json]:
        placed: list[Json] = []
        y = 0
        for row in self.rows:
            place = {"h": 1, "w": WIDTH, "x": 0, "y": y}
            placed.append(
                {
                    "id": len(placed) + 1,
                    "type": "row",
                    "title": row.title,
                    "collapsed": False,
                    "gridPos": place,
                    "panels": [],
                }
            )
            x, y, tallest = 0, y + 1, 0
            for panel in row.panels:
                if x + panel.width > WIDTH:
                    x, y, tallest = 0, y + tallest, 0
                placed.append(panel.json(len(placed) + 1, x, y))
                x, tallest = x + panel.width, max(tallest, panel.height)
            y += tallest
        return placed


def _source() -> Json:
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
    }


ASKED_OF = {
    "agent": "gateway_requests_total",
    "caller": "gateway_requests_total",
    "route": "gateway_requests_total",
    "target": "gateway_cost_usd_total",
    "provider": "gen_ai_client_operation_duration_seconds_count",
    "instance": "gateway_build_info",
}
"""The metric whose values each variable offers."""


def _variable(name: str) -> Json:
    label = CHOICES.get(name, name)
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": DATASOURCE,
        "definition": f"label_values({ASKED_OF[name]}, {label})",
        "query": {"query": f"label_values({ASKED_OF[name]}, {label})", "refId": "values"},
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "hide": 0,
        "options": [],
    }
