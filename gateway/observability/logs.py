"""Writes events as log lines, one per request; a key or a text that the schema does not know is dropped, never printed.

The same holds for libraries: of what they log only the library's name, the level and the class of an exception remain,
because their messages quote URLs, headers and bodies (law 9).
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TextIO

import orjson
import structlog
from typing_extensions import override

from gateway import events
from gateway.domain import Dialect, Operation, Outcome, Settlement
from gateway.events import Event
from gateway.observability.lines import Lines
from gateway.observability.log_lines import (
    Words,
    emergency_line,
    failed_line,
    probed_line,
    reloaded_line,
    settled_numbers,
    settled_words,
    state_line,
    words_of,
)
from gateway.observability.settled import CODES
from gateway.observability.vocabulary import Vocabulary

Line = Mapping[str, object]
Check = Callable[[object], bool]

LIBRARIES = frozenset({"uvicorn", "aiohttp", "asyncio", "httpx", "httpcore", "litellm", "fastapi", "openai", "py"})
REQUEST_ID = re.compile(r"req_[0-9a-z]{16,40}\Z")
HASH = re.compile(r"[0-9a-f]{8,64}\Z")
VERSION = re.compile(r"[0-9a-z.+]{1,40}\Z")
WHERE = re.compile(r"[a-z_/]{1,100}\.py:[0-9]{1,5}\Z")
CLASS = re.compile(r"[A-Z][A-Za-z0-9_]{0,79}\Z")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z\Z")
FACADES = frozenset(f"{dialect}.{operation}" for dialect in Dialect for operation in Operation)
LEVELS: Final = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}
LOGGED = (
    *(Settlement, events.EgressViolation, events.TargetForwards, events.FellShort, events.LedgerWritten),
    *(
        events.ProviderProbed,
        events.LedgerLost,
        events.LedgerRecovered,
        events.EmergencyOpened,
        events.EmergencyEnded,
        events.LedgerCheckpointed,
        events.LedgerWitnessed,
        events.ConfigReloaded,
        events.AttemptEnded,
        events.ModelLoaded,
        events.CollectorSeen,
        events.MeterSeen,
        events.SharedSeen,
        events.ConsoleRefused,
    ),
    *(events.GatewayStarted, events.GatewayStopped, events.EmbeddedStarted, events.EmbeddedExited, events.Faulted),
)


COUNTED: Final = frozenset(
    {
        *(events.ScanEnded, events.PhiFound, events.OwnWordsUsed, events.AttemptStarted, events.Decided),
        *(events.EgressRefused, events.QuotaCounted, events.QueueChanged, events.QueueWaited, events.StateSeen),
        events.StepEnded,
    }
)
"""What each request brings several of: it is counted, and the line of the request says it."""


class Style(StrEnum):
    JSON = "json"
    CONSOLE = "console"


def _like(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


def _enum(value: object) -> bool:
    return isinstance(value, StrEnum) or (isinstance(value, list) and all(isinstance(item, StrEnum) for item in value))


def _one_of(words: Iterable[str]) -> Check:
    known = frozenset(words) | {""}
    return lambda value: isinstance(value, str) and value in known


NUMBERS = (
    *(
        "status",
        "duration_s",
        "first_token_s",
        "overhead_s",
        "queued_s",
        "attempts",
        "cost_usd",
        "energy_wh",
        "stream",
        "count",
    ),
    *(
        "input_tokens",
        "output_tokens",
        "cached_input_tokens",
        "reasoning_tokens",
        "audio_s",
        "baseline_usd",
        "pseudonyms_unresolved",
    ),
    *("baseline_usd", "cache_write_tokens", "audio_input_tokens", "audio_output_tokens"),
    *("port", "uptime_s", "code", "up", "problems", "rules_added", "rules_removed"),
    *("words_wider", "words_narrower", "opens", "days_left", "outage_s", "lost", "minutes"),
)
MAX_WORDS: Final = 2_048
"""So many different sets of words of lines are remembered."""
_COUNTS: Final = frozenset(NUMBERS)
_NUMERIC: Final = frozenset({int, float, bool, type(None)})
BAA_NOTICE_DAYS = 30
"""From so many days on the end of a BAA is a line, once a day."""
UNANSWERED = frozenset({Outcome.UPSTREAM_ERROR, Outcome.DEADLINE, Outcome.INTERNAL, Outcome.SHED, Outcome.UNRECORDED})
"""Outcomes that somebody should look at; what a rule refused or a caller got wrong is not among them."""
QUIET = frozenset({events.AttemptResult.OK, events.AttemptResult.CANCELLED})
"""Attempts of which no line is written: the line of their request says it."""
ENUMS = (
    *("operation", "dialect", "provider_kind", "outcome", "sensitivity", "destination", "found", "redacted"),
    *("cost_quality", "energy_quality"),
    *("record", "result", "cause", "loss", "restart", "how", "witness", "meter"),
)
HASHES = ("config_hash", "policy_hash", "config_before", "config_after", "policy_before", "policy_after")
NAMES = ("caller", "route", "agent", "target", "provider", "model", "decision_reason", "reason", "emergency")


class AllowList:
    """The last step before rendering: keeps what the schema knows, and drops everything else."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._schema: dict[str, Check] = {
            **dict.fromkeys(ENUMS, _enum),
            "timestamp": _like(TIMESTAMP),
            "level": _one_of(LEVELS.values()),
            "event": _one_of((*(kind.event for kind in LOGGED), "library.logged", "baa.ended", "baa.ends")),
            "request_id": _like(REQUEST_ID),
            "facade": _one_of(FACADES),
            "version": _like(VERSION),
            **dict.fromkeys(HASHES, _like(HASH)),
            "error_code": _one_of(CODES),
            "logger": _one_of((*LIBRARIES, "other")),
            "exception": _like(CLASS),
            "where": _like(WHERE),
        }
        self.learn(vocabulary)

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration."""
        known = _one_of(vocabulary.names)
        self._schema |= dict.fromkeys(NAMES, lambda value: _enum(value) or known(value))
        self._schema["address"] = _one_of(vocabulary.addresses)
        labels = vocabulary.labels
        self._schema["labels"] = lambda value: isinstance(value, list) and labels.issuperset(value)

    def __call__(self, line: Line) -> dict[str, object]:
        kept: dict[str, object] = {}
        for key, value in line.items():
            if key in _COUNTS:
                if type(value) in _NUMERIC:
                    kept[key] = value
            elif (check := self._schema.get(key)) is not None and check(value):
                kept[key] = value
        return kept


class EventLog:
    """The sink that writes lines; the only way anything is logged."""

    def __init__(self, vocabulary: Vocabulary, *, stream: TextIO, style: Style = Style.JSON) -> None:
        self._allow = AllowList(vocabulary)
        self._probed: dict[str, events.ProviderProbed] = {}
        self._words: dict[Words, Line] = {}
        self._lines = Lines(stream)
        self._render = _json if style is Style.JSON else _Console(stream)

    def hold(self, linger_s: float) -> None:
        """From now on lines may wait for others, `linger_s` seconds at most; a warning, an error and the end do not."""
        self._lines.linger_s = linger_s

    def flush(self) -> None:
        """Write what is held. For the end: what a process that is killed was holding is lost."""
        self._lines.flush()

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration."""
        self._allow.learn(vocabulary)
        self._words.clear()

    def emit(self, event: Event) -> None:  # noqa: C901, PLR0912  (a case for each sort of line)
        if type(event) in COUNTED:
            return
        match event:
            case Settlement():
                self._settled(event)
            case events.Faulted():
                line = {"request_id": event.request_id, "exception": event.kind, "where": event.where}
                self._write(logging.ERROR, event.event, line)
            case events.EgressViolation() | events.LedgerLost():
                grave = {"loss": event.loss} if isinstance(event, events.LedgerLost) else {"provider": event.provider}
                self._write(logging.CRITICAL, event.event, grave)
            case events.AttemptEnded() | events.TargetForwards() | events.FellShort() | events.ModelLoaded():
                self._of_target(event)
            case (
                events.LedgerWritten()
                | events.LedgerCheckpointed()
                | events.LedgerRecovered()
                | events.LedgerWitnessed()
            ):
                self._of_record(event)
            case events.ConfigReloaded():
                loud = logging.WARNING if event.opens else logging.INFO
                level = logging.ERROR if event.result is events.ReloadResult.REFUSED else loud
                self._write(level, event.event, reloaded_line(event))
            case events.BaaSeen() if event.days_left <= BAA_NOTICE_DAYS:
                what = "baa.ended" if event.days_left < 1 else "baa.ends"
                self._write(logging.WARNING, what, {"provider": event.provider, "days_left": event.days_left})
            case events.ProviderProbed() if self._probed.get(event.provider) != event:
                self._probed[event.provider] = event
                self._write(logging.INFO if event.up else logging.WARNING, event.event, probed_line(event))
            case events.CollectorSeen():
                level = logging.INFO if event.up else logging.WARNING
                self._write(level, event.event, {"up": event.up, "lost": event.lost})
            case events.MeterSeen():
                level = logging.INFO if event.loss is None else logging.WARNING
                self._write(
                    level, event.event, {"meter": event.meter, "up": event.loss is None, "loss": event.loss or ""}
                )
            case events.SharedSeen():
                level = logging.WARNING if event.loss is None else logging.ERROR
                self._write(
                    level, event.event, {"loss": event.loss or "", "up": event.loss is None, "lost": event.lost}
                )
            case events.EmergencyOpened() | events.EmergencyEnded():
                self._write(logging.WARNING, event.event, emergency_line(event))
            case events.ConsoleRefused():
                self._write(logging.WARNING, event.event, {"reason": event.reason})
            case events.GatewayStarted() | events.GatewayStopped() | events.EmbeddedStarted() | events.EmbeddedExited():
                died = isinstance(event, events.EmbeddedExited) and event.reason is not events.ExitReason.STOPPED
                self._write(logging.WARNING if died else logging.INFO, event.event, state_line(event))
            case _:
                return  # counted, and part of the line of its request

    def _settled(self, event: Settlement) -> None:
        """The line of a request. Its words are held against the schema once for all requests that have the same."""
        words = words_of(event)
        line = self._words.get(words)
        if line is None:
            if len(self._words) >= MAX_WORDS:
                self._words.clear()
            level = LEVELS[logging.WARNING if event.outcome in UNANSWERED else logging.INFO]
            checked = self._allow({**settled_words(words), "event": event.event, "level": level})
            line = self._words[words] = {name: _plain(one) for name, one in checked.items()}
        numbers = settled_numbers(event)
        numbers["timestamp"] = _now()
        # All others are seldom, and waited for.
        self._lines.add(self._render({**line, **self._allow(numbers)}), hurry=event.outcome in UNANSWERED)

    def _of_record(
        self,
        event: events.LedgerWritten | events.LedgerCheckpointed | events.LedgerRecovered | events.LedgerWitnessed,
    ) -> None:
        """What could not be written, and that it can be again; all else is in the metrics."""
        if isinstance(event, events.LedgerRecovered):
            self._write(logging.WARNING, event.event, {"outage_s": round(event.outage_s, 3), "lost": event.lost})
        elif isinstance(event, events.LedgerCheckpointed):
            if not event.ok:
                self._write(logging.ERROR, event.event, {"result": events.LedgerResult.FAILED})
        elif isinstance(event, events.LedgerWitnessed):
            if event.loss is not None:
                self._write(logging.ERROR, event.event, {"witness": event.by, "loss": event.loss})
        elif event.result is not events.LedgerResult.OK:
            rows = {"record": event.record, "result": event.result, "count": event.count}
            self._write(logging.ERROR, event.event, rows)

    def _of_target(
        self, event: events.AttemptEnded | events.TargetForwards | events.FellShort | events.ModelLoaded
    ) -> None:
        """A target was not what it should be, or became so; what only an administrator can mend is an error."""
        if isinstance(event, events.ModelLoaded):
            line: dict[str, object] = {"provider": event.provider, "target": event.target, "up": event.ok}
            level = logging.INFO if event.ok else logging.ERROR
            self._write(level, event.event, {**line, "duration_s": round(event.duration_s, 3)})
        elif isinstance(event, events.TargetForwards):
            self._write(logging.WARNING, event.event, {"provider": event.provider, "target": event.target})
        elif isinstance(event, events.FellShort):
            told = {
                "request_id": event.request_id,
                "provider": event.provider,
                "target": event.target,
                "how": event.how,
            }
            self._write(logging.WARNING, event.event, told)
        elif event.result not in QUIET:
            ours = event.result is events.AttemptResult.MISCONFIGURED
            self._write(logging.ERROR if ours else logging.WARNING, event.event, failed_line(event))

    def library(self, record: logging.LogRecord) -> None:
        """What is left of a line of a library."""
        package = record.name.partition(".")[0]
        line: dict[str, object] = {"logger": package if package in LIBRARIES else "other"}
        if record.exc_info is not None and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        self._write(record.levelno, "library.logged", line)

    def crashed(self, exception: type[BaseException]) -> None:
        """What is left of a traceback that Python would print."""
        self._write(logging.ERROR, "library.logged", {"logger": "other", "exception": exception.__name__})

    def _write(self, level: int, event: str, line: Line) -> None:
        name = LEVELS.get(level, "error")
        told = self._allow({**line, "event": event, "level": name, "timestamp": _now()})
        self._lines.add(self._render(told), hurry=True)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: object) -> object:
    """A word as text, which is written faster than a member of an enum."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def _json(line: dict[str, object]) -> str:
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE).decode()


class _Console:
    """Lines for people."""

    def __init__(self, stream: TextIO) -> None:
        self._renderer = structlog.dev.ConsoleRenderer(colors=stream.isatty(), sort_keys=False)

    def __call__(self, line: dict[str, object]) -> str:
        return f"{self._renderer(None, '', line)}\n"


class LibraryHandler(logging.Handler):
    """Takes what the standard library's loggers are given, and hands on only what `EventLog.library` keeps."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._log.library(record)


def take_over(log: EventLog) -> None:
    """Make `log` the only place where libraries log: their own handlers go, warnings count as a library.

    Call it after the libraries have been imported and before anything is served, and once more after an import that
    came late (LiteLLM adds handlers of its own). Hooks that print tracebacks are replaced too.
    """
    root = logging.getLogger()
    root.handlers[:] = [LibraryHandler(log)]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.raiseExceptions = False  # it would print the record that could not be written
    logging.captureWarnings(capture=True)
    sys.unraisablehook = lambda failure: log.crashed(failure.exc_type)
    threading.excepthook = lambda failure: log.crashed(failure.exc_type)


def take_over_again(log: EventLog) -> None:
    """Take over what a late import added (LiteLLM brings handlers of its own), where `take_over` was called before."""
    if any(isinstance(handler, LibraryHandler) for handler in logging.getLogger().handlers):
        take_over(log)
