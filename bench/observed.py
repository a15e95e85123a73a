"""What it costs to be watched: processor time of the metrics and the log line of one request, and of one scrape.

    python -m bench.observed            figures; `--check` ends with 1 where they are over what they may be

CPU time of this process alone, the best of several rounds, so that a busy machine changes little.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable, Sequence

from gateway import events
from gateway.config import load
from gateway.domain import (
    Carrier,
    Destination,
    Dialect,
    Kind,
    Operation,
    Outcome,
    Quality,
    Sensitivity,
    Settlement,
    Target,
    Usage,
)
from gateway.events import Event, FanOut
from gateway.observability.logs import EventLog
from gateway.observability.metrics import Metrics
from gateway.pipeline.words import vocabulary_of

REQUEST_US, SCRAPE_MS = 35.0, 20.0
"""What they may take at most."""
ROUNDS, REQUESTS, SCRAPES = 15, 400, 5


def of_one_request(route: str, agent: str, target: Target) -> list[Event]:
    """All that is told of one streamed chat in which something was found."""
    names = {"provider": target.provider.name, "target": target.name}
    request_id = f"req_{0:032x}"
    return [
        events.ScanEnded(duration_s=0.0012),
        events.PhiFound(kind=Kind.MRN, carrier=Carrier.MESSAGE, count=2),
        events.AttemptStarted(**names),
        events.AttemptEnded(
            **names,
            request_id=request_id,
            operation=Operation.CHAT,
            model=target.model,
            result=events.AttemptResult.OK,
            duration_s=0.4,
            status=200,
        ),
        events.Decided(sensitivity=Sensitivity.PHI, destination=Destination.LOCAL, reason="permitted"),
        Settlement(
            **names,
            request_id=request_id,
            operation=Operation.CHAT,
            dialect=Dialect.OPENAI,
            at_us=1,
            outcome=Outcome.OK,
            status=200,
            duration_us=2_000_000,
            overhead_us=3_000,
            caller="anonymous",
            route=route,
            agent=agent,
            model=target.model,
            sensitivity=Sensitivity.PHI,
            destination=Destination.LOCAL,
            reason="permitted",
            found={Kind.MRN: 2},
            stream=True,
            attempts=1,
            first_token_us=500_000,
            usage=Usage(120, 30, 10, 5, reported=True),
            cost_nano_usd=900_000,
            cost_quality=Quality.REPORTED,
            energy_nwh=500_000_000,
            energy_quality=Quality.MODELLED,
        ),
    ]


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time that one turn takes, in the best round."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            work()
        took.append((time.process_time() - began) / times)
    return min(took)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="config.yaml")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    settings = load(options.config, {})
    vocabulary = vocabulary_of(settings)
    metrics = Metrics(vocabulary)
    idle = metrics.render()[1]
    log = EventLog(vocabulary, stream=io.StringIO())
    sink = FanOut([metrics, log])
    log.hold(1.0)  # as a gateway that serves does: lines are written together
    for agent in settings.table.agents.values():
        for target in settings.table.routes[agent.route].targets:
            for event in of_one_request(agent.route, agent.name, target):
                sink.emit(event)
    agent = next(iter(settings.table.agents.values()))
    told = of_one_request(agent.route, agent.name, settings.table.routes[agent.route].targets[0])

    def request() -> None:
        for event in told:
            sink.emit(event)

    request_us = best(request, REQUESTS) * 1e6
    scrape_ms = best(metrics.render, SCRAPES) * 1e3
    body = metrics.render()[1]
    print(f"metrics and log line of one request  {request_us:6.1f} us of {REQUEST_US:g}")
    print(
        f"a scrape                             {scrape_ms:6.1f} ms of {SCRAPE_MS:g}, {_lines(body)} lines, {len(body):,} bytes"
    )
    print(f"a scrape while nothing happens       {_lines(idle)} lines of 400, {len(idle):,} bytes of 60,000")
    return int(options.check and (request_us > REQUEST_US or scrape_ms > SCRAPE_MS))


def _lines(body: bytes) -> int:
    return sum(not line.startswith(b"#") for line in body.splitlines())


if __name__ == "__main__":
    sys.exit(main())
