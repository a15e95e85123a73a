"""Trains the tagger: `python -m bench.phi.train --data ../shared/data/asq-phi --out gateway/phi/find/model/tagger.crfsuite`.

Seeded, single-threaded, the same bytes every time on one machine with one python-crfsuite. Without `--data` (or where the
folder is missing) it trains on the generator alone and says so.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pycrfsuite

from bench.phi.corpus import noise, people
from bench.phi.corpus.build import generated, retold
from bench.phi.corpus.grammar import Document
from bench.phi.score import read
from bench.phi.swap import swapped
from gateway.phi.find import lexicon
from gateway.phi.find.model.features import Describer, Tokens, tokens
from gateway.phi.find.model.tagger import DATE, ID, NAME, OUTSIDE, PLACE, sequences

SEED = 20261121
SWAPS = 6
"""Copies of each labelled real prompt with other names, places and numbers."""
LABEL = {
    "NAME": NAME,
    **dict.fromkeys(("GEOGRAPHIC_LOCATION", "PLACE", "FACILITY", "ADDRESS", "ZIP"), PLACE),
    "DATE": DATE,
    "AGE": OUTSIDE,
}
PARAMETERS = {
    "c1": 0.8,
    "c2": 0.02,
    "max_iterations": 90,
    "feature.minfreq": 2,
    "feature.possible_transitions": True,
}
_TITLE = re.compile(r"^(?:Drs?|Mrs?|Ms|Mx|Miss|Prof|Professor|Doctor|Nurse)\b\.?\s+", re.IGNORECASE)


def labels(doc: Document, cut: Tokens) -> list[str]:
    """BIO label of each token. A title belongs to no name: the tagger adds it by rule."""
    marks = [OUTSIDE] * len(cut.words)
    for span in sorted(doc.spans, key=lambda span: span.end - span.start):
        start = span.start
        if span.type == "NAME" and (title := _TITLE.match(doc.text[start : span.end])):
            start += title.end()
        label = LABEL.get(span.type, ID)
        if label == OUTSIDE:
            continue
        inside = [at for at, place in enumerate(cut.starts) if place < span.end and cut.end(at) > start]
        for place, at in enumerate(inside):
            marks[at] = f"{'I' if place else 'B'}-{label}"
    return marks


def train(documents: Iterable[Document], out: Path, parameters: dict[str, float | bool] | None = None) -> None:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(PARAMETERS if parameters is None else parameters)
    describe = Describer(lexicon.words())
    for doc in documents:
        cut = tokens(doc.text)
        marks = labels(doc, cut)
        for start, end in sequences(cut):
            trainer.append(describe.features(cut, start, end), marks[start:end])
    trainer.train(str(out))


def augmented(real: Sequence[Document], seed: int = SEED) -> list[Document]:
    """Real prompts, and copies of them with other names, some in lower case or mistyped."""
    rng = random.Random(seed)
    copies = [noise.roughen(swapped(doc, rng, part=people.TRAINING), rng) for _ in range(SWAPS) for doc in real]
    return [*real, *copies]


def corpus(real: Sequence[Document], seed: int = SEED) -> list[Document]:
    return [*augmented(real, seed), *generated(seed), *retold(seed)]


def real_prompts(folder: Path) -> list[Document]:
    """The labelled prompts in `folder`, or none."""
    path = folder / "dev.jsonl"
    return read(path) if path.is_file() else []


def trained(documents: Iterable[Document], parameters: dict[str, float | bool] | None = None) -> bytes:
    """The bytes of a model."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        train(documents, out, parameters)
        return out.read_bytes()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.phi.train", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/asq-phi"))
    parser.add_argument("--out", type=Path, default=Path("gateway/phi/find/model/tagger.crfsuite"))
    options = parser.parse_args()
    real = real_prompts(options.data)
    print(
        f"{len(real)} labelled prompts from {options.data}"
        if real
        else f"no data in {options.data}: training on the generator alone"
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    train(corpus(real), options.out)
    print(f"wrote {options.out}, {options.out.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
