"""The encoder as it is trained: six layers of MiniLM with the case of each piece put back, and five classes on top."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gateway.phi.find.encoder.pieces import LONGEST, SHAPES

CLASSES = 5
WIDTH, HEADS, INNER = 384, 12, 1536


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

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.one = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.two = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        many, long, _ = x.shape
        query, key, value = self.into(x).view(many, long, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = torch.softmax(query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias.to(query.dtype), -1)
        mixed = seen.to(value.dtype) @ value
        x = self.one(x + self.out(mixed.transpose(1, 2).reshape(many, long, WIDTH)))
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
    """Scores of five classes for each piece. `kept` are the rows of the published vocabulary that stay."""

    def __init__(self, published: Mapping[str, Tensor], kept: Sequence[int], layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(published["embeddings.word_embeddings.weight"][list(kept)])
        places = published["embeddings.position_embeddings.weight"][: LONGEST + 2]
        self.places = nn.Parameter(places + published["embeddings.token_type_embeddings.weight"][0])
        self.shapes = nn.Embedding(SHAPES, WIDTH)
        nn.init.zeros_(self.shapes.weight)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.norm.weight.data.copy_(published["embeddings.LayerNorm.weight"])
        self.norm.bias.data.copy_(published["embeddings.LayerNorm.bias"])
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        for at, layer in enumerate(self.layers):
            layer.take(published, f"encoder.layer.{at}.")
        self.head = nn.Linear(WIDTH, CLASSES)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, shapes: Tensor) -> Tensor:
        x = self.norm(self.words(ids) + self.places[: ids.shape[1]] + self.shapes(shapes))
        bias = torch.where(ids == 0, -1e4, 0.0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return self.head(x)
