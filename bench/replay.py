"""How long `gateway policy diff --traffic` takes over a long record: `python -m bench.replay [ROWS]` (1,000,000)."""

from __future__ import annotations

import contextlib
import io
import os
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from gateway.cli import main as command
from gateway.domain import Kind
from gateway.state.sqlite import schema
from gateway.state.sqlite.store import FILE, Store
from tests.kit.rows import WORDS, make_outcome

ROWS, BATCH = 1_000_000, 5_000
LIMIT_S = 20
RULE = "  - {id: %s, why: w, when: {%sto: {without: [on_prem]}}, then: {%s}}\n"
OLD = "version: 1\nrules:\n" + RULE % ("baa", "", "require: [baa]")
NEW = OLD + RULE % ("names", "phi: [name], ", "deny: true")
CONFIG = """
version: 1
providers:
  there: {kind: openai, api_key: k, baa: {reference: X, expires: 2999-01-01}}
targets: {sonnet: {provider: there, model: m}}
routes: {triage: {targets: [sonnet]}}
callers: {soma: {key_sha256: "%s"}}
agents: {pathologist: {route: triage}}
""" % ("0" * 64)


def fill(folder: Path, rows: int) -> None:
    """Outcomes as a ledger writes them, without the tree, which nobody asks here."""
    store = Store(folder / FILE, words=WORDS)
    chance, kinds = random.Random(5), list(Kind)
    connection: sqlite3.Connection = store._connection  # noqa: SLF001
    for first in range(0, rows, BATCH):
        made = []
        for number in range(first, min(first + BATCH, rows)):
            found = dict.fromkeys(chance.sample(kinds, chance.randrange(4)), 1)
            made.append(make_outcome(number, found=found, counted=tuple(sorted(found))))
        connection.execute("BEGIN")
        schema.insert_all(connection, made, after=first)
        connection.execute("COMMIT")
    store.close()


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="replay-") as name:
        folder = Path(name)
        (folder / "state").mkdir()
        (folder / "config.yaml").write_text(CONFIG)
        for rules, text in (("policies", OLD), ("new", NEW)):
            (folder / rules).mkdir()
            (folder / rules / "p.yaml").write_text(text)
        fill(folder / "state", rows)
        os.chdir(folder)
        out = io.StringIO()
        began, used = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(out):
            code = command(["policy", "diff", "policies", "new", "--traffic", "2000-01-01"])
        took, cpu = time.perf_counter() - began, time.process_time() - used
        sys.stdout.write(
            f"{rows:,} recorded requests        {took:6.1f} s of {LIMIT_S} ({cpu:.1f} of processor time), exit {code}\n"
        )
        sys.stdout.write("".join(f"    {line}\n" for line in out.getvalue().splitlines()[:8]))


if __name__ == "__main__":
    main()
