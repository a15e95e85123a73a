"""Signs what the record comes to, and keeps it in a second place, where a later record is held against it."""

from __future__ import annotations

import base64
import os
import syslog
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from gateway.audit.verify_ledger import Checkpoint, Tree, checkpoints_in, key_id, vkey

FILE = "ledger.checkpoints"
_TAIL = 1 << 16
_SYSLOG_TAG = "triage-gateway"
Heard: TypeAlias = Callable[[str, int, bytes], None]


class Checkpoints:
    """A file of signed notes, one after the other, that only grows; better on another volume, or where only others write.

    `seed` (32 bytes) is the private key. With `to_syslog` the machine's log hears each of them too, which may hand it
    on to another machine. What was kept is `heard` elsewhere: the record's name, its size and its root.
    """

    def __init__(self, path: Path, *, seed: bytes, to_syslog: bool = False, heard: Heard | None = None) -> None:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  10 ms that commands need not wait

        self.path = path
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self._to_syslog = to_syslog
        self._heard = heard

    def verifier_key(self, origin: str) -> str:
        """What an auditor checks the signatures of this record with."""
        return vkey(origin, self.public)

    def last(self, origin: str = "") -> Checkpoint | None:
        """The last checkpoint of the record `origin`, or of whichever it is. Raises `OSError`, not where there is none."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        found = [one for one in checkpoints_in(text) if isinstance(one, Checkpoint)]
        return next((one for one in reversed(found) if origin in ("", one.origin)), None)

    def keep(self, origin: str, tree: Tree, *, at_s: float) -> None:
        """Sign and write, so that it is on the disk. Raises `OSError`."""
        moment = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = f"{origin}\n{tree.size}\n{base64.b64encode(tree.root).decode()}\n{moment}\n"
        signed = base64.b64encode(key_id(origin, self.public) + self._key.sign(body.encode())).decode()
        note = f"{body}\n\u2014 {origin} {signed}\n"
        if self._to_syslog:
            syslog.openlog(_SYSLOG_TAG, 0, syslog.LOG_AUTH)
            syslog.syslog(syslog.LOG_NOTICE, "checkpoint " + " ".join([*body.split("\n")[:4], signed]))
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            before = os.fstat(file).st_size
            text = (("\n" if before else "") + note).encode()
            if os.write(file, text) != len(text):
                os.ftruncate(file, before)
                raise OSError("the checkpoint was not written whole")
            os.fsync(file)
        finally:
            os.close(file)
        if self._heard is not None:
            self._heard(origin, tree.size, tree.root)
