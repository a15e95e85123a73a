"""The dashboards as they are checked in, and the queries in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

GRAFANA = Path(__file__).parents[2] / "grafana"
CHOSEN = re.compile(r'"\$(agent|caller|route|target|provider|instance)"')
ZERO = re.compile(r' or (?:on\(\) )?(?:label_replace\()*vector\(0\)(?:, "\w+", "[^"]*", "", ""\))*')
SPANS = {"$__rate_interval": "1m", "$__range_s": "300", "$__range": "5m"}
"""What Grafana would put in their place; longer than a test takes."""


@dataclass(frozen=True)
class Query:
    board: str
    panel: str
    expression: str
    says_none: bool = False
    """Whether the panel has words for when there is nothing."""

    @property
    def name(self) -> str:
        return f"{self.board}: {self.panel}"

    @property
    def substituted(self) -> str:
        """As Grafana asks it with everything chosen."""
        expression = CHOSEN.sub('".*"', self.expression)
        for variable, value in SPANS.items():
            expression = expression.replace(variable, value)
        return expression

    @property
    def without_zero(self) -> str:
        """What is asked but for the 0 that stands where nothing happened yet."""
        return ZERO.sub("", self.substituted)

    @property
    def metrics(self) -> set[str]:
        without_labels = re.sub(r"by \([^)]*\)|\{[^}]*\}|\"[^\"]*\"", "", self.expression)
        return set(re.findall(r"\b(?:gateway|gen_ai|process)_\w+", without_labels))


def panels_of(dashboard: dict) -> list[dict]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="session")
def boards() -> dict[str, dict]:
    return {path.name: json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))}


@pytest.fixture(scope="session")
def panels(boards) -> list[dict]:
    return [panel for board in boards.values() for panel in panels_of(board)]


@pytest.fixture(scope="session")
def queries(boards) -> list[Query]:
    return [
        Query(name.removesuffix(".json"), panel["title"], target["expr"], "noValue" in panel["fieldConfig"]["defaults"])
        for name, board in boards.items()
        for panel in panels_of(board)
        for target in panel["targets"]
    ]
