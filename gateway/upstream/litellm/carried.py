"""Says which parts of a request the body lacks that LiteLLM made of it; reads both trees and keeps nothing of either.

LiteLLM leaves out what it has no words for, mostly without one. So what it made is compared with what it was given: every
text has to stand in it somewhere, every name of a property, and every setting under one of the names that vendors have for
it. What nobody can find there again is told by the name of its field, whatever version of LiteLLM is at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.domain import JSON, Path, Tree
from gateway.wire.paths import names, pattern

_OTHER_WORDS: Final[Mapping[str, str]] = {
    "max_tokens": "maxtokens maxoutputtokens maxcompletiontokens maxnewtokens numpredict",
    "max_completion_tokens": "maxtokens maxoutputtokens maxcompletiontokens maxnewtokens numpredict",
    "stop": "stop stopsequences",
    "top_p": "topp p",
    "n": "n candidatecount numgenerations",
    "seed": "seed randomseed",
    "logprobs": "logprobs responselogprobs",
    "reasoning_effort": "reasoningeffort reasoning thinking thinkingconfig outputconfig effort",
    "response_format": "responseformat outputformat outputconfig responsemimetype responseschema responsejsonschema format",
    "tool_choice": "toolchoice toolconfig functioncallingconfig",
    "parallel_tool_calls": "paralleltoolcalls disableparalleltooluse",
    "user": "user userid",
    "safety_identifier": "safetyidentifier userid",
    "strict": "strict outputformat",
    "cache_control": "cachecontrol cachepoint",
    "modalities": "modalities responsemodalities",
    "audio": "audio speechconfig",
}
"""What vendors call a setting; keys are compared without their underscores and in lower case."""
_FORM_AS_TOOL: Final = "json_tool_call"
"""The tool that LiteLLM has a model call where it has no other way to ask for a form."""
_WRITTEN_ANEW: Final = frozenset({"model", "stream", "stream_options", "encoding_format", "dimensions"})
"""Fields that are no wish of the caller's to the vendor, or that the gateway sees to itself."""
_STRUCTURE: Final = frozenset(
    {"type", "role", "id", "index", "tool_call_id", "$ref", "$defs", "definitions", "$schema"}
)
"""Keys whose values every dialect writes in its own way."""
_WORDS: Final = frozenset({"detail", "format", "effort", "mode", "ttl", "voice"})
"""Keys whose values are words: they have to stand under the same key, since they stand in any text."""
_MEDIA: Final = frozenset({"input_audio", "image_url", "file", "url", "file_data", "data"})
_ALIASES: Final = frozenset({"user", "safety_identifier", "prompt_cache_key"})
_SHORT_CHARS: Final = 256
_NEUTRAL: Final[Mapping[str, tuple[object, ...]]] = {
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "parallel_tool_calls": (True,),
    "tool_choice": ("auto",),
    "function_call": ("auto",),
    "service_tier": ("auto", "default"),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "strict": (False,),
    "detail": ("auto",),
}
"""Values that ask for what happens anyway."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a body lacks: `fields` by their names, and whether a picture, a recording or a file is among it."""

    fields: tuple[str, ...] = ()
    media: bool = False


@dataclass(slots=True)
class _Made:
    """What stands in a body, as far as it can be looked for."""

    texts: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    own_keys: set[str] = field(default_factory=set)
    _all: str | None = None
    _folded: str | None = None

    def read(self, value: JSON, key: str = "") -> None:
        match value:
            case dict():
                for name, inner in value.items():
                    self.keys.add(_fold(name))
                    self.own_keys.add(name)
                    self.read(inner, name)
            case list():
                for inner in value:
                    self.read(inner, key)
            case str():
                self.texts.add(value)
                self.pairs.add((_fold(key), value.lower()))
            case _:
                pass

    def says(self, text: str) -> bool:
        """Whether a text stands there: by itself, within another one, or with other signs between its letters."""
        if text in self.texts:
            return True
        if self._all is None:
            self._all = "\0".join((*self.texts, *self.own_keys))
        said = text.strip()
        if said in self._all or _after_comma(said) in self.texts:
            return True
        if len(said) > _SHORT_CHARS:
            return False
        if self._folded is None:
            short = (*(one for one in self.texts if len(one) <= _SHORT_CHARS), *self.own_keys)
            self._folded = _fold("\0".join(short))
        return _fold(said) in self._folded

    def names(self, key: str) -> bool:
        """Whether a setting stands there under one of its names."""
        return not self.keys.isdisjoint(_OTHER_WORDS.get(key, _fold(key)).split())


def missing(tree: Tree, body: JSON) -> Missing:
    """What of a hub request `tree` does not stand in `body`, which was made of it."""
    made = _Made()
    made.read(body)
    lost: set[Path] = set()
    for name, value in tree.items():
        if name not in _WRITTEN_ANEW and not _neutral(name, value):
            lost.update(_lost_field(name, value, made))
    return Missing(tuple(sorted({pattern(path) for path in lost})), any(path[-1] in _MEDIA for path in lost))


def _lost_field(name: str, value: JSON, made: _Made) -> Iterator[Path]:
    if name == "response_format" and _FORM_AS_TOOL in made.texts:
        yield from _lost(value, (name,), made)[1]
    elif name in _ALIASES:
        if value not in made.texts:
            yield (name,)
    elif name in _OTHER_WORDS or not isinstance(value, dict | list):
        if not made.names(name):
            yield (name,)
        elif isinstance(value, dict | list):
            yield from _lost(value, (name,), made)[1]
    else:
        yield from _lost(value, (name,), made)[1]


def _lost(value: JSON, path: Path, made: _Made) -> tuple[bool, list[Path]]:
    """Whether anything below is there, and what is not: an object of which nothing is by one name."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(value, dict | list):
        found, lost = _lost_inside(value, path, made)
        if key == "cache_control" and isinstance(value, dict):
            found = made.names(key)
            lost = [] if found else [path]
        whole = not found and lost and isinstance(path[-1], str) and isinstance(value, dict)
        return found, [path] if whole else lost
    if key in _STRUCTURE or value is None or value == "" or _neutral(key, value):
        return False, []
    there = _stands(key, value, path, made)
    return there, [] if there else [path]


def _lost_inside(value: dict[str, JSON] | list[JSON], path: Path, made: _Made) -> tuple[bool, list[Path]]:
    found, lost = False, list[Path]()
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        below = (*path, step)
        if isinstance(step, str) and step not in names() and step not in made.own_keys and not made.says(step):
            lost.append(below)
            continue
        there, gone = _lost(inner, below, made)
        found = found or there
        lost += gone
    return found, lost


def _stands(key: str, value: JSON, path: Path, made: _Made) -> bool:
    if not isinstance(value, str):
        return made.names(key)
    if key in _WORDS or (key == "name" and path[0] == "messages" and "tool_calls" not in path):
        return (_fold(key), value.lower()) in made.pairs
    if made.says(value):
        return True
    inner = _json(value)
    return inner is not None and not _lost(inner, path, made)[1]


def _json(text: str) -> JSON:
    """What a text spells that is JSON: vendors want the object."""
    try:
        inner: JSON = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return inner if isinstance(inner, dict | list) else None


def _neutral(name: str, value: JSON) -> bool:
    return value is None or value in ({}, [], "") or any(value == one for one in _NEUTRAL.get(name, ()))


def _fold(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum() or sign == "\0")


def _after_comma(text: str) -> str:
    return text.partition(",")[2] if text.startswith("data:") else text
