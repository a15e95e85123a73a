"""Every field of a request in OpenAI's dialect but those of Responses, and what it may carry; holds no behaviour."""

from __future__ import annotations

import re

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
    Keyed,
    Local,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Text,
    TokenIds,
    Url,
    Variant,
)
from gateway.wire.vocabulary import (
    CACHE_CONTROL,
    FLAG,
    FUNCTION,
    ID,
    SCHEMA,
    SEED,
    SETTING,
    THOUGHTS,
    TOKENS,
    closed,
    growing,
)

ROLES = closed("system developer user assistant tool function")
EFFORT = growing("none minimal low medium high xhigh max ultra")
VERBOSITY = growing("low medium high")
VOICE = growing("alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse")


def _parts(carrier: Carrier) -> Variant:
    kind = closed("text image_url input_audio file refusal")

    def part(fields: dict[str, Field]) -> Object:
        return Object({"type": kind, "cache_control": CACHE_CONTROL, **fields}, carrier, required=tuple(fields))

    image = Object(
        {"url": Url(UnknownReason.IMAGE), "detail": growing("auto low high original")}, carrier, required=("url",)
    )
    audio = Object({"data": Opaque(UnknownReason.AUDIO), "format": growing("wav mp3 flac ogg opus m4a webm pcm16")})
    file = Object(
        {
            "file_data": Opaque(UnknownReason.FILE),
            "file_id": Errand(Capability.STORED_FILES, Opaque(UnknownReason.FILE)),
            "filename": Text(Carrier.ATTACHMENT),
        },
        Carrier.ATTACHMENT,
    )
    return Variant(
        "type",
        {
            "text": part({"text": Text(carrier)}),
            "refusal": part({"refusal": Text(carrier)}),
            "image_url": part({"image_url": Either(Url(UnknownReason.IMAGE), image, refused=True)}),
            "input_audio": part({"input_audio": audio}),
            "file": part({"file": file}),
        },
        otherwise=Free(carrier),
    )


def _content(carrier: Carrier) -> Either:
    text: Field = JsonText(carrier) if carrier is Carrier.TOOL_RESULT else Text(carrier)
    return Either(text, Items(_parts(carrier)))


CALLED = Object(
    {"name": Name(Carrier.NAME), "arguments": JsonText(Carrier.TOOL_ARGS)}, Carrier.TOOL_ARGS, required=("name",)
)
CALLED_CUSTOM = Object(
    {"name": Name(Carrier.NAME), "input": Text(Carrier.TOOL_ARGS)}, Carrier.TOOL_ARGS, required=("name",)
)


def _call(kind: str, called: Object) -> Object:
    return Object({"id": ID, "type": closed(kind), "index": SETTING, kind: called}, Carrier.TOOL_ARGS, required=(kind,))


TOOL_CALL = Variant(
    "type",
    {"function": _call("function", CALLED), "custom": _call("custom", CALLED_CUSTOM)},
    otherwise=Free(Carrier.TOOL_ARGS),
    missing="function",
)


SPEAKER = Name(Carrier.NAME, cue="speaker")
"""Who says a message, by name; beside a result it is the function's."""


def _message(carrier: Carrier, *, required: tuple[str, ...] = ("role", "content")) -> Object:
    return Object(
        {
            "role": ROLES,
            "content": _content(carrier),
            "name": Name(Carrier.NAME) if carrier is Carrier.TOOL_RESULT else SPEAKER,
            "refusal": Text(carrier),
            "reasoning": Text(carrier),
            "reasoning_content": Text(carrier),
            "thinking_blocks": THOUGHTS,
            "tool_calls": Items(TOOL_CALL),
            "tool_call_id": ID,
            "function_call": CALLED,
            "audio": Errand(Capability.STORED_FILES, Object({"id": ID})),
        },
        carrier,
        required,
    )


