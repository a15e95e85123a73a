"""Names, labels and buckets of the metrics."""

from __future__ import annotations

import re

from prometheus_client import CollectorRegistry, Counter

from gateway.observability.families import Families, Labelled


def test_every_metric_is_ours_or_of_the_conventions_and_says_what_it_is():
    for family in Families().registry.collect():
        assert re.match(r"(gateway|gen_ai|process)_[a-z_]+$", family.name), family.name
        assert family.documentation.endswith(".") or family.name.startswith("process_"), family.name


def test_no_creation_times_are_exposed():
    names = {sample.name for family in Families().registry.collect() for sample in family.samples}

    assert not [name for name in names if name.endswith("_created")]


def test_a_series_is_looked_up_once():
    labelled = Labelled(Counter("gateway_things", "Things.", ("kind",), registry=CollectorRegistry()))

    labelled("a").inc()
    labelled("a").inc()

    assert labelled("a") is labelled("a")
    assert labelled("a") is not labelled("b")
