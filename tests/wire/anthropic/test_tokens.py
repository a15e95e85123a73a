from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.anthropic import tokens

PROSE = "The patient was seen for follow-up of stable angina and reports no new symptoms since the last visit. " * 20


def said(content, **fields):
    return {"messages": [{"role": "user", "content": content}]} | fields


def test_english_prose_is_counted_within_a_third():
    words = len(PROSE.split())
    assert 1.0 * words < tokens.estimate(said(PROSE)) < 1.34 / 0.67 * words


def test_every_part_of_a_request_counts():
    bare = tokens.estimate(said("hi"))
    assert tokens.estimate(said("hi", system=PROSE)) > bare + 400
    assert tokens.estimate(said("hi", tools=[{"name": "f", "description": PROSE, "strict": True}])) > bare + 400
    assert tokens.estimate(said([{"type": "text", "text": PROSE}])) > bare + 400


def test_an_image_counts_by_what_it_costs_and_not_by_its_base64():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}}
    assert tokens.IMAGE_TOKENS <= tokens.estimate(said([image])) < tokens.IMAGE_TOKENS + 20
    pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "A" * 160_000}}
    assert 2_000 < tokens.estimate(said([pdf])) < 4_000


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(one, other):
    assert 1 <= tokens.estimate(said(one)) <= tokens.estimate(said(one + other))
