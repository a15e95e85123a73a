"""Tells two gateways on one `state_dir` apart, and finds the one that runs: a locked file with its process id in it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.state.sqlite.store import prepare_directory

FILE = "gateway.pid"
_TRIES = 20
_PAUSE_S = 0.05
"""Whoever asks for the holder has the lock for a moment: a start waits that long before it believes it."""


class StateDirInUse(Exception):
    """Another gateway runs on this `state_dir`; the message says which and what to do."""


class Holder:
    """The lock on a `state_dir`, until `release` or the end of the process, however it ends.

    It belongs to the open file (`flock`), not to a process: workers of one gateway that inherit the file hold it too.
    """

    def __init__(self, state_dir: Path) -> None:
        """Take the lock. Raises `StateDirInUse`, or `OSError` where the directory cannot be written."""
        prepare_directory(state_dir)
        self._file = os.open(state_dir / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file, state_dir)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(self._file)
            raise

    def release(self) -> None:
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder_of(state_dir: Path) -> int | None:
    """The process id of the gateway that runs on `state_dir`; None where none does."""
    try:
        file = os.open(state_dir / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        return _pid(file)
    finally:
        os.close(file)
    return None


def _lock(file: int, state_dir: Path) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return
    pid = _pid(file)
    raise StateDirInUse(
        f"Another gateway{f' (process {pid})' if pid else ''} runs on {state_dir}. "
        "Stop it, or give this one a `state_dir` of its own: two would write one record."
    )


def _pid(file: int) -> int | None:
    digits = os.pread(file, 32, 0).strip()
    return int(digits) if digits.isdigit() else None
