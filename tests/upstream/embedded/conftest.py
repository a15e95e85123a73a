from __future__ import annotations

from pathlib import Path

import pytest

from gateway.testing import RecordingSink
from gateway.upstream.embedded.models import fetch

STATE = Path(__file__).parents[3] / "state"


@pytest.fixture
def heard():
    return RecordingSink()


@pytest.fixture(scope="session")
def models_folder():
    """The real models, where `make models` puts them; fetched if they are not there yet."""
    folder = STATE / "models"
    fetch(folder, report=print)
    return folder
