"""Scores labelled requests by `order: by_complexity`'s score, says how often it agrees with the labels, and makes its weights.

One JSON object a line: `label` (`simple`, `medium` or `complex`), and the request: `messages` as in a chat, `request` (a whole
body), or a text under `prompt` or `text`. Labels are somebody else's, made before: who tunes a score on them measures
nothing. What the levels mean stands at `Complexity` in `gateway/domain/routing.py`; `bench/complexity.jsonl` has the prompts that
the weights are made from.

Weights answer two questions, each by logistic regression with a ridge: more than simple? and if so, more than medium? The
levels weigh the same, however many prompts they have. Sizes say nothing to the second question: among our own prompts the
complex ones are longer, and a detailed order for a letter is no harder than a short one. With `--fit` the table is written to
`gateway/routing/weights.py`, and the agreement with prompts that were left out is told (ten parts, by a fixed seed).

    python -m bench.complexity [labelled.jsonl] [--wrong]
    python -m bench.complexity --fit
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.domain import Complexity
from gateway.routing.complexity import Score, counted, score, weighed

DEVELOPED_ON: Final = Path(__file__).with_suffix(".jsonl")
WRITTEN_TO: Final = Path(__file__).parents[1] / "gateway" / "routing" / "weights.py"
SIZES: Final = frozenset({"length", "several things", "length of what it is about"})
"""What is not counted for the second question."""
RIDGE: Final = 1.0
PARTS: Final = 10
SEED: Final = 7

Weights = tuple[tuple[float, float], dict[str, tuple[float, float]]]
Floats = NDArray[np.float64]


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


def labelled(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The label and the request of each line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            said = json.loads(line)
            yield str(said["label"]).strip().lower(), tree_of(said)


def scored(path: Path) -> Iterator[tuple[str, Score, dict[str, Any]]]:
    """The label, the score and the request of each line."""
    for label, tree in labelled(path):
        yield label, score(tree), tree


def fitted(labels: Sequence[str], counts: Sequence[Mapping[str, float]]) -> Weights:
    """What each count weighs for either question, and where the sums begin."""
    names = list(counts[0])
    rows = np.array([[float(one[name]) for name in names] for one in counts])
    level = np.array([list(Complexity).index(Complexity(label)) for label in labels])
    each = (len(level) / len(Complexity) / np.bincount(level, minlength=len(Complexity)))[level]
    work = _regression(rows, level > 0, each)
    rows = np.where([name in SIZES for name in names], 0.0, rows)
    thought = _regression(rows[level > 0], level[level > 0] > 1, each[level > 0])
    both = [
        (round(float(one), 2) + 0.0, round(float(other), 2) + 0.0) for one, other in zip(work, thought, strict=True)
    ]
    return both[-1], dict(zip(names, both, strict=False))


def _regression(rows: Floats, is_so: NDArray[np.bool_], each: Floats) -> Floats:
    """Logistic regression by Newton's method; the last weight is the constant, which the ridge leaves alone."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    ridge = np.diag([RIDGE] * (rows.shape[1] - 1) + [1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        share = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (each * (share - is_so)) + ridge @ weights
        bend = rows.T @ (rows * (each * share * (1 - share))[:, None]) + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def left_out(labels: Sequence[str], counts: Sequence[Mapping[str, float]]) -> Counter[tuple[str, str]]:
    """Labels and levels of prompts, each by weights that were made without its part."""
    order = random.Random(SEED).sample(range(len(labels)), len(labels))
    pairs: Counter[tuple[str, str]] = Counter()
    for part in range(PARTS):
        out = set(order[part::PARTS])
        kept = [number for number in order if number not in out]
        base, weights = fitted([labels[number] for number in kept], [counts[number] for number in kept])
        pairs.update((labels[number], weighed(counts[number], base, weights).complexity.value) for number in out)
    return pairs


def write(weights: Weights, path: Path) -> None:
    """The table as a module."""
    base, by_name = weights
    lines = [f'    "{name}": ({work}, {thought}),' for name, (work, thought) in by_name.items()]
    path.write_text(HEAD.format(base=base) + "\n".join(lines) + TAIL, encoding="utf-8")


HEAD: Final = '''"""What counts how much for `work` and for `thought`; made by `python -m bench.complexity --fit`, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BASE: Final = {base}
"""Where both sums begin."""
WEIGHTS: Final[Mapping[str, tuple[float, float]]] = {{
'''
TAIL: Final = (
    '\n}\n"""Of each thing in `counted`: for more than a small model does well, and for more than known work."""\n'
)


def table(pairs: Counter[tuple[str, str]]) -> str:
    """Labels against levels, and the share that agrees."""
    head = "| label |" + "".join(f" scored {level} |" for level in Complexity)
    rows = [
        f"| {label} |" + "".join(f" {pairs[label.value, level.value]} |" for level in Complexity)
        for label in Complexity
    ]
    agreed, total = sum(count for (label, said), count in pairs.items() if label == said), pairs.total()
    return (
        "\n".join([head, "| --- |" + " --- |" * 3, *rows])
        + f"\n\nagrees with {agreed} of {total}: {agreed / max(total, 1):.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=DEVELOPED_ON)
    parser.add_argument("--wrong", action="store_true", help="show those that it does not agree with")
    parser.add_argument("--fit", action="store_true", help="make the weights anew")
    options = parser.parse_args()
    if options.fit:
        labels, trees = zip(*labelled(options.file), strict=True)
        counts = [counted(tree) for tree in trees]
        write(fitted(labels, counts), WRITTEN_TO)
        print(f"{WRITTEN_TO} is written. Prompts that were left out:\n\n{table(left_out(labels, counts))}")
        return
    pairs: Counter[tuple[str, str]] = Counter()
    for label, made, tree in scored(options.file):
        pairs[label, made.complexity.value] += 1
        if options.wrong and label != made.complexity.value:
            print(f"{label}, and not {made}: {json.dumps(tree, ensure_ascii=False)[:200]}")
    print(table(pairs))


if __name__ == "__main__":
    main()
