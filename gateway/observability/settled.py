"""Counts how requests ended into the metrics that people ask by; the series of one sort of requests are looked up once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from prometheus_client import Counter, Histogram

from gateway.domain import Outcome, Quality, Settlement, Usage
from gateway.domain.settlement import MICRO, NANO
from gateway.errors import GatewayError
from gateway.observability.families import Families, exemplar
from gateway.observability.vocabulary import OTHER, Vocabulary, label

TOKEN_TYPES: Final = ("input", "output", "cached_input", "reasoning", "cache_write", "audio_input", "audio_output")
JOULES_PER_WH: Final = 3600
SEVERAL: Final = "several"
"""The agent of a request that claims more than one."""
MAX_SORTS: Final = 4_096
"""So many sorts of requests are remembered with their series."""


def _tree(error: type[GatewayError]) -> Iterator[type[GatewayError]]:
    yield error
    for child in error.__subclasses__():
        yield from _tree(child)


CODES = frozenset(error.code for error in _tree(GatewayError))
STATUSES = frozenset(error.status for error in _tree(GatewayError)) | {200, 499}


class Sort:
    """The series of requests of one sort: who asked, for what, what answered, how it ended. Each is made when first counted."""

    def __init__(self, families: Families, vocabulary: Vocabulary, event: Settlement) -> None:
        self._families = families
        self.model = vocabulary.model_labels(event.operation, event.provider, event.model)
        self.caller, self.route = label(event.caller, vocabulary.callers), label(event.route, vocabulary.routes)
        self.agent = SEVERAL if event.agents else label(event.agent, vocabulary.agents)
        target = label(event.target, vocabulary.targets)
        self.who = (self.caller, self.agent, self.route, target, *self.model[1:])
        self._status = str(event.status) if event.status in STATUSES else OTHER
        self._error = label(event.error_code, CODES) if event.error_code else ""
        self._outcome = event.outcome.value
        self._cost_quality, self._energy_quality = event.cost_quality, event.energy_quality
        self._kinds: dict[str, tuple[Histogram, Counter]] = {}

    @cached_property
    def requests(self) -> Counter:
        return self._families.requests(self.caller, self.agent, self.route, self._status, self._outcome)

    @cached_property
    def duration(self) -> Histogram:
        return self._families.request_duration(*self.model, self.route, self.agent, self._error)

    @cached_property
    def overhead(self) -> Histogram:
        return self._families.overhead(self.route)

    @cached_property
    def first_token(self) -> Histogram:
        return self._families.first_token(*self.model, self.route, self.agent)

    @cached_property
    def per_token(self) -> Histogram:
        return self._families.per_token(*self.model)

    @cached_property
    def cost(self) -> Counter:
        return self._families.cost(*self.who, self._cost_quality or "")

    @cached_property
    def energy(self) -> Counter:
        return self._families.energy(*self.who, self._energy_quality or "")

    def tokens(self, kind: str) -> tuple[Histogram, Counter]:
        """Tokens of one type: of a request, and in all."""
        made = self._kinds.get(kind)
        if made is None:
            made = self._families.tokens(*self.model, kind), self._families.tokens_used(*self.who, kind)
            self._kinds[kind] = made
        return made


class SettledCounts:
    """The part of the metrics that is about requests that are over."""

    def __init__(self, families: Families, vocabulary: Vocabulary) -> None:
        self._families = families
        self._vocabulary = vocabulary
        self._sorts: dict[tuple[object, ...], Sort] = {}

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration."""
        self._vocabulary = vocabulary
        self._sorts.clear()

    def count(self, event: Settlement) -> None:
        """Count one request."""
        sort = self._sort(event)
        sort.requests.inc()
        duration_s = event.duration_us / MICRO
        sort.duration.observe(duration_s, exemplar(event))
        sort.overhead.observe(event.overhead_us / MICRO)
        if event.first_token_us is not None:
            first_s = event.first_token_us / MICRO
            sort.first_token.observe(first_s)
            if event.stream and event.usage.output_tokens > 1:
                sort.per_token.observe((duration_s - first_s) / (event.usage.output_tokens - 1))
        if event.usage.reported:
            _count_tokens(event.usage, sort)
        self._count_use(event, sort)
        if event.labels or event.unknowns or event.emergency or event.pseudonyms_unresolved:
            self._count_seldom(event)

    def _count_use(self, event: Settlement, sort: Sort) -> None:
        families = self._families
        if event.usage.audio_ms:
            families.audio(*sort.who).inc(event.usage.audio_ms / 1000)
        if event.energy_nwh is not None and event.energy_quality is not None:
            sort.energy.inc(event.energy_nwh * JOULES_PER_WH / NANO)
        elif event.energy_quality is Quality.UNKNOWN:
            families.energy_unknown(*sort.who).inc()
        if event.cost_nano_usd is not None and event.cost_quality is not None:
            sort.cost.inc(event.cost_nano_usd / NANO)
            if event.baseline_nano_usd is not None:
                families.baseline(*sort.who).inc(event.baseline_nano_usd / NANO)
        elif event.outcome is Outcome.OK:
            families.unpriced(*sort.who).inc()

    def _count_seldom(self, event: Settlement) -> None:
        families = self._families
        if event.emergency:
            families.emergencies(label(event.emergency, self._vocabulary.emergencies)).inc()
        for one in event.labels:
            families.labelled(label(one, self._vocabulary.labels)).inc()
        for unknown in event.unknowns:
            families.unchecked(unknown.value).inc()
        if event.pseudonyms_unresolved:
            families.unresolved.inc(event.pseudonyms_unresolved)

    def _sort(self, event: Settlement) -> Sort:
        """The series of the event's sort; what a caller made up, or what found no room, is not remembered."""
        asked = (event.caller, event.agent, event.agents, event.route, event.target, event.provider, event.model)
        ended = (event.status, event.outcome, event.error_code, event.cost_quality, event.energy_quality)
        key = (event.operation, asked, ended)
        sort = self._sorts.get(key)
        if sort is None:
            sort = Sort(self._families, self._vocabulary, event)
            if OTHER not in sort.who and len(self._sorts) < MAX_SORTS and not self._families.full:
                self._sorts[key] = sort
        return sort


def _count_tokens(usage: Usage, sort: Sort) -> None:
    counts = (
        *(usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.reasoning_tokens),
        *(usage.cache_write_tokens, usage.audio_input_tokens, usage.audio_output_tokens),
    )
    for kind, count in zip(TOKEN_TYPES, counts, strict=True):
        if count:
            of_request, in_all = sort.tokens(kind)
            of_request.observe(count)
            in_all.inc(count)
