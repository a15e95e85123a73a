"""No text makes an expression of ours slow beyond measure: each is searched in what engines of this sort stumble over."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from contextlib import contextmanager

import gateway

LAYERS = ("phi", "wire", "api", "access", "routing")
UNITS = (
    *"aA1_-.@/:;,=+%&#'\"([{<\\\t\né",
    *("a ", "a_", "a.", "a-", "A b ", "1-", "1.", "1 ", "a@", "a.b@", "<a ", "a=1&", '"a":', "team-", "lists.", "A. ", "Ab "),
    *("1, ", "a, ", "Mr. ", "Patient ", "a\n", " \n", "\\u0041", "&amp;", "%40", "www.a.", "12/12/", "one two ", "a'b"),
)  # fmt: skip
TIMES = 30
MOST_S = 1.0
"""Processor time of one search in thirty units; those that are merely quadratic need a thousandth."""


def expressions():
    """Every expression that a module of these layers keeps, under the name of its first place."""
    found = {}
    for layer in LAYERS:
        package = importlib.import_module(f"{gateway.__name__}.{layer}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                for index, one in enumerate(_within(value)):
                    found.setdefault((one.pattern, one.flags), f"{info.name}.{name}[{index}]")
    return found


def _within(value):
    """Expressions in a value: it itself, the members of a table, the patterns of rules."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _within(inner)
    elif isinstance(pattern := getattr(value, "pattern", None), str) and not isinstance(value, type):
        yield re.compile(pattern)


class Slow(Exception):
    pass


@contextmanager
def at_most(seconds):
    """Ends what is within by `Slow`; expressions of Python look for signals while they search."""

    def ring(signum, frame):
        raise Slow

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def slow(expression, units=UNITS, times=TIMES):
    """The first unit in whose repetition a search does not end, or nothing."""
    for unit in units:
        for end in ("", "!", "x@y.com"):
            text = unit * times + end
            if isinstance(expression.pattern, bytes):
                text = text.encode()
            try:
                with at_most(MOST_S):
                    expression.search(text)
                    expression.fullmatch(text)
            except Slow:
                return unit + end
    return None


def test_the_alarm_rings_at_an_expression_that_is_exponential():
    assert slow(re.compile(r"(?:[\w+]+[._-])*(?:bugs?|lists?)@")) == "a_"


def test_no_expression_takes_exponential_time():
    found = expressions()
    assert len(found) > 800
    compiled = {re.compile(pattern, flags): place for (pattern, flags), place in found.items()}
    assert {place: unit for one, place in compiled.items() if (unit := slow(one))} == {}
