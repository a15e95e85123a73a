"""What `make bench` says, and that it is measured: against a real upstream, with a real gateway and nginx where there is one."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import ExitStack

import httpx
import pytest

from bench.speed import guard, measure, page, systems, texts
from bench.speed.guard import Entry
from bench.speed.measure import Taken
from bench.speed.rows import QUICK, ROWS
from tests.kit.patience import SOON_S
from tests.kit.source import ROOT

MACHINE = "AMD EPYC, 2 processors, Python 3.11.7"


def entry(commit: str, machine: str = MACHINE, **ratios: float) -> Entry:
    return Entry(commit, "2026-12-01", machine, ratios)


def took(cpu_us: float, **more: float) -> Taken:
    return Taken(100, 0, more.get("a_second", 50.0), cpu_us, more.get("p50_ms", 1.0), 2.0)


def test_what_costs_a_sixth_more_than_last_time_is_said_with_its_commits():
    before = [entry("aaaa111", repeated=40.0, stream=4.0), entry("bbbb222", repeated=41.0, stream=4.1)]
    (line,) = guard.slower(entry("cccc333", repeated=48.0, stream=4.2), before)
    assert line.startswith("repeated: 48.0 x nginx, 17% more than the last entry (41.0")
    assert line.endswith("git log bbbb222..cccc333")


def test_what_creeps_is_held_against_the_best():
    before = [entry("aaaa111", alone=20.0), entry("bbbb222", alone=22.0), entry("cccc333", alone=23.5)]
    (line,) = guard.slower(entry("dddd444", alone=25.0), before)
    assert "25% more than the best entry (20.0" in line
    assert line.endswith("git log aaaa111..dddd444")


def test_another_machine_is_asked_only_where_this_one_is_new():
    other = entry("aaaa111", "a laptop", repeated=20.0)
    assert guard.slower(entry("cccc333", repeated=40.0), [other, entry("bbbb222", repeated=39.0)]) == []
    assert len(guard.slower(entry("cccc333", repeated=40.0), [other])) == 1
    assert guard.slower(entry("cccc333", repeated=40.0), []) == []


def test_of_one_commit_and_machine_the_last_ratios_are_kept(tmp_path):
    path = tmp_path / "ratios.json"
    for one in (entry("aaaa111", repeated=40.0), entry("bbbb222", repeated=41.0), entry("aaaa111", repeated=39.0)):
        guard.keep(one, path)
    assert guard.kept(path) == [entry("bbbb222", repeated=41.0), entry("aaaa111", repeated=39.0)]


def test_what_is_kept_in_the_repository_can_be_read():
    assert all(set(one.ratios) <= set(ROWS) for one in guard.kept())


def test_a_ratio_is_of_the_same_round():
    results = {"repeated": {"nginx": [took(10), took(20), took(30)], "gateway": [took(400), took(500), took(1500)]}}
    assert measure.ratios(results) == {"repeated": 40.0}


def test_every_last_message_is_another_one_and_the_same_seed_gives_the_same():
    row = ROWS["unique"]
    said = [json.loads(line) for line in texts.lines(lambda draw: row.make("m", draw), "a seed", 500)]
    assert len({one["messages"][-1]["content"] for one in said}) == 500
    assert said == [json.loads(line) for line in texts.lines(lambda draw: row.make("m", draw), "a seed", 500)]
    assert 500 < sum(len(one["messages"][-1]["content"]) for one in said) / 500 < 900


def test_the_pictures_are_svg_and_name_everybody():
    results = {
        name: {"direct": [took(1, p50_ms=0.1)], "nginx": [took(20, p50_ms=0.2)], "gateway": [took(800, p50_ms=1.1)]}
        for name in ("alone", "repeated")
    }
    drawn = page.pictures(results)
    assert set(drawn) == {"latency", "throughput"}
    for one in drawn.values():
        words = " ".join(part.text or "" for part in ET.fromstring(one).iter())
        assert "nginx" in words
        assert "gateway" in words


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_it_is_measured_and_who_is_missing_is_said():
    command = [
        sys.executable,
        "-m",
        "bench.speed",
        "--quick",
        "--systems",
        "gateway,ferrogw",
        "--rounds",
        "1",
        "--seconds",
        "0.3",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, check=False)
    assert done.returncode == 0, done.stderr
    assert "Missing: ferrogw is not installed here." in done.stdout
    for name in QUICK:
        assert f"## {name}: " in done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("| gateway |") and line.endswith("| 0 |")]
    assert len(rows) == len(QUICK)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_what_goes_to_the_cloud_goes_without_its_identifier_which_comes_back_in_the_stream(tmp_path):
    systems.built(tmp_path)
    with ExitStack() as stack:
        upstream = systems.direct(tmp_path)
        stack.callback(upstream.end)
        gateway = systems.started("gateway", upstream.port, tmp_path)
        stack.callback(gateway.end)
        body = ROWS["restored"].make(gateway.cloud, random.Random("a seed"))
        answer = httpx.post(f"http://127.0.0.1:{gateway.port}/v1/chat/completions", json=body, timeout=SOON_S)
    assert answer.headers["x-gateway-redacted"] == "mrn"
    assert answer.text.count("48213377") == 7  # of 25 chunks, the first and every fourth behind it
    assert "[MRN_" not in answer.text
