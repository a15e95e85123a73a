"""Every field of an OpenAI Responses request, and what it may carry; holds no behaviour."""

from __future__ import annotations

from gateway.domain import Capability, Carrier, UnknownReason
from gateway.wire.fields import (
    Alias,
    Dropped,
    Either,
    Errand,
    Field,
    Free,
    Items,
    JsonText,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Text,
    Url,
    Variant,
)
from gateway.wire.openai.fields import EFFORT, VERBOSITY
from gateway.wire.vocabulary import FLAG, FUNCTION, ID, SCHEMA, SETTING, SIGNATURE, TOKENS, closed, growing

STATUS = growing("in_progress completed incomplete")
PHASE = growing("commentary final_answer")
DETAIL = growing("auto low high original")
PART_TYPES = closed("input_text output_text text refusal input_image input_file input_audio")
ITEM_TYPES = closed(
    "message function_call function_call_output custom_tool_call custom_tool_call_output item_reference reasoning "
    "additional_tools web_search_call "
    "summary_text reasoning_text"
)


def _part(carrier: Carrier, fields: dict[str, Field], *required: str) -> Object:
    breakpoint_ = Dropped(Free(Carrier.OTHER))
    return Object({"type": PART_TYPES, "prompt_cache_breakpoint": breakpoint_, **fields}, carrier, required=required)


def _parts(carrier: Carrier) -> Items:
    spoken: dict[str, Field] = {
        "text": Text(carrier),
        "annotations": Items(Free(carrier)),
        "logprobs": Dropped(Free(carrier)),
    }
    text = _part(carrier, spoken, "text")
    audio = Object({"data": Opaque(UnknownReason.AUDIO), "format": growing("wav mp3")}, required=("data", "format"))
    return Items(
        Variant(
            "type",
            {
                "input_text": text,
                "output_text": text,
                "text": text,
                "refusal": _part(carrier, {"refusal": Text(carrier)}, "refusal"),
                "input_image": _part(
                    carrier,
                    {
                        "image_url": Url(UnknownReason.IMAGE),
                        "detail": DETAIL,
                        "file_id": Errand(Capability.STORED_FILES, Opaque(UnknownReason.IMAGE)),
                    },
                ),
                "input_file": _part(
                    Carrier.ATTACHMENT,
                    {
                        "file_data": Opaque(UnknownReason.FILE),
                        "file_url": Url(UnknownReason.FILE),
                        "file_id": Errand(Capability.STORED_FILES, Opaque(UnknownReason.FILE)),
                        "filename": Text(Carrier.ATTACHMENT),
                        "detail": DETAIL,
                    },
                ),
                "input_audio": _part(carrier, {"input_audio": audio}, "input_audio"),
            },
            otherwise=Free(carrier),
        )
    )


def _item(carrier: Carrier, fields: dict[str, Field], *required: str) -> Object:
    """An item of the input."""
    known: dict[str, Field] = {"type": ITEM_TYPES, "id": ID, "status": STATUS}
    return Object({**known, **fields}, carrier, required=required)


def _message(carrier: Carrier) -> Object:
    content = Either(Text(carrier), _parts(carrier))
    roles = closed("user assistant system developer")
    return _item(carrier, {"role": roles, "content": content, "phase": PHASE}, "role", "content")


def _called(name: str, said: Field) -> Object:
    named = Name(Carrier.NAME)
    fields: dict[str, Field] = {"call_id": ID, "name": named, "namespace": named, name: said}
    return _item(Carrier.TOOL_ARGS, fields, "call_id", "name", name)


