from __future__ import annotations

import json
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from gateway.cli.bench_tables import Call, Measured, Run, svg, tables
from gateway.cli.tables import markdown, text


def call(task: str, began_s: float, ended_s: float, **more) -> Call:
    return Call(task=task, target="t", began_s=began_s, ended_s=ended_s, output_tokens=100, **more)


NOTHING = Run(name="", calls=())
SEQUENCE = Run(name="in sequence", calls=(call("radiologist", 0.0, 4.0), call("pathologist", 4.0, 10.0)))
PARALLEL = Run(name="in parallel", calls=(call("radiologist", 0.0, 4.0), call("pathologist", 0.0, 6.0)))


@pytest.fixture
def measured() -> Measured:
    return Measured(
        alone=Run(name="alone", calls=(call("radiologist", 0.0, 3.0), call("pathologist", 3.0, 8.0))),
        sequence=SEQUENCE,
        parallel=PARALLEL,
        operations=Run(name="operations", calls=(call("soap-generation", 0.0, 2.0, error="upstream_failed"),)),
        costs={"cloud only": Decimal("0.08"), "hybrid": Decimal("0.02"), "local only": None},
    )


def test_the_tables_say_latency_stages_total_and_cost(measured):
    told = text(tables(measured))
    for part in ("3.0 s", "in sequence", "10.0 s", "6.0 s", "40%", "$0.0800", "$80.00", "$20.00", "unknown"):
        assert part in told
    assert "upstream_failed" in told


def test_markdown_has_a_head_and_as_many_cells_in_each_row(measured):
    blocks = [block for block in markdown(tables(measured)).split("### ") if block.strip()]
    assert [block.splitlines()[0] for block in blocks][:2] == ["Tasks", "Pipeline"]
    for block in blocks:
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) == 1


def test_json_holds_every_call_and_what_failed(measured):
    tree = json.loads(json.dumps(measured.tree()))
    assert tree["runs"]["in parallel"]["total_s"] == 6.0
    assert tree["usd_per_analysis"] == {"cloud only": 0.08, "hybrid": 0.02, "local only": None}
    assert measured.failed == 1


def test_the_picture_is_a_picture_with_one_scale_for_both_runs(measured):
    root = ET.fromstring(svg(measured))
    bars = [float(one.get("width")) for one in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars == [pytest.approx(seconds * 62.0) for seconds in (4.0, 6.0, 4.0, 6.0)]


def test_where_nothing_was_measured_there_is_nothing_to_tell():
    empty = Measured(alone=NOTHING, sequence=NOTHING, parallel=NOTHING, operations=NOTHING)
    assert (text(tables(empty)), markdown(tables(empty)), empty.failed) == ("", "", 0)
    ET.fromstring(svg(empty))
