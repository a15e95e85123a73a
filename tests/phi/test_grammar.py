from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.grammar import LONGEST, find_tokens, grammar, token_name

TOKENS = [f"[{kind.upper()}_abcdefgh23]" for kind in Kind]


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("token", TOKENS)
def test_every_beginning_of_a_token_is_one_and_a_whole_token_is_not(token, quoted):
    read = grammar(quoted=quoted)
    for written in (token, "\\" + token[:-1].replace("_", "\\_") + "\\]"):
        assert all(read.begins.search(written[:length]).start() == 0 for length in range(1, len(written)))
        assert read.begins.search(written) is None
        assert read.token.fullmatch(written)
        assert len(written) + 2 <= LONGEST


def test_only_where_numbers_are_do_quotes_belong_to_a_token():
    assert grammar(quoted=True).token.fullmatch('"[MRN_abcdefgh23]"')
    assert grammar(quoted=True).begins.search('say "').start() == 4
    assert not grammar(quoted=False).begins.search('say "')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[NAME_abcdefgh23]", ["[NAME_abcdefgh23]"]),
        ("a NAME_ABCDEFGHIJ b", ["NAME_ABCDEFGHIJ"]),
        ("\\[PLAN\\_MEMBER\\_abcdefghij\\]", ["\\[PLAN\\_MEMBER\\_abcdefghij\\]"]),
        ("name_abcdefgh23", ["name_abcdefgh23"]),
        ("name_parameters, [date_formatting]", []),
        ("NAME_abcdefghi", []),
        ("NAME_abcdefghijk", []),
        ("FOO_abcdefghij", []),
        ("no underscore", []),
    ],
)
def test_what_looks_like_a_token_is_found(text, found):
    assert [text[token.start : token.end] for token in find_tokens(text)] == found
    assert all(token.kind is Kind.TOKEN for token in find_tokens(text))


def test_a_token_has_one_name_however_it_is_written():
    assert token_name("\\[plan\\_member\\_ABCDEFGH23\\]") == "PLAN_MEMBER_abcdefgh23"
