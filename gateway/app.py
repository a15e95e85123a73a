"""The composition root: settings in, a running gateway out; names the concrete adapters, and does nothing else."""

from __future__ import annotations

import contextlib
import importlib.util
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TextIO, TypeAlias

from gateway.access.stored import StoredKeys
from gateway.api.endpoints import facades
from gateway.config import Settings
from gateway.config.in_force import InForce
from gateway.config.settings import IPNetwork
from gateway.console.views import console_of
from gateway.detectors import presidio
from gateway.detectors.scanner import Scanner
from gateway.detectors.secondary import SecondaryDetector
from gateway.domain import Adapter, Detector
from gateway.events import EventSink, FanOut, LedgerLoss, MeterKind
from gateway.extras import remedy
from gateway.meters.apple import Apple
from gateway.meters.nvml import Nvml
from gateway.meters.port import PowerMeter
from gateway.meters.rapl import Rapl
from gateway.meters.sampler import Sampler
from gateway.observability.logs import EventLog, take_over_again
from gateway.observability.logs import Style as LogStyle
from gateway.observability.metrics import Metrics
from gateway.observability.spans import Spans
from gateway.observability.trail import Trail
from gateway.phi.find.engine import load_engine
from gateway.phi.find.own_words import OwnWords
from gateway.pipeline.record import now_us
from gateway.pipeline.words import vocabulary_of
from gateway.ports import AuditSink, ExtraMissing, LedgerUnavailable, Quota
from gateway.runtime import Gateway, Parts
from gateway.state.checkpoints import FILE as CHECKPOINTS
from gateway.state.checkpoints import Checkpoints
from gateway.state.elsewhere import Authority
from gateway.state.memory import LruMemory, MemoryHealth
from gateway.state.premises import Networks
from gateway.state.quota import MemoryQuota
from gateway.state.redis.quota import RedisQuota
from gateway.state.reopening import ReopeningLedger
from gateway.state.secret import FILE as SECRET_FILE
from gateway.state.secret import SECRET_BYTES, Purpose, SecretUnusable, derive, override, read_or_make
from gateway.state.sqlite.keys import SqliteKeys
from gateway.state.sqlite.ledger import Ledger
from gateway.state.sqlite.quota import FILE as QUOTA
from gateway.state.sqlite.quota import SqliteQuota
from gateway.state.sqlite.store import FILE as LEDGER_FILE
from gateway.state.sqlite.store import prepare_directory
from gateway.state.stamps import Stamps, folder_of
from gateway.upstream.attestation import Attestation
from gateway.upstream.collector import Collector
from gateway.upstream.direct.adapter import Direct
from gateway.upstream.embedded.adapter import EmbeddedUpstream
from gateway.upstream.litellm.adapter import LiteLlm
from gateway.upstream.machines import Machines
from gateway.upstream.questions import Questions
from gateway.upstream.scripted import Scripted

Meters: TypeAlias = Mapping[MeterKind, Callable[[], PowerMeter]]
METERS: Final[Meters] = {
    MeterKind.RAPL: Rapl.found,
    MeterKind.NVML: Nvml.found,
    MeterKind.APPLE: Apple.found,
}


