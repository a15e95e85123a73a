"""What `gateway doctor` sees without asking anybody: ports, files, disk, clock, certificates, policies, the record."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from gateway.api.server import AddressInUse, bound
from gateway.audit import verify_ledger
from gateway.config import Settings
from gateway.pipeline.judge import today
from gateway.policy.lint import at_a_glance, coverage
from gateway.policy.names import unmet
from gateway.policy.parse import trials
from gateway.policy.private import written
from gateway.state.checkpoints import FILE as CHECKPOINTS
from gateway.state.holder import holder_of
from gateway.state.secret import FILE as SECRET
from gateway.state.sqlite.keys import FILE as KEYS
from gateway.state.sqlite.store import FILE as LEDGER

_SCARCE: Final = 2 * 2**30
"""Bytes of free disk under which somebody should look."""
_NONE_LEFT: Final = 200 * 2**20
_SOON: Final = timedelta(days=30)
_LINUX_UNSYNCHRONISED: Final = 5
"""`TIME_ERROR` of adjtimex(2): the kernel's clock is held by nobody."""
_TIMEX_BYTES: Final = 512


class State(StrEnum):
    """How a check came out, from good to bad."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(NamedTuple):
    """One line of the report; `remedy` is what to do, "" where nothing is."""

    name: str
    state: State
    says: str
    remedy: str = ""


def checks(settings: Settings) -> Iterator[Check]:
    """All of them, in the order of the report."""
    yield Check("configuration", State.OK, f"{settings.file} is sound")
    yield from _ports(settings)
    yield from _files(settings)
    yield _disk(settings)
    yield _clock(settings)
    yield from _certificates(settings)
    yield from _agreements(settings)
    yield from _policies(settings)
    if not settings.ledger_url:
        yield _record(settings)


def _ports(settings: Settings) -> Iterator[Check]:
    running = holder_of(Path(settings.state_dir))
    for listener in settings.listeners:
        where = f"{listener.host}:{listener.port}"
        try:
            bound(listener).close()
        except AddressInUse as error:
            if running is not None:
                yield Check("port", State.OK, f"{where} is ours: the gateway runs (process {running})")
            else:
                yield Check(
                    "port",
                    State.FAIL,
                    str(error).partition(". ")[0],
                    "End what listens there, or write another `port:`.",
                )
        else:
            unserved = running is not None and listener.port != 0
            says = f"{where} is free" + (
                f", though a gateway runs on {settings.state_dir} (process {running})" if unserved else ""
            )
            yield Check(
                "port",
                State.WARN if unserved else State.OK,
                says,
                "It was started with `--port`, or before this was written: then restart it, since listeners open at start."
                if unserved
                else "",
            )


def _files(settings: Settings) -> Iterator[Check]:
    state_dir = Path(settings.state_dir)
    private = [state_dir, *(state_dir / name for name in (SECRET, KEYS, LEDGER))]
    private += [Path(listener.tls.key) for listener in settings.listeners if listener.tls]
    seen = [path for path in private if path.exists()]
    open_to_others = [path for path in seen if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_to_others:
        mode = "700" if path.is_dir() else "600"
        yield Check("files", State.FAIL, f"others of this machine may read {path}", f"chmod {mode} {path}")
    rules = [Path(settings.file), Path(settings.policies), *map(Path, settings.sources.rules)]
    for path in rules:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o002:
            yield Check("files", State.FAIL, f"anybody on this machine may change {path}", f"chmod o-w {path}")
    nearest = next(path for path in (state_dir, *state_dir.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        remedy = f"Let the user of the gateway own {state_dir}, or write another `state_dir:`."
        yield Check("files", State.FAIL, f"{state_dir} cannot be written by this user: no record, no clouds", remedy)
    elif not open_to_others:
        yield Check(
            "files", State.OK, f"{state_dir} is private" if seen else f"{state_dir} will be made at the first start"
        )


def _disk(settings: Settings) -> Check:
    state_dir = Path(settings.state_dir).absolute()
    nearest = next(path for path in (state_dir, *state_dir.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    says = f"{free / 2**30:.1f} GiB free where the record is ({nearest})"
    if free < _NONE_LEFT:
        return Check("disk", State.FAIL, says, "Make room: without a record nothing leaves for a cloud.")
    if free < _SCARCE:
        return Check(
            "disk",
            State.WARN,
            says,
            "Make room, or move `state_dir`; `gateway audit prune` takes out rows after six years.",
        )
    return Check("disk", State.OK, says)


def _clock(settings: Settings) -> Check:
    """The clock dates every row, and ends agreements and keys."""
    ledger = Path(settings.state_dir) / LEDGER
    now = datetime.now(UTC)
    if ledger.exists():
        last = datetime.fromtimestamp(ledger.stat().st_mtime, UTC)
        if last > now + timedelta(minutes=2):
            return Check(
                "clock",
                State.FAIL,
                f"it is {now:%Y-%m-%d %H:%M} here, and the record is from {last:%Y-%m-%d %H:%M}",
                "Set the clock.",
            )
    if now < datetime.fromtimestamp(Path(verify_ledger.__file__).stat().st_mtime, UTC) - timedelta(days=2):
        return Check(
            "clock", State.FAIL, f"it is {now:%Y-%m-%d} here, before this program was installed", "Set the clock."
        )
    if _unsynchronised():
        return Check(
            "clock", State.WARN, "nobody holds it to the right time (NTP)", "Start systemd-timesyncd or chrony."
        )
    return Check("clock", State.OK, f"{now:%Y-%m-%d %H:%M} UTC")


def _unsynchronised() -> bool:
    """Whether the kernel says that nobody sets its clock; False where it does not say (macOS, some containers)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        asked = ctypes.create_string_buffer(_TIMEX_BYTES)  # `modes` 0: only asks
        return int(ctypes.CDLL(None).adjtimex(asked)) == _LINUX_UNSYNCHRONISED
    except (OSError, AttributeError):
        return False


