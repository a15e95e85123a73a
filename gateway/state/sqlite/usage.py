"""Adds up from the record what was used, by whom; opens the file read-only and changes nothing."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.domain.quota import Per
from gateway.ports import LedgerUnavailable

_BY: Final = {Per.CALLER: "caller", Per.ROUTE: "route", Per.AGENT: "coalesce(agents, agent)"}


def is_used(path: Path) -> bool:
    """Whether any request was ever answered. Raises `LedgerUnavailable`."""
    query = "SELECT EXISTS (SELECT 1 FROM entry WHERE phase = 'outcome' AND result = 'ok')"
    with _reading(path) as connection:
        return bool(connection.execute(query).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Used:
    """What one of them used: whole tokens, nano-dollars and nano-watt-hours; `unpriced` answers are in no sum of dollars."""

    name: str
    requests: int
    input_tokens: int
    output_tokens: int
    nano_usd: int
    nano_wh: int
    unpriced: int


def usage(path: Path, by: Per, *, since_us: int, until_us: int) -> list[Used]:
    """The sums of the requests that ended from `since_us` on and before `until_us` (UTC; 0: without an end), by name.

    Several agents that one request claimed are one name, joined by commas. Raises `LedgerUnavailable`.
    """
    query = f"""
        SELECT coalesce({_BY[by]}, ''), count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
            coalesce(sum(cost_nano_usd), 0), coalesce(sum(energy_nwh), 0), sum(result = 'ok' AND cost_nano_usd IS NULL)
        FROM entry WHERE phase = 'outcome' AND at_us >= ? AND (at_us < ? OR ? = 0) GROUP BY 1 ORDER BY 1
    """  # noqa: S608  columns of our own
    with _reading(path) as connection:
        return [Used(*row) for row in connection.execute(query, (since_us, until_us, until_us))]


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers of one name by one target, as sums: whole tokens, nano-dollars, nano-watt-hours, microseconds.

    `priced` of them have a price, `metered` an energy. `on_prem`: they were made on the premises.
    """

    name: str
    target: str
    on_prem: bool
    answers: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    nano_usd: int
    priced: int
    nano_wh: int
    metered: int
    busy_us: int


def answered(path: Path, by: Per, *, since_us: int, until_us: int) -> list[Answered]:
    """The sums of requests that were answered, by name and target. Raises `LedgerUnavailable`."""
    query = f"""
        SELECT coalesce({_BY[by]}, ''), coalesce(target, ''), max(destination = 'local'), count(*),
            coalesce(sum(input_tokens), 0), coalesce(sum(cached_input_tokens), 0), coalesce(sum(output_tokens), 0),
            coalesce(sum(cost_nano_usd), 0), count(cost_nano_usd), coalesce(sum(energy_nwh), 0), count(energy_nwh),
            coalesce(sum(max(duration_us - overhead_us, 0)), 0)
        FROM entry WHERE phase = 'outcome' AND result = 'ok' AND at_us >= ? AND (at_us < ? OR ? = 0)
        GROUP BY 1, 2, destination = 'local' ORDER BY 1, 2
    """  # noqa: S608  columns of our own
    with _reading(path) as connection:
        return [
            Answered(name, target, bool(local), *numbers)
            for name, target, local, *numbers in connection.execute(query, (since_us, until_us, until_us))
        ]


@dataclass(frozen=True, slots=True)
class Times:
    """How long the answers of one name took, each in microseconds and in order of length; `tokens` is their output."""

    name: str
    duration_us: Sequence[int]
    first_token_us: Sequence[int]
    overhead_us: Sequence[int]
    tokens: int


def times(path: Path, by: Per, *, since_us: int, until_us: int) -> list[Times]:
    """The times of requests that were answered, by name. Raises `LedgerUnavailable`."""
    query = f"""
        SELECT coalesce({_BY[by]}, ''), duration_us, first_token_us, overhead_us, coalesce(output_tokens, 0)
        FROM entry WHERE phase = 'outcome' AND result = 'ok' AND at_us >= ? AND (at_us < ? OR ? = 0)
    """  # noqa: S608  columns of our own
    found: dict[str, tuple[array[int], array[int], array[int], list[int]]] = {}
    with _reading(path) as connection:
        for name, duration_us, first_us, overhead_us, tokens in connection.execute(
            query, (since_us, until_us, until_us)
        ):
            took, first, ours, made = found.setdefault(name, (array("q"), array("q"), array("q"), [0]))
            took.append(duration_us or 0)
            ours.append(overhead_us or 0)
            made[0] += tokens
            if first_us is not None:
                first.append(first_us)
    return [
        Times(name, sorted(took), sorted(first), sorted(ours), made[0])
        for name, (took, first, ours, made) in sorted(found.items())
    ]


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise LedgerUnavailable(f"There is no record at {path}. Start the gateway once, or see `state_dir`.")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}.") from error
