"""A record with its checkpoints, as a gateway leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.records import Recorded, make_record


@pytest.fixture
def record(tmp_path: Path) -> Recorded:
    return make_record(tmp_path, 300)
