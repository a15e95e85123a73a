import importlib.util
import json
from pathlib import Path

import pytest

from gateway import app
from gateway.cli import main
from gateway.phi.find.engine import Engine

CONFIG = str(Path(__file__).parents[2] / "config.yaml")
SENSITIVE = {"messages": [{"role": "user", "content": "Patient with MRN 8675309 has a cough."}]}


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")

    def run(request, *options):
        file = tmp_path / "request.json"
        file.write_text(request if isinstance(request, str) else json.dumps(request), encoding="utf-8")
        code = main(["explain", str(file), "--config", CONFIG, *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_it_says_what_was_found_which_rule_applies_and_where_the_request_may_go(ask):
    code, out, _ = ask(SENSITIVE, "--agent", "pathologist")
    assert code == 0
    assert "mrn in messages[0].content" in out
    assert "identifiers-stay-in-house" in out
    assert "sonnet (anthropic): refused" in out
    assert "8675309" not in out


def test_it_says_when_nothing_looks_again(ask, monkeypatch):
    assert "encoder" not in ask(SENSITIVE)[2] or importlib.util.find_spec("onnxruntime") is None
    monkeypatch.setattr(app, "load_engine", Engine)
    assert "The extra `encoder` is not installed" in ask(SENSITIVE)[2]


def test_as_json_it_is_a_tree_for_programs(ask):
    _, out, _ = ask(SENSITIVE, "--agent", "pathologist", "--json")
    told = json.loads(out)
    assert told["order"] == ["diagnosis"]
    assert [item["kind"] for item in told["found"]] == ["mrn"]


def test_the_outbound_is_shown_only_when_asked_for(ask):
    assert "Would leave for" not in ask(SENSITIVE, "--agent", "pathologist")[1]
    _, out, _ = ask(SENSITIVE, "--agent", "pathologist", "--outbound")
    assert "Would leave for diagnosis" in out


@pytest.mark.parametrize(
    ("request_", "options", "said"),
    [
        ("not json", (), "not valid JSON"),
        ({"messages": []}, (), "`messages` must not be empty"),
        (SENSITIVE, ("--agent", "nobody"), "may not act as that agent"),
        (SENSITIVE, ("--caller", "nobody"), "no such caller"),
        (SENSITIVE, ("--route", "nowhere"), "no such route"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_line(ask, request_, options, said):
    code, _, err = ask(request_, *options)
    assert code == 1
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_named(capsys):
    assert main(["explain", "/nowhere/request.json", "--config", CONFIG]) == 1
    assert "cannot be read" in capsys.readouterr().err