MESSAGE = _message(Carrier.MESSAGE)
ANSWER = _message(Carrier.MESSAGE, required=("role",))  # one that only calls tools has no content
SYSTEM = _message(Carrier.SYSTEM)
RESULT = _message(Carrier.TOOL_RESULT)
MESSAGES = Items(
    Variant(
        "role",
        {
            "system": SYSTEM,
            "developer": SYSTEM,
            "user": MESSAGE,
            "assistant": ANSWER,
            "tool": RESULT,
            "function": RESULT,
        },
        otherwise=MESSAGE,
    ),
    least=1,
)
FUNCTION_NAME = Object({"name": Name(Carrier.TOOL_DEFINITION)}, Carrier.TOOL_DEFINITION)
TOOLS = Items(
    Variant(
        "type",
        {
            "function": Object(
                {"type": closed("function"), "function": FUNCTION, "cache_control": CACHE_CONTROL},
                Carrier.TOOL_DEFINITION,
                required=("function",),
            ),
            "custom": Object(
                {
                    "type": closed("custom"),
                    "custom": Object(
                        {
                            "name": Name(Carrier.TOOL_DEFINITION),
                            "description": Text(Carrier.TOOL_DEFINITION),
                            "format": Free(Carrier.TOOL_ARGS),
                        },
                        Carrier.TOOL_DEFINITION,
                    ),
                },
                Carrier.TOOL_DEFINITION,
            ),
        },
        otherwise=Errand(Capability.HOSTED_TOOLS, Free(Carrier.TOOL_ARGS)),
        missing="function",
    )
)
TOOL_CHOICE = Either(
    closed("auto none required"),
    Object(
        {
            "type": growing("function custom allowed_tools"),
            "function": FUNCTION_NAME,
            "custom": FUNCTION_NAME,
            "allowed_tools": Free(Carrier.TOOL_ARGS, words=frozenset({"mode", "tools", "type", "function"})),
        },
        Carrier.TOOL_DEFINITION,
    ),
)
RESPONSE_FORMAT = Variant(
    "type",
    {
        "text": Object({"type": closed("text")}),
        "json_object": Object({"type": closed("json_object"), "schema": Local(SCHEMA)}),
        "json_schema": Object(
            {
                "type": closed("json_schema"),
                "json_schema": Object(
                    {
                        "name": Name(Carrier.TOOL_DEFINITION),
                        "description": Text(Carrier.TOOL_DEFINITION),
                        "schema": SCHEMA,
                        "strict": FLAG,
                    },
                    Carrier.TOOL_DEFINITION,
                ),
            }
        ),
    },
    otherwise=Free(Carrier.TOOL_ARGS),
)
OF_LOCAL_SERVERS: dict[str, Field] = {
    **dict.fromkeys(
        closed(
            "top_k min_p top_a typical_p repeat_penalty repetition_penalty repetition_context_size min_tokens "
            "num_ctx ttl mirostat mirostat_tau mirostat_eta dynatemp_range thinking_budget xtc_probability xtc_threshold"
        ).words,
        Local(Number(1_000_000)),
    ),
    **dict.fromkeys(
        closed("cache_prompt ignore_eos add_generation_prompt enable_thinking").words,
        Local(FLAG),
    ),
}

_ALSO_OF_TEXTS = closed(
    "model stream stream_options temperature top_p n presence_penalty frequency_penalty max_tokens seed stop logit_bias user "
    "response_format store previous_response_id background adapters draft_model chat_template_kwargs keep_alive"
).words
"""Fields of a chat that a completion has too."""
CHAT = Object(
    {
        "model": Replaced(),
        "messages": MESSAGES,
        "stream": FLAG,
        "stream_options": Object({"include_usage": FLAG, "include_obfuscation": FLAG}),
        "temperature": SETTING,
        "top_p": SETTING,
        "n": Number(1_000, whole=True, low=1, high=128),
        "presence_penalty": SETTING,
        "frequency_penalty": SETTING,
        "max_tokens": TOKENS,
        "max_completion_tokens": TOKENS,
        "logprobs": FLAG,
        "top_logprobs": Number(1_000, whole=True),
        "seed": SEED,
        "stop": Either(Text(Carrier.OTHER), Items(Text(Carrier.OTHER))),
        "logit_bias": Keyed(re.compile(r"\d{1,6}"), SETTING),  # ids of a vocabulary have no seven digits
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "parallel_tool_calls": FLAG,
        "functions": Items(FUNCTION),
        "function_call": Either(closed("auto none"), FUNCTION_NAME),
        "response_format": RESPONSE_FORMAT,
        "prediction": Object({"type": closed("content"), "content": _content(Carrier.MESSAGE)}, Carrier.MESSAGE),
        "reasoning_effort": EFFORT,
        "reasoning": Object({"effort": EFFORT, "max_tokens": TOKENS, "exclude": FLAG, "enabled": FLAG}),
        "verbosity": VERBOSITY,
        "modalities": Items(growing("text audio")),
        "audio": Object({"voice": VOICE, "format": growing("wav mp3 flac opus pcm16 aac")}),
        "service_tier": growing("auto default flex priority scale standard_only"),
        "user": Alias(Carrier.USER),
        "safety_identifier": Alias(Carrier.USER),
        "prompt_cache_key": Alias(Carrier.USER),
        "prompt_cache_retention": Dropped(growing("in_memory in-memory 24h")),
        "prompt_cache_options": Dropped(Free(Carrier.OTHER)),
        "moderation": Free(Carrier.OTHER),
        "metadata": Dropped(Free(Carrier.METADATA, keyed=True)),
        "store": Errand(Capability.STORED_FILES, FLAG, unless_false=True, answered=True),
        "previous_response_id": Errand(Capability.STORED_FILES, ID, unless_false=True),
        "conversation": Errand(Capability.STORED_FILES, Free(Carrier.OTHER), unless_false=True),
        "background": Errand(Capability.STORED_FILES, FLAG, unless_false=True),
        "web_search_options": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER)),
        "mcp_servers": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER), unless_false=True),
        "plugins": Errand(Capability.HOSTED_TOOLS, Free(Carrier.OTHER), unless_false=True),
        "container": Errand(Capability.STORED_FILES, Free(Carrier.OTHER), unless_false=True),
        "adapters": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "draft_model": Errand(None, Free(Carrier.OTHER), unless_false=True),
        "chat_template_kwargs": Local(Free(Carrier.OTHER, words=frozenset({"enable_thinking", "true", "false"}))),
        "keep_alive": Local(Free(Carrier.OTHER)),
        **OF_LOCAL_SERVERS,
    },
    required=("messages",),
)

