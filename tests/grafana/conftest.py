"""The dashboards, and a real Prometheus that scrapes the real metrics."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from gateway import events
from gateway.domain import (
    Adapter,
    Carrier,
    Destination,
    Dialect,
    Kind,
    Operation,
    Outcome,
    Provider,
    ProviderKind,
    Route,
    Sensitivity,
    Settlement,
    Target,
    Usage,
)
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from tests.kit.ports import free_port

GRAFANA = Path(__file__).parents[2] / "grafana"
VARIABLES = {"$__rate_interval": "3s", "$__range": "3s", "$__interval": "1s"}
SCRAPES = 8
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Query:
    panel: str
    expression: str

    @property
    def substituted(self) -> str:
        expression = self.expression
        for variable, value in VARIABLES.items():
            expression = expression.replace(variable, value)
        return expression

    @property
    def metrics(self) -> set[str]:
        without_labels = re.sub(r"by \([^)]*\)|\{[^}]*\}", "", self.expression)
        return set(re.findall(r"\b(?:gateway|gen_ai)_\w+", without_labels))


def dashboards() -> dict[str, dict]:
    return {path.name: json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))}


def panels_of(dashboard: dict) -> list[dict]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries_of(dashboard: dict) -> list[Query]:
    return [Query(panel["title"], target["expr"]) for panel in panels_of(dashboard) for target in panel["targets"]]


@pytest.fixture(scope="session")
def boards() -> dict[str, dict]:
    return dashboards()


@pytest.fixture(scope="session")
def panels(boards) -> list[dict]:
    return [panel for board in boards.values() for panel in panels_of(board)]


@pytest.fixture(scope="session")
def queries(boards) -> list[Query]:
    return [query for board in boards.values() for query in queries_of(board)]


def fed() -> tuple[Metrics, Callable[[], None]]:
    """The metrics of a gateway, and a function that makes one of everything happen to it."""
    local = Provider(name="ollama", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    cloud = Provider(name="anthropic", kind=ProviderKind.ANTHROPIC, adapter=Adapter.LITELLM)
    targets = (
        Target(name="fast", provider=local, model="llama3.2:3b"),
        Target(name="sonnet", provider=cloud, model="claude-sonnet-4-5"),
    )
    metrics = Metrics(Vocabulary.of([Route(name="triage", targets=targets)], reasons=["permitted", "needs_baa"]))
    happenings = [*_requests(targets), *_troubles()]

    def feed() -> None:
        for event in happenings:
            metrics.emit(event)

    return metrics, feed


def _requests(targets: tuple[Target, ...]) -> Iterator[events.Event]:
    for target in targets:
        provider = target.provider.name
        yield events.AttemptStarted(provider=provider, target=target.name)
        for result in (events.AttemptResult.OK, events.AttemptResult.TIMEOUT):
            yield events.AttemptEnded(
                request_id="req_0123456789abcdef",
                operation=Operation.CHAT,
                provider=provider,
                target=target.name,
                model=target.model,
                result=result,
                duration_s=1.0,
            )
        yield events.AttemptStarted(provider=provider, target=target.name)
        for outcome, status, code in ((Outcome.OK, 200, ""), (Outcome.UPSTREAM_ERROR, 502, "upstream_failed")):
            yield Settlement(
                request_id="req_0123456789abcdef",
                operation=Operation.CHAT,
                dialect=Dialect.OPENAI,
                at_us=1,
                outcome=outcome,
                status=status,
                error_code=code,
                duration_us=2_000_000,
                overhead_us=3_000,
                route="triage",
                target=target.name,
                provider=provider,
                model=target.model,
                first_token_us=500_000,
                usage=Usage(120, 30, 10, 5, reported=True),
                energy_nwh=500_000_000,
                stream=True,
                pseudonyms_unresolved=1,
            )


def _troubles() -> Iterator[events.Event]:
    yield Settlement(
        request_id="req_0123456789abcdef",
        operation=Operation.CHAT,
        dialect=Dialect.OPENAI,
        at_us=1,
        outcome=Outcome.OK,
        status=200,
        duration_us=2_000_000,
        overhead_us=3_000,
        route="triage",
        provider="anthropic",
        model="claude-sonnet-4-5",
        cost_nano_usd=10_000_000,
    )
    yield events.FellBack(
        from_="fast", to="sonnet", reason=events.AttemptResult.TIMEOUT, result=events.FallbackResult.OK
    )
    for destination in Destination:
        yield events.Decided(sensitivity=Sensitivity.PHI, destination=destination, reason="permitted")
    yield events.PhiFound(kind=Kind.MRN, carrier=Carrier.MESSAGE)
    yield events.ScanEnded(duration_s=0.002, failed=events.ScanFailure.TREATED_AS_PHI)
    yield events.EgressRefused(reason="needs_baa")
    yield events.StreamAborted(phase=events.AbortPhase.MID_STREAM, side=events.Side.UPSTREAM)
    yield events.AuthFailed(reason=events.AuthFailure.MISSING)
    for result in (events.LedgerResult.OK, events.LedgerResult.FAILED):
        yield events.LedgerWritten(record=events.Record.INTENT, result=result, duration_s=0.002)
    yield events.ProviderProbed(provider="ollama", up=True)
    yield events.ProviderProbed(provider="anthropic", up=False)
    yield events.Faulted(request_id="req_0123456789abcdef", kind="KeyError", where="wire/openai.py:1")


@dataclass(frozen=True)
class Scraped:
    """A running Prometheus that has scraped the metrics a few times."""

    url: str
    exposition: str

    def query(self, expression: str) -> list[float]:
        """The values of an instant query that are numbers. An error of Prometheus is an `AssertionError`."""
        parameters = urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/query?{parameters}", timeout=PATIENCE_S) as reply:
                answer = json.load(reply)
        except urllib.error.HTTPError as error:
            message = error.read().decode()
            error.close()
            raise AssertionError(message) from None
        values = [float(sample["value"][1]) for sample in answer["data"]["result"]]
        return [value for value in values if value == value]  # noqa: PLR0124  # NaN is no answer


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory) -> Iterator[Scraped]:
    binary = shutil.which("prometheus")
    assert binary, "Prometheus is missing: apt-get install --no-install-recommends prometheus"
    metrics, feed = fed()
    scrapes = threading.Semaphore(0)

    class Exposition(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed()
            content_type, body = metrics.render(self.headers.get("accept", ""))
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.end_headers()
            self.wfile.write(body)
            scrapes.release()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exposition)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    folder = tmp_path_factory.mktemp("prometheus")
    url, process = _start(binary, folder, scraped=f"127.0.0.1:{server.server_port}")
    try:
        for _ in range(SCRAPES):
            assert scrapes.acquire(timeout=PATIENCE_S), (folder / "log").read_text()
        yield Scraped(url, metrics.render("")[1].decode())
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        server.shutdown()
        serving.join()
        server.server_close()


def _start(binary: str, folder: Path, *, scraped: str) -> tuple[str, subprocess.Popen[bytes]]:
    """The shipped configuration, aimed at `scraped` and in a hurry."""
    config = yaml.safe_load((GRAFANA / "prometheus" / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [scraped]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = [
        binary,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=1):
                return url, process
        except OSError:
            threading.Event().wait(0.05)
    process.kill()
    process.wait()
    raise AssertionError("Prometheus did not start: " + (folder / "log").read_text())
