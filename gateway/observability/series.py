"""Series of metrics, made when they are first counted and never more than a scrape should hold; knows no metric by name."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, Generic, TypeVar

from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase
from typing_extensions import override

from gateway.observability.vocabulary import OTHER

Metric = TypeVar("Metric", bound=MetricWrapperBase)

MAX_SERIES: Final = 9_000
"""All label sets together, in lines of a scrape: whatever callers combine, 10,000 are never reached."""


class Room:
    """How many lines of a scrape may still come; one for all metrics of a registry. `folded` counts what found no room,
    `full` is whether anything ever did not.
    """

    def __init__(self, folded: Counter, lines: int = MAX_SERIES) -> None:
        self.left = lines
        self.full = False
        self.folded = folded

    def take(self, lines: int) -> bool:
        """Whether there is room for so many more, which is taken then."""
        if lines > self.left:
            self.full = True
            return False
        self.left -= lines
        return True


class QuickHistogram(Histogram):
    """A histogram that finds the bucket by bisection: observing is half of what counting a request costs."""

    @override
    def observe(self, amount: float, exemplar: dict[str, str] | None = None) -> None:
        if exemplar is not None:
            super().observe(amount, exemplar)
            return
        self._sum.inc(amount)
        self._buckets[bisect_left(self._upper_bounds, amount)].inc(1)


class Labelled(Generic[Metric]):
    """A metric with labels that remembers its series: prometheus-client's own look-up is too slow for every request.

    Where no room is left, what would be a new series is counted as `other` in every label. `lines` is how many lines of a
    scrape one series takes.
    """

    def __init__(self, metric: Metric, labels: int, *, room: Room, lines: int = 1) -> None:
        self._metric = metric
        self._other = (OTHER,) * labels
        self._lines = lines
        self._room = room
        self._series: dict[tuple[str, ...], Metric] = {}

    def __call__(self, *labels: str) -> Metric:
        series = self._series.get(labels)
        return self._made(labels) if series is None else series

    def _made(self, labels: tuple[str, ...]) -> Metric:
        if labels != self._other and not self._room.take(self._lines):
            self._room.folded.inc()
            return self(*self._other)
        series = self._series[labels] = self._metric.labels(*labels)
        return series

    def forget(self) -> None:
        """Drop all series: what they said holds no longer."""
        self._room.left += self._lines * len(self._series.keys() - {self._other})
        self._metric.clear()
        self._series.clear()
