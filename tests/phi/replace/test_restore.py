import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.grammar import LONGEST
from gateway.phi.replace.pseudonym import Pseudonymiser, Pseudonyms
from gateway.phi.replace.restore import Mode, Restorer

MAKER = Pseudonymiser(b"k" * 32)
MRN = MAKER.token(Kind.MRN, "8675309")
NAME = MAKER.token(Kind.NAME, 'Olena "Dev" O\\Brien\n')
PLAN = MAKER.token(Kind.PLAN_MEMBER, "XG-77")
BARE = MAKER.token(Kind.MRN, "8675309", bare=True)
MAP = MAKER.pseudonyms
SURFACE = 'Olena "Dev" O\\Brien\n'
STRANGER = Pseudonymiser(b"other" * 7).token(Kind.MRN, "8675309")


def whole(text, mode=Mode.TEXT, pseudonyms=MAP):
    restorer = Restorer(pseudonyms, mode)
    return restorer.decode(text) + restorer.flush()


def core(token):
    return token[1:-1]


@pytest.mark.parametrize(
    ("said", "restored"),
    [
        ("plain text", "plain text"),
        (f"The MRN is {MRN}.", "The MRN is 8675309."),
        (f"{MRN}{MRN}", "86753098675309"),
        (f"`{MRN}` and **{MRN}**", "`8675309` and **8675309**"),
        (f"{PLAN}'s plan", "XG-77's plan"),
        (core(MRN), "8675309"),
        (MRN.upper(), "8675309"),
        (MRN.lower(), "8675309"),
        (MRN.replace("_", "\\_"), "8675309"),
        (PLAN.replace("_", "\\_").replace("[", "\\[").replace("]", "\\]"), "XG-77"),
        (f"[{core(MRN)}, {core(PLAN)}]", "[8675309, XG-77]"),
        (f"({core(MRN)})", "(8675309)"),
        (f"[[{core(MRN)}]]", "[8675309]"),
        (f"[{core(MRN)} is", "[8675309 is"),
        (f'"{BARE}"', '"8675309"'),
    ],
)
def test_a_token_is_restored_however_it_is_dressed(said, restored):
    assert whole(said) == restored


@pytest.mark.parametrize(
    "said",
    [
        STRANGER,
        "[MRN_aaaaaaaaaa]",
        MRN[:-2] + "]",
        core(MRN) + "x",
        core(MRN) + "9",
        "x" + core(MRN),
        "[MRN_",
        MRN[:8],
        "[NAME_1]",
        "[XMRN_" + core(MRN)[4:] + "]",
    ],
)
def test_what_is_not_exactly_a_token_of_this_request_stands_as_it_came(said):
    assert whole(said) == said


def test_a_truncated_token_is_nobody():
    restorer = Restorer(MAP)
    assert restorer.decode("for [NAME_") == "for "
    assert restorer.flush() == "[NAME_"


def test_strangers_are_counted():
    restorer = Restorer(MAP)
    restorer.decode(f"{STRANGER} {MRN} {STRANGER} ")
    assert restorer.unresolved == 2


def test_restored_text_is_never_read_again():
    maker = Pseudonymiser(b"k" * 32)
    inner = maker.token(Kind.MRN, "secret")
    outer = maker.token(Kind.NAME, f"called {inner}")
    assert whole(outer, pseudonyms=maker.pseudonyms) == f"called {inner}"


def test_in_json_the_value_is_escaped():
    said = '{"name": "' + NAME + '", "mrn": "' + MRN + '"}'
    assert json.loads(whole(said, Mode.JSON)) == {"name": SURFACE, "mrn": "8675309"}


def test_a_number_comes_back_as_a_number():
    said = '{"mrn": "' + BARE + '", "note": "mrn ' + BARE + ' seen"}'
    assert json.loads(whole(said, Mode.JSON)) == {"mrn": 8675309, "note": "mrn 8675309 seen"}


@pytest.mark.parametrize("after", ["PLAN_", "[", MRN[:9], '"', " "])
def test_what_follows_a_number_is_said_once(after):
    assert whole(f'"{BARE}"{after}', Mode.JSON) == f"8675309{after}"


def test_with_nothing_to_restore_nothing_is_held():
    restorer = Restorer(Pseudonyms())
    assert restorer.decode("[MRN_") == "[MRN_"
    assert not restorer.holds


def test_in_json_letters_stay_letters():
    maker = Pseudonymiser(b"k" * 32)
    name = maker.token(Kind.NAME, "Sjöström")
    assert whole(f'"{name}"', Mode.JSON, maker.pseudonyms) == '"Sjöström"'


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("escape", ["\\", "\\\\"])
def test_a_kind_of_any_length_is_restored_with_every_escape(kind, escape):
    maker = Pseudonymiser(b"k" * 32)
    token = re.sub(r"([\[_\]])", lambda found: escape + found[1], maker.token(kind, "value"))
    assert whole(f"see {token}.", pseudonyms=maker.pseudonyms) == "see value."


