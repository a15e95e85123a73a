"""Draws every dashboard from the results of its queries: a clinic works, Prometheus scrapes it, Chromium paints.

An approximation: Grafana itself is not here, only its units, colours and places (`render/draw.js`). `make pictures`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.kit.clinic import KEYS, clinic
from tests.kit.prometheus import Prometheus, prometheus

FOLDER = Path(__file__).parent
RENDER = FOLDER / "render"
WIDTH = 1240
STEP_S = 1
WARM_UP_S = 20
WORKERS, APART_S = 12, 3
NOTE = "drawn by grafana/render from the answers of a real Prometheus; Grafana itself looks a little different"
Json = dict[str, Any]


def substituted(expression: str, span_s: int) -> str:
    """A query as Grafana asks it, with everything chosen and the whole picture as its span."""
    expression = re.sub(r'"\$(agent|caller|route|target|provider|instance)"', '".*"', expression)
    values = {"$__rate_interval": "10s", "$__range_s": str(span_s), "$__range": f"{span_s}s"}
    for variable, value in values.items():
        expression = expression.replace(variable, value)
    return expression


def named(legend: str, labels: dict[str, str]) -> str:
    if legend == "__auto":
        return ", ".join(value for name, value in labels.items() if name != "__name__")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), legend).strip()


def number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


async def panel(watch: Prometheus, one: Json, times: list[float]) -> Json:
    """A panel with the answers to its queries, as `draw.js` wants it."""
    if one["type"] == "row":
        return {"type": "row", "title": one["title"], "place": one["gridPos"]}
    defaults = one["fieldConfig"]["defaults"]
    steps = defaults["thresholds"]["steps"]
    custom = defaults.get("custom", {})
    drawn = {
        "type": one["type"],
        "title": one["title"],
        "place": one["gridPos"],
        "unit": defaults["unit"],
        "decimals": defaults.get("decimals"),
        "mappings": defaults["mappings"],
        "thresholds": defaults["thresholds"],
        "noValue": defaults.get("noValue"),
        "textMode": one["options"].get("textMode"),
        "stack": custom.get("stacking", {}).get("mode") == "normal",
        "line": steps[-1]["value"] if custom.get("thresholdsStyle", {}).get("mode") == "dashed" else None,
    }
    if drawn["decimals"] is None:
        del drawn["decimals"]
    if one["type"] == "table":
        return drawn | await table(watch, one, times)
    return drawn | {"series": [line for target in one["targets"] for line in await lines(watch, target, times)]}


async def lines(watch: Prometheus, target: Json, times: list[float]) -> list[Json]:
    expression = substituted(target["expr"], round(times[-1] - times[0]))
    if target["instant"]:
        answer = await watch.ask("query", query=expression, time=times[-1])
        return [
            {"name": named(target["legendFormat"], one["metric"]), "values": [number(one["value"][1])]}
            for one in answer["result"]
        ]
    answer = await watch.ask("query_range", query=expression, start=times[0], end=times[-1], step=STEP_S)
    found = []
    for one in answer["result"]:
        values = {round(at): number(value) for at, value in one["values"]}
        row = [values.get(round(at)) for at in times]
        if any(value is not None for value in row):
            found.append({"name": named(target["legendFormat"], one["metric"]), "values": row})
    return found


async def table(watch: Prometheus, one: Json, times: list[float]) -> Json:
    """Rows of all queries joined by their labels, as Grafana's `merge` and `organize` do."""
    (organise,) = [step["options"] for step in one["transformations"] if step["id"] == "organize"]
    titles = organise["renameByName"]
    labels = [name for name in titles if not name.startswith("Value")]
    shown = {
        override["matcher"]["options"]: {one["id"]: one["value"] for one in override["properties"]}
        for override in one["fieldConfig"]["overrides"]
    }
    rows: dict[tuple[str, ...], list[float | None]] = {}
    for place, target in enumerate(one["targets"]):
        expression = substituted(target["expr"], round(times[-1] - times[0]))
        for sample in (await watch.ask("query", query=expression, time=times[-1]))["result"]:
            row = rows.setdefault(
                tuple(sample["metric"].get(label, "") for label in labels), [None] * len(one["targets"])
            )
            row[place] = number(sample["value"][1])
    columns = [{"title": titles[label], "number": False} for label in labels]
    columns += [
        {"title": title, "number": True, **shown[title]} for name, title in titles.items() if name.startswith("Value")
    ]
    ordered = sorted(rows.items(), key=lambda item: -(item[1][0] or 0))
    return {"columns": columns, "rows": [[*names, *values] for names, values in ordered], "series": []}


def needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        sys.exit(f"{program} is missing: apt-get install --no-install-recommends chromium pngquant")
    return found


def painted(board: Json, theme: str, into: Path) -> None:
    """One picture. The page and its data lie beside each other for as long as Chromium looks at them."""
    browser = needed("chromium")
    rows = max(one["place"]["y"] + one["place"]["h"] for one in board["panels"])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("page.html", "draw.js", "node_modules"):
            (Path(folder) / name).symlink_to(RENDER / name)
        (Path(folder) / "data.js").write_text(
            f"const BOARD = {json.dumps({**board, 'theme': theme})};", encoding="utf-8"
        )
        shot = [f"--screenshot={into}", f"--window-size={WIDTH},{rows * 32 + 60}", f"file://{folder}/page.html"]
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
        subprocess.run([browser, *quiet, f"--user-data-dir={folder}/profile", *shot], check=True, capture_output=True)
    subprocess.run([needed("pngquant"), "--force", "--skip-if-larger", "--output", str(into), str(into)], check=True)
    print(f"{into.relative_to(FOLDER.parent)}: {into.stat().st_size // 1024} KB")


async def worked(seconds: int, folder: Path) -> list[tuple[str, Json]]:
    """(name, board with answers) of all dashboards, after so many seconds of work."""
    (folder / "gateway").mkdir()
    (folder / "prometheus").mkdir()
    async with (
        clinic(folder / "gateway", speed=1) as work,
        prometheus(folder / "prometheus", work.address, key=KEYS["prometheus"]) as watch,
    ):
        async with asyncio.TaskGroup() as group:
            busy = [group.create_task(_again_and_again(work.round))]
            for _ in range(WORKERS):
                busy.append(group.create_task(_again_and_again(work.analysis)))
                await asyncio.sleep(APART_S)
            await asyncio.sleep(WARM_UP_S + seconds)
            for task in busy:
                task.cancel()
        end = round(time.time()) - 2
        times = [float(at) for at in range(end - seconds, end + 1, STEP_S)]
        found = []
        for path in sorted((FOLDER / "dashboards").glob("*.json")):
            board = json.loads(path.read_text(encoding="utf-8"))
            panels = [await panel(watch, one, times) for one in board["panels"]]
            found.append((path.stem, {"title": board["title"], "note": NOTE, "times": times, "panels": panels}))
        return found


async def _again_and_again(what: Callable[[], Awaitable[None]]) -> None:
    while True:
        await what()


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the dashboards into grafana/pictures.")
    parser.add_argument("--seconds", type=int, default=120, help="how long the clinic works before (120)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        boards = asyncio.run(worked(chosen.seconds, Path(folder)))
    (FOLDER / "pictures").mkdir(exist_ok=True)
    for name, board in boards:
        empty = [
            one["title"] for one in board["panels"] if one["type"] != "row" and not (one["series"] or one.get("rows"))
        ]
        if empty:
            print(f"{name}: nothing in {', '.join(empty)}")
        painted(board, "dark", FOLDER / "pictures" / f"{name}.png")
        if name == "overview":
            painted(board, "light", FOLDER / "pictures" / f"{name}-light.png")


if __name__ == "__main__":
    main()
