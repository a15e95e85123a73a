import pytest

from gateway.errors import InvalidRequest
from gateway.wire import checks

WRONG = [
    (checks.mapping, []),
    (checks.array, {}),
    (checks.string, 1),
    (checks.filled, ""),
    (checks.strings, ["a", 1]),
    (checks.base64, "not base64!"),
    (checks.base64, "é"),
    (checks.boolean, 1),
    (checks.integer, 1.5),
    (checks.integer, True),
    (checks.number, "1"),
    (checks.number, True),
]


@pytest.mark.parametrize(("check", "value"), WRONG)
def test_a_wrong_type_names_the_field_and_not_the_value(check, value):
    with pytest.raises(InvalidRequest) as raised:
        check(value, "messages.0.content")
    assert raised.value.param.startswith("messages.0.content")
    assert "not base64!" not in raised.value.message


def test_bounds_are_inclusive():
    assert checks.integer(0, "x", low=0) == 0
    assert checks.number(1, "x", low=0, high=1) == 1.0
    for value, high in ((-1, 1), (2, 1), (-1, None)):
        with pytest.raises(InvalidRequest):
            checks.number(value, "x", low=0, high=high)
    with pytest.raises(InvalidRequest):
        checks.integer(-1, "x", low=0)


def test_a_closed_set_lists_its_members_and_not_the_value():
    assert checks.one_of("a", "x", ("b", "a")) == "a"
    with pytest.raises(InvalidRequest, match=r"^x: must be one of a, b\.$"):
        checks.one_of("SECRET", "x", ("b", "a"))
    with pytest.raises(InvalidRequest):
        checks.one_of(["a"], "x", ("a",))


def test_an_absent_field_is_named_with_its_parent():
    assert checks.present({"a": None}, "a", "") is None
    for at, param in (("", "a"), ("messages.0", "messages.0.a")):
        with pytest.raises(InvalidRequest) as raised:
            checks.present({}, "a", at)
        assert raised.value.param == param
