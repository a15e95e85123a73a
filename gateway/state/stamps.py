"""Time stamps of what the record comes to, beside its checkpoints: asked for now and then, kept, and held against the record."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.audit.timestamp import read
from gateway.events import EventSink, LedgerWitnessed, Witnessing, WitnessLoss
from gateway.state.elsewhere import Declined
from gateway.state.sqlite import log

RETRY_S: Final = 300.0
"""How soon an authority that failed is asked again, at the soonest."""
_SUFFIX: Final = ".tsr"


@dataclass(frozen=True, slots=True)
class Held:
    """A stamp that is kept: over how many rows it is, when by its own words, and what is wrong with it, if anything."""

    file: Path
    size: int
    at: str
    root: bytes
    problem: str = ""


def folder_of(checkpoints: Path) -> Path:
    """Where the stamps of a file of checkpoints stand."""
    return checkpoints.with_name(checkpoints.name + ".stamps")


class Stamps:
    """Has a checkpoint stamped every `every_s` seconds by `ask`, in a thread that lives as long as the question.

    Whatever fails is told and tried again with a later checkpoint; neither the record nor a request waits for it.
    """

    def __init__(self, ask: Callable[[bytes], bytes], folder: Path, *, every_s: float, sink: EventSink) -> None:
        self._ask = ask
        self._folder = folder
        self._every_s = every_s
        self._sink = sink
        self._due_s = 0.0
        self._thread: threading.Thread | None = None

    def offer(self, origin: str, size: int, root: bytes) -> None:
        """Have `root` stamped where it is time; returns at once. For one thread only."""
        if time.monotonic() < self._due_s or (self._thread is not None and self._thread.is_alive()):
            return
        self._due_s = time.monotonic() + self._every_s
        thread = threading.Thread(target=self._take, args=(origin, size, root), name="stamp", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no room for a thread
            self._told(WitnessLoss.MACHINE)
        else:
            self._thread = thread

    def _take(self, origin: str, size: int, root: bytes) -> None:
        try:
            answer = self._ask(root)
        except OSError:
            self._told(WitnessLoss.UNREACHED)
            return
        except Declined:
            self._told(WitnessLoss.DECLINED)
            return
        try:
            self._keep(self._folder / f"{_short(origin)}-{size}{_SUFFIX}", answer)
        except OSError:
            self._told(WitnessLoss.MACHINE)
            return
        self._told(None)

    def _keep(self, file: Path, answer: bytes) -> None:
        """Write it whole or not at all, so that it is on the disk. Raises `OSError`."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        half = file.with_suffix(".new")
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:  # noqa: PTH123
            out.write(answer)
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)

    def _told(self, loss: WitnessLoss | None) -> None:
        if loss is not None:
            self._due_s = time.monotonic() + min(self._every_s, RETRY_S)
        self._sink.emit(LedgerWitnessed(by=Witnessing.TIMESTAMP, loss=loss))


def held(ledger: Path, folder: Path, *, origin: str) -> list[Held]:
    """The stamps in `folder` that are of the record named `origin` at `ledger`, by size, held against what it was then.

    Raises:
        OSError: a stamp cannot be read.
    """
    sizes: dict[int, Path] = {}
    for file in folder.glob(f"{_short(origin)}-*{_SUFFIX}"):
        size = file.stem.rpartition("-")[2]
        if size.isdecimal():
            sizes[int(size)] = file
    if not sizes:
        return []
    with closing(sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True)) as connection:
        return [_held(connection, file, size) for size, file in sorted(sizes.items())]


def _held(connection: sqlite3.Connection, file: Path, size: int) -> Held:
    try:
        said = read(file.read_bytes())
    except (ValueError, IndexError):
        return Held(file, size, "", b"", "cannot be read as a time stamp")
    try:
        root = log.at(connection, size).root
    except sqlite3.Error:
        return Held(file, size, said.at, said.digest, "is of more rows than there are, or the log cannot be read")
    return Held(file, size, said.at, root, "" if said.digest == root else "is of another root: rows were rewritten")


def _short(origin: str) -> str:
    return origin.rpartition("/")[2]
