from __future__ import annotations

import asyncio
import json

import pytest

from gateway.cli import main
from gateway.upstream.embedded.models import FOLDER, MODELS
from tests.kit.ollama import Ollama
from tests.kit.servers import says


@pytest.fixture
def state(tmp_path):
    """A state directory with files of the models' sizes."""
    (tmp_path / FOLDER).mkdir()
    for model in MODELS:
        with (tmp_path / FOLDER / model.file).open("wb") as file:
            file.truncate(model.size)
    return tmp_path


def test_models_that_are_here_are_not_fetched_again(state, capsys):
    assert main(["models", "fetch", "--state-dir", str(state)]) == 0
    assert capsys.readouterr().out == f"models: all 2 are in {state / FOLDER}\n"


def test_a_fetch_that_fails_says_why_and_exits_1(tmp_path, capsys):
    (tmp_path / "state").write_text("a file stands where the folder should be")
    assert main(["models", "fetch", "--state-dir", str(tmp_path / "state")]) == 1
    assert "Cannot write" in capsys.readouterr().err


def test_the_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["models", "fetch", "--help"])
    assert "gateway models fetch --state-dir" in capsys.readouterr().out


# --- those of people's own servers -----------------------------------------------------------------------------------


@pytest.fixture
async def ollama(tmp_path):
    """An Ollama that has two models of three, one of them loaded; and a configuration in front of it."""
    server = Ollama(says(), models=["small:latest", "large"])
    server.tags = [{"name": name, "model": name} for name in server.models]
    server.running = [{"name": "small:latest", "model": "small:latest"}]
    await server.start()
    (tmp_path / "policies").mkdir()
    server.config = tmp_path / "config.yaml"
    server.config.write_text(f"""
version: 1
providers:
  ollama: {{kind: ollama, base_url: "{server.base_url.removesuffix("/v1")}", traits: [on_prem]}}
  gone: {{kind: lm_studio, base_url: "http://127.0.0.1:9/v1", traits: [on_prem]}}
  cloud: {{kind: openai, api_key: k}}
targets:
  small: {{provider: ollama, model: small}}
  large: {{provider: ollama, model: large, memory_gb: 20, slots: 2}}
  missing: {{provider: ollama, model: "llama3.2:8b"}}
  away: {{provider: gone, model: m}}
  cloud: {{provider: cloud, model: gpt-4o-mini}}
routes:
  quick: {{targets: [small, cloud]}}
  deep: {{targets: [large, small]}}
  checking: {{targets: [missing]}}
  elsewhere: {{targets: [away]}}
""")
    yield server
    await server.stop()


async def models(server, *arguments):
    return await asyncio.to_thread(main, ["models", *arguments, "--config", str(server.config)])


async def test_the_list_says_where_each_model_is_and_what_to_do(ollama, capsys):
    assert await models(ollama, "list") == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert set(lines) == {"target", "small", "large", "missing", "away"}
    assert lines["small"].endswith("loaded")
    assert lines["large"].endswith("on disk")
    assert "absent" in lines["missing"]
    assert "has no llama3.2:8b, set `model: llama3.1:8b`" in lines["missing"]
    assert "does not answer" in lines["away"]
    assert "lms server start" in lines["away"]


async def test_the_list_for_programs(ollama, capsys):
    assert await models(ollama, "list", "--json") == 0
    entries = {entry["target"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert {name: entry["state"] for name, entry in entries.items()} == {
        "small": "loaded",
        "large": "on disk",
        "missing": "absent",
        "away": "server does not answer",
    }
    assert entries["small"]["routes"] == ["quick", "deep"]
    assert entries["small"]["slots"] == 1
    assert (entries["large"]["slots"], entries["large"]["memory_gb"]) == (2, 20)


@pytest.mark.parametrize(
    ("routes", "status", "orders", "words"),
    [
        (["quick"], 0, [], ""),
        (["deep"], 0, [("load", "large")], "large: loaded in"),
        (["checking"], 1, [], "missing: absent"),
        (["elsewhere"], 1, [], "away: server does not answer"),
        ([], 1, [("load", "large")], "large: loaded in"),
        (["nowhere"], 1, [], "There is no route nowhere"),
    ],
)
async def test_warming_loads_what_the_routes_need_and_fails_if_something_is_not_there(
    ollama, capsys, routes, status, orders, words
):
    assert await models(ollama, "warm", *routes) == status
    assert ollama.orders == orders
    said = capsys.readouterr()
    assert words in said.out + said.err


async def test_a_check_loads_nothing(ollama, capsys):
    assert await models(ollama, "warm", "deep", "--check") == 1
    assert "large" in capsys.readouterr().out
    ollama.running.append({"name": "large"})
    assert await models(ollama, "warm", "deep", "--check") == 0
    assert capsys.readouterr().out == "All 2 are loaded.\n"
    assert ollama.orders == []


async def test_no_more_is_loaded_than_the_machine_holds(ollama, capsys):
    text = ollama.config.read_text().replace("model: small}", "model: small, memory_gb: 8}")
    ollama.config.write_text(text + "machines: {ollama: {memory_gb: 24}}\n")
    assert await models(ollama, "warm", "deep") == 1
    assert "large: needs 20 GB, and ollama has 16 left" in capsys.readouterr().err
    assert ollama.orders == []


async def test_a_model_that_cannot_be_loaded_is_told(ollama, capsys):
    ollama.cannot_load = {"large"}
    assert await models(ollama, "warm", "deep") == 1
    assert "large: could not be loaded" in capsys.readouterr().err


# --- versions and fetching -------------------------------------------------------------------------------------------


async def test_versions_are_shown_and_old_ones_warned_of(ollama, capsys):
    ollama.version = "0.20.0"
    assert await models(ollama, "list") == 0
    said = capsys.readouterr().out
    assert "  ollama 0.20.0  " in said
    assert "warning: ollama 0.20.0 gives parallel tool calls one index" in said
    assert await models(ollama, "list", "--json") == 0
    listed = {one["target"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["small"]["server_version"] == "0.20.0"
    assert len(listed["small"]["warnings"]) == 2
    assert listed["away"]["server_version"] is None


async def test_what_is_missing_is_pulled_with_progress(ollama, capsys):
    ollama.library = {"llama3.2:8b"}
    assert await models(ollama, "pull", "checking", "quick") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "missing: ollama fetches llama3.2:8b"
    assert [line for line in said if line.endswith(" %")] == [f"missing: {tenth * 10} %" for tenth in range(11)]
    assert said[-1] == "missing: success"
    assert ollama.orders == [("pull", "llama3.2:8b")]
    assert await models(ollama, "pull", "checking") == 0
    assert "All 1 are there." in capsys.readouterr().out


async def test_a_name_that_the_library_does_not_have_gets_the_one_that_is_meant(ollama, capsys):
    assert await models(ollama, "pull", "checking") == 1
    assert "set `model: llama3.1:8b`" in capsys.readouterr().err


async def test_a_server_that_is_down_is_told_and_one_that_cannot_pull_too(ollama, capsys):
    assert await models(ollama, "pull", "elsewhere") == 1
    assert "server does not answer" in capsys.readouterr().err
    assert await models(ollama, "pull", "nowhere") == 1
    assert "There is no route nowhere" in capsys.readouterr().err
