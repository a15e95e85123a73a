from __future__ import annotations

import argparse
import asyncio

import pytest

from gateway.cli import main
from gateway.cli.nearby import Neighbour
from gateway.cli.starting import run, written
from gateway.config import load
from gateway.domain import ProviderKind
from tests.kit.ports import unused_port

NOBODY = {11434: unused_port()}


def init(folder, ports=NOBODY, **options):
    return run(argparse.Namespace(**{"folder": str(folder), "all": False, **options}), ports)


def test_it_writes_a_configuration_that_is_sound(tmp_path, capsys):
    assert init(tmp_path / "made") == 0
    said = capsys.readouterr().out
    assert "Found no server of models" in said
    assert "ollama pull llama3.2:3b" in said
    assert main(["check", "--config", str(tmp_path / "made" / "config.yaml")]) == 0
    assert "is sound" in capsys.readouterr().out


def test_its_policies_hold_their_own_examples(tmp_path, capsys):
    assert init(tmp_path) == 0
    assert main(["policy", "test", "--config", str(tmp_path / "config.yaml")]) == 0
    assert "warning" not in capsys.readouterr().out


async def test_what_it_finds_stands_in_it(tmp_path, capsys, upstream):
    server = await upstream(models=["qwen2.5-7b-instruct", "text-embedding-nomic-embed-text-v1.5"])
    assert await asyncio.to_thread(init, tmp_path, {1234: server.port}) == 0
    settings = load(str(tmp_path / "config.yaml"), {})
    assert settings.providers["lm_studio"].base_url == f"http://localhost:{server.port}/v1"
    assert [target.model for target in settings.table.routes["general"].targets][:1] == ["qwen2.5-7b-instruct"]
    assert [target.model for target in settings.table.routes["embedding"].targets] == [server.models[1]]
    assert f"Found lm_studio at http://localhost:{server.port}/v1: qwen2.5-7b-instruct" in capsys.readouterr().out
    assert server.sent == []


@pytest.mark.parametrize("there", ["config.yaml", "policies"])
def test_what_is_there_stays_and_nothing_is_written_beside_it(there, tmp_path, capsys):
    (tmp_path / there).mkdir() if there == "policies" else (tmp_path / there).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert init(tmp_path) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / there) in said
    assert "gateway init DIR" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_all_is_the_configuration_with_every_setting(tmp_path, capsys):
    assert init(tmp_path, all=True) == 0
    assert "radiologist" in load(str(tmp_path / "config.yaml"), {}).table.agents
    assert "Found" not in capsys.readouterr().out
    assert main(["policy", "test", "--config", str(tmp_path / "config.yaml")]) == 0


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert init(tmp_path / "file" / "in") == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("model", ["it's", "a: b", "x # y", "[m]", "日本", '"q"'])
def test_a_model_is_written_whatever_its_name(model, tmp_path):
    found = [Neighbour(ProviderKind.OLLAMA, 1, (model,)), Neighbour(ProviderKind.OLLAMA, 2, ("b", "embed:" + model))]
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text(written(found), encoding="utf-8")
    settings = load(str(tmp_path / "config.yaml"), {})
    assert settings.targets["ollama-1-chat"].model == model
    assert settings.targets["ollama-2-embedding"].model == "embed:" + model


@pytest.mark.parametrize(("taken", "port"), [(8081, 8080), (8080, 8090)])
def test_its_own_port_is_not_the_one_of_a_server_that_it_found(taken, port, tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text(written([Neighbour(ProviderKind.MLX, taken, ("m",))]), encoding="utf-8")
    assert load(str(tmp_path / "config.yaml"), {}).listeners[0].port == port
