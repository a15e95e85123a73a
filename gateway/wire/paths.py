"""Which fields a dialect knows, what each may carry, and which no request may hold; reads no values but to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gateway.domain import Path, Tree
from gateway.errors import InvalidRequest
from gateway.wire import operations
from gateway.wire.endpoint import Endpoint
from gateway.wire.fields import Field, Object
from gateway.wire.vocabulary import SCHEMA_WORDS, closed

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


def refuse_forbidden(payload: Tree, fields: Object) -> None:
    """Let through what configures no provider; a word that the dialect has of its own is not meant.

    Raises:
        InvalidRequest: a field of the body would choose an address, a key or a provider.
    """
    for name in payload:
        if name in FORBIDDEN and name not in fields.fields:
            raise InvalidRequest(
                f"The field {name} configures providers and is not accepted in a request. Remove it.", param=name
            )


def render(path: Path) -> str:
    """A path to show (law 9): field names of the dialects and indices; any other key is `*`."""
    known = names()
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" if step in known else ".*" for step in path)
    return shown.removeprefix(".")


def pattern(path: Path) -> str:
    """The same for all places like it: an index is `*` too."""
    known = names()
    return ".".join(step if isinstance(step, str) and step in known else "*" for step in path)


@cache
def _names(rows: tuple[Endpoint, ...]) -> frozenset[str]:
    return frozenset(SCHEMA_WORDS).union(*(_below(row.fields) for row in rows))


def _below(field: Field) -> Iterator[str]:
    yield from field.names()
    for inner in field.children():
        yield from _below(inner)


def names() -> frozenset[str]:
    """Every field name of every dialect: all that may be shown of a path."""
    return _names(operations.ENDPOINTS)
