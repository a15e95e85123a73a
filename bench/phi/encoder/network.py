"""The encoder and its glance as they are trained: layers of BERT with the case of each piece put back, and five classes on top."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gateway.phi.find.encoder.pieces import LONGEST, SHAPES

CLASSES = 5


class Size(NamedTuple):
    """How large a layer is."""

    width: int
    heads: int
    inner: int

    @property
    def head(self) -> int:
        return self.width // self.heads


MINILM = Size(384, 12, 1536)
"""As published."""
GLANCE = Size(96, 4, 384)
"""Of the small network that is asked first: a sixteenth of the work for each layer."""


def weights(folder: Path) -> dict[str, Tensor]:
    """The tensors of a `model.safetensors` (a length, a JSON header, then the numbers)."""
    raw = (folder / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    found = {}
    for name, tensor in header.items():
        if name != "__metadata__" and tensor["dtype"] == "F32":
            start, end = (8 + length + offset for offset in tensor["data_offsets"])
            found[name] = torch.from_numpy(np.frombuffer(raw[start:end], "<f4").reshape(tensor["shape"]).copy())
    return found


class Layer(nn.Module):
    """One block of BERT: attention, then two dense layers, each added to what came in and normalised."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.into = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)
        self.one = nn.LayerNorm(size.width, eps=1e-12)
        self.up = nn.Linear(size.width, size.inner)
        self.down = nn.Linear(size.inner, size.width)
        self.two = nn.LayerNorm(size.width, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        many, long, width = x.shape
        query, key, value = self.into(x).view(many, long, 3, self.size.heads, self.size.head).permute(2, 0, 3, 1, 4)
        seen = torch.softmax(query @ key.transpose(2, 3) * self.size.head**-0.5 + bias.to(query.dtype), -1)
        mixed = seen.to(value.dtype) @ value
        x = self.one(x + self.out(mixed.transpose(1, 2).reshape(many, long, width)))
        return self.two(x + self.down(functional.gelu(self.up(x))))

    def take(self, of: Mapping[str, Tensor], prefix: str) -> None:
        """The weights of one layer of the published model."""
        names = {
            "out": "attention.output.dense",
            "one": "attention.output.LayerNorm",
            "up": "intermediate.dense",
            "down": "output.dense",
            "two": "output.LayerNorm",
        }
        for kind in ("weight", "bias"):
            parts = [of[f"{prefix}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            getattr(self.into, kind).data.copy_(torch.cat(parts))
            for ours, theirs in names.items():
                getattr(getattr(self, ours), kind).data.copy_(of[f"{prefix}{theirs}.{kind}"])


class Network(nn.Module):
    """Scores of five classes for each piece, whose embeddings `words` stay as they are."""

    def __init__(self, words: Tensor, size: Size, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(words)
        self.places = nn.Parameter(torch.zeros(LONGEST + 2, size.width))
        self.shapes = nn.Embedding(SHAPES, size.width)
        nn.init.zeros_(self.shapes.weight)
        self.norm = nn.LayerNorm(size.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(size) for _ in range(layers))
        self.head = nn.Linear(size.width, CLASSES)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    @classmethod
    def of(cls, published: Mapping[str, Tensor], kept: Sequence[int], layers: int) -> Self:
        """The lower `layers` of the published model. `kept` are the rows of its vocabulary that stay."""
        network = cls(published["embeddings.word_embeddings.weight"][list(kept)], MINILM, layers)
        places = published["embeddings.position_embeddings.weight"][: LONGEST + 2]
        network.places.data.copy_(places + published["embeddings.token_type_embeddings.weight"][0])
        network.norm.weight.data.copy_(published["embeddings.LayerNorm.weight"])
        network.norm.bias.data.copy_(published["embeddings.LayerNorm.bias"])
        for at, layer in enumerate(network.layers):
            layer.take(published, f"encoder.layer.{at}.")
        return network

    @classmethod
    def small(cls, published: Mapping[str, Tensor], kept: Sequence[int], layers: int) -> Self:
        """A small network over as many main directions of the published words as it is wide."""
        words = published["embeddings.word_embeddings.weight"][list(kept)]
        left, strength, _ = torch.linalg.svd(words - words.mean(0), full_matrices=False)
        low = left[:, : GLANCE.width] * strength[: GLANCE.width]
        network = cls(low / low.std(), GLANCE, layers)
        nn.init.normal_(network.shapes.weight, std=0.3)
        return network

    def forward(self, ids: Tensor, shapes: Tensor) -> Tensor:
        x = self.norm(self.words(ids) + self.places[: ids.shape[1]] + self.shapes(shapes))
        bias = torch.where(ids == 0, -1e4, 0.0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return self.head(x)
