from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.kit.source import imports, modules, reaches


def test_every_import_contract_holds(capsys):
    status = lint_imports(no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


PLACES = {
    "gateway.state.elsewhere",
    "gateway.state.memory",
    "gateway.state.quota",
    "gateway.state.group_commit",
    "gateway.state.redis.quota",
    "gateway.state.redis.server",
    "gateway.state.sqlite.ledger",
    "gateway.state.sqlite.quota",
}


def test_one_module_knows_which_place_of_state_is_used():
    above = {name: path for name, path in modules() if not name.startswith("gateway/state/")}
    knowing = {name for name, path in above.items() if any(reaches(imports(path), place) for place in PLACES)}
    assert knowing == {"gateway/app.py"}