def _certificates(settings: Settings) -> Iterator[Check]:
    for listener in settings.listeners:
        if listener.tls is not None:
            yield _certificate(Path(listener.tls.cert), Path(listener.tls.key))
    bundles = {provider.ca_bundle: name for name, provider in settings.providers.items() if provider.ca_bundle}
    for bundle, name in bundles.items():
        yield _chain(Path(bundle), f"the CAs of provider {name}")


def _certificate(cert: Path, key: Path) -> Check:
    check = _chain(cert, "the certificate")
    if check.state is State.FAIL:
        return check
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        public = x509.load_pem_x509_certificates(cert.read_bytes())[0].public_key()
    except (OSError, ValueError, TypeError):
        return Check(
            "certificate",
            State.FAIL,
            f"{key} cannot be read as a private key in PEM",
            "Name the right file as `tls.key`.",
        )
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != public.public_bytes(*form):
        return Check("certificate", State.FAIL, f"{key} is not the key of {cert}", "Name the two that belong together.")
    return check


def _chain(file: Path, what: str) -> Check:
    """Whether the certificates of a file hold, by the first that ends."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return Check("certificate", State.FAIL, f"{file} cannot be read as {what} in PEM", "Name the right file.")
    ends, begins = min(one.not_valid_after_utc for one in found), max(one.not_valid_before_utc for one in found)
    now = datetime.now(UTC)
    says = f"{what} {file} ends on {ends:%Y-%m-%d}"
    if begins > now:
        return Check(
            "certificate",
            State.FAIL,
            f"{what} {file} begins on {begins:%Y-%m-%d} only",
            "Look at the clock, or renew it.",
        )
    if ends <= now:
        return Check("certificate", State.FAIL, f"{what} {file} has ended on {ends:%Y-%m-%d}", "Renew it, and restart.")
    return (
        Check("certificate", State.WARN, says, "Renew it, and restart.")
        if ends - now < _SOON
        else Check("certificate", State.OK, says)
    )


def _agreements(settings: Settings) -> Iterator[Check]:
    notes = settings.baa_notes(today())
    for note in notes:
        ended = "has ended" in note
        remedy = "Renew the contract and write the new day, or take `baa:` out."
        yield Check("agreement", State.FAIL if ended else State.WARN, note.removesuffix("."), remedy)
    if days := settings.baa_days(today()):
        if not notes:
            yield Check(
                "agreement",
                State.OK,
                ", ".join(f"{name} has a BAA for {left} more days" for name, left in days.items()),
            )
    else:
        yield Check("agreement", State.OK, "no provider has a BAA: identifiers stay on the premises")


def _policies(settings: Settings) -> Iterator[Check]:
    if not written(settings.policy):
        yield Check(
            "policies",
            State.WARN,
            f"no rule in {settings.policies}: nothing leaves the premises",
            "policies/README.md says how to write one.",
        )
        return
    policy, tried = trials(settings.sources.rules, tests=settings.sources.tests)
    undecided = [one.rule.id for one in coverage(policy, [one.example for one in tried]) if not one.decided]
    if undecided:
        yield Check(
            "policies",
            State.WARN,
            f"no example decides {', '.join(undecided)}",
            "Write one: `gateway policy test` says what counts.",
        )
    problems = [
        *unmet(settings.policy, detectors=settings.detectors),
        *at_a_glance(settings.policy, givers=settings.label_givers),
    ]
    yield from (Check("policies", State.WARN, str(one).partition("\n")[0]) for one in problems)
    if not undecided and not problems:
        yield Check(
            "policies", State.OK, f"{written(settings.policy)} rules, each decided by one of {len(tried)} examples"
        )


def _record(settings: Settings) -> Check:
    ledger = Path(settings.state_dir) / LEDGER
    if not ledger.exists():
        return Check("record", State.OK, f"{ledger} will begin at the first start")
    kept = Path(settings.witness.checkpoints or ledger.parent / CHECKPOINTS)
    began = time.monotonic()
    try:
        text = kept.read_text(encoding="utf-8", errors="replace") if kept.is_file() else ""
        verdict = verify_ledger.verify(ledger, checkpoints=text)
    except (OSError, ValueError) as error:
        return Check("record", State.FAIL, f"{ledger} cannot be checked: {error}", "`gateway audit verify` says more.")
    if verdict.problems:
        return Check(
            "record",
            State.FAIL,
            verdict.problems[0],
            "`gateway audit verify` lists all of it. Change nothing before somebody has looked.",
        )
    says = f"{verdict.size} rows verify ({time.monotonic() - began:.1f} s)"
    if not settings.witness.checkpoints:
        return Check(
            "record",
            State.WARN,
            f"{says}; its signatures stand beside it",
            "Keep them on another volume: `ledger: {checkpoints: …}`.",
        )
    return Check("record", State.OK, says)
