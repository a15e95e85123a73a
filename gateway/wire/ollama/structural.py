"""The structural fields of requests to Ollama's native API, each with all that it may say."""

from __future__ import annotations

import re

from gateway.wire.ollama.validation import ROLES, THINK
from gateway.wire.structural import IDENTIFIER, Structural, one_of

DURATION = re.compile(r"-?(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h))+|-?\d{1,9}")
"""A duration as Go writes it: `10m`, `1h30m`, `-1`."""

REQUEST: Structural = {
    ("messages", "*", "role"): re.compile(one_of(ROLES).pattern, re.IGNORECASE),
    ("messages", "*", "tool_call_id"): IDENTIFIER,
    ("messages", "*", "tool_calls", "*", "id"): IDENTIFIER,
    ("messages", "*", "tool_calls", "*", "type"): one_of({"function"}),
    ("tools", "*", "type"): one_of({"function"}),
    ("think",): one_of(THINK),
    ("format",): re.compile("(?:json)?"),
    ("keep_alive",): DURATION,
}
"""By place: every string there must match in full. Function and tool names are text of the caller and not listed."""
