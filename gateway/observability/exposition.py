"""Writes metrics as prometheus-client does, byte for byte, and remembers what never changes of a line; counts nothing.

A scrape is some thousand lines, of which only the numbers move. What stands before a number is asked of prometheus-client
once for each series, and so is every line that has more than a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString
from typing_extensions import override

Written = Callable[[Collector], bytes]
MAX_KNOWN: Final = 20_000
"""Beginnings of lines that are remembered: twice as many as a scrape may have."""
_NOTHING: Final = " 0.0\n"
_USUAL: Final = frozenset({"counter", "gauge", "histogram"})


class Exposition:
    """One way of writing, which is `written` of prometheus-client. `end` is what it puts last."""

    def __init__(self, written: Written, *, exemplars: bool, end: bytes = b"") -> None:
        self._written = written
        self._exemplars = exemplars
        self._end = end
        self._heads: dict[str, str] = {}
        self._before: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def __call__(self, registry: CollectorRegistry) -> bytes:
        """All metrics of the registry."""
        if len(self._before) > MAX_KNOWN:
            self._before.clear()
        return "".join(map(self._family, registry.collect())).encode() + self._end

    def _family(self, metric: Metric) -> str:
        if metric.type not in _USUAL:
            return self._by_client(metric, metric.samples)
        head = self._heads.get(metric.name)
        if head is None:
            head = self._heads[metric.name] = self._by_client(metric, [])
        known, exemplars = self._before, self._exemplars
        lines = [head]
        for sample in metric.samples:
            name, labels, value, timestamp, exemplar, native = sample
            if timestamp is not None or native is not None or (exemplars and exemplar):
                lines.append(self._by_client(metric, [sample])[len(head) :])
                continue
            key = name, tuple(labels.items())
            before = known.get(key)
            if before is None:
                line = self._by_client(metric, [Sample(name, labels, 0.0)])[len(head) :]
                if line.startswith("#"):  # a line under a head of its own, such as when a series was made
                    return self._by_client(metric, metric.samples)
                before = known[key] = line.removesuffix(_NOTHING)
            lines.append(f"{before} {floatToGoString(value)}\n")  # type: ignore[no-untyped-call]
        return "".join(lines)

    def _by_client(self, metric: Metric, samples: list[Sample]) -> str:
        one = copy(metric)
        one.samples = samples
        return self._written(_One(one)).removesuffix(self._end).decode()


class _One(Collector):
    """A registry of one metric."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    @override
    def collect(self) -> Iterator[Metric]:
        yield self._metric