def build(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    log_style: LogStyle,
    stream: TextIO,
    second: Callable[[], Detector] | None = None,
    meters: Meters = METERS,
) -> Gateway:
    """A gateway on this machine: its secret, its record, its log. `second` makes a detector in place of the configured one.

    Raises:
        SecretUnusable: the secret is there and cannot be trusted.
        PresidioMissing, ExtraMissing: the configuration asks for it.
    """
    vocabulary = vocabulary_of(settings)
    log, metrics = EventLog(vocabulary, style=log_style, stream=stream), Metrics(vocabulary)
    spans, trail = Spans(vocabulary) if settings.traces else None, Trail(vocabulary)
    events = FanOut([one for one in (metrics, log, trail, spans) if one is not None])
    in_force = InForce(settings)
    networks = _networks(in_force)
    secret, ledger, notes = _kept(settings, environ, words=vocabulary.names, events=events, networks=networks)
    quota, uncounted = _counts(settings, networks, events=events)
    key = derive(secret, Purpose.CACHE)
    scanner = _scanner(settings, key=key, second=second or _second(settings), own=lambda: in_force.settings.own_words)

    direct = Direct(networks=networks, events=events)
    embedded = EmbeddedUpstream(direct, state_dir=settings.state_dir, events=events)
    questions = Questions(networks=networks, events=events)
    litellm = LiteLlm(networks=networks, events=events, on_import=partial(take_over_again, log))
    parts = Parts(
        upstreams={
            Adapter.DIRECT: direct,
            Adapter.OLLAMA: direct,  # the same sockets, another dialect
            Adapter.EMBEDDED: embedded,
            Adapter.LITELLM: litellm,
            Adapter.SCRIPTED: Scripted(),
        },
        attestation=Attestation(questions, events=events),
        machines=Machines(limits=lambda: in_force.settings.machines, questions=questions, events=events),
        meters=_meters(settings, meters, events=events),
        ledger=ledger,
        quota=quota,
        keys=StoredKeys(SqliteKeys(Path(settings.state_dir)), now_us=now_us),
        scanner=scanner,
        health=MemoryHealth(),
        metrics=metrics,
        events=events,
        log=log,
        learners=[one.learn for one in (metrics, log, trail, spans) if one is not None],
        collector=_collector(settings, spans, questions=questions, events=events),
        audit_key=derive(secret, Purpose.AUDIT),
        pseudonym_key=derive(secret, Purpose.PSEUDONYM),
        warm=litellm.warm,
        demonstration_problem=embedded.problem,
        notes=lambda: (*without_encoder(), *notes(), *uncounted()),
    )
    return _shown(Gateway(in_force, parts, facades=facades), trail)


def _networks(in_force: InForce) -> Callable[[], tuple[IPNetwork, ...]]:
    """The attested networks, as whoever opens a connection asks for them."""
    return lambda: in_force.settings.on_prem_networks


def _shown(gateway: Gateway, trail: Trail) -> Gateway:
    """The gateway with the console that shows it."""
    gateway.pages = console_of(gateway, trail)
    return gateway


def _meters(settings: Settings, meters: Meters, *, events: EventSink) -> Sampler:
    """What measures the energy of answers, where the configuration says that something does."""
    metering = settings.metering
    if metering is None:
        return Sampler(events=events)
    found = {kind: meters[kind] for kind in metering.meters}
    return Sampler(machine=metering.machine, found=found, idle_w=metering.idle_w, events=events)


def _collector(settings: Settings, spans: Spans | None, *, questions: Questions, events: EventSink) -> Collector | None:
    """What carries traces, where they go somewhere."""
    if settings.traces is None or spans is None:
        return None
    return Collector(url=settings.traces.otlp, questions=questions, take=spans.take, events=events)


def _kept(
    settings: Settings, environ: Mapping[str, str], *, words: Iterable[str], events: EventSink, networks: Networks
) -> tuple[bytes, AuditSink, Callable[[], tuple[str, ...]]]:
    """The secret, the record, and what to say where it cannot be opened. Raises `SecretUnusable`."""
    state_dir, given = Path(settings.state_dir), environ.get("GATEWAY_SECRET", "")
    secret = override(given) if given else secrets.token_bytes(SECRET_BYTES)
    with contextlib.suppress(OSError):  # which opening the record meets again, and tells
        prepare_directory(state_dir)
        secret = secret if given else read_or_make(state_dir)

    def opened() -> AuditSink:
        prepare_directory(state_dir)
        try:
            if not given and read_or_make(state_dir, fresh=secret) != secret:
                raise LedgerUnavailable("The secret is another one by now: start the gateway again.")
        except SecretUnusable as unusable:
            raise LedgerUnavailable(str(unusable)) from unusable
        return _ledger(settings, secret, words=words, events=events, networks=networks)

    if settings.ledger_url:
        return secret, *_kept_together(settings, opened, events=events)
    ledger = ReopeningLedger(opened, sink=events)

    def notes() -> tuple[str, ...]:
        if ledger.loss is None:
            return ()
        if ledger.contradicted:
            return (f"{ledger.contradicted} Until then only targets on the premises are used.",)
        if ledger.loss in _LOST_WHILE_OPEN:
            return (f"{state_dir / LEDGER_FILE} {_LOST_WHILE_OPEN[ledger.loss]} Nothing leaves until then.",)
        place, remedy = _REMEDIES[ledger.loss]
        what = f"{state_dir / LEDGER_FILE if ledger.loss in _OF_THE_FILE else state_dir} {place}"
        then = "there is no record, so only targets on the premises are used."
        return (f"{what}: {then} {remedy} It is tried again every few seconds.",)

    return secret, ledger, notes


