"""Reads from the record what was known of each request when it was decided on, so that another policy can be asked the same."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from gateway.domain import INDIRECT, Content, Facts, Kind, Sensitivity, UnknownReason
from gateway.ports import LedgerUnavailable

_MEDIA = {
    UnknownReason.IMAGE: Content.IMAGE,
    UnknownReason.AUDIO: Content.AUDIO,
    UnknownReason.FILE: Content.FILE,
    UnknownReason.TOKEN_IDS: Content.TOKEN_IDS,
}
_ROWS = """
SELECT seq, caller, route, coalesce(agents, agent), agent_unclear, label, counted, sensitivity, detectors FROM entry
WHERE phase = 'outcome' AND at_us >= ? AND policy_hash IS NOT NULL ORDER BY seq
"""
_DETAILS = """
SELECT seq, what, word FROM detail WHERE what IN ('found', 'unknown') AND seq >= ? ORDER BY seq
"""


class Recorded(NamedTuple):
    """The facts of requests that are the same; `told` is whether the row says which findings counted, as newer ones do."""

    facts: Facts
    told: bool


def recorded(path: Path, *, since_us: int) -> Counter[Recorded]:
    """How often each set of facts was decided on since `since_us` (UTC, microseconds).

    Rows of a version that did not say which kinds counted are taken as strictly as their sensitivity allows.

    Raises:
        LedgerUnavailable: there is no record, or none that can be read, or one that is too old to hold facts.
    """
    if not path.is_file():
        raise LedgerUnavailable(
            f"There is no record at {path}. No gateway ran with this `state_dir`, or it was moved: put it back."
        )
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            seen = Counter(_keys(connection, since_us))
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}.") from error
    facts: Counter[Recorded] = Counter()
    for key, count in seen.items():
        facts[_facts(key)] += count
    return facts


Key = tuple[tuple[str | int | None, ...], tuple[str, ...]]


def _keys(connection: sqlite3.Connection, since_us: int) -> Iterator[Key]:
    """Each row as what tells it apart: a million of them are a few hundred sets of facts."""
    first = connection.execute("SELECT min(seq) FROM entry WHERE at_us >= ?", (since_us,)).fetchone()[0]
    if first is None:
        return
    details = connection.execute(_DETAILS, (first,))
    at: tuple[int, str, str] | None = details.fetchone()
    for seq, *columns in connection.execute(_ROWS, (since_us,)):
        words: list[str] = []
        while at is not None and at[0] <= seq:
            if at[0] == seq:
                words.append(f"{at[1]}:{at[2]}")
            at = details.fetchone()
        yield tuple(columns), tuple(words)


def _facts(key: Key) -> Recorded:
    (caller, route, agents, unclear, label, counted, sensitivity, detectors), words = key
    found = frozenset(Kind(word[6:]) for word in words if word.startswith("found:"))
    unknowns = frozenset(UnknownReason(word[8:]) for word in words if word.startswith("unknown:"))
    told = unclear is not None
    counts = _split(counted) if told else found
    if not told and sensitivity == Sensitivity.CLEAN:
        counts = frozenset()
    elif not told and sensitivity == Sensitivity.SUSPECTED:
        counts = found & INDIRECT
    kinds = frozenset(map(Kind, counts))
    facts = Facts(
        str(caller or ""),
        str(route or ""),
        agents=_split(agents),
        agent_unclear=bool(unclear) if told else not agents,
        kinds=kinds,
        reported=found - kinds,
        unknowns=unknowns,
        content=frozenset(_MEDIA[reason] for reason in unknowns if reason in _MEDIA) | {Content.TEXT},
        labels=_split(label),
        detectors=int(detectors or 1),
    )
    return Recorded(facts, told)


def _split(words: str | int | None) -> frozenset[str]:
    return frozenset(str(words).split(",")) if words else frozenset()
