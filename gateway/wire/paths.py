"""Which fields a dialect knows, what each may carry, and which no request may hold; reads no values but to refuse."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain import Dialect, Operation, Path, Tree
from gateway.errors import InvalidRequest
from gateway.wire.anthropic import fields as anthropic
from gateway.wire.fields import (
    SCHEMA_WORDS,
    Dropped,
    Either,
    Errand,
    Field,
    Free,
    Items,
    Keyed,
    Local,
    Object,
    Variant,
    closed,
)
from gateway.wire.ollama import fields as ollama
from gateway.wire.openai import fields as openai

_TABLES = {
    (Dialect.OPENAI, Operation.CHAT): openai.CHAT,
    (Dialect.OPENAI, Operation.EMBEDDINGS): openai.EMBEDDINGS,
    (Dialect.ANTHROPIC, Operation.CHAT): anthropic.MESSAGES,
    (Dialect.OLLAMA, Operation.CHAT): ollama.CHAT,
    (Dialect.OLLAMA, Operation.EMBEDDINGS): ollama.EMBED,
}
FORBIDDEN = closed(
    "api_base base_url api_key api_version api_type organization deployment_id extra_headers extra_body "
    "extra_query headers custom_llm_provider fallbacks context_window_fallbacks content_policy_fallbacks "
    "default_fallbacks mock_response mock_tool_calls mock_timeout model_list litellm_params "
    "litellm_metadata proxy_server_request callbacks success_callback failure_callback guardrails "
    "azure_ad_token azure_ad_token_provider aws_access_key_id aws_secret_access_key aws_session_token "
    "aws_region_name aws_profile_name aws_role_name aws_session_name aws_web_identity_token "
    "aws_sts_endpoint aws_bedrock_runtime_endpoint vertex_project vertex_location vertex_credentials "
    "vertex_ai_project vertex_ai_location vertex_ai_credentials client http_client ssl_verify user_config "
    "tenant_id client_id client_secret"
).words
"""Words by which a body could redirect a call, use another key, or fake an answer. They are for administrators."""


def table(dialect: Dialect, operation: Operation) -> Object:
    """The fields of a request; Anthropic has no embeddings, and is asked for none."""
    return _TABLES[dialect, operation]


def refuse_forbidden(payload: Tree) -> None:
    """Let through what configures no provider.

    Raises:
        InvalidRequest: a field of the body would choose an address, a key or a provider.
    """
    for name in payload:
        if name in FORBIDDEN:
            raise InvalidRequest(
                f"The field {name} configures providers and is not accepted in a request. Remove it.", param=name
            )


def render(path: Path) -> str:
    """A path to show (law 9): field names of the dialects and indices; any other key is `*`."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" if step in NAMES else ".*" for step in path)
    return shown.removeprefix(".")


def _names(field: Field) -> Iterable[str]:
    match field:
        case Object(fields=fields):
            yield from fields
            for inner in fields.values():
                yield from _names(inner)
        case Variant(cases=cases, otherwise=otherwise):
            for inner in (*cases.values(), otherwise):
                yield from _names(inner)
        case Items(item=inner) | Dropped(field=inner) | Local(field=inner) | Errand(field=inner) | Keyed(value=inner):
            yield from _names(inner)
        case Either(text=text, other=other):
            yield from _names(text)
            yield from _names(other)
        case Free(words=words):
            yield from words
        case _:
            return


NAMES = frozenset(name for known in _TABLES.values() for name in _names(known)) | SCHEMA_WORDS
"""Every field name of every dialect: all that may be shown of a path."""
