"""Draws the floors of the house as text: each package knows only those below it. Reads the contract in pyproject.toml.

python bench/floors.py          print the picture
python bench/floors.py --write  put it into gateway/ARCHITECTURE.md
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "gateway" / "ARCHITECTURE.md"
WIDTH = 78
BEGIN, END = "<!-- floors: `python bench/floors.py --write` -->\n```text\n", "```\n<!-- /floors -->"


def floors() -> tuple[list[list[str]], set[str]]:
    """The names on each floor, from the roof down, and those that are pure."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layers] = [contract["layers"] for contract in contracts if contract.get("containers") == ["gateway"]]
    [pure] = [contract["source_modules"] for contract in contracts if contract["name"].startswith("The core is pure")]
    return [re.split(r" [|:] ", layer) for layer in layers], {name.removeprefix("gateway.") for name in pure}


def picture() -> str:
    """One row of rooms for each floor; what is pure stands between double walls."""
    rows, pure = floors()
    lines = []
    for rooms in rows:
        inner = [f"{'║' if room in pure else '│'} {room} {'║' if room in pure else '│'}" for room in rooms]
        lines.append("  ".join(inner).center(WIDTH).rstrip())
    ground = "═" * WIDTH
    return (
        "\n".join(
            [*lines, ground, "║ pure ║: no sockets, clocks, files or loggers; each floor knows only those below it"]
        )
        + "\n"
    )


def page() -> str:
    """The architecture page with the picture as it is now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{picture()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    print(picture(), end="")
