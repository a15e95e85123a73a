"""One line per request, and nothing a caller wrote."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from gateway import events
from gateway.domain import (
    Adapter,
    Destination,
    Kind,
    Outcome,
    Provider,
    ProviderKind,
    Route,
    Sensitivity,
    Shortfall,
    Target,
)
from gateway.observability.logs import AllowList, EventLog, Style, take_over, take_over_again
from gateway.observability.vocabulary import Vocabulary
from tests.kit import rows

CANARY = "Zebulon Quarkenbusch 8675309"
ID = "req_0123456789abcdef0123456789abcdef"


def vocabulary() -> Vocabulary:
    ollama = Provider(name="ollama", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    fast = Target(name="fast", provider=ollama, model="llama3.2:3b")
    return Vocabulary.of(
        [Route(name="triage", targets=(fast,))], callers=["soma"], agents=["pathologist"], reasons=["permitted"]
    )


settled = partial(
    rows.settled,
    request_id=ID,
    caller="soma",
    agent="pathologist",
    sensitivity=Sensitivity.PHI,
    destination=Destination.LOCAL,
    reason="permitted",
    found={Kind.MRN: 2, Kind.NAME: 1},
    redacted=frozenset({Kind.MRN}),
)


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def log(stream):
    return EventLog(vocabulary(), stream=stream)


@pytest.fixture
def taken_over(log):
    """The standard library's logging in our hands, and given back."""
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = list(root.handlers), root.level
    hooks = sys.unraisablehook, threading.excepthook
    take_over(log)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    sys.unraisablehook, threading.excepthook = hooks


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_settled_request_is_one_line_of_json(log, stream):
    log.emit(settled())

    (line,) = lines(stream)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "request.settled",
        "level": "info",
        "request_id": ID,
        "operation": "chat",
        "dialect": "openai",
        "facade": "openai.chat",
        "caller": "soma",
        "route": "triage",
        "agent": "pathologist",
        "target": "fast",
        "provider": "ollama",
        "model": "llama3.2:3b",
        "outcome": "ok",
        "status": 200,
        "sensitivity": "phi",
        "destination": "local",
        "decision_reason": "permitted",
        "found": ["mrn", "name"],
        "redacted": ["mrn"],
        "attempts": 1,
        "duration_s": 3.0,
        "overhead_s": 0.004,
        "first_token_s": 1.0,
        "cost_usd": 0.002,
        "energy_wh": 0.5,
        "energy_quality": "modelled",
        "input_tokens": 100,
        "output_tokens": 21,
    }


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize(
    "field",
    [
        *("request_id", "caller", "route", "agent", "target", "provider", "model", "error_code"),
        *("reason", "operation", "dialect", "outcome", "status", "found", "redacted"),
    ],
)
def test_a_text_that_is_no_known_name_is_never_printed(stream, field, style):
    value = frozenset({CANARY}) if field in {"found", "redacted"} else CANARY

    EventLog(vocabulary(), stream=stream, style=style).emit(settled(**{field: value}))

    assert "Zebulon" not in stream.getvalue()
    assert "8675309" not in stream.getvalue()
    assert "request.settled" in stream.getvalue()


def test_words_that_came_before_let_no_others_through(log, stream):
    log.emit(settled())
    for field in ("caller", "route", "agent", "target", "reason", "error_code"):
        log.emit(settled(**{field: CANARY}))
    log.emit(settled(request_id=CANARY, duration_us=1))
    log.emit(settled())
    first, *_, last = lines(stream)
    assert "Zebulon" not in stream.getvalue()
    assert {**first, "timestamp": ""} == {**last, "timestamp": ""}


def test_names_that_a_reload_took_away_are_printed_no_more(log, stream):
    log.emit(settled())
    log.learn(Vocabulary())
    log.emit(settled())
    before, after = lines(stream)
    assert before["caller"] == "soma"
    assert "caller" not in after


@pytest.mark.parametrize("text", [CANARY, "8", [8], {"a": 8}])
def test_a_number_is_a_number(text):
    line = {"duration_s": text, "status": text, "input_tokens": text, "count": 3}
    assert AllowList(vocabulary())(line) == {"count": 3}


