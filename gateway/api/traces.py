"""Begins the trace of a request, or goes on with its caller's; of `traceparent` only its hexadecimal form is ever read."""

from __future__ import annotations

import re
import secrets
from typing import Final

from gateway.config.settings import Traces
from gateway.domain import Traced

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?P<more>-.*)?\Z"
)
_SCALE: Final = 2**64


def begin(header: str, traces: Traces) -> Traced:
    """The span of a request whose `traceparent` is `header`; "" or no such header: a trace of its own.

    A caller's word on whether it is kept holds. Of traces that begin here, `traces.share` are.
    """
    found = _TRACEPARENT.match(header)
    own = secrets.token_hex(8)
    if found is None or (found["more"] and header.startswith("00")):  # version 00 ends with its flags
        trace_id = secrets.token_hex(16)
        return Traced(trace_id, own, sampled=int(trace_id[16:], 16) < traces.share * _SCALE)
    trace_id, parent_id, flags = found.group(1, 2, 3)
    return Traced(trace_id, own, parent_id=parent_id, sampled=bool(int(flags, 16) & 1))
