"""LangChain's standard tests over the gateway, as its own integrations run them, in each dialect that it has for us.

The pictures and papers that they fetch from the web are made here; all else is theirs.
"""

import base64
import os
from types import SimpleNamespace

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_ollama import ChatOllama, OllamaEmbeddings
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_tests.integration_tests import ChatModelIntegrationTests, EmbeddingsIntegrationTests
from langchain_tests.integration_tests import chat_models as theirs

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _nothing_is_fetched(monkeypatch):
    """Their pictures and papers, from here."""

    def get(url, **_):
        return SimpleNamespace(content=PDF if "pdf" in url else base64.b64decode(PNG))

    monkeypatch.setattr(theirs, "httpx", SimpleNamespace(get=get))


class Chat(ChatModelIntegrationTests):
    """What every dialect is said to be able to do."""

    __test__ = False

    @property
    def supports_image_inputs(self):
        return True

    @property
    def supports_image_tool_message(self):
        return False


class TestOpenAI(Chat):
    __test__ = True

    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        return {"model": "gpt-4o-mini", "stream_usage": True}

    @property
    def supports_json_mode(self):
        return True

    @property
    def supports_anthropic_inputs(self):
        return True

    @property
    def supports_pdf_inputs(self):
        return True


class TestResponses(TestOpenAI):
    @property
    def chat_model_params(self):
        return {"model": "gpt-4o-mini", "use_responses_api": True}

    @pytest.mark.xfail(reason="the Responses API has no stop sequences, here or at OpenAI")
    def test_stop_sequence(self, model):
        super().test_stop_sequence(model)


class TestAnthropic(Chat):
    __test__ = True

    @property
    def chat_model_class(self):
        return ChatAnthropic

    @property
    def chat_model_params(self):
        return {"model": "claude-sonnet-4-20250514"}

    @property
    def supports_anthropic_inputs(self):
        return True

    @property
    def supports_image_tool_message(self):
        return True

    @property
    def supports_pdf_inputs(self):
        return True


class TestOllama(Chat):
    __test__ = True

    @property
    def chat_model_class(self):
        return ChatOllama

    @property
    def chat_model_params(self):
        return {"model": "llama3.2:3b"}

    @property
    def supports_json_mode(self):
        return True

    @property
    def has_tool_choice(self):
        return False


class TestOpenAIEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return OpenAIEmbeddings

    @property
    def embedding_model_params(self):
        # Its count of tokens is fetched from the web.
        return {"model": "text-embedding-3-small", "check_embedding_ctx_length": False}


class TestOllamaEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return OllamaEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": "text-embedding-3-small"}


assert os.environ["OPENAI_BASE_URL"]
