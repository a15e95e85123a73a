"""What it means that a record in SQLite cannot be opened or written, as a word of ours; never what the system said."""

from __future__ import annotations

import errno
import sqlite3
import time
from typing import Final

from gateway.events import LedgerLoss, LedgerRecovered
from gateway.ports import LedgerContradicted, LedgerUnavailable

_ERRNOS: Final = {
    errno.ENOSPC: LedgerLoss.NO_SPACE,
    errno.EDQUOT: LedgerLoss.NO_SPACE,
    errno.EIO: LedgerLoss.DISK,
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.ENOENT), LedgerLoss.NOT_WRITABLE
    ),
}
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: LedgerLoss.NO_SPACE,
    sqlite3.SQLITE_CORRUPT: LedgerLoss.DAMAGED,
    sqlite3.SQLITE_NOTADB: LedgerLoss.DAMAGED,
    sqlite3.SQLITE_BUSY: LedgerLoss.LOCKED,
    sqlite3.SQLITE_LOCKED: LedgerLoss.LOCKED,
    sqlite3.SQLITE_IOERR: LedgerLoss.DISK,
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM), LedgerLoss.NOT_WRITABLE),
}


def loss_of(error: BaseException) -> LedgerLoss:
    """The cause of a record that cannot be opened or written, as a word of ours; `error` is what the attempt raised."""
    if isinstance(error, LedgerContradicted):
        return LedgerLoss.CONTRADICTED
    cause = error.__cause__ if isinstance(error, LedgerUnavailable) and error.__cause__ else error
    if isinstance(cause, OSError):
        return _ERRNOS.get(cause.errno or 0, LedgerLoss.UNOPENED)
    if isinstance(cause, sqlite3.Error):
        code = vars(cause).get("sqlite_errorcode")  # there only if SQLite itself said it
        known = _SQLITE.get(code & 0xFF) if isinstance(code, int) else None
        return known or (LedgerLoss.DAMAGED if isinstance(cause, sqlite3.IntegrityError) else LedgerLoss.UNOPENED)
    return LedgerLoss.UNOPENED


def recovered(since_us: int, *, lost: int) -> LedgerRecovered:
    """That it can be written again, having failed since `since_us` (UTC, microseconds); `lost` rows never come."""
    return LedgerRecovered(outage_s=max(time.time_ns() // 1000 - since_us, 0) / 1_000_000, lost=lost)
