from __future__ import annotations

import pytest

from gateway.wire.fields import Dropped, Fate, Field, Local
from gateway.wire.operations import ENDPOINTS

LEAVES = [(row, field) for row in ENDPOINTS for field in row.fields.fields.values()]


def below(field: Field):
    """Every field that has a fate of its own, at any depth."""
    if field.fate is not None:
        yield field
    if not isinstance(field, Dropped):
        for inner in field.children():
            yield from below(inner)


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: f"{row.dialect}.{row.name}")
def test_every_field_has_one_of_four_fates(row):
    fates = {field.fate for field in below(row.fields)}
    assert set(Fate) - {Fate.DROPPED} <= fates <= set(Fate)
    assert [
        field for field in below(row.fields) if list(field.children()) and not isinstance(field, Dropped | Local)
    ] == []
