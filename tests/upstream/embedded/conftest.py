from __future__ import annotations

from pathlib import Path

import pytest

from gateway.upstream.embedded.models import fetch

STATE = Path(__file__).parents[3] / "state"


class Heard:
    """An event sink that remembers."""

    def __init__(self) -> None:
        self.events = []

    def emit(self, event) -> None:
        self.events.append(event)

    @property
    def names(self):
        return [event.event for event in self.events]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture(scope="session")
def models_folder():
    """The real models, where `make models` puts them; fetched if they are not there yet."""
    folder = STATE / "models"
    fetch(folder, report=print)
    return folder
