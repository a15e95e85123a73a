from __future__ import annotations

from gateway.phi.find.text.gate import SET_SIZE, Gate


def test_a_set_names_the_patterns_that_occur():
    gate = Gate({"digits": r"\d{3}", "word": r"(abc)"})
    assert gate.open(b"abc") == {"word"}
    assert gate.open(b"123 abc") == {"digits", "word"}
    assert gate.open(b"none") == frozenset()
    assert list(gate.spans("word", b"-abc-abc")) == [(1, 4), (5, 8)]


def test_many_patterns_are_searched_in_several_sets_with_one_answer():
    gate = Gate({str(number): rf"\b({number})\b" for number in range(3 * SET_SIZE + 1)})
    assert gate.open(b"0 and 16 and 47 and 48, but no 49") == {"0", "16", "47", "48"}
    assert gate.open(b"nothing") == frozenset()
