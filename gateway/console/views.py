"""Joins the console: every page and every form, with the part of the gateway that knows what it shows."""

from __future__ import annotations

from typing import Protocol

from gateway.api.holders import Holders
from gateway.config import Settings
from gateway.console.access import Access
from gateway.console.console import Console
from gateway.console.live import Live
from gateway.console.models import Models
from gateway.console.playground import Playground
from gateway.console.policies import Policies
from gateway.console.record import Record
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
    live, start = Live(trail), Start(gateway.watch.look, settings=lambda: gateway.settings)
    playground = Playground(gateway.pipeline, gateway.holders)
    models, policies = Models(gateway.watch), Policies(gateway.watch)
    record = Record(gateway.watch, trail, gateway.holders.emergencies)
    access = Access(gateway.holders, gateway.watch.ledger)
    views = {
        ("GET", "/console"): live.show,
        ("GET", "/console/events"): live.stream,
        ("GET", "/console/story/"): live.story,
        ("GET", "/console/try"): playground.show,
        ("POST", "/console/try"): playground.tried,
        ("GET", "/console/models"): models.show,
        ("POST", "/console/models/warm"): models.warm,
        ("GET", "/console/policies"): policies.show,
        ("POST", "/console/policies/accept"): policies.accept,
        ("GET", "/console/record"): record.show,
        ("POST", "/console/record/report"): record.report,
        ("POST", "/console/record/open"): record.open,
        ("POST", "/console/record/close"): record.close,
        ("GET", "/console/start"): start.show,
    }
    return Console(access, views, settings=lambda: gateway.settings, events=gateway.events, is_new=start.is_new)
