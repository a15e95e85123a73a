from __future__ import annotations

import pytest

from gateway.wire.fields import MEDIA_TYPE, SIGNATURE, Dropped, Fate, Field, Local
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
    assert fates == set(Fate)
    assert [
        field for field in below(row.fields) if list(field.children()) and not isinstance(field, Dropped | Local)
    ] == []


def test_signatures_are_base64_and_media_types_are_words():
    assert SIGNATURE.pattern.fullmatch("EqQBCgIYAhIM/+-_==")
    assert not SIGNATURE.pattern.fullmatch("of Anna")
    assert MEDIA_TYPE.pattern.fullmatch("image/svg+xml")
    assert not MEDIA_TYPE.pattern.fullmatch("Anna Muster/x")
