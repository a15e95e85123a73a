"""What requests of one sort are held against for as long as no span of time begins anew, reckoned once; holds no request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain.quota import Measure, window
from gateway.ports import Charge, Counted
from gateway.routing.charges import Held

ENDLESS: Final = 1 << 62
"""More of anything than there is, and still a number of SQLite's."""
_EVERYWHERE: Final = (Measure.REQUESTS, Measure.TOKENS)
"""What a request takes of whichever target answers."""
_HEADERS: Final = {
    of: tuple(f"x-ratelimit-{what}-{of}" for what in ("limit", "remaining", "reset")) for of in _EVERYWHERE
}
_US: Final = 1_000_000
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Concern:
    """Allowances, and the span of each (UTC, seconds) that is running from `since_us` to `until_us`.

    `probes` ask for one request and one token, of which nobody has less. `shown` are those that answers tell of, by measure.
    """

    held: tuple[Held, ...]
    spans: tuple[Span, ...]
    since_us: int
    until_us: int
    measures: frozenset[Measure]
    probes: tuple[Charge, ...]
    shown: tuple[tuple[Measure, tuple[int, ...]], ...]

    @classmethod
    def of(cls, held: tuple[Held, ...], at_us: int) -> Concern:
        """What is `held` against at a moment."""
        spans = tuple(window(one.allowance.every, at_us) for one in held)
        pairs = list(zip(held, spans, strict=True))
        places = {of: tuple(at for at, one in enumerate(held) if one.allowance.of is of) for of in _EVERYWHERE}
        return cls(
            held,
            spans,
            since_us=max((span[0] for span in spans), default=0) * _US,
            until_us=min((span[1] for span in spans), default=1 << 40) * _US,
            measures=frozenset(one.allowance.of for one in held),
            probes=tuple(
                Charge(one.account, span[0], one.allowance.amount, 1)
                for one, span in pairs
                if one.allowance.of in _EVERYWHERE
            ),
            shown=tuple((of, at) for of, at in places.items() if at),
        )

    def endless(self) -> Concern:
        """The same for emergency access: what is used is counted, and never too much."""
        held = tuple(replace(one, allowance=replace(one.allowance, amount=ENDLESS)) for one in self.held)
        return replace(self, held=held)

    def charges(self, amounts: Sequence[int]) -> list[Charge]:
        """Charges of so much each."""
        return [
            Charge(one.account, span[0], one.allowance.amount, amount)
            for one, span, amount in zip(self.held, self.spans, amounts, strict=True)
        ]

    def told(self, counts: Sequence[Counted], at_us: int) -> dict[str, str]:
        """The usual headers, for the tightest allowance of requests and of tokens; `counts` are of all, in their order."""
        headers: dict[str, str] = {}
        for measure, places in self.shown:
            left, limit, ends_s = min([self._left(at, counts[at]) for at in places])
            names = _HEADERS[measure]
            headers[names[0]] = str(limit)
            headers[names[1]] = str(left)
            headers[names[2]] = f"{max(-((at_us - ends_s * _US) // _US), 0)}s"
        return headers

    def _left(self, at: int, count: Counted) -> tuple[int, int, int]:
        amount = self.held[at].allowance.amount
        return count.left(amount), amount, self.spans[at][1]
