"""Joins the console: every page and every form, with the part of the gateway that knows what it shows."""

from __future__ import annotations

from typing import Protocol

from gateway.api.holders import Holders
from gateway.config import Settings
from gateway.console.access import Access
from gateway.console.console import Console
from gateway.console.live import Live
from gateway.console.playground import Playground
from gateway.console.start import Start
from gateway.events import EventSink
from gateway.observability.trail import Trail
from gateway.pipeline import Pipeline
from gateway.pipeline.watch import Watch


class Running(Protocol):
    """What the console needs of a running gateway."""

    events: EventSink
    holders: Holders
    pipeline: Pipeline
    watch: Watch

    @property
    def settings(self) -> Settings: ...


def console_of(gateway: Running, trail: Trail) -> Console:
    """The console of this gateway."""
    live, start = Live(trail), Start(gateway.watch.look)
    playground = Playground(gateway.pipeline, gateway.holders)
    views = {
        ("GET", "/console"): live.show,
        ("GET", "/console/events"): live.stream,
        ("GET", "/console/story/"): live.story,
        ("GET", "/console/try"): playground.show,
        ("POST", "/console/try"): playground.tried,
        ("GET", "/console/start"): start.show,
    }
    return Console(Access(gateway.holders), views, settings=lambda: gateway.settings, events=gateway.events)
