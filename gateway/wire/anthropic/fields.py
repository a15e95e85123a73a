"""Every field of an Anthropic Messages request, and what it may carry; holds no behaviour."""

from __future__ import annotations

import re
from dataclasses import replace

from gateway.domain import Capability, Carrier, UnknownReason
from gateway.wire.fields import (
    Alias,
    Dropped,
    Either,
    Errand,
    Field,
    Form,
    Free,
    Id,
    Items,
    JsonText,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Signed,
    Strict,
    Text,
    Url,
    Variant,
)
from gateway.wire.vocabulary import CACHE_CONTROL, FLAG, ID, SCHEMA, SETTING, SIGNATURE, TOKENS, closed, growing

MAX_MESSAGES = 100_000
IDENTIFIER = Form(re.compile(r"[a-zA-Z0-9_-]{1,128}\Z"), "1 to 128 letters, digits, underscores or hyphens")
"""Names and ids of tools, as the API restricts them."""
IMAGE_TYPES = "image/jpeg image/png image/gif image/webp"
HOSTED_RESULTS = closed(
    "web_search_tool_result web_fetch_tool_result code_execution_tool_result bash_code_execution_tool_result "
    "text_editor_code_execution_tool_result tool_search_tool_result mcp_tool_result advisor_tool_result"
).words
"""What Anthropic's own tools answered: only a Claude target understands it."""
CITATION_WORDS = closed(
    "type char_location page_location content_block_location search_result_location cited_text "
    "document_index document_title start_char_index end_char_index start_page_number end_page_number "
    "start_block_index end_block_index search_result_index title source file_id true false"
).words


def _block(carrier: Carrier, kind: str, fields: dict[str, Field], *, required: tuple[str, ...] = ()) -> Object:
    return Object({"type": closed(kind), "cache_control": CACHE_CONTROL, **fields}, carrier, required)


def _one_of(carrier: Carrier, cases: dict[str, Field]) -> Variant:
    return Variant("type", cases, otherwise=Free(carrier))


def _sources(reason: UnknownReason, media_types: str) -> dict[str, Field]:
    """Where bytes come from: the request itself, an address, what was stored."""
    coded: dict[str, Field] = {"media_type": closed(media_types), "data": Opaque(reason, coded=True)}
    stored = Errand(Capability.STORED_FILES, Opaque(reason))
    return {
        "base64": Object({"type": closed("base64"), **coded}, required=("media_type", "data")),
        "url": Object({"type": closed("url"), "url": Url(reason)}, required=("url",)),
        "file": Object({"type": closed("file"), "file_id": stored}, required=("file_id",)),
    }


def _text(carrier: Carrier) -> Object:
    cited = Items(Free(carrier, words=CITATION_WORDS))
    return _block(carrier, "text", {"text": Text(carrier, filled=True), "citations": cited}, required=("text",))


def _plain(carrier: Carrier) -> dict[str, Field]:
    """Blocks that may stand inside others: text and pictures."""
    picture = _one_of(carrier, _sources(UnknownReason.IMAGE, IMAGE_TYPES))
    return {
        "text": _text(carrier),
        "image": _block(carrier, "image", {"source": picture}, required=("source",)),
    }


def _document(carrier: Carrier) -> Object:
    inner = Items(_one_of(Carrier.ATTACHMENT, _plain(Carrier.ATTACHMENT)), least=1)
    text: dict[str, Field] = {
        "type": closed("text"),
        "media_type": closed("text/plain"),
        "data": Text(Carrier.ATTACHMENT, filled=True),
    }
    source = _one_of(
        Carrier.ATTACHMENT,
        {
            **_sources(UnknownReason.FILE, "application/pdf"),
            "text": Object(text, Carrier.ATTACHMENT, required=("media_type", "data")),
            "content": Object(
                {"type": closed("content"), "content": Either(Text(Carrier.ATTACHMENT, filled=True), inner)},
                Carrier.ATTACHMENT,
                required=("content",),
            ),
        },
    )
    fields: dict[str, Field] = {
        "source": source,
        "title": Text(Carrier.ATTACHMENT),
        "context": Text(Carrier.ATTACHMENT),
        "citations": Object({"enabled": FLAG}),
    }
    return _block(carrier, "document", fields, required=("source",))


def _search_result(carrier: Carrier) -> Object:
    fields: dict[str, Field] = {
        "source": Text(Carrier.URL),
        "title": Text(Carrier.ATTACHMENT),
        "content": Items(_one_of(carrier, {"text": _text(carrier)}), least=1),
        "citations": Object({"enabled": FLAG}),
    }
    return _block(carrier, "search_result", fields, required=("source", "title", "content"))


