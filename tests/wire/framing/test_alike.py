import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.wire.framing.alike import AT_ONCE, PATIENCE, Alike
from gateway.wire.openai.reply import more_text

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ['"', "\\", "x", "y", "", "\n\n", "é", '","']
)


def event(text, **beside):
    return {"id": "x", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}], **beside}


def alike_after(tree):
    alike = Alike(more_text)
    alike.learn(b"{}", {})  # the first of a stream, which is like no other
    alike.learn(orjson.dumps(tree), tree)
    return alike


@given(TEXTS, TEXTS, TEXTS)
@example("x", '"', "\\")
@example("", "", "x")
def test_an_event_that_is_told_by_its_bytes_is_the_one_that_they_say(first, text, model):
    alike = alike_after(event(first, model=model))
    said = event(text, model=model)
    assert alike.texts([orjson.dumps(said)], 0) == [text]
    assert alike.joined([text]) == said


@given(st.binary(max_size=12))
@example(b'a","content":"b')
@example(b"\\")
@example(b"\\ud83d")
@example(b"\xff")
@example(b"a\nb")
def test_bytes_between_are_taken_only_where_they_are_one_string(between):
    alike = alike_after(event("seen"))
    data = orjson.dumps(event("@")).replace(b"@", between)
    for text in alike.texts([data], 0):
        assert orjson.loads(data) == event(text)


@given(st.lists(TEXTS | st.sampled_from(["\\", '"', 'a","b', "\n"]), max_size=5), st.booleans())
@example(texts=["a", "b"], escaped=True)
def test_events_that_came_together_are_read_as_each_alone(texts, escaped):
    alike = alike_after(event("seen"))
    write = (lambda tree: json.dumps(tree, separators=(",", ":")).encode()) if escaped else orjson.dumps
    assert alike.texts([write(event(text)) for text in texts], 0) == texts


@given(
    st.lists(
        st.sampled_from([b"a", b'","', b'"', b"\\", b'a","b', b"x\\", b"\xff", b"\n", b"\\n"]), min_size=1, max_size=5
    )
)
def test_bytes_that_are_no_strings_do_not_make_others_into_some(betweens):
    alike = alike_after(event("seen"))
    events = [orjson.dumps(event("@")).replace(b"@", between) for between in betweens]
    for data, text in zip(events, alike.texts(events, 0), strict=False):
        assert orjson.loads(data) == event(text)


def test_the_first_that_is_not_alike_ends_them():
    alike = alike_after(event("seen"))
    events = [orjson.dumps(tree) for tree in (event("a"), event("b"), event("c", error="no"), event("d"))]
    assert alike.texts(events, 0) == ["a", "b"]
    assert alike.texts(events, 2) == []
    assert alike.texts(events, 3) == ["d"]


@given(st.recursive(st.none() | st.booleans() | TEXTS, lambda inner: st.lists(inner, max_size=2), max_leaves=4), TEXTS)
def test_nothing_but_the_text_may_differ(beside, text):
    alike = alike_after(event("seen", beside=beside))
    other = event(text, beside=[beside])
    assert alike.texts([orjson.dumps(other)], 0) == []


@pytest.mark.parametrize("where", ["id", "model", "system_fingerprint"])
def test_the_same_word_elsewhere_is_no_text(where):
    alike = alike_after({**event("word"), where: "word"})
    assert alike.texts([orjson.dumps({**event("word"), where: "other"})], 0) == []
    assert alike.texts([orjson.dumps({**event("other"), where: "word"})], 0) == ["other"]


def test_what_is_more_than_text_teaches_nothing():
    alike = alike_after(event("seen", error={"message": "no"}))
    assert alike.texts([orjson.dumps(event("new"))], 0) == []


def test_nothing_is_joined_before_anything_was_read():
    with pytest.raises(ValueError, match="no event"):
        Alike(more_text).joined(["a"])


def test_a_server_that_writes_each_event_anew_is_not_tried_for_ever():
    alike = Alike(more_text)
    alike.learn(b"{}", {})
    for number in range(PATIENCE + 1):
        tree = event("word", created=number)
        alike.learn(orjson.dumps(tree), tree)
    assert alike.texts([orjson.dumps(event("word", created=PATIENCE))], 0) == []
    assert alike.texts([orjson.dumps(event("word", created=PATIENCE - 1))], 0) == ["word"]


def test_bytes_that_start_and_end_at_once_are_no_event():
    alike = alike_after({"choices": [{"delta": {"content": "seen"}}]})
    assert alike.texts([b'{"choices":[{"delta":{"content":"}}]}'], 0) == []


@given(
    st.lists(TEXTS, min_size=1, max_size=4),
    st.lists(TEXTS, max_size=4),
    st.sampled_from([b'{"a":\n1}', b"", b"\n", b"[DONE]"]),
)
def test_an_event_of_another_make_or_of_several_lines_ends_them_wherever_it_stands(before, behind, other):
    alike = alike_after(event("seen"))
    events = [*(orjson.dumps(event(text)) for text in before), other, *(orjson.dumps(event(text)) for text in behind)]
    assert alike.texts(events, 0) == before
    assert alike.texts(events, len(before)) == []
    assert alike.texts(events, len(before) + 1) == behind


def test_an_event_over_several_lines_is_not_taken_for_two():
    alike = alike_after(event("seen"))
    one = orjson.dumps(event("a"))
    assert alike.texts([one, one + b"\n" + one, one], 0) == ["a"]
    assert alike.texts([one + b"\n" + one], 0) == []


def test_more_events_than_are_looked_at_in_one_go_are_read_in_several():
    alike = alike_after(event("seen"))
    events = [orjson.dumps(event(str(number))) for number in range(AT_ONCE + 2)]
    first = alike.texts(events, 0)
    assert [*first, *alike.texts(events, len(first))] == [str(number) for number in range(AT_ONCE + 2)]
