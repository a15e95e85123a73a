"""What a request came to; closed sets, because they are metric labels and columns of the record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sensitivity(StrEnum):
    """How a request was judged. Closed, because it is a metric label and an audit column."""

    PHI = "phi"  # something that identifies by itself
    UNKNOWN = (
        "unknown"  # something could not be checked and is treated as PHI (law 4), or it ended before it was judged
    )
    SUSPECTED = "suspected"  # only indirect signs
    CLEAN = "clean"


class Destination(StrEnum):
    """Where a request went, seen from the premises: the farthest place that may have received any of it."""

    LOCAL = "local"
    CLOUD = "cloud"
    DENIED = "denied"  # a rule, a grant or a door kept it back
    NONE = "none"  # it was permitted, or never judged, and reached nobody


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reported them; `reported` False when it did not. `audio_ms`: how much sound was heard.

    Input includes what was read from the provider's cache, what was written to it and sound; output includes reasoning and
    sound. `told_nano_usd` is what the provider says that it cost. `estimated`: it was not reported, and the numbers are ours.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    reported: bool = False
    audio_ms: int = 0
    cache_write_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    told_nano_usd: int | None = None
    estimated: bool = False


class Quality(StrEnum):
    """How a number came about that is not counted; a closed set, because it is a metric label and a column of the record."""

    REPORTED = "reported"  # money: by tokens that the provider reported, or its own word
    ESTIMATED = "estimated"  # money: by tokens that we guess, of an answer that broke off
    MEASURED = "measured"  # energy: by a meter of the machine
    MODELLED = "modelled"  # energy: by the configured power, for as long as it took
    UNKNOWN = "unknown"  # energy: the answer was made on the premises, and nobody says what it took


class Outcome(StrEnum):
    """How a request ended; a closed set, because it is a metric label."""

    OK = "ok"
    CLIENT_ERROR = "client_error"
    UPSTREAM_ERROR = "upstream_error"
    POLICY_DENIED = "policy_denied"
    UNRECORDED = "unrecorded"  # the record could not be written, so nothing was sent
    SHED = "shed"
    CLIENT_DISCONNECT = "client_disconnect"
    DEADLINE = "deadline"
    INTERNAL = "internal"


class Shortfall(StrEnum):
    """In which way an answer is not quite what was asked for, by the field of the request that was not followed."""

    MODEL = "model"  # another model answered
    N = "n"  # it gave fewer answers
    REASONING = "reasoning"  # the model thought although it was not to
    INPUT = "input"  # the server left out a part of what was to be embedded
    MESSAGES = "messages"  # the server left out some of them, because its context was full
