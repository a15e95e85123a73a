from __future__ import annotations

import pytest

from gateway.testing import RecordingSink


@pytest.fixture
def heard():
    return RecordingSink()
