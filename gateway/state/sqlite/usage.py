"""Adds up from the record what was used, by whom; opens the file read-only and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.domain.quota import Per
from gateway.ports import LedgerUnavailable

_BY: Final = {Per.CALLER: "caller", Per.ROUTE: "route", Per.AGENT: "coalesce(agents, agent)"}


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
    if not path.is_file():
        raise LedgerUnavailable(f"There is no record at {path}. Start the gateway once, or see `state_dir`.")
    query = f"""
        SELECT coalesce({_BY[by]}, ''), count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
            coalesce(sum(cost_nano_usd), 0), coalesce(sum(energy_nwh), 0), sum(result = 'ok' AND cost_nano_usd IS NULL)
        FROM entry WHERE phase = 'outcome' AND at_us >= ? AND (at_us < ? OR ? = 0) GROUP BY 1 ORDER BY 1
    """  # noqa: S608  columns of our own
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            return [Used(*row) for row in connection.execute(query, (since_us, until_us, until_us))]
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}.") from error
