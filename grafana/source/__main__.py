"""Writes the dashboards, the rules of objectives, and all rules for Kubernetes; `--check` only says what is not fresh."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from grafana.source import slo
from grafana.source.boards import BOARDS

FOLDER = Path(__file__).parents[1]
HEAD = "# Made by `make dashboards` from grafana/source/slo.py; change it there.\n"
FOR_KUBERNETES = FOLDER.parent / "deploy" / "kubernetes" / "prometheusrule.yaml"


def made() -> dict[Path, str]:
    """What every file is to contain."""
    files = {
        FOLDER / "dashboards" / f"{board.name}.json": json.dumps(board.json(), indent=1) + "\n" for board in BOARDS
    }
    objectives = slo.rules()
    files[FOLDER / "rules" / "slo.yml"] = HEAD + yaml.safe_dump(objectives, sort_keys=False, width=1000)
    written = [yaml.safe_load((FOLDER / "rules" / name).read_text("utf-8")) for name in ("recording.yml", "alerts.yml")]
    files[FOR_KUBERNETES] = rule_of([*written, objectives])
    return files


def rule_of(rules: Sequence[Mapping[str, object]]) -> str:
    """The groups of these files in one PrometheusRule."""
    name = "triage-gateway"
    tree = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": name}},
        "spec": {"groups": [group for one in rules for group in one["groups"]]},
    }
    return "# Made by `make dashboards` from grafana/rules.\n" + yaml.safe_dump(tree, sort_keys=False, width=1000)


def main() -> int:
    stale = {
        path: text for path, text in made().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(path.relative_to(FOLDER.parent))
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
