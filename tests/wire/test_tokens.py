from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import tokens

PROSE = "The patient was seen for follow-up of stable angina and reports no new symptoms since the last visit. " * 20


def counted(content, *more):
    return tokens.estimate([{"role": "user", "content": content}], *more)


def test_english_prose_is_counted_within_a_third():
    words = len(PROSE.split())
    assert 1.0 * words < counted(PROSE) < 1.34 / 0.67 * words


def test_every_part_of_a_request_counts():
    bare = counted("hi")
    assert counted("hi", PROSE) > bare + 400
    assert counted("hi", [{"name": "f", "description": PROSE, "strict": True}]) > bare + 400
    assert counted([{"type": "text", "text": PROSE}]) > bare + 400


def test_an_image_counts_by_what_it_costs_and_not_by_its_base64():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}}
    assert tokens.IMAGE_TOKENS <= counted([image]) < tokens.IMAGE_TOKENS + 20
    shown = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    assert counted([shown]) == counted([image])
    pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "A" * 160_000}}
    assert 2_000 < counted([pdf]) < 4_000
    file = {"type": "file", "file": {"file_data": "A" * 160_000}}
    assert counted([file]) == counted([pdf])


def test_calls_of_tools_count():
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": PROSE}}]
    assert tokens.estimate([{"role": "assistant", "content": None, "tool_calls": calls}]) > 400


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(one, other):
    assert 1 <= counted(one) <= counted(one + other)


def test_what_a_request_has_at_least_is_less_than_the_estimate_and_counts_texts_alone():
    least = tokens.at_least({"messages": [{"role": "user", "content": PROSE}], "model": "m"})
    assert 0.9 * len(PROSE.split()) < least < counted(PROSE)
    shown = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    assert tokens.at_least({"messages": [{"role": "user", "content": [shown]}]}) < 10
    assert tokens.at_least({"system": PROSE, "messages": []}) > 0.9 * len(PROSE.split())


def test_of_several_inputs_the_longest_has_to_fit():
    alone = tokens.at_least({"input": PROSE})
    assert tokens.at_least({"input": [PROSE] * 9}) == tokens.at_least({"prompt": [PROSE, "a"]}) == alone
    assert tokens.at_least({"input": [7] * 1_000}) == 700
    assert tokens.at_least({}) == tokens.at_least({"input": []}) == 0


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_request_has_some_tokens_at_least(value):
    assert tokens.at_least({"messages": value, "input": value, "prompt": value}) >= 0


def test_inputs_of_embeddings_count_together_and_the_longest_alone():
    many = {"input": [PROSE, PROSE, "short"]}
    assert tokens.at_least_in_all(many) > 1.9 * tokens.at_least(many)
    one = {"input": PROSE}
    assert tokens.at_least_in_all(one) == tokens.at_least(one) == tokens.at_least({"input": [PROSE, "short"]})
    chat = {"messages": [{"role": "user", "content": PROSE}]}
    assert tokens.at_least_in_all(chat) == tokens.at_least(chat)
    assert tokens.at_least_in_all({"input": [1, 2, 3]}) == tokens.at_least({"input": [1, 2, 3]})
