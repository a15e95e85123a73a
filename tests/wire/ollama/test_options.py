import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.fields import Flag, Items, Number
from gateway.wire.ollama import options
from gateway.wire.ollama.chat import ENDPOINT as CHAT
from gateway.wire.ollama.fields import OPTIONS


def test_the_founding_options_become_the_hubs():
    given = {"temperature": 0.3, "num_predict": 800, "num_ctx": 8192, "top_p": 0.9, "stop": ["END"], "seed": 7}
    assert options.to_hub(given) == {
        "temperature": 0.3,
        "max_tokens": 800,
        "num_ctx": 8192,
        "top_p": 0.9,
        "stop": ["END"],
        "seed": 7,
    }


@pytest.mark.parametrize("limit", [-1, -2, 0])
def test_no_limit_is_the_hubs_default(limit):
    assert options.to_hub({"num_predict": limit}) == {}


def test_empty_null_and_unknown_options_say_nothing():
    assert options.to_hub(None) == options.to_hub({"stop": [], "seed": None, "unheard_of": 1}) == {}


def test_the_hubs_fields_become_options():
    tree = {
        "max_completion_tokens": 5,
        "max_tokens": 9,
        "stop": "END",
        "repetition_penalty": 1.1,
        "user": "u",
        "top_k": None,
    }
    assert options.from_hub(tree) == {"num_predict": 5, "stop": ["END"], "repeat_penalty": 1.1}
    assert options.from_hub({"repetition_penalty": 1.1, "repeat_penalty": 1.2}) == {"repeat_penalty": 1.2}


WRONG = [
    ({"temperature": "hot"}, "options.temperature"),
    ({"num_ctx": "big"}, "options.num_ctx"),
    ({"num_ctx": 1.5}, "options.num_ctx"),
    ({"seed": True}, "options.seed"),
    ({"stop": "END"}, "options.stop"),
    ({"stop": [1]}, "options.stop.0"),
    ({"use_mmap": 1}, "options.use_mmap"),
    ([], "options"),
]


def validate(given):
    CHAT.validate({"options": given})


@pytest.mark.parametrize(("value", "param"), WRONG)
def test_an_option_of_the_wrong_type_is_refused_by_name(value, param):
    with pytest.raises(InvalidRequest) as raised:
        validate(value)
    assert raised.value.param == param


def test_unknown_options_pass_and_whole_floats_are_integers():
    validate({"unheard_of": object(), "num_ctx": 4096.0, "temperature": None, "use_mmap": True})
    assert options.to_hub({"num_ctx": 4096.0}) == {"num_ctx": 4096}


def _any(field):
    """Values that the table allows for an option."""
    match field:
        case Flag():
            return st.booleans()
        case Number(whole=False):
            return st.floats(0, 2)
        case Items():
            return st.lists(st.text(min_size=1), min_size=1, max_size=3)
        case _:
            return st.integers(1, 9999)


VALUES = {name: _any(field) for name, field in OPTIONS.fields.items()}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_options_survive_the_way_through_the_hub(given):
    validate(given)
    assert options.from_hub(options.to_hub(given)) == given
