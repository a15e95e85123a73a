"""Every field of Ollama's native chat, generate and embed requests, and what it may carry; holds no behaviour."""

from __future__ import annotations

import re

from gateway.domain import Carrier, UnknownReason
from gateway.wire.fields import (
    FLAG,
    ID,
    SCHEMA,
    SEED,
    SETTING,
    Dropped,
    Either,
    Errand,
    Field,
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
    closed,
)
from gateway.wire.openai.fields import TOOLS

IMAGES = Items(Opaque(UnknownReason.IMAGE))
KEEP_ALIVE = Local(Either(Strict(re.compile(r"-?(\d{1,5}(\.\d{1,3})?(ms|s|m|h|d)?){1,4}")), Number(1_000_000)))
THINK = Either(closed("low medium high max"), FLAG)
_AMOUNT = Number(4_000_000)
OPTIONS = Object(
    {
        **dict.fromkeys(
            closed(
                "num_ctx num_predict num_keep num_batch num_gpu main_gpu num_thread top_k top_p min_p typical_p "
                "temperature repeat_last_n repeat_penalty presence_penalty frequency_penalty tfs_z mirostat "
                "mirostat_tau mirostat_eta penalize_newline numa low_vram use_mmap use_mlock vocab_only f16_kv "
                "draft_num_predict"
            ).words,
            _AMOUNT,
        ),
        "seed": SEED,
        "stop": Either(Text(Carrier.OTHER), Items(Text(Carrier.OTHER))),
    }
)
TOOL_CALL = Object(
    {
        "id": ID,
        "type": closed("function"),
        "function": Object(
            {
                "index": SETTING,
                "name": Name(Carrier.TOOL_ARGS),
                "arguments": Free(Carrier.TOOL_ARGS, numbers=True),
            },
            Carrier.TOOL_ARGS,
        ),
    },
    Carrier.TOOL_ARGS,
)


def _message(carrier: Carrier) -> Object:
    text: Field = JsonText(carrier) if carrier is Carrier.TOOL_RESULT else Text(carrier)
    return Object(
        {
            "role": closed("system user assistant tool"),
            "content": text,
            "thinking": Text(carrier),
            "images": IMAGES,
            "tool_calls": Items(TOOL_CALL),
            "tool_name": Name(Carrier.TOOL_RESULT),
            "tool_call_id": ID,
        },
        carrier,
    )


_MESSAGE = _message(Carrier.MESSAGE)
_SHARED: dict[str, Field] = {
    "model": Replaced(),
    "name": Replaced(),  # the older word for `model`
    "options": OPTIONS,
    "keep_alive": KEEP_ALIVE,
    "truncate": FLAG,
    "metadata": Dropped(Free(Carrier.METADATA)),
    "user": Dropped(Text(Carrier.USER)),
    "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
    "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
}
_ANSWERED: dict[str, Field] = {
    "format": Either(closed("json"), SCHEMA),
    "stream": FLAG,
    "think": THINK,
    "shift": FLAG,
    "logprobs": FLAG,
    "top_logprobs": SETTING,
}
CHAT = Object(
    {
        **_SHARED,
        **_ANSWERED,
        "messages": Items(
            Variant(
                "role",
                {
                    "system": _message(Carrier.SYSTEM),
                    "user": _MESSAGE,
                    "assistant": _MESSAGE,
                    "tool": _message(Carrier.TOOL_RESULT),
                },
                otherwise=_MESSAGE,
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
    {**_SHARED, "input": Either(Text(Carrier.INPUT), TokenIds()), "dimensions": _AMOUNT},
    Carrier.INPUT,
)
EMBEDDINGS = Object({**_SHARED, "prompt": Text(Carrier.INPUT)}, Carrier.INPUT)
"""The older form of embed: one prompt."""
