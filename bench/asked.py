"""Which cases of a benchmark the command line asks for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable


def asked(about: str, cases: Iterable[str], arguments: list[str] | None = None) -> list[str]:
    """The cases that were named, or all of them; `--help` lists them, and so does the error for another (exit status 2)."""
    known = list(cases)
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="*", help=f"without one, all: {', '.join(known)}")
    named: list[str] = parser.parse_args(arguments).case
    if strange := [name for name in named if name not in known]:
        parser.error(f"there is no case {', '.join(map(repr, strange))}; there are {', '.join(map(repr, known))}")
    return named or known
