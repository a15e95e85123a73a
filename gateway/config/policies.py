"""Reads the folder of policies; what lies in it and is not read is an error or is named, so that no rule is missed in silence."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.document import DocumentInvalid, Problem

SUFFIX = ".yaml"
TESTS = "tests"
PACKS = "packs"
"""Policies to copy from: never read where they lie, and named as not read."""
_LOOKS_LIKE_RULES = frozenset({".yaml", ".yml"})
_NO_FILE = "The policy cannot be read."


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """Texts by path: `rules` of the folder itself, `tests` of its folder `tests`. `unread` names all else in it."""

    rules: dict[str, str] = field(default_factory=dict)
    tests: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_folder(directory: str) -> PolicyFolder:
    """All policies of a directory.

    Raises `DocumentInvalid` where it does not exist, a file cannot be read, or something in it looks like rules and
    would not be read: `x.yml`, `X.YAML`, a folder that holds such files. Hidden files and other files are named.
    """
    folder = pathlib.Path(directory)
    if not folder.is_dir():
        remedy = "Make the folder, or let `policies` in the configuration name the right one."
        raise DocumentInvalid([Problem(directory, 1, "There is no such folder of policies.", remedy)])
    found, problems = PolicyFolder(), list[Problem]()
    unread = _read(folder, found.rules, problems)
    if (folder / TESTS).is_dir():
        unread.remove(TESTS)
        unread += [f"{TESTS}/{name}" for name in _read(folder / TESTS, found.tests, problems)]
    if problems:
        raise DocumentInvalid(problems)
    return PolicyFolder(found.rules, found.tests, tuple(sorted(unread)))


def _read(folder: pathlib.Path, texts: dict[str, str], problems: list[Problem]) -> list[str]:
    """Read the policies of one folder into `texts`; the names of what else is in it."""
    unread: list[str] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            unread.append(entry.name)  # an editor's, or the mount of a cluster
        elif entry.is_dir():
            unread.append(entry.name)
            if entry.name not in {TESTS, PACKS} and any(map(_is_like_rules, _below(entry))):
                remedy = f"Move its files into {folder}: folders in it are not read."
                problems.append(Problem(str(entry), 1, "This folder holds policies that would not be read.", remedy))
        elif entry.suffix == SUFFIX:
            try:
                texts[str(entry)] = entry.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                problems.append(Problem(str(entry), 1, _NO_FILE, "Make it a readable file in UTF-8."))
        elif _is_like_rules(entry):
            remedy = f"Name it `{entry.stem}{SUFFIX}`."
            problems.append(
                Problem(
                    str(entry), 1, "A policy ends in `.yaml`, in small letters: this file would not be read.", remedy
                )
            )
        else:
            unread.append(entry.name)
    return unread


def _below(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """All files below a folder; `os.walk`, unlike `rglob`, passes over a folder that is gone meanwhile."""
    for parent, _, files in os.walk(folder):
        yield from (pathlib.Path(parent, name) for name in files)


def _is_like_rules(path: pathlib.Path) -> bool:
    return path.suffix.casefold() in _LOOKS_LIKE_RULES
