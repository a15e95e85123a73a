from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from gateway import cli
from gateway.cli import schema
from tests.kit.source import ROOT

SHIPPED = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
RULE = {"id": "a", "why": "Because.", "then": {"deny": True}}


def written(value):
    """As a file says it: days are text in JSON."""
    return json.loads(json.dumps(value, default=str))


@pytest.fixture
def printed(capsys):
    def run(of):
        assert cli.main(["schema", of]) == 0
        made = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator.check_schema(made)
        return jsonschema.Draft202012Validator(made)

    return run


def test_the_shipped_configuration_fits_its_schema(printed):
    assert [error.message for error in printed("config").iter_errors(written(SHIPPED))] == []


def test_a_file_of_tests_has_a_schema(printed):
    tests = printed("tests")
    case = {"name": "It stays.", "given": {"traits": ["baa"]}, "when": {"label": "part2"}, "then": {"sent": False}}
    assert tests.is_valid({"version": 1, "tests": [case]})
    assert not tests.is_valid({"version": 1, "tests": [{**case, "if": {}}]})


def test_every_shipped_policy_fits_its_schema(printed):
    files = sorted((ROOT / "policies").glob("*.yaml"))
    assert files
    for file in files:
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert [error.message for error in printed("policies").iter_errors(written(tree))] == [], file.name


@pytest.mark.parametrize(
    "wrong",
    [
        {"targts": {}},
        {"version": 2},
        {"server": {"port": 70000}},
        {"server": {"port": "eighty"}},
        {"providers": {"a": {"kind": "opnai"}}},
    ],
    ids=str,
)
def test_what_the_gateway_refuses_an_editor_underlines(printed, wrong):
    assert not printed("config").is_valid({"version": 1, **wrong})


@pytest.mark.parametrize("port", [8080, "${PORT}", "${PORT:-8080}"])
def test_a_variable_may_stand_for_a_number(printed, port):
    assert printed("config").is_valid({"version": 1, "server": {"port": port}})


@pytest.mark.parametrize(
    "then",
    [
        {"redact": "mrn"},
        {"redact": ["mrn", "direct"]},
        {"redact": {"remove": "name"}},
        {"require": "baa"},
        {"require": ["baa"]},
    ],
    ids=str,
)
def test_short_forms_of_a_policy_are_no_mistakes(printed, then):
    assert printed("policies").is_valid({"version": 1, "rules": [{**RULE, "then": then}]})


@pytest.mark.parametrize("then", [{"deny": "yes"}, {"redct": "mrn"}, {"redact": {"token": 5}}], ids=str)
def test_mistakes_in_a_policy_are(printed, then):
    assert not printed("policies").is_valid({"version": 1, "rules": [{**RULE, "then": then}]})


def test_a_short_alias_is_no_mistake(printed):
    assert printed("config").is_valid({"version": 1, "aliases": {"gpt-*": "chat", "x": {"route": "chat"}}})


def test_a_bound_has_the_name_that_editors_know():
    assert '"le":' not in json.dumps(schema.config())
    assert '"maximum": 65535' in json.dumps(schema.config())
