"""`gateway status`: the running gateway is found, asked, and answers in words, in JSON and by the exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from gateway.cli import main
from gateway.cli.running import listening
from gateway.cli.status import energy_line
from gateway.state import in_force
from gateway.state.holder import Holder
from gateway.state.in_force import InForceNote

CONFIG = """
version: 1
providers:
  toy: {kind: scripted, traits: [on_prem]}
  here: {kind: ollama, base_url: "http://127.0.0.1:9", traits: [on_prem]}
  away: {kind: anthropic, api_key: "", baa: {reference: C-1, expires: 2020-01-31}}
targets:
  toy: {provider: toy, model: toy}
  away: {provider: away, model: claude}
  queued: {provider: here, model: m, slots: 1}
routes:
  toy: {targets: [toy]}
  dark: {targets: [away, queued]}
default_route: toy
limits: [{per: route, name: toy, of: requests, amount: 5, every: day}]
"""


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    """A gateway in a process of its own: its folder, and where it listens."""
    folder = tmp_path_factory.mktemp("status")
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "policies").mkdir()
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", "0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--log", "json"], stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ
        )
        with process:
            url = next(line for line in process.stdout if " on http" in line).split()[-1]
            for line in process.stdout:
                if "messages" in line:  # the last line of the picture
                    break
            while in_force.read(folder / "state") is None:
                assert process.poll() is None
            yield folder, url
            process.terminate()


def status(folder, capsys, *more):
    code = main(["status", "--config", str(folder / "config.yaml"), *more])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_says_what_answers_and_what_does_not(serving, capsys):
    folder, _ = serving
    code, out, _ = status(folder, capsys)

    assert code == 1  # one route cannot answer
    lines = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    assert lines["dark"].split(None, 1)[1].startswith("CANNOT ANSWER: away: off: ")
    assert "CANNOT" not in lines["toy"]
    assert "its BAA HAS ENDED 2020-01-31" in lines["away"]
    assert "ready" in out.splitlines()[0]
    assert re.match(r"Configuration [0-9a-f]{12}, policy [0-9a-f]{12}, last read ", out.splitlines()[1])
    assert "limit per route toy every day: 5.0 of 5.0 requests" in out


def test_it_says_that_energy_is_modelled(serving, capsys):
    folder, _ = serving
    assert "Energy: by `power_w` of targets; no `meters` are configured" in status(folder, capsys)[1]


@pytest.mark.parametrize(
    ("meters", "idle_w", "said"),
    [
        ({"rapl": ("2 packages", "")}, 43.21, "Energy of mac: measured by rapl (2 packages); 43.2 W at rest"),
        ({"rapl": ("1 package", "")}, None, "measured by rapl (1 package); what it takes at rest is not known yet"),
        (
            {"rapl": ("1 package", ""), "nvml": ("", "There is no driver.")},
            9,
            "Energy of mac IS NOT MEASURED: nvml: There is no driver.",
        ),
    ],
)
def test_it_says_which_meters_measure_and_why_others_do_not(meters, idle_w, said):
    tree = {name: {"of": of, "why_not": why} for name, (of, why) in meters.items()}
    assert energy_line({"machine": "mac", "idle_w": idle_w, "meters": tree}).endswith(said)


def test_a_route_that_answers_is_enough_where_one_is_named(serving, capsys):
    folder, _ = serving
    assert status(folder, capsys, "--route", "toy")[0] == 0
    assert status(folder, capsys, "--route", "dark")[0] == 1
    code, _, err = status(folder, capsys, "--route", "nowhere")
    assert (code, "no route nowhere" in err) == (1, True)


def test_it_writes_down_where_it_listens(serving):
    folder, url = serving
    assert listening(folder / "state").rpartition(":")[2] == url.rpartition(":")[2]


def test_from_afar_it_is_the_same(serving, capsys):
    folder, url = serving
    near, far = (json.loads(status(folder, capsys, "--json", *more)[1]) for more in ((), ("--url", url)))
    assert near.pop("up_s") <= far.pop("up_s")
    assert near == far


@pytest.mark.parametrize("tells", [True, False])
def test_where_none_runs_or_an_old_one_nothing_is_sent_to_it(tmp_path, capsys, tells):
    (tmp_path / "config.yaml").write_text(CONFIG)
    code, _, err = status(tmp_path, capsys)
    assert (code, "No gateway runs on" in err) == (2, True)
    (tmp_path / "state").mkdir()
    with Holder(tmp_path / "state"):
        in_force.write(tmp_path / "state", InForceNote(os.getpid() if not tells else 1, 1, True, (), "", tells=tells))
        code, _, err = status(tmp_path, capsys, "--timeout", "0.1")  # a signal would end this very process
    assert (code, "still starting" in err) == (2, True)


def test_a_folder_that_cannot_be_written_is_named_and_not_the_gateway(serving, capsys):
    folder, url = serving
    part = folder / "state" / "status.part"
    part.mkdir()  # no room for the answer, whoever the user is
    try:
        code, _, err = status(folder, capsys, "--timeout", "0.5")
        assert status(folder, capsys, "--url", url, "--route", "toy")[0] == 0
    finally:
        part.rmdir()
    assert (code, "cannot be written (Is a directory)" in err, "--url" in err) == (2, True, True)
    assert status(folder, capsys, "--route", "toy")[0] == 0


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:9", "There is no answer at http://127.0.0.1:9 (ConnectError). Start the gateway"),
        ("localhost:8080", "localhost:8080 is no address of a gateway. Write it with its scheme and port"),
        ("http://localhost:http", "http://localhost:http is no address of a gateway."),
    ],
)
def test_at_an_address_where_nobody_is(tmp_path, capsys, url, told):
    code, _, err = status(tmp_path, capsys, "--url", url, "--timeout", "2")
    assert (code, err.startswith(told)) == (2, True)
    assert main(["bench", "agents", "--url", url]) == 2
    assert capsys.readouterr() == ("", err)


def test_the_list_of_models_says_who_waits(serving, capsys):
    folder, _ = serving
    assert main(["models", "list", "--config", str(folder / "config.yaml"), "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["target"], entry["waiting"], entry["serving"]) == ("queued", 0, 0)
    assert main(["models", "list", "--config", str(folder / "config.yaml")]) == 0
    assert "0 wait, 0 are served" in capsys.readouterr().out
