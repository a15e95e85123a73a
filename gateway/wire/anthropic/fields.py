"""Every field of an Anthropic Messages request, and what it may carry; holds no behaviour."""

from __future__ import annotations

from gateway.domain import Capability, Carrier, UnknownReason
from gateway.wire.fields import (
    CACHE_CONTROL,
    FLAG,
    ID,
    MEDIA_TYPE,
    SCHEMA,
    SETTING,
    SIGNATURE,
    TOKENS,
    Dropped,
    Either,
    Errand,
    Field,
    Free,
    Items,
    JsonText,
    Local,
    Name,
    Object,
    Opaque,
    Replaced,
    Signed,
    Text,
    Url,
    Variant,
    closed,
)

BLOCK_TYPES = closed(
    "text image document search_result tool_use tool_result thinking redacted_thinking char_location page_location "
    "content_block_location search_result_location"
)
CITATION_WORDS = closed(
    "type char_location page_location content_block_location search_result_location cited_text "
    "document_index document_title start_char_index end_char_index start_page_number end_page_number "
    "start_block_index end_block_index search_result_index title source file_id true false"
).words


def _source(reason: UnknownReason, inner: Field) -> Variant:
    stored: dict[str, Field] = {"type": closed("file"), "file_id": Errand(Capability.STORED_FILES, Opaque(reason))}
    return Variant(
        "type",
        {
            "base64": Object({"type": closed("base64"), "media_type": MEDIA_TYPE, "data": Opaque(reason)}),
            "url": Object({"type": closed("url"), "url": Url(reason)}),
            "file": Object(stored),
            "text": Object(
                {"type": closed("text"), "media_type": MEDIA_TYPE, "data": Text(Carrier.ATTACHMENT)},
                Carrier.ATTACHMENT,
            ),
            "content": Object({"type": closed("content"), "content": inner}, Carrier.ATTACHMENT),
        },
        otherwise=Free(Carrier.ATTACHMENT),
    )


def _block(carrier: Carrier, cases: dict[str, Field]) -> Variant:
    return Variant("type", cases, otherwise=Free(carrier))


def _fields(carrier: Carrier, fields: dict[str, Field]) -> Object:
    return Object({"type": BLOCK_TYPES, "cache_control": CACHE_CONTROL, **fields}, carrier)


def _plain(carrier: Carrier) -> dict[str, Field]:
    """Blocks that may stand inside others: text and pictures."""
    return {
        "text": _fields(carrier, {"text": Text(carrier), "citations": Items(Free(carrier, words=CITATION_WORDS))}),
        "image": _fields(carrier, {"source": _source(UnknownReason.IMAGE, Free(carrier))}),
    }


def _shown(carrier: Carrier) -> dict[str, Field]:
    """What a tool may answer with, or a user show: plain blocks, documents, search results."""
    inner = Items(_block(carrier, _plain(carrier)))
    return {
        **_plain(carrier),
        "document": _fields(
            carrier,
            {
                "source": _source(UnknownReason.FILE, Either(Text(Carrier.ATTACHMENT), inner)),
                "title": Text(Carrier.ATTACHMENT),
                "context": Text(Carrier.ATTACHMENT),
                "citations": Object({"enabled": FLAG}),
            },
        ),
        "search_result": _fields(
            carrier,
            {
                "source": Text(Carrier.URL),
                "title": Text(Carrier.ATTACHMENT),
                "content": inner,
                "citations": Object({"enabled": FLAG}),
            },
        ),
    }


TURN_BLOCK = _block(
    Carrier.MESSAGE,
    {
        **_shown(Carrier.MESSAGE),
        "tool_use": _fields(
            Carrier.TOOL_ARGS,
            {"id": ID, "name": Name(Carrier.TOOL_ARGS), "input": Free(Carrier.TOOL_ARGS, numbers=True)},
        ),
        "tool_result": _fields(
            Carrier.TOOL_RESULT,
            {
                "tool_use_id": ID,
                "is_error": FLAG,
                "content": Either(
                    JsonText(Carrier.TOOL_RESULT), Items(_block(Carrier.TOOL_RESULT, _shown(Carrier.TOOL_RESULT)))
                ),
            },
        ),
        "thinking": _fields(
            Carrier.MESSAGE, {"thinking": Signed(Carrier.MESSAGE, signature="signature"), "signature": SIGNATURE}
        ),
        "redacted_thinking": _fields(Carrier.MESSAGE, {"data": SIGNATURE}),
    },
)
MESSAGE = Object(
    {"role": closed("user assistant"), "content": Either(Text(Carrier.MESSAGE), Items(TURN_BLOCK))}, Carrier.MESSAGE
)
SYSTEM = Either(Text(Carrier.SYSTEM), Items(_block(Carrier.SYSTEM, _plain(Carrier.SYSTEM))))
SYSTEM_TURN = Object(
    {"role": closed("system"), "content": SYSTEM},
    Carrier.SYSTEM,
)
TURNS: dict[str, Field] = {"user": MESSAGE, "assistant": MESSAGE, "system": SYSTEM_TURN}
TOOL = Object(
    {
        "type": closed("custom"),
        "name": Name(Carrier.TOOL_DEFINITION),
        "description": Text(Carrier.TOOL_DEFINITION),
        "input_schema": SCHEMA,
        "cache_control": CACHE_CONTROL,
        "strict": FLAG,
        "eager_input_streaming": FLAG,
    },
    Carrier.TOOL_DEFINITION,
)
CLIENT_TOOLS = closed(
    "bash_20241022 bash_20250124 text_editor_20241022 text_editor_20250124 text_editor_20250429 "
    "text_editor_20250728 computer_20241022 computer_20250124 computer_20251124 memory_20250818"
)
CLIENT_TOOL = Object(
    {
        "type": CLIENT_TOOLS,
        "name": closed("bash str_replace_editor str_replace_based_edit_tool computer memory"),
        "display_width_px": TOKENS,
        "display_height_px": TOKENS,
        "display_number": SETTING,
        "max_characters": TOKENS,
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
)
FORMAT = Object({"type": closed("json_schema"), "schema": SCHEMA}, Carrier.TOOL_DEFINITION)

MESSAGES = Object(
    {
        "model": Replaced(),
        "max_tokens": TOKENS,
        "system": SYSTEM,
        "messages": Items(Variant("role", TURNS, otherwise=MESSAGE)),
        "stream": FLAG,
        "temperature": SETTING,
        "top_p": SETTING,
        "top_k": TOKENS,
        "stop_sequences": Items(Text(Carrier.OTHER)),
        "thinking": Object(
            {
                "type": closed("enabled disabled adaptive"),
                "budget_tokens": TOKENS,
                "display": closed("summarized omitted full"),
            }
        ),
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "service_tier": closed("auto standard_only"),
        "output_format": FORMAT,
        "output_config": Object({"effort": closed("low medium high xhigh max"), "format": FORMAT}),
        "cache_control": CACHE_CONTROL,
        "metadata": Dropped(Free(Carrier.METADATA)),
        "mcp_servers": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER), unless_false=True),
        "container": Errand(Capability.STORED_FILES, Free(Carrier.OTHER), unless_false=True),
        "store": Errand(Capability.STORED_FILES, FLAG, unless_false=True),
        "previous_response_id": Errand(Capability.STORED_FILES, ID, unless_false=True),
        "context_management": Local(Free(Carrier.OTHER)),
        "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
    }
)