def _kept_together(
    settings: Settings, opened: Callable[[], AuditSink], *, events: EventSink
) -> tuple[AuditSink, Callable[[], tuple[str, ...]]]:
    """The record that replicas keep together, and what to say while it cannot be opened. Raises `ExtraMissing`."""
    if importlib.util.find_spec("psycopg") is None:
        raise ExtraMissing(f"`ledger.url` needs a package: {remedy('postgres')}")
    from gateway.state.postgres.ledger import REMEDIES, Database, loss_of  # noqa: PLC0415  only those who share have it

    ledger = ReopeningLedger(opened, sink=events, retry_s=1.0, cause=loss_of)
    name = Database(settings.ledger_url).name

    def notes() -> tuple[str, ...]:
        if ledger.loss is None:
            return ()
        said = REMEDIES.get(ledger.loss) or _LOST_WHILE_OPEN.get(ledger.loss, "cannot be written.")
        what = ledger.contradicted or f"The record at {name} {said}"
        again = "" if ledger.contradicted or ledger.loss in _LOST_WHILE_OPEN else " It is tried again every second."
        return (f"{what} Until then only targets on the premises are used.{again}",)

    return ledger, notes


_OF_THE_FILE: Final = frozenset({LedgerLoss.DAMAGED, LedgerLoss.LOCKED, LedgerLoss.DISK, LedgerLoss.UNOPENED})
_LOST_WHILE_OPEN: Final = {
    LedgerLoss.GONE: "is gone: put it back and start the gateway again.",
    LedgerLoss.REPLACED: "was replaced: put the right one back and start the gateway again.",
    LedgerLoss.ALTERED: "lacks rows that were written: see `gateway audit verify` and `restored`, then start the gateway again.",
}
_REMEDIES: Final = {
    LedgerLoss.NO_SPACE: ("has no space left", "Make room there, or set `state_dir`."),
    LedgerLoss.NOT_WRITABLE: ("cannot be written", "Make it writable or set `state_dir`."),
    LedgerLoss.DAMAGED: ("is damaged", "Put the newest copy of `gateway audit backup` in its place."),
    LedgerLoss.LOCKED: ("is locked by another program", "End that one."),
    LedgerLoss.DISK: ("cannot be read or written", "Look at the disk that it is on."),
    LedgerLoss.UNOPENED: ("cannot be opened", "Look at the disk that it is on."),
}


def _counts(
    settings: Settings, networks: Networks, *, events: EventSink
) -> tuple[Quota, Callable[[], tuple[str, ...]]]:
    """What counts budgets and limits, and what to say where there is no place to keep it; kept or not, they are enforced."""
    if settings.shared_redis:
        shared = RedisQuota(settings.shared_redis, sink=events, networks=networks)
        return shared, lambda: shared.notes
    try:
        return SqliteQuota(Path(settings.state_dir)), tuple
    except (OSError, sqlite3.Error):
        if not settings.allowances:
            return MemoryQuota(), tuple
        note = (
            f"{settings.state_dir}/{QUOTA} cannot be used: budgets and limits count from nothing until it can be, and after "
            "each start. Make it writable, or move it away if it is damaged."
        )
        return MemoryQuota(), lambda: (note,)


