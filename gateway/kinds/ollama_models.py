"""Where Ollama runs its models, read from what it says of itself; pure: asks nobody.

Ollama sends requests for some models on to ollama.com: those named `…:cloud` or `…-cloud`, and copies of them under any
other name, which keep `remote_host` and `remote_model` (Ollama 0.33: `/api/tags`, `/api/show`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import Tree

_CLOUD_SUFFIXES: Final = (":cloud", "-cloud")
_HOME: Final = re.compile(r"^(?:[a-z]+://)?(?:registry\.ollama\.ai/)?(?:library/)?")
_FROM: Final = re.compile(r"^[ \t]*FROM[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)


def is_cloud_name(model: str) -> bool:
    """Whether Ollama sends requests for a model of this name to ollama.com, whether it was pulled or not."""
    return model.strip().lower().endswith(_CLOUD_SUFFIXES)


def runs_elsewhere(said: Tree) -> bool:
    """Whether what `/api/tags`, `/api/ps` or `/api/show` says of a model names somebody else who serves it."""
    details = said.get("details")
    modelfile = said.get("modelfile")
    names = [said.get("name"), said.get("model")]
    names += [details.get("parent_model")] if isinstance(details, dict) else []
    names += _FROM.findall(modelfile) if isinstance(modelfile, str) else []
    named = any(isinstance(name, str) and is_cloud_name(name) for name in names)
    return named or bool(said.get("remote_host") or said.get("remote_model"))


@dataclass(frozen=True, slots=True)
class Listing:
    """The models that `/api/tags` and `/api/ps` list."""

    entries: Sequence[Tree]

    def digest(self, model: str) -> str:
        """The digest of the model's contents; "" where it is not listed or has none."""
        return next(iter(sorted(_digests(self._of(model)))), "")

    def __contains__(self, model: str) -> bool:
        return bool(self._of(model))

    def elsewhere(self, model: str) -> bool:
        """Whether somebody else serves the model, or one with the same contents: a copy is the same model renamed."""
        if is_cloud_name(model):
            return True
        own = self._of(model)
        remote = [entry for entry in self.entries if runs_elsewhere(entry)]
        return any(entry in remote for entry in own) or not _digests(own).isdisjoint(_digests(remote))

    def _of(self, model: str) -> list[Tree]:
        return [entry for entry in self.entries if same_model(model, entry)]


def same_model(model: str, said: Tree) -> bool:
    """Whether what a list of Ollama's says is about `model`."""
    whole = _whole_name(model)
    names = (said.get("name"), said.get("model"))
    return any(isinstance(name, str) and _whole_name(name) == whole for name in names)


def _whole_name(model: str) -> str:
    """Ollama's names are compared without case, without its own registry in front, and have the tag `latest` if none."""
    name = _HOME.sub("", model.strip().lower())
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _digests(entries: Sequence[Tree]) -> frozenset[str]:
    """What is not empty of them: llama.cpp lists models as Ollama does, without a digest."""
    digests = (entry.get("digest") for entry in entries)
    return frozenset(d.lower().removeprefix("sha256:") for d in digests if isinstance(d, str) and d)