COMPLETIONS = Object(
    {
        **{name: CHAT.fields[name] for name in _ALSO_OF_TEXTS},
        "prompt": Either(Text(Carrier.MESSAGE), TokenIds(texts=True)),
        "suffix": Text(Carrier.MESSAGE),
        "echo": FLAG,
        "logprobs": Number(1_000, whole=True, low=0),
        "best_of": Number(1_000, whole=True, low=0, high=128),
        **OF_LOCAL_SERVERS,
    },
    required=("prompt",),
)
WORDS_OR_IDS = Either(Text(Carrier.INPUT), TokenIds(texts=True))
EMBEDDINGS = Object(
    {
        "model": Replaced(),
        "input": WORDS_OR_IDS,
        "encoding_format": closed("float base64"),
        "dimensions": Number(4_000_000, whole=True, low=1),
        "user": Alias(Carrier.USER),
        "metadata": Dropped(Free(Carrier.METADATA, keyed=True)),
    },
    Carrier.INPUT,
    required=("input",),
)
RERANK = Object(
    {
        "model": Replaced(),
        "query": Text(Carrier.INPUT),
        "documents": Items(
            Either(Text(Carrier.INPUT), Object({"text": Text(Carrier.INPUT)}, Carrier.INPUT, required=("text",))),
            least=1,
        ),
        "top_n": Number(4_000_000, whole=True, low=1),
        "return_documents": FLAG,
        "max_chunks_per_doc": TOKENS,
        "max_tokens_per_doc": TOKENS,
        "truncate_prompt_tokens": Local(TOKENS),
        "user": Dropped(Text(Carrier.USER)),
    },
    Carrier.INPUT,
    required=("query", "documents"),
)
_SOUND = Object(
    {
        "data": Opaque(UnknownReason.AUDIO, coded=True),
        "name": Dropped(Text(Carrier.ATTACHMENT)),
    },
    Carrier.ATTACHMENT,
    required=("data",),
)
"""A file of a form; it leaves under a name of ours."""
TRANSLATIONS = Object(
    {
        "model": Replaced(),
        "file": _SOUND,
        "prompt": Text(Carrier.INPUT),
        "response_format": growing("json text srt verbose_json vtt diarized_json"),
        "temperature": SETTING,
        "language": Text(Carrier.OTHER),
        "user": Dropped(Text(Carrier.USER)),
    },
    Carrier.INPUT,
    required=("file",),
)
TRANSCRIPTIONS = Object(
    {
        **TRANSLATIONS.fields,
        "stream": FLAG,
        "timestamp_granularities": Items(growing("word segment")),
        "include": Items(growing("logprobs")),
        "chunking_strategy": Either(
            growing("auto"),
            Object(
                {
                    "type": growing("server_vad"),
                    "threshold": SETTING,
                    "prefix_padding_ms": TOKENS,
                    "silence_duration_ms": TOKENS,
                }
            ),
        ),
        "known_speaker_names": Items(Text(Carrier.INPUT)),
        "known_speaker_references": Items(Url(UnknownReason.AUDIO)),
        "hotwords": Local(Text(Carrier.INPUT)),
        "vad_filter": Local(FLAG),
    },
    Carrier.INPUT,
    required=("file",),
)
_JUDGED = Variant(
    "type",
    {
        "text": Object({"type": closed("text"), "text": Text(Carrier.INPUT)}, Carrier.INPUT, required=("text",)),
        "image_url": Object(
            {
                "type": closed("image_url"),
                "image_url": Object({"url": Url(UnknownReason.IMAGE)}, Carrier.INPUT, required=("url",)),
            },
            Carrier.INPUT,
            required=("image_url",),
        ),
    },
    otherwise=Free(Carrier.INPUT),
)
MODERATIONS = Object(
    {
        "model": Replaced(),
        "input": Either(Text(Carrier.INPUT), Items(Either(Text(Carrier.INPUT), _JUDGED), least=1)),
        "user": Dropped(Text(Carrier.USER)),
    },
    Carrier.INPUT,
    required=("input",),
)
