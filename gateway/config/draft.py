"""A configuration being read: the file, its lines, and the problems found so far; it raises nothing until asked."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.config.schema import ConfigFile
from gateway.document import Document, Problem, nearest
from gateway.domain import JSON, Path


@dataclass(frozen=True, slots=True)
class Draft:
    """`config` holds the entries of the right shape, `written` the file before the environment was put in.

    `stored_callers` are those of the key store, which may be named wherever those of the file may.
    """

    config: ConfigFile
    document: Document
    written: Document
    problems: list[Problem] = field(default_factory=list)
    stored_callers: frozenset[str] = frozenset()

    def problem(self, path: Path, message: str, remedy: str = "") -> None:
        self.problems.append(self.document.problem(path, message, remedy))

    def names(self, section: str) -> frozenset[str]:
        """Names that `section` defines, the misshapen ones too: whoever refers to those is not to blame."""
        entries = self.document.tree.get(section)
        return frozenset(entries) if isinstance(entries, dict) else frozenset()

    def known(self, section: str, name: str, path: Path) -> bool:
        """Whether `section` defines `name`; if not, that is a problem at `path`, with the nearest names."""
        names = self.names(section)
        if name in names or (section == "callers" and name in self.stored_callers):
            return True
        one = section.removesuffix("s")
        remedy = nearest(name, names) or f"Define it under `{section}:`."
        self.problem(path, f"There is no {one} `{name}`.", remedy)
        return False

    def beside(self, path: str) -> str:
        """`path`, if relative, as seen from where the file stands; "" stays ""."""
        return str(pathlib.Path(self.document.file).parent / path) if path else ""

    def source(self, *path: str) -> JSON:
        """What is written at `path`, with its variables as variables."""
        value: JSON = self.written.tree
        for part in path:
            if not isinstance(value, Mapping) or part not in value:
                return None
            value = value[part]
        return value
