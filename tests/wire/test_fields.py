from __future__ import annotations

import pytest

from gateway.wire.fields import ID, MEDIA_TYPE, SIGNATURE


@pytest.mark.parametrize("good", ["call_abc123", "toolu_01A09q90qw90lq917835lq9", "377278620", "chatcmpl-x:0"])
def test_ids_as_servers_make_them_pass(good):
    assert ID.pattern.fullmatch(good)


@pytest.mark.parametrize("bad", ["Anna Muster", "anna@x.test", "4 May 2024", "Müller"])
def test_text_is_no_id(bad):
    assert not ID.pattern.fullmatch(bad)


def test_signatures_are_base64_and_media_types_are_words():
    assert SIGNATURE.pattern.fullmatch("EqQBCgIYAhIM/+-_==")
    assert not SIGNATURE.pattern.fullmatch("of Anna")
    assert MEDIA_TYPE.pattern.fullmatch("image/svg+xml")
    assert not MEDIA_TYPE.pattern.fullmatch("Anna Muster/x")