def _shown(carrier: Carrier) -> dict[str, Field]:
    """What a tool may answer with, or a user show."""
    return {
        **_plain(carrier),
        "document": _document(carrier),
        "search_result": _search_result(carrier),
        "tool_reference": Free(carrier),
        "browser_state": Free(carrier),
    }


def _tool_use(kind: str) -> Object:
    fields: dict[str, Field] = {
        "id": Id(IDENTIFIER),
        "name": Name(Carrier.NAME, IDENTIFIER),
        "input": Free(Carrier.TOOL_ARGS, numbers=True, keyed=True),
        "caller": Free(Carrier.TOOL_ARGS),
        "server_name": Name(Carrier.NAME),
    }
    return _block(Carrier.TOOL_ARGS, kind, fields, required=("id", "name", "input"))


_HOSTED: dict[str, Field] = dict.fromkeys(HOSTED_RESULTS, Free(Carrier.TOOL_RESULT))
_RESULT = _block(
    Carrier.TOOL_RESULT,
    "tool_result",
    {
        "tool_use_id": Id(IDENTIFIER),
        "is_error": FLAG,
        "content": Either(
            JsonText(Carrier.TOOL_RESULT), Items(_one_of(Carrier.TOOL_RESULT, _shown(Carrier.TOOL_RESULT)))
        ),
    },
    required=("tool_use_id",),
)
IN_USER: dict[str, Field] = {
    **_shown(Carrier.MESSAGE),
    **_HOSTED,
    "tool_result": _RESULT,
    "container_upload": Errand(Capability.STORED_FILES, Free(Carrier.MESSAGE)),
}
IN_ASSISTANT: dict[str, Field] = {
    **_HOSTED,
    "text": _text(Carrier.MESSAGE),
    "thinking": _block(
        Carrier.MESSAGE,
        "thinking",
        {"thinking": Signed(Carrier.MESSAGE, signature="signature"), "signature": SIGNATURE},
        required=("thinking", "signature"),
    ),
    "redacted_thinking": _block(Carrier.MESSAGE, "redacted_thinking", {"data": SIGNATURE}, required=("data",)),
    "tool_use": _tool_use("tool_use"),
    "server_tool_use": _tool_use("server_tool_use"),
    "mcp_tool_use": _tool_use("mcp_tool_use"),
    "fallback": Free(Carrier.MESSAGE),
    "compaction": Free(Carrier.MESSAGE),
}
USER = Object(
    {
        "role": closed("user"),
        "content": Either(Text(Carrier.MESSAGE, filled=True), Items(_one_of(Carrier.MESSAGE, IN_USER), least=1)),
    },
    Carrier.MESSAGE,
    required=("content",),
)
ASSISTANT = Object(
    {
        "role": closed("assistant"),
        "content": Either(Text(Carrier.MESSAGE), Items(_one_of(Carrier.MESSAGE, IN_ASSISTANT))),
    },
    Carrier.MESSAGE,
    required=("content",),
)
SYSTEM = Either(Text(Carrier.SYSTEM), Items(_one_of(Carrier.SYSTEM, {"text": _text(Carrier.SYSTEM)})))
SYSTEM_TURN = Object(
    {
        "role": closed("system"),
        "content": Either(
            Text(Carrier.SYSTEM, filled=True), Items(_one_of(Carrier.SYSTEM, {"text": _text(Carrier.SYSTEM)}), least=1)
        ),
    },
    Carrier.SYSTEM,
    required=("content",),
)
TURNS: dict[str, Field] = {"user": USER, "assistant": ASSISTANT, "system": SYSTEM_TURN}
TOOL = Object(
    {
        "type": closed("custom"),
        "name": Name(Carrier.TOOL_DEFINITION, IDENTIFIER),
        "description": Text(Carrier.TOOL_DEFINITION),
        "input_schema": SCHEMA,
        "cache_control": CACHE_CONTROL,
        "strict": FLAG,
        "eager_input_streaming": FLAG,
        "defer_loading": FLAG,
        "allowed_callers": Items(growing("direct code_execution_20250825")),
        "input_examples": Items(Free(Carrier.TOOL_DEFINITION)),
    },
    Carrier.TOOL_DEFINITION,
    required=("name", "input_schema"),
)
CLIENT_TOOLS = closed(
    "bash_20241022 bash_20250124 text_editor_20241022 text_editor_20250124 text_editor_20250429 "
    "text_editor_20250728 computer_20241022 computer_20250124 computer_20251124 memory_20250818"
)
CLIENT_TOOL = Object(
    {
        "type": CLIENT_TOOLS,
        "name": growing("bash str_replace_editor str_replace_based_edit_tool computer memory"),
        "display_width_px": TOKENS,
        "display_height_px": TOKENS,
        "display_number": SETTING,
        "max_characters": TOKENS,
        "defer_loading": FLAG,
        "cache_control": CACHE_CONTROL,
    },
    Carrier.TOOL_DEFINITION,
)
"""Tools that Anthropic describes and the caller runs: no errand."""
TOOLS = Items(
    Variant(
        "type",
        {"custom": TOOL, **dict.fromkeys(CLIENT_TOOLS.words, CLIENT_TOOL)},
        otherwise=Errand(Capability.HOSTED_TOOLS, Free(Carrier.TOOL_ARGS)),
        missing="custom",
    )
)
TOOL_CHOICE = Object(
    {
        "type": closed("auto any tool none"),
        "name": Name(Carrier.TOOL_DEFINITION),
        "disable_parallel_tool_use": FLAG,
    },
    Carrier.TOOL_DEFINITION,
    required=("type",),
)
FORMAT = Object({"type": closed("json_schema"), "schema": SCHEMA}, Carrier.TOOL_DEFINITION, required=("type", "schema"))
_AMOUNT = Object({"type": growing("input_tokens tool_uses thinking_turns"), "value": TOKENS})
CONTEXT = Object(
    {
        "edits": Items(
            Object(
                {
                    "type": growing("clear_tool_uses_20250919 clear_thinking_20251015 compact_20260112"),
                    "trigger": _AMOUNT,
                    "keep": Either(growing("all"), _AMOUNT),
                    "clear_at_least": _AMOUNT,
                    "clear_tool_inputs": Either(Name(Carrier.OTHER), Free(Carrier.OTHER)),
                    "exclude_tools": Items(Name(Carrier.OTHER)),
                    "pause_after_compaction": FLAG,
                    "instructions": Text(Carrier.SYSTEM),
                },
                Carrier.OTHER,
            )
        )
    },
    Carrier.OTHER,
)
"""How Claude itself clears a conversation; agents send it by default."""
_THOUGHT: dict[str, Field] = {"display": growing("summarized omitted full")}
_BUDGET = Number(4_000_000, whole=True, low=1024)
THINKING = Variant(
    "type",
    {
        "enabled": Object(
            {"type": closed("enabled"), "budget_tokens": _BUDGET, **_THOUGHT}, required=("budget_tokens",)
        ),
        **{
            mode: Object({"type": closed(mode), "budget_tokens": TOKENS, **_THOUGHT})
            for mode in ("disabled", "adaptive", "between_tools")
        },
    },
    otherwise=Free(Carrier.OTHER),
)

