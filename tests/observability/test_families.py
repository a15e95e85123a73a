"""Names, labels and buckets of the metrics."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.observability.families import DURATION_S, FIRST_TOKEN_S, MODEL, PROVIDER, SCHEMA, Families


def test_every_metric_is_ours_or_of_the_conventions_and_says_what_it_is():
    for family in Families().registry.collect():
        assert re.match(r"(gateway|gen_ai|process)_[a-z_]+$", family.name), family.name
        assert family.documentation.endswith(".") or family.name.startswith("process_"), family.name


def test_no_creation_times_are_exposed():
    names = {sample.name for family in Families().registry.collect() for sample in family.samples}

    assert not [name for name in names if name.endswith("_created")]


def test_the_version_of_the_conventions_is_the_one_the_names_were_checked_against():
    """Whoever changes it reads the changes of the conventions, and names, labels and buckets here along with it."""
    assert SCHEMA == "1.42.0"
    conventions = {family.name for family in Families().registry.collect() if family.name.startswith("gen_ai_")}
    assert conventions == {
        "gen_ai_client_operation_duration_seconds",
        "gen_ai_client_token_usage",
        "gen_ai_server_request_duration_seconds",
        "gen_ai_server_time_per_output_token_seconds",
        "gen_ai_server_time_to_first_token_seconds",
    }
    assert (*MODEL, PROVIDER) == (
        "gen_ai_operation_name",
        "gen_ai_provider_name",
        "gen_ai_request_model",
        "gen_ai_provider_name",
    )


def test_buckets_reach_from_a_twentieth_of_a_second_to_ten_minutes():
    for buckets in (DURATION_S, FIRST_TOKEN_S):
        assert buckets[0] <= 0.05
        assert buckets[-1] >= 600
        assert list(buckets) == sorted(buckets)


def test_every_metric_that_the_readme_names_exists():
    names = {sample.name for family in Families().registry.collect() for sample in family.samples}
    names |= {
        f"{family.name}{end}" for family in Families().registry.collect() for end in ("", "_total", "_bucket", "_sum")
    }
    text = Path("README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:gateway|gen_ai)_[a-z_]+)`", text)) - {"gen_ai_"}
    assert named
    assert named <= names
