from __future__ import annotations

from gateway.wire.vocabulary import SIGNATURE, closed, growing


def test_signatures_are_base64():
    assert SIGNATURE.pattern.fullmatch("EqQBCgIYAhIM/+-_==")
    assert not SIGNATURE.pattern.fullmatch("of Anna")


def test_words_that_vendors_add_to_are_told_from_those_of_the_dialect():
    assert closed("a b").words == growing("a b").words == {"a", "b"}
    assert growing("a").growing
    assert not closed("a").growing
