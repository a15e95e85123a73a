"""Writes the dashboards and the rules of objectives into `grafana/`; `--check` only says which are not fresh."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from grafana.source import slo
from grafana.source.boards import BOARDS

FOLDER = Path(__file__).parents[1]
HEAD = "# Made by `make dashboards` from grafana/source/slo.py; change it there.\n"


def made() -> dict[Path, str]:
    """What every file is to contain."""
    files = {
        FOLDER / "dashboards" / f"{board.name}.json": json.dumps(board.json(), indent=1) + "\n" for board in BOARDS
    }
    files[FOLDER / "rules" / "slo.yml"] = HEAD + yaml.safe_dump(slo.rules(), sort_keys=False, width=1000)
    return files


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
