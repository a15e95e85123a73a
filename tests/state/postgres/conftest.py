"""A real PostgreSQL for all tests of this folder, and records in it."""

from __future__ import annotations

import pytest

from tests.kit.postgres_server import postgres_server


@pytest.fixture(scope="session")
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(postgres):
    """The URL of a new record, by which gateways use it."""
    return postgres.database()