def test_a_key_that_the_schema_does_not_know_is_dropped():
    line = {"event": "request.settled", "prompt": CANARY, "status": 200, "exc_info": CANARY, "note": "permitted"}

    assert AllowList(vocabulary())(line) == {"event": "request.settled", "status": 200}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (events.EgressViolation(provider="ollama"), {"event": "egress.violated", "level": "critical"}),
        (
            events.LedgerWritten(record=events.Record.INTENT, result=events.LedgerResult.FAILED, duration_s=1.0),
            {"event": "ledger.written", "level": "error", "record": "intent", "result": "failed"},
        ),
        (
            events.GatewayStarted(version="0.1.0", config_hash="c0ffee00", policy_hash="decade00", port=8080),
            {"event": "gateway.started", "version": "0.1.0", "port": 8080, "policy_hash": "decade00"},
        ),
        (
            events.Faulted(request_id=ID, kind="KeyError", where="wire/openai.py:12"),
            {"event": "gateway.faulted", "level": "error", "exception": "KeyError", "where": "wire/openai.py:12"},
        ),
        (events.GatewayStopped(uptime_s=3.5), {"event": "gateway.stopped", "uptime_s": 3.5}),
        (
            events.EmbeddedStarted(provider="ollama", model="llama3.2:3b", duration_s=2.0),
            {"event": "embedded.started", "model": "llama3.2:3b", "duration_s": 2.0},
        ),
        (
            events.FellShort(request_id=ID, provider="ollama", target="fast", how=Shortfall.MESSAGES),
            {"event": "answer.fell_short", "level": "warning", "how": "messages", "target": "fast"},
        ),
        (
            events.EmbeddedExited(provider="ollama", model="llama3.2:3b", reason=events.ExitReason.DIED, code=-9),
            {"event": "embedded.exited", "reason": "died", "code": -9},
        ),
    ],
)
def test_what_an_operator_must_know_is_a_line_of_its_own(log, stream, event, expected):
    log.emit(event)

    (line,) = lines(stream)
    assert expected.items() <= line.items()


def test_a_probe_is_a_line_only_when_something_changed(log, stream):
    for up in (True, True, False, False, True):
        log.emit(events.ProviderProbed(provider="ollama", up=up))

    assert [line["up"] for line in lines(stream)] == [True, False, True]


def test_a_probe_says_why_there_was_no_answer_and_when_that_changes(log, stream):
    causes = (events.Cause.REFUSED, events.Cause.REFUSED, events.Cause.BAD_REPLY, None)
    for cause in causes:
        log.emit(events.ProviderProbed(provider="ollama", up=cause is None, cause=cause))

    assert [(line["up"], line.get("cause")) for line in lines(stream)] == [
        (False, "refused"),
        (False, "bad_reply"),
        (True, None),
    ]


def test_a_probe_says_which_server_it_asked_if_that_is_a_configured_one(log, stream):
    log.learn(replace(vocabulary(), addresses=frozenset({"10.1.2.3:11434"})))
    for address in ("10.1.2.3:11434", "10.1.2.4:11434", "Ann Muster"):
        log.emit(events.ProviderProbed(provider="ollama", up=False, address=address))

    assert [line.get("address") for line in lines(stream)] == ["10.1.2.3:11434", None, None]


def test_what_is_counted_elsewhere_is_no_line(log, stream):
    log.emit(events.ScanEnded(duration_s=0.1))
    log.emit(events.LedgerWritten(record=events.Record.INTENT, result=events.LedgerResult.OK, duration_s=0.1))

    assert stream.getvalue() == ""


def test_a_reloaded_configuration_teaches_new_names(stream):
    log = EventLog(Vocabulary(), stream=stream)

    log.emit(settled())
    log.learn(vocabulary())
    log.emit(settled())

    before, after = lines(stream)
    assert "caller" not in before
    assert after["caller"] == "soma"


def test_the_console_is_for_people(stream):
    EventLog(vocabulary(), stream=stream, style=Style.CONSOLE).emit(settled())

    assert "request.settled" in stream.getvalue()
    assert "triage" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize("name", ["uvicorn.error", "aiohttp.client", "asyncio", "httpx", "LiteLLM", f"x {CANARY}"])
@pytest.mark.usefixtures("taken_over")
def test_of_a_librarys_line_only_its_name_level_and_exception_class_remain(stream, name, monkeypatch):
    monkeypatch.setattr(logging.getLogger(name), "disabled", False)  # LiteLLM's is, once its adapter was used
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger(name).exception("%s failed for %s", CANARY, {"body": CANARY}, extra={"event": CANARY})

    (line,) = lines(stream)
    del line["timestamp"]
    library = (
        name.partition(".")[0] if name.partition(".")[0] in {"uvicorn", "aiohttp", "asyncio", "httpx"} else "other"
    )
    assert line == {"event": "library.logged", "level": "error", "logger": library, "exception": "ValueError"}