def checkpoints_of(settings: Settings, secret: bytes, *, events: EventSink | None = None) -> Checkpoints:
    """The second place of the record's signatures, and the key that makes them; with `events`, witnesses hear of them."""
    witness = settings.witness
    seed = derive(secret, Purpose.CHECKPOINT)
    second = Path(witness.checkpoints) if witness.checkpoints else Path(settings.state_dir) / CHECKPOINTS
    heard = None
    if witness.timestamp and events is not None:
        ask = Authority(witness.timestamp).stamp
        heard = Stamps(ask, folder_of(second), every_s=witness.timestamp_s, sink=events).offer
    return Checkpoints(second, seed=seed, to_syslog=witness.syslog, heard=heard)


def installed_secret(settings: Settings, environ: Mapping[str, str]) -> bytes:
    """The secret of an installation that has one, or is given one. Raises `SecretUnusable`, `OSError`."""
    given = environ.get("GATEWAY_SECRET", "")
    return override(given) if given else read_or_make(Path(settings.state_dir))


def _ledger(
    settings: Settings, secret: bytes, *, words: Iterable[str], events: EventSink, networks: Networks
) -> AuditSink:
    """The record, and the second place of its signatures. Raises `LedgerUnavailable`."""
    checkpoints, every_s = checkpoints_of(settings, secret, events=events), settings.witness.every_s
    if settings.ledger_url:
        from gateway.state.postgres.ledger import Database, PostgresLedger  # noqa: PLC0415

        place = Database(settings.ledger_url, networks=networks)
        return PostgresLedger(place, words=words, sink=events, checkpoints=checkpoints, witness_s=every_s)
    return Ledger(Path(settings.state_dir), words=words, sink=events, checkpoints=checkpoints, witness_s=every_s)


_WITHOUT_ENCODER: Final = (
    "The extra `encoder` is not installed: nothing looks again at what the tagger said, so more names alone are missed "
    f"and more texts without PHI are kept. {remedy('encoder')}."
)


def without_encoder() -> tuple[str, ...]:
    """What whoever starts the gateway, or asks it to explain, should know if the encoder is not there; else nothing."""
    if load_engine().looks_again:
        return ()
    return (_WITHOUT_ENCODER,)


def explaining_scanner(settings: Settings) -> Scanner:
    """A scanner for one question; start it, and end it.

    Raises:
        PresidioMissing: the configuration asks for it.
    """
    key = secrets.token_bytes(SECRET_BYTES)
    return _scanner(settings, key=key, second=_second(settings), own=lambda: settings.own_words)


def _scanner(
    settings: Settings, *, key: bytes, second: Callable[[], Detector] | None, own: Callable[[], OwnWords]
) -> Scanner:
    limit_s = settings.scan_deadline_s
    beside = SecondaryDetector(second, key=key, memory=LruMemory(), limit_s=limit_s) if second else None
    return Scanner(load_engine(), key=key, memory=LruMemory(), second=beside, own=own, deadline_s=limit_s)


def _second(settings: Settings) -> Callable[[], Detector] | None:
    """The second detector that the configuration asks for."""
    if not settings.scan_second:
        return None
    presidio.demand()
    return presidio.Presidio


def explaining_key(settings: Settings, environ: Mapping[str, str]) -> bytes:
    """The key of this installation's pseudonyms, so that what is shown is what would leave; makes no secret.

    Where there is no secret yet, or whoever asks may not read it, a key for this one answer.
    """
    given, file = environ.get("GATEWAY_SECRET", ""), Path(settings.state_dir) / SECRET_FILE
    try:
        if given or file.exists():
            secret = override(given) if given else read_or_make(file.parent)
            return derive(secret, Purpose.PSEUDONYM)
    except (OSError, SecretUnusable):
        pass
    return secrets.token_bytes(SECRET_BYTES)
