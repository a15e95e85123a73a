from __future__ import annotations

from gateway.console.sessions import IDLE_S, LIFE_S, MOST, Sessions
from gateway.domain import Caller


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


def test_a_session_is_its_callers_until_it_ends():
    sessions = Sessions(clock=Clock())
    token = sessions.begin(Caller("chief"))
    assert sessions.of(token).name == "chief"
    sessions.end(token)
    assert sessions.of(token) is None
    assert sessions.of("") is sessions.of("x" * 500) is sessions.of("nobody's") is None


def test_a_session_that_nobody_uses_is_over_and_one_that_is_used_ends_with_the_shift():
    clock = Clock()
    sessions = Sessions(clock=clock)
    idle, used = sessions.begin(Caller("a")), sessions.begin(Caller("b"))
    began_s = clock.now_s
    while clock.now_s < began_s + LIFE_S - IDLE_S / 2:
        clock.now_s += IDLE_S / 2
        assert (sessions.of(used) is not None) == (clock.now_s < began_s + LIFE_S)
    assert sessions.of(idle) is None
    clock.now_s = began_s + LIFE_S
    assert sessions.of(used) is None


def test_there_are_never_more_than_so_many_and_the_idlest_goes():
    clock = Clock()
    sessions = Sessions(clock=clock)
    tokens = []
    for number in range(MOST):
        clock.now_s += 1
        tokens.append(sessions.begin(Caller(f"c{number}")))
    clock.now_s += 1
    assert sessions.of(tokens[0]) is not None
    newest = sessions.begin(Caller("newest"))
    assert sessions.of(tokens[1]) is None
    assert sessions.of(tokens[0]) is not None
    assert sessions.of(newest) is not None


def test_no_token_is_kept_as_it_is():
    sessions = Sessions(clock=Clock())
    token = sessions.begin(Caller("chief"))
    assert token not in repr(vars(sessions))
