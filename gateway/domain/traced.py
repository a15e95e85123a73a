"""Where a request stands in a trace of W3C Trace Context: ids and a flag, and nothing that a caller could write more into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traced:
    """A span of one trace. Ids are lower-case hex, 32 digits of the trace and 16 of a span; `parent_id` is "" at its root.

    `sampled`: whoever began the trace wants it kept.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    sampled: bool = True

    def at(self, attempt: int) -> Traced:
        """The span of attempt number `attempt` (from 1) within this one.

        Its id is reckoned and not drawn, so that what is sent and what is told of it agree without knowing each other.
        """
        span_id = (int(self.span_id, 16) + attempt) % 2**64 or 2**63
        return Traced(self.trace_id, f"{span_id:016x}", parent_id=self.span_id, sampled=self.sampled)

    @property
    def header(self) -> str:
        """`traceparent` for whoever is asked within this span (https://www.w3.org/TR/trace-context/)."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"
