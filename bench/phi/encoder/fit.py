"""Trains the encoder on weighted sources of labelled segments: seeded, on one thread, with a checkpoint now and then."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import nn
from torch.nn import functional

from bench.phi.encoder.network import Network

IGNORED = -100
_TOKENS = 1024
"""Pieces of a batch, padding included."""
_BELOW = 2
"""Layers that may stay as they are while what is below them is learnt."""
HALVES = torch.backends.cpu.get_cpu_capability() not in {"DEFAULT", "AVX2"}
"""Whether the processor computes in bfloat16; emulated it takes ten times as long."""
_UNKNOWN = 1
"""Place of "[UNK]" among the pieces, behind "[PAD]"."""


@dataclass(frozen=True, slots=True)
class Example:
    """A segment and the class of each piece; `IGNORED` for pieces that only continue a word."""

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    classes: tuple[int, ...]


class _Segment(Protocol):
    @property
    def ids(self) -> tuple[int, ...]: ...


Sized = TypeVar("Sized", bound=_Segment)


def batches(sources: Mapping[str, tuple[float, Sequence[Example]]], rng: random.Random) -> Iterator[list[Example]]:
    """Endless batches of examples of like length, drawn by the weights of their sources."""
    names = list(sources)
    shares = [sources[name][0] for name in names]
    while True:
        pool = [rng.choice(sources[name][1]) for name in rng.choices(names, shares, k=1200)]
        yield from cut(pool, _TOKENS, rng)


def cut(pool: list[Sized], tokens: int, rng: random.Random) -> Iterator[list[Sized]]:
    """Batches of like length of at most so many pieces, padding included, in any order."""
    pool.sort(key=lambda one: len(one.ids))
    found: list[list[Sized]] = []
    batch: list[Sized] = []
    for one in pool:
        if batch and len(one.ids) * (len(batch) + 1) > tokens:
            found.append(batch)
            batch = []
        batch.append(one)
    found.append(batch)
    rng.shuffle(found)
    yield from found


def padded(batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    long = max(len(one.ids) for one in batch)
    ids = torch.zeros(len(batch), long, dtype=torch.long)
    shapes = torch.zeros(len(batch), long, dtype=torch.long)
    classes = torch.full((len(batch), long), IGNORED, dtype=torch.long)
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        shapes[row, : len(one.ids)] = torch.tensor(one.shapes)
        classes[row, : len(one.ids)] = torch.tensor(one.classes)
    return ids, shapes, classes


def fit(
    network: Network,
    sources: Mapping[str, tuple[float, Sequence[Example]]],
    *,
    steps: int,
    seed: int,
    frozen: int = 2,
    rate: float = 2.5e-4,
    warm_up: int = 60,
    checkpoint: Path | None = None,
) -> None:
    """AdamW with a warm-up and a cosine; the word embeddings and the lower `frozen` layers stay as they are."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    for layer in network.layers[:frozen]:
        layer.requires_grad_(requires_grad=False)
    network.words.requires_grad_(requires_grad=False)
    if frozen > _BELOW:
        network.shapes.requires_grad_(requires_grad=False)
        network.norm.requires_grad_(requires_grad=False)
        network.places.requires_grad_(requires_grad=False)
    heads = [one for one in (*network.head.parameters(), *network.shapes.parameters()) if one.requires_grad]
    rest = [
        one for name, one in network.named_parameters() if one.requires_grad and not name.startswith(("head", "shapes"))
    ]
    optimiser = torch.optim.AdamW(
        [{"params": heads, "lr": 5 * rate}, {"params": rest, "lr": rate}], weight_decay=0.01, betas=(0.9, 0.98)
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda at: min(1.0, (at + 1) / warm_up) * (0.5 + 0.5 * math.cos(math.pi * at / steps)) + 0.01
    )
    network.train()
    begin, told = time.process_time(), 0.0
    for step, batch in enumerate(batches(sources, rng), 1):
        ids, shapes, classes = padded(batch)
        if step % 3 == 0:  # now and then a word is not known, so that its place has to tell
            gone = (torch.rand(ids.shape) < 0.08) & (ids > 0) & (classes != IGNORED)
            ids = torch.where(gone, _UNKNOWN, ids)
        with torch.autocast("cpu", torch.bfloat16, enabled=HALVES):
            scores = network(ids, shapes)
        loss = functional.cross_entropy(
            scores.float().flatten(0, 1), classes.flatten(), ignore_index=IGNORED, label_smoothing=0.02
        )
        loss.backward()
        nn.utils.clip_grad_norm_([*heads, *rest], 1.0)
        optimiser.step()
        optimiser.zero_grad()
        schedule.step()
        told = 0.98 * told + 0.02 * float(loss.detach())
        if step % 25 == 0:
            print(
                f"step {step} loss {told / (1 - 0.98**step):.4f} processor {time.process_time() - begin:.0f} s",
                flush=True,
            )
            if checkpoint is not None and step % 100 == 0:
                torch.save(network.state_dict(), checkpoint)
        if step == steps:
            break
    if checkpoint is not None:
        torch.save(network.state_dict(), checkpoint)