CUT = (
    *(f"{core(MRN)}x", f"x{core(MRN)}", f"{core(MRN)}", f"{MRN}{MRN}", f"{core(MRN)} {core(PLAN)}x", f"{MRN}x{core(MRN)}"),
    *(f"[{core(MRN)}, {core(PLAN)}]", f"\\[{core(MRN)}\\]", f"{STRANGER}{MRN}", f"{MRN}{MRN[:9]}", f'"{BARE}"', f"{core(MRN)}_"),
    *(f'"{BARE}"PLAN_', f'"{BARE}"[{core(MRN)}', f'"{BARE}"{core(PLAN)}'),
)  # fmt: skip


@pytest.mark.parametrize("text", CUT)
@pytest.mark.parametrize("mode", Mode)
def test_no_two_cuts_are_visible(text, mode):
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            restorer = Restorer(MAP, mode)
            cut = (text[:first], text[first:second], text[second:])
            assert "".join(restorer.decode(piece) for piece in cut) + restorer.flush() == whole(text, mode), cut


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(MRN, NAME, PLAN, BARE, core(MRN), core(PLAN), MRN.lower(), MRN.replace("_", "\\_"), STRANGER),
                *(MRN[:7], PLAN[:6], "[", "]", '"', "\\", "\\\\", "_", "M", "plan", "PLAN_", "name", " ", "x", "2"),
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(PIECES, st.lists(st.integers(0, 200), max_size=25), st.sampled_from(Mode))
def test_chunking_is_invisible(text, cuts, mode):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    restorer = Restorer(MAP, mode)
    out = "".join(restorer.decode(text[a:b]) for a, b in pairwise(edges)) + restorer.flush()
    assert out == whole(text, mode)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from(Mode))
def test_never_more_is_held_than_the_longest_token(text, mode):
    restorer = Restorer(MAP, mode)
    for char in text:
        restorer.decode(char)
        assert len(restorer._held) <= LONGEST


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abMRN_[]\\2 \"'`plan", max_size=60))
def test_text_without_a_token_of_this_request_is_untouched(text):
    assert whole(text) == text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (f"[{MRN}]", "[8675309]"),
        (f"[{core(MRN)}, {core(MRN)}]", "[8675309, 8675309]"),
        (f"report_{core(MRN)}.pdf", "report_8675309.pdf"),
        (f"_{core(MRN)}_", "_8675309_"),
        (f"\\[{core(MRN)}\\]", "8675309"),
        (f"C:\\{MRN}\\x", "C:\\8675309\\x"),
        (f"{{\\{MRN}}}", "{\\8675309}"),
        (f"**{MRN}**'s `{MRN}`", "**8675309**'s `8675309`"),
    ],
)
def test_brackets_and_escapes_belong_to_a_token_only_in_pairs(said: str, meant: str) -> None:
    assert whole(said) == meant


@settings(deadline=None)
@given(st.text(alphabet='\\[]_`"aZ7 :(é', max_size=4), st.text(alphabet='\\[]_`"aZ7 :(é', max_size=4))
def test_a_token_in_any_surroundings_is_restored_and_they_stay(before: str, after: str) -> None:
    assert whole(f"{before}{MRN}{after}") == f"{before}8675309{after}"


def test_a_number_that_became_a_key_stays_a_key() -> None:
    maker = Pseudonymiser(b"k" * 32)
    number = maker.token(Kind.MRN, "8675309", bare=True)
    restorer = Restorer(maker.pseudonyms, Mode.JSON)
    assert restorer.decode(f'{{"{number}":"{number}"}}') + restorer.flush() == '{"8675309":8675309}'


QUOTED = MRN.replace("[", "%5B").replace("]", "%5D")
QUOTED_NAME = NAME.replace("[", "%5b").replace("]", "%5d")


@pytest.mark.parametrize("mode", list(Mode))
def test_a_token_in_a_url_is_restored_as_a_url_has_it(mode):
    said = f"https://ehr.example/p?id={QUOTED}&n={QUOTED_NAME}"
    assert whole(said, mode) == "https://ehr.example/p?id=8675309&n=Olena%20%22Dev%22%20O%5CBrien%0A"


@pytest.mark.parametrize("cut", range(len(QUOTED) + 2))
def test_a_token_in_a_url_is_restored_however_it_is_cut(cut):
    said = f"={QUOTED}&"
    restorer = Restorer(MAP)
    assert restorer.decode(said[:cut]) + restorer.decode(said[cut:]) + restorer.flush() == "=8675309&"


def test_a_value_that_was_taken_from_a_url_goes_back_as_it_was():
    maker = Pseudonymiser(b"k" * 32)
    token = maker.token(Kind.NAME, "Olena%20Brien").replace("[", "%5B").replace("]", "%5D")
    assert whole(token, pseudonyms=maker.pseudonyms) == "Olena%20Brien"


@pytest.mark.parametrize("said", ["100%", "a %5B b", "%5BMRN_", f"%5B{core(MRN)}x", QUOTED.removesuffix("D") + "E"])
def test_what_only_begins_as_a_token_in_a_url_stays(said):
    assert whole(said) == said
