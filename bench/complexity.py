"""Scores labelled requests by `order: by_complexity`'s score, and says how often it agrees with the labels.

One JSON object a line: `label` (`simple`, `medium` or `complex`), and the request: `messages` as in a chat, `request` (a whole
body), or a text under `prompt` or `text`. Labels are somebody else's, made before: who tunes a score on them measures
nothing. What the levels mean stands at `Complexity` in `gateway/domain/routing.py`; `bench/complexity.jsonl` has the prompts that
the score was made with.

    python -m bench.complexity [labelled.jsonl] [--wrong]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gateway.domain import Complexity
from gateway.routing.complexity import Score, score

DEVELOPED_ON: Final = Path(__file__).with_suffix(".jsonl")


def tree_of(line: dict[str, Any]) -> dict[str, Any]:
    """The request of one line."""
    request = line.get("request")
    if isinstance(request, dict):
        return request
    messages = line.get("messages", request)
    if not isinstance(messages, list):
        text = next((line[name] for name in ("prompt", "text", "request") if isinstance(line.get(name), str)), "")
        messages = [{"role": "user", "content": text}]
    more = {name: line[name] for name in ("tools", "response_format", "system") if name in line}
    return {**more, "messages": messages}


def scored(path: Path) -> Iterator[tuple[str, Score, dict[str, Any]]]:
    """The label, the score and the request of each line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            said = json.loads(line)
            tree = tree_of(said)
            yield str(said["label"]).strip().lower(), score(tree), tree


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=DEVELOPED_ON)
    parser.add_argument("--wrong", action="store_true", help="show those that it does not agree with")
    options = parser.parse_args()
    pairs: Counter[tuple[str, str]] = Counter()
    for label, made, tree in scored(options.file):
        pairs[label, made.complexity.value] += 1
        if options.wrong and label != made.complexity.value:
            print(f"{label}, and not {made}: {json.dumps(tree, ensure_ascii=False)[:200]}")
    total = sum(pairs.values())
    agreed = sum(count for (label, said), count in pairs.items() if label == said)
    print(
        "| label |" + "".join(f" scored {level} |" for level in Complexity) + "\n| --- |" + " --- |" * len(Complexity)
    )
    for label in Complexity:
        print(f"| {label} |" + "".join(f" {pairs[label.value, level.value]} |" for level in Complexity))
    print(f"\nagrees with {agreed} of {total}: {agreed / max(total, 1):.3f}")


if __name__ == "__main__":
    main()