def test_a_handler_that_a_library_brought_is_removed(log, stream, capsys, taken_over):
    leaking = logging.getLogger("uvicorn.leaking")
    leaking.addHandler(logging.StreamHandler(sys.stderr))
    leaking.warning(CANARY)
    leaked = "Zebulon" in capsys.readouterr().err  # the positive control: such a handler does leak

    take_over(log)
    leaking.warning(CANARY)

    assert leaked
    assert "Zebulon" not in capsys.readouterr().err
    assert "Zebulon" not in stream.getvalue()


def test_what_a_late_import_brings_is_taken_over_only_where_the_rest_was(log, capsys, request):
    late = logging.getLogger("litellm.late")
    late.addHandler(handler := logging.StreamHandler(sys.stderr))
    take_over_again(log)
    assert late.handlers == [handler]

    request.getfixturevalue("taken_over")
    late.addHandler(handler)
    take_over_again(log)
    late.warning(CANARY)

    assert late.handlers == []
    assert "Zebulon" not in capsys.readouterr().err


@pytest.mark.usefixtures("taken_over")
def test_a_logger_that_says_less_than_a_warning_says_nothing(stream):
    logging.getLogger("httpx").info("GET https://example.test/%s", CANARY)

    assert stream.getvalue() == ""


@pytest.mark.usefixtures("taken_over")
def test_warnings_lose_their_text(stream, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, UserWarning, stacklevel=1)

    assert "Zebulon" not in stream.getvalue() + capsys.readouterr().err


@pytest.mark.usefixtures("taken_over")
def test_a_thread_that_dies_leaves_no_traceback(stream, capsys):
    def fail() -> None:
        raise LookupError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    (line,) = lines(stream)
    assert line["exception"] == "LookupError"
    assert "Zebulon" not in stream.getvalue() + capsys.readouterr().err


async def test_an_error_waits_for_nobody_and_comes_after_what_came_before(stream):
    log = EventLog(vocabulary(), stream=stream)
    log.hold(3600)
    log.emit(settled())
    log.emit(events.LedgerLost(loss=events.LedgerLoss.GONE))
    said = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert said == ["request.settled", "ledger.lost"]


def test_a_record_that_can_be_written_again_is_told(stream):
    log = EventLog(vocabulary(), stream=stream)
    log.emit(events.LedgerRecovered(outage_s=12.34567, lost=3))
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["outage_s"], line["lost"]) == ("ledger.recovered", "warning", 12.346, 3)


def test_a_witness_that_failed_is_told_with_its_cause_and_one_that_did_not_is_counted_only(stream):
    log = EventLog(vocabulary(), stream=stream)
    log.emit(events.LedgerWitnessed(by=events.Witnessing.TIMESTAMP))
    log.emit(events.LedgerWitnessed(by=events.Witnessing.TIMESTAMP, loss=events.WitnessLoss.DECLINED))
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["witness"], line["loss"]) == (
        "ledger.witnessed",
        "error",
        "timestamp",
        "declined",
    )


async def test_what_is_held_is_written_at_the_end(stream):
    log = EventLog(vocabulary(), stream=stream)
    log.hold(3600)
    log.emit(settled())
    log.flush()
    assert len(stream.getvalue().splitlines()) == 1


def test_a_time_without_fractions_is_a_time(stream, monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, _zone):
            return cls(2026, 11, 30, 12, 0, 0, 0, UTC)

    monkeypatch.setattr("gateway.observability.logs.datetime", Clock)
    EventLog(vocabulary(), stream=stream).emit(settled())
    assert json.loads(stream.getvalue())["timestamp"] == "2026-11-30T12:00:00Z"


@pytest.mark.parametrize(
    ("event", "level"),
    [
        *(
            (
                settled(outcome=one),
                "info" if one in {"ok", "client_error", "policy_denied", "client_disconnect"} else "warning",
            )
            for one in Outcome
        ),
        (events.ProviderProbed(provider="ollama", up=True), "info"),
        (events.ProviderProbed(provider="ollama", up=False), "warning"),
        *(
            (events.EmbeddedExited(provider="ollama", model="llama3.2:3b", reason=reason), level)
            for reason, level in zip(events.ExitReason, ("info", "warning", "warning"), strict=True)
        ),
    ],
)
def test_what_somebody_should_look_at_is_a_warning(log, stream, event, level):
    log.emit(event)
    (line,) = lines(stream)
    assert line["level"] == level
