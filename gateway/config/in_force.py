"""The settings that a running gateway works with, and those it started with; it reads nothing."""

from __future__ import annotations

from gateway.config.prices import priced
from gateway.config.settings import Settings


class InForce:
    """The settings in force, as `configured`, and with the models that local servers list now (`settings`).

    `started` are those the gateway started with, some of which hold until it starts again.

    A `Gateway` changes it, and whoever must not work with old ones asks it each time.
    """

    def __init__(self, settings: Settings) -> None:
        self.started = self.configured = self.settings = priced(settings)