RESULT = _item(
    Carrier.TOOL_RESULT,
    {
        "call_id": ID,
        "name": Name(Carrier.NAME),
        "output": Either(JsonText(Carrier.TOOL_RESULT), _parts(Carrier.TOOL_RESULT)),
    },
    "call_id",
    "output",
)
THOUGHTS = Items(Object({"type": ITEM_TYPES, "text": Text(Carrier.MESSAGE)}, Carrier.MESSAGE, required=("text",)))
USER = _message(Carrier.MESSAGE)
SYSTEM = _message(Carrier.SYSTEM)
_DEFINED: dict[str, Field] = {
    "type": closed("function custom namespace"),
    "allowed_callers": Dropped(Items(growing("direct programmatic"))),
    "defer_loading": Dropped(FLAG),
    "output_schema": Dropped(SCHEMA),
}
OWN_TOOLS: dict[str, Field] = {
    "function": Object({**_DEFINED, **FUNCTION.fields}, Carrier.TOOL_DEFINITION, required=FUNCTION.required),
    "custom": Object(
        {
            **_DEFINED,
            "name": Name(Carrier.TOOL_DEFINITION),
            "description": Text(Carrier.TOOL_DEFINITION),
            "format": Object(
                {
                    "type": closed("text grammar"),
                    "syntax": growing("lark regex"),
                    "definition": Text(Carrier.TOOL_DEFINITION),
                },
                Carrier.TOOL_DEFINITION,
            ),
        },
        Carrier.TOOL_DEFINITION,
        required=("name",),
    ),
}
"""Tools that the caller runs."""
HOSTED = Free(Carrier.TOOL_ARGS)
TOOLS = Items(
    Variant(
        "type",
        {
            **OWN_TOOLS,
            "namespace": Object(
                {
                    **_DEFINED,
                    "name": Name(Carrier.TOOL_DEFINITION),
                    "description": Text(Carrier.TOOL_DEFINITION),
                    "tools": Items(Variant("type", OWN_TOOLS, otherwise=Errand(Capability.HOSTED_TOOLS, HOSTED))),
                },
                Carrier.TOOL_DEFINITION,
                required=("name", "tools"),
            ),
            "web_search": Errand(Capability.HOSTED_TOOLS, HOSTED, unless=("external_web_access", False)),
        },
        otherwise=Errand(Capability.HOSTED_TOOLS, HOSTED),
    )
)
"""A search without access to the web is an offer that a target may lack: Codex makes it with every request."""
INPUT = Items(
    Variant(
        "type",
        {
            "message": Variant(
                "role", {"user": USER, "assistant": USER, "system": SYSTEM, "developer": SYSTEM}, otherwise=USER
            ),
            "function_call": _called("arguments", JsonText(Carrier.TOOL_ARGS)),
            "custom_tool_call": _called("input", Text(Carrier.TOOL_ARGS)),
            "function_call_output": RESULT,
            "custom_tool_call_output": RESULT,
            "web_search_call": _item(
                Carrier.TOOL_ARGS,
                {
                    "id": ID,
                    "action": Free(Carrier.TOOL_ARGS),
                    "status": growing("in_progress searching completed failed"),
                },
            ),
            "additional_tools": _item(Carrier.TOOL_DEFINITION, {"role": closed("developer"), "tools": TOOLS}, "tools"),
            "item_reference": _item(Carrier.MESSAGE, {"id": ID}, "id"),
            "reasoning": _item(
                Carrier.MESSAGE, {"summary": THOUGHTS, "content": THOUGHTS, "encrypted_content": SIGNATURE}
            ),
        },
        otherwise=Free(Carrier.MESSAGE),
        missing="message",
    ),
    least=1,
)
CHOSEN = Object(
    {"type": closed("function custom allowed_tools"), "name": Name(Carrier.TOOL_DEFINITION)},
    Carrier.TOOL_DEFINITION,
    required=("name",),
)
TOOL_CHOICE = Either(
    closed("auto none required"),
    Variant(
        "type",
        {
            "function": CHOSEN,
            "custom": CHOSEN,
            "allowed_tools": Object(
                {
                    **CHOSEN.fields,
                    "mode": closed("auto required"),
                    "tools": Items(Variant("type", {"function": CHOSEN, "custom": CHOSEN}, otherwise=HOSTED)),
                },
                Carrier.TOOL_DEFINITION,
                required=("mode", "tools"),
            ),
        },
        otherwise=HOSTED,
    ),
)
_FORM: dict[str, Field] = {"type": closed("text json_object json_schema")}
TEXT = Object(
    {
        "verbosity": VERBOSITY,
        "format": Variant(
            "type",
            {
                "text": Object(_FORM),
                "json_object": Object(_FORM),
                "json_schema": Object(
                    {
                        **_FORM,
                        "name": Name(Carrier.TOOL_DEFINITION),
                        "description": Text(Carrier.TOOL_DEFINITION),
                        "schema": SCHEMA,
                        "strict": FLAG,
                    },
                    Carrier.TOOL_DEFINITION,
                    required=("schema",),
                ),
            },
            otherwise=Free(Carrier.TOOL_ARGS),
        ),
    }
)
SUMMARY = growing("auto concise detailed none")
REASONING = Object(
    {
        "effort": EFFORT,
        "summary": SUMMARY,
        "generate_summary": SUMMARY,
        "context": growing("auto current_turn all_turns"),
        "mode": growing("standard pro"),
    }
)
INCLUDE = growing(
    "reasoning.encrypted_content message.output_text.logprobs message.input_image.image_url file_search_call.results "
    "web_search_call.results web_search_call.action.sources computer_call_output.output.image_url "
    "code_interpreter_call.outputs"
)

RESPONSES = Object(
    {
        "model": Replaced(),
        "input": Either(Text(Carrier.MESSAGE), INPUT),
        "instructions": Text(Carrier.SYSTEM),
        "stream": FLAG,
        "stream_options": Object({"include_obfuscation": FLAG}),
        "temperature": SETTING,
        "top_p": SETTING,
        "max_output_tokens": TOKENS,
        "max_tool_calls": Number(1_000, whole=True),
        "top_logprobs": Number(1_000, whole=True),
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "parallel_tool_calls": FLAG,
        "text": TEXT,
        "reasoning": REASONING,
        "include": Items(INCLUDE),
        "truncation": closed("auto disabled"),
        "service_tier": growing("auto default flex scale priority fast"),
        "store": FLAG,
        "user": Alias(Carrier.USER),
        "safety_identifier": Alias(Carrier.USER),
        "prompt_cache_key": Alias(Carrier.USER),
        "prompt_cache_retention": Dropped(growing("in_memory in-memory 24h")),
        "prompt_cache_options": Dropped(Free(Carrier.OTHER)),
        "metadata": Dropped(Free(Carrier.METADATA, keyed=True)),
        "client_metadata": Dropped(Free(Carrier.METADATA, keyed=True)),
        "moderation": Free(Carrier.OTHER),
        "context_management": Free(Carrier.OTHER),
        "previous_response_id": Errand(None, ID, unless_false=True),
        "conversation": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "background": Errand(None, FLAG, unless_false=True),
        "prompt": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "mcp_servers": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER), unless_false=True),
        "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
    },
    required=("input",),
)