MESSAGES = Object(
    {
        "model": Replaced(),
        "max_tokens": Number(4_000_000, whole=True, low=0),
        "system": SYSTEM,
        "messages": Items(Variant("role", TURNS, otherwise=USER), least=1, most=MAX_MESSAGES),
        "stream": FLAG,
        "temperature": Number(1_000, low=0, high=1),
        "top_p": Number(1_000, low=0, high=1),
        "top_k": Number(4_000_000, whole=True, low=0),
        "stop_sequences": Items(Text(Carrier.OTHER, visible=True)),
        "thinking": THINKING,
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "service_tier": growing("auto standard_only"),
        "output_format": FORMAT,
        "output_config": Object({"effort": closed("low medium high xhigh max"), "format": FORMAT}),
        "cache_control": CACHE_CONTROL,
        "metadata": Alias(Carrier.METADATA, inside="user_id"),
        "mcp_servers": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER), unless_false=True),
        "container": Errand(Capability.STORED_FILES, Free(Carrier.OTHER), unless_false=True),
        "store": Errand(Capability.STORED_FILES, FLAG, unless_false=True, answered=True),
        "previous_response_id": Errand(Capability.STORED_FILES, ID, unless_false=True),
        "thread": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "context_management": CONTEXT,
        "inference_geo": Strict(re.compile(r"[a-z]{2,12}(?:-[a-z0-9]{1,12}){0,3}")),
        "speed": growing("standard fast"),
        "fallbacks": Dropped(Free(Carrier.OTHER)),
        "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
    },
    required=("max_tokens", "messages"),
)
COUNTED = replace(MESSAGES, required=("messages",))
"""What is counted needs no limit on its answer."""
