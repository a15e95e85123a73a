"""The glance: a small network that is asked before the encoder, and taught to say what the encoder says (distillation)."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from bench.phi.encoder.fit import HALVES, Example, cut
from bench.phi.encoder.network import CLASSES, Network
from gateway.phi.find.encoder.network import NAME, Encoder, Odds
from gateway.phi.find.encoder.pieces import CONTINUED, WORDS, Segment

_TOKENS = 4096
"""Pieces of a batch, padding included."""
_MOST = 9_000
"""Segments of one source: of the generated ones there are more than they are different."""
_LONG = 20
"""Pieces of a segment of which one sentence is learnt by itself too, now and then."""
_APART = 0.5
_SOMEBODY = 0.2
"""Probability from which a name that the encoder sees counts three times: to miss one costs more than to ask in vain."""
_POOL = 3_000
_RATE = 2e-3
_WARM_UP = 100
_TOLD = 100


@dataclass(frozen=True, slots=True)
class Taught:
    """A segment and what the encoder says of each of its words; `heads` are the places of their first pieces."""

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    heads: tuple[int, ...]
    odds: tuple[Odds, ...]


def taught(
    sources: Mapping[str, tuple[float, Sequence[Example]]], encoder: Encoder, seed: int
) -> dict[str, tuple[float, list[Taught]]]:
    """What the encoder says of each segment of the sources, and of single sentences of the long ones."""
    rng = random.Random(seed)
    known: set[tuple[int, ...]] = set()
    found: dict[str, tuple[float, list[Taught]]] = {}
    for name, (weight, examples) in sources.items():
        new = [one for one in examples if one.ids not in known]
        rng.shuffle(new)
        found[name] = weight, []
        for one in new[:_MOST]:
            known.add(one.ids)
            segments = [Segment(one.ids, one.shapes, _heads(one.shapes), (), ())]
            if len(one.ids) > _LONG and rng.random() < _APART:
                segments += _sentence(segments[0], encoder.cutter.ends, rng)
            found[name][1].extend(_asked(segments, encoder))
    return found


def _asked(segments: Iterable[Segment], encoder: Encoder) -> Iterator[Taught]:
    for one in segments:
        yield Taught(one.ids, one.shapes, one.heads, tuple(encoder.whole(one)))


def _heads(shapes: Sequence[int]) -> tuple[int, ...]:
    """The places of pieces that begin a word; the first and the last are marks."""
    return tuple(at for at in range(1, len(shapes) - 1) if shapes[at] != CONTINUED)


def _sentence(segment: Segment, ends: frozenset[int], rng: random.Random) -> Iterator[Segment]:
    """One sentence of a segment as it is cut where it stands alone."""
    ids, shapes = segment.ids, segment.shapes
    begins = [1, *(at + 1 for at in range(1, len(ids) - 2) if ids[at] in ends)]
    which = rng.randrange(len(begins))
    begin = begins[which]
    end = begins[which + 1] if which + 1 < len(begins) else len(ids) - 1
    if len(begins) > 1 and end - begin > 2:
        first = shapes[begin] % WORDS if shapes[begin] < CONTINUED else shapes[begin]
        alone = (shapes[0], first, *shapes[begin + 1 : end], shapes[-1])
        yield Segment((ids[0], *ids[begin:end], ids[-1]), alone, _heads(alone), (), ())


def fit(network: Network, sources: Mapping[str, tuple[float, Sequence[Taught]]], *, steps: int, seed: int) -> None:
    """AdamW with a warm-up and a cosine, towards the encoder's odds of the words; the word embeddings stay as they are."""
    rng = random.Random(seed)
    learnt = [one for one in network.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda at: min(1.0, (at + 1) / _WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * at / steps)) + 0.005
    )
    network.train()
    begin, told = time.process_time(), 0.0
    for step, batch in enumerate(itertools.islice(_batches(sources, rng), steps), 1):
        ids, shapes, wanted, heads = _padded(batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=HALVES):
            scores = network(ids, shapes)
        said, wanted = torch.log_softmax(scores.float(), -1)[heads], wanted[heads]
        weight = 1 + 2 * (wanted[:, NAME] > _SOMEBODY).float()
        loss = -(weight[:, None] * wanted * said).sum() / weight.sum()
        loss.backward()
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        schedule.step()
        told = 0.98 * told + 0.02 * float(loss.detach())
        if step % _TOLD == 0:
            spent = time.process_time() - begin
            print(f"step {step} loss {told / (1 - 0.98**step):.4f} processor {spent:.0f} s", flush=True)
    network.eval()


def _batches(sources: Mapping[str, tuple[float, Sequence[Taught]]], rng: random.Random) -> Iterator[list[Taught]]:
    """Endless batches of segments of like length: a third of any, the others by the weights of their sources."""
    every = [one for _, examples in sources.values() for one in examples]
    names = list(sources)
    shares = [sources[name][0] for name in names]
    while True:
        pool = rng.sample(every, min(len(every), _POOL))
        pool += [rng.choice(sources[name][1]) for name in rng.choices(names, shares, k=2 * _POOL)]
        yield from cut(pool, _TOKENS, rng)


def _padded(batch: Sequence[Taught]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    long = max(len(one.ids) for one in batch)
    ids = torch.zeros(len(batch), long, dtype=torch.long)
    shapes = torch.zeros(len(batch), long, dtype=torch.long)
    wanted = torch.zeros(len(batch), long, CLASSES)
    heads = torch.zeros(len(batch), long, dtype=torch.bool)
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        shapes[row, : len(one.ids)] = torch.tensor(one.shapes)
        wanted[row, list(one.heads)] = torch.tensor(one.odds)
        heads[row, list(one.heads)] = True
    return ids, shapes, wanted, heads
