import pytest

from gateway.wire.openai.azure import plain


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/openai/deployments/gpt-4o/chat/completions", ("/v1/chat/completions", "gpt-4o")),
        ("/openai/deployments/a.b_c/embeddings", ("/v1/embeddings", "a.b_c")),
        ("/openai/deployments/gpt-4o", ("/v1/", "gpt-4o")),
        ("/openai/v1/responses", ("/v1/responses", "")),
        ("/openai/v1/models/a", ("/v1/models/a", "")),
        ("/openai/responses", ("/v1/responses", "")),
        ("/openai", ("/openai", "")),
        ("/v1/chat/completions", ("/v1/chat/completions", "")),
        ("/api/chat", ("/api/chat", "")),
    ],
)
def test_a_path_of_azures_is_one_of_openais(path, expected):
    assert plain(path) == expected
