"""How long one request may take, and its phases; readings of one monotonic clock in seconds, and nothing waits here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.domain import Route

PATIENCE_S: Final = 300.0
"""How long the first token may take where no limit is configured and another target could take over, or where the model
has to be loaded first: that takes minutes."""
TOTAL_S: Final = 3600.0
"""How long a request may take altogether where nothing is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The limits of one request. `first_token_s` and `cold_s` count from the beginning of an attempt, its turn in a queue
    included: for a model that is loaded, and for one that is not. None: as long as it takes. `until_s` is absolute.
    """

    first_token_s: float | None = None
    cold_s: float | None = None
    idle_s: float | None = None
    until_s: float = float("inf")

    def left_s(self, began_s: float, now_s: float, *, cold: bool) -> float | None:
        """How long the first token of an attempt that began at `began_s` may take from now on; None without any limit."""
        limit_s = self.cold_s if cold else self.first_token_s
        ends = [self.until_s] if limit_s is None else [self.until_s, began_s + limit_s]
        end_s = min(ends)
        return None if end_s == float("inf") else max(end_s - now_s, 0.0)

    def over(self, now_s: float) -> bool:
        """Whether the request has taken all the time that it may take."""
        return now_s >= self.until_s

    @property
    def minds_loading(self) -> bool:
        """Whether it matters for the limit of the first token that a model has to be loaded."""
        return self.first_token_s is not None and self.cold_s != self.first_token_s


def patience(route: Route, *, others: bool, now_s: float) -> Patience:
    """The limits by `route` of a request that arrived at `now_s`; `others`: another target could take over."""
    first_token_s = route.first_token_s or (PATIENCE_S if others else None)
    cold_s = route.cold_first_token_s
    if cold_s is None and first_token_s is not None:
        cold_s = max(first_token_s, PATIENCE_S)
    return Patience(
        first_token_s=first_token_s,
        cold_s=cold_s,
        idle_s=route.idle_s,
        until_s=now_s + (route.total_s or TOTAL_S),
    )
