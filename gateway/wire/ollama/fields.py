"""Every field of Ollama's native chat, generate and embed requests, and what it may carry; holds no behaviour."""

from __future__ import annotations

import re

from gateway.domain import Capability, Carrier, UnknownReason
from gateway.wire.fields import (
    Closed,
    Dropped,
    Either,
    Errand,
    Field,
    Form,
    Free,
    Items,
    JsonText,
    Local,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Strict,
    Text,
    TokenIds,
    Variant,
)
from gateway.wire.vocabulary import FLAG, FUNCTION, ID, SCHEMA, SEED, SETTING, closed

_PICTURE = Form(re.compile(r"iVBORw0KGgo|/9j/|R0lGOD|UklGR|Qk"), "a JPEG, PNG, WebP, GIF or BMP image")
IMAGES = Items(Opaque(UnknownReason.IMAGE, coded=True, form=_PICTURE))
KEEP_ALIVE = Local(Either(Strict(re.compile(r"-?(\d{1,5}(\.\d{1,3})?(ms|s|m|h|d)?){1,4}")), Number(1_000_000)))
THINK = Either(closed("low medium high max"), FLAG)
_INTEGERS = closed(
    "num_keep num_predict top_k repeat_last_n mirostat num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict"
).words
_NUMBERS = closed(
    "temperature top_p min_p tfs_z typical_p repeat_penalty presence_penalty frequency_penalty mirostat_tau mirostat_eta"
).words
_FLAGS = closed("numa low_vram f16_kv logits_all vocab_only use_mmap use_mlock embedding_only penalize_newline").words
OPTIONS = Object(
    {
        **dict.fromkeys(_INTEGERS, Number(4_000_000, whole=True)),
        **dict.fromkeys(_NUMBERS, Number(4_000_000)),
        **dict.fromkeys(_FLAGS, FLAG),
        "seed": SEED,
        "stop": Items(Text(Carrier.OTHER)),
    }
)
"""Which options exist, and of what type; others pass unread, as with Ollama itself."""
TOOL_CALL = Object(
    {
        "id": ID,
        "type": closed("function"),
        "function": Object(
            {
                "index": SETTING,
                "name": Name(Carrier.NAME),
                "arguments": Free(Carrier.TOOL_ARGS, numbers=True, keyed=True),
            },
            Carrier.TOOL_ARGS,
            required=("name",),
        ),
    },
    Carrier.TOOL_ARGS,
    required=("function",),
)
ROLES = ("system", "user", "assistant", "tool")


def _message(carrier: Carrier) -> Object:
    text: Field = JsonText(carrier) if carrier is Carrier.TOOL_RESULT else Text(carrier)
    return Object(
        {
            "role": closed(" ".join(spelt for role in ROLES for spelt in _spelt(role))),
            "content": text,
            "thinking": Text(carrier),
            "images": IMAGES,
            "tool_calls": Items(TOOL_CALL),
            "tool_name": Name(Carrier.NAME),
            "tool_call_id": ID,
        },
        carrier,
        required=("role",),
    )


def _spelt(role: str) -> tuple[str, ...]:
    """Ollama reads roles without regard to case; nobody has been seen to write them in other ways."""
    return role, role.title(), role.upper()


_CARRIERS = {"system": Carrier.SYSTEM, "tool": Carrier.TOOL_RESULT}
_SHARED: dict[str, Field] = {
    "model": Replaced(),
    "name": Replaced(),  # the older word for `model`
    "options": OPTIONS,
    "keep_alive": KEEP_ALIVE,
    "truncate": FLAG,
    "metadata": Dropped(Free(Carrier.METADATA, keyed=True)),
    "user": Dropped(Text(Carrier.USER)),
    "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
    "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
}
_ANSWERED: dict[str, Field] = {
    "format": Either(Closed(frozenset({"", "json"})), SCHEMA),
    "stream": FLAG,
    "think": THINK,
    "shift": FLAG,
    "logprobs": FLAG,
    "top_logprobs": Number(1_000, whole=True, low=0),
}
_TOOL = Object({"type": closed("function"), "function": FUNCTION}, Carrier.TOOL_DEFINITION, required=("function",))
TOOLS = Items(
    Variant(
        "type",
        {"function": _TOOL},
        otherwise=Errand(
            Capability.HOSTED_TOOLS, Object({"function": FUNCTION}, Carrier.TOOL_ARGS, required=("function",))
        ),
        missing="function",
    )
)
CHAT = Object(
    {
        **_SHARED,
        **_ANSWERED,
        "messages": Items(
            Variant(
                "role",
                {spelt: _message(_CARRIERS.get(role, Carrier.MESSAGE)) for role in ROLES for spelt in _spelt(role)},
                otherwise=_message(Carrier.MESSAGE),
            )
        ),
        "tools": TOOLS,
    }
)
GENERATE = Object(
    {
        **_SHARED,
        **_ANSWERED,
        "prompt": Text(Carrier.MESSAGE),
        "suffix": Text(Carrier.MESSAGE),
        "system": Text(Carrier.SYSTEM),
        "template": Text(Carrier.SYSTEM),
        "context": TokenIds(),
        "images": IMAGES,
        "raw": FLAG,
    }
)
EMBED = Object(
    {
        **_SHARED,
        "input": Either(Text(Carrier.INPUT), Items(Text(Carrier.INPUT))),
        "dimensions": Number(4_000_000, whole=True, low=0),
    },
    Carrier.INPUT,
    required=("input",),
)
EMBEDDINGS = Object({**_SHARED, "prompt": Text(Carrier.INPUT)}, Carrier.INPUT)
"""The older form of embed: one prompt."""
