"""Fields and words that several dialects share; holds no behaviour."""

from __future__ import annotations

import re

from gateway.domain import Carrier
from gateway.wire.fields import (
    Closed,
    Flag,
    Free,
    Id,
    Items,
    Name,
    Number,
    Object,
    Seed,
    Signed,
    Strict,
    Text,
    Variant,
)


def closed(words: str) -> Closed:
    return Closed(frozenset(words.split()))


def growing(words: str) -> Closed:
    """Words to which vendors add every few months: a new one is theirs to refuse."""
    return Closed(frozenset(words.split()), growing=True)


ID = Id()
SIGNATURE = Strict(re.compile(r"[A-Za-z0-9+/=_-]*"), max_chars=1_000_000)
"""Base64 that a provider made and wants back as it was: signatures, encrypted reasoning. It never leaves its dialect."""
SETTING = Number(1_000)
FLAG = Flag()
SEED = Seed()
TOKENS = Number(4_000_000, whole=True)
COUNT = Number(4_000_000, whole=True, low=0)
"""How many tokens, in a reply."""
SCHEMA_WORDS = closed(
    """type properties required description title enum items string number integer boolean object array null anyOf
    oneOf allOf not const default examples format additionalProperties minimum maximum exclusiveMinimum
    exclusiveMaximum multipleOf minLength maxLength pattern minItems maxItems uniqueItems minProperties maxProperties
    $ref $defs definitions $schema $id nullable date date-time time email uri uuid prefixItems patternProperties strict
    true false"""
).words
"""JSON Schema's own vocabulary: as keys and values of a schema these say nothing about anybody."""
SCHEMA = Free(Carrier.TOOL_DEFINITION, words=SCHEMA_WORDS, schema=True, keyed=True)
FUNCTION = Object(
    {
        "name": Name(Carrier.TOOL_DEFINITION),
        "description": Text(Carrier.TOOL_DEFINITION),
        "parameters": SCHEMA,
        "strict": FLAG,
    },
    Carrier.TOOL_DEFINITION,
    required=("name",),
)
CACHE_CONTROL = Object({"type": growing("ephemeral"), "ttl": growing("5m 1h")})
THOUGHTS = Items(
    Variant(
        "type",
        {
            "thinking": Object(
                {
                    "type": closed("thinking"),
                    "thinking": Signed(Carrier.MESSAGE, signature="signature"),
                    "signature": SIGNATURE,
                    "cache_control": CACHE_CONTROL,
                },
                Carrier.MESSAGE,
                required=("thinking",),
            ),
            "redacted_thinking": Object(
                {"type": closed("redacted_thinking"), "data": SIGNATURE, "cache_control": CACHE_CONTROL},
                Carrier.MESSAGE,
                required=("data",),
            ),
        },
        otherwise=Free(Carrier.MESSAGE),
    )
)
"""Claude's thinking under its signature, as LiteLLM hands it to callers of this dialect and takes it back."""
