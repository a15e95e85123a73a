"""Do the tests of the pure core notice when it is wrong? Changes one thing at a time and runs the module's own tests.

`make mutants` tries a sample: a comparison flipped, a branch negated, `and` for `or`, a constant changed. Each is held
against the mirror test file alone. What no test can notice, because nothing observable changes, is listed with its
reason in `mutants_equivalent.txt`; an entry that fits no mutant any more is an error.

Every mutant is a fork of a process that has the libraries in memory already, so that it costs what its tests cost.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("policy", "phi/replace", "outbound", "routing", "wire/framing")
EQUIVALENT = ROOT / "bench" / "mutants_equivalent.txt"
FLOOR = 0.95
PATIENCE_S = 180.0
"""A mutant that runs so long has lost the end of a loop, and is caught."""
PLUGINS = ("pytest_asyncio.plugin", "_hypothesis_pytestplugin")
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change to one module. The name holds no line number, so that it outlives changes elsewhere in the file."""

    path: Path
    name: str
    source: str

    @property
    def tests(self) -> Path:
        inner = self.path.relative_to(ROOT / "gateway")
        return ROOT / "tests" / inner.parent / f"test_{inner.name}"

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)


# --- changes ---------------------------------------------------------------------------------------------------------


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(ops=[operator]):
            yield ast.Compare(node.left, [FLIPPED[type(operator)]()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.If() | ast.IfExp() | ast.While():
            negated = copy.copy(node)
            negated.test = ast.UnaryOp(ast.Not(), node.test)
            yield negated
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)


def places(tree: ast.AST, inside: tuple[str, ...] = ()) -> Iterator[tuple[ast.AST, str, int | None, ast.AST, str]]:
    """Every expression and branch: parent, field, index, node, and the name of what it stands in.

    Decorators stay: they say how a value is stored or kept, and `tests/project/test_values.py` holds that for all.
    """
    for field, value in ast.iter_fields(tree):
        if field == "decorator_list":
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.arguments | ast.JoinedStr):
                continue
            named = (*inside, node.name) if isinstance(node, ast.FunctionDef | ast.ClassDef) else inside
            yield tree, field, index, node, ".".join(named)
            yield from places(node, named)


def head(node: ast.AST) -> str:
    """A node in one line: of a branch, its condition."""
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def mutants_of(path: Path) -> list[Mutant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made, seen = [], {}
    for parent, field, index, node, inside in list(places(tree)):
        for changed in changes(node):
            ast.copy_location(changed, node)
            _put(parent, field, index, changed)
            name = f"{path.relative_to(ROOT / 'gateway').as_posix()} {inside}: {head(node)} -> {head(changed)}"
            seen[name] = seen.get(name, 0) + 1
            name += f" (#{seen[name]})" if seen[name] > 1 else ""
            made.append(Mutant(path, name, ast.unparse(ast.fix_missing_locations(tree))))
            _put(parent, field, index, node)
    return made


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


# --- trials ----------------------------------------------------------------------------------------------------------


class Substitute(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.mutant.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, str(self.mutant.path), "exec"), module.__dict__)


def begin(mutant: Mutant) -> int:
    """Fork a process that runs the mutant's tests; its id. It ends with 0 if no test noticed."""
    if child := os.fork():
        return child
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"gateway", "tests"}]:
        del sys.modules[name]
    sys.meta_path.insert(0, Substitute(mutant))
    sys.dont_write_bytecode = True
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # most of the time went into plugins that no mirror test uses
    options = ["-x", "-q", "-p", "no:cacheprovider", *(word for name in PLUGINS for word in ("-p", name))]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is in memory before pytest starts
    try:
        code = int(pytest.main([*options, f"--confcutdir={mutant.tests.parent}", str(mutant.tests)]))
    except BaseException:  # noqa: BLE001  # whatever ends it, a test noticed
        code = 1
    os._exit(code)


def outcomes(chosen: list[Mutant], workers: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, and whether its tests caught it, as they end."""
    waiting, running = list(reversed(chosen)), {}
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            running[begin(mutant)] = (mutant, time.monotonic())
        child, status = os.waitpid(-1, os.WNOHANG)
        if child:
            mutant, _ = running.pop(child)
            yield mutant, os.waitstatus_to_exitcode(status) != 0
            continue
        for late, (_, began) in running.items():
            if time.monotonic() - began > PATIENCE_S:
                os.killpg(late, signal.SIGKILL)
        time.sleep(0.02)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=120, help="how many mutants to try (%(default)s); 0 tries all")
    parser.add_argument("--seed", type=int, default=11, help="which ones (%(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("only", nargs="*", help="parts of names: try those that contain one of them")
    options = parser.parse_args()
    paths = [path for room in ROOMS for path in sorted((ROOT / "gateway" / room).rglob("*.py"))]
    every = [mutant for path in paths for mutant in mutants_of(path) if mutant.tests.exists()]
    reasons = dict(line.split("  # ", 1) for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if line)
    if stale := set(reasons) - {mutant.name for mutant in every}:
        print("No such mutant any more; take it off the list:", *sorted(stale), sep="\n  ")
        return 1
    chosen = [mutant for mutant in every if not options.only or any(part in mutant.name for part in options.only)]
    if options.sample and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    for library in ("pydantic", "yaml", "re2", "orjson", *PLUGINS):
        importlib.import_module(library)
    untouched = {mutant.path: Mutant(mutant.path, "", mutant.path.read_text(encoding="utf-8")) for mutant in chosen}
    if broken := [mutant.tests for mutant, caught in outcomes(list(untouched.values()), options.workers) if caught]:
        print("These fail without any change:", *broken, sep="\n  ")
        return 1
    return report(chosen, reasons, options.workers)


def report(chosen: list[Mutant], reasons: dict[str, str], workers: int) -> int:
    survivors, rooms = [], {}
    for mutant, caught in outcomes([mutant for mutant in chosen if mutant.name not in reasons], workers):
        room = rooms.setdefault(mutant.path.relative_to(ROOT / "gateway").as_posix(), [0, 0])
        room[0] += caught
        room[1] += 1
        if not caught:
            survivors.append(mutant.name)
            print(f"survived  {mutant.name}", flush=True)
    for name, (caught, tried) in sorted(rooms.items()):
        print(f"{caught:4} of {tried:3}  {name}")
    named = sum(mutant.name in reasons for mutant in chosen)
    share = 1 - len(survivors) / max(1, len(chosen))
    print(f"{len(chosen)} mutants: {share:.3f} caught or named as equivalent ({named}); the floor is {FLOOR}")
    return 0 if share >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
