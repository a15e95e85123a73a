from __future__ import annotations

import pytest

from gateway.config.addresses import address as judged
from gateway.kinds import vendors
from gateway.kinds.origin import origin


@pytest.mark.parametrize("url", sorted({*vendors.CHAT.values(), *vendors.VECTORS.values()}))
def test_every_vendor_is_at_an_address_that_a_provider_may_have(url):
    assert judged(url, ()) is not None
    assert origin(url).scheme == "https"
    assert not url.endswith("/")


@pytest.mark.parametrize(
    ("model", "name", "chat", "vectors"),
    [
        ("groq/llama-3.3-70b", "groq", "https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1"),
        ("openrouter/google/gemini", "openrouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("cohere/embed-v4", "cohere", "https://api.cohere.com/v2/chat", "https://api.cohere.com/v2/embed"),
        ("voyage/voyage-3", "voyage", "", "https://api.voyageai.com/v1"),
        ("nonsense/model", "nonsense", "", ""),
        ("gpt-4o", "", "", ""),
        ("GROQ/x", "GROQ", "", ""),
    ],
)
def test_a_models_name_says_where_its_vendor_is(model, name, chat, vectors):
    assert vendors.vendor(model) == name
    assert vendors.address(model, vectors=False) == chat
    assert vendors.address(model, vectors=True) == vectors
