from __future__ import annotations

import hashlib
import json
import re

import pytest

from gateway.access.stored import StoredKeys
from gateway.cli import main
from gateway.pipeline.record import now_us
from gateway.state.sqlite.keys import FILE, SqliteKeys

CONFIG = """
version: 1
providers: {toy: {kind: scripted, traits: [on_prem]}}
targets: {toy: {provider: toy, model: scripted}}
routes: {toy: {targets: [toy]}}
agents: {radiologist: {route: toy}, pathologist: {route: toy}}
default_route: toy
"""


@pytest.fixture
def keys(tmp_path, capsys):
    """Run `gateway keys`: exit status, standard output, standard error."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "policies").mkdir()

    def run(action, *arguments):
        code = main(["keys", action, "--config", str(tmp_path / "config.yaml"), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def key_in(text):
    (key,) = re.findall(r"tgw_[a-z2-7]{32}", text)
    return key


def admitted(tmp_path):
    stored = StoredKeys(SqliteKeys(tmp_path / "state"), now_us=now_us)
    return stored.owner


def listed(keys, *more):
    code, out, _ = keys("list", "--json", *more)
    assert code == 0
    return json.loads(out)


def test_a_new_key_is_shown_once_and_holds(keys, tmp_path):
    code, out, err = keys("new", "soma", "--agents", "radiologist, pathologist", "--may", "explain")
    assert code == 0
    key = key_in(out)
    caller = admitted(tmp_path)(key)
    assert (caller.name, caller.agents, caller.may) == ("soma", {"radiologist", "pathologist"}, {"explain"})
    assert "nobody is admitted without one" in err
    (row,) = listed(keys)
    assert (row["name"], row["prefix"], row["holds"], row["expires"]) == ("soma", key[:12], True, None)
    assert key not in str(row)
    assert key not in keys("list")[1]


def test_names_that_the_configuration_does_not_have_are_warned_of_and_kept(keys):
    code, _, err = keys("new", "soma", "--agents", "radiologst", "--routes", "toy,nowhere")
    assert code == 0
    assert "no agent radiologst" in err
    assert "no route nowhere" in err
    assert "no route toy" not in err
    assert listed(keys)[0]["agents"] == ["radiologst"]


def test_a_second_key_of_a_name_is_made_by_rotating(keys):
    keys("new", "soma")
    code, out, err = keys("new", "soma")
    assert (code, out) == (1, "")
    assert "gateway keys rotate soma" in err
    assert len(listed(keys)) == 1


def test_rotating_keeps_the_grant_and_ends_the_old_key(keys, tmp_path):
    old = key_in(keys("new", "soma", "--agents", "radiologist", "--expires", "90d")[1])
    code, out, _ = keys("rotate", "soma")
    new = key_in(out)
    assert code == 0
    assert old[:12] in out
    owner = admitted(tmp_path)
    assert owner(new).agents == {"radiologist"}
    with pytest.raises(Exception, match="revoked or has expired"):
        owner(old)
    assert listed(keys)[0]["expires"] is not None


def test_with_an_overlap_both_hold_until_one_is_revoked_by_its_beginning(keys, tmp_path):
    old = key_in(keys("new", "soma")[1])
    new = key_in(keys("rotate", "soma", "--overlap", "1h")[1])
    assert [row["prefix"] for row in listed(keys)] == [old[:12], new[:12]]
    assert keys("revoke", old[:12])[0] == 0
    assert admitted(tmp_path)(new).name == "soma"
    with pytest.raises(Exception, match="revoked or has expired"):
        admitted(tmp_path)(old)


def test_revoked_keys_are_gone_from_the_list_unless_asked_for(keys):
    keys("new", "soma")
    assert keys("revoke", "soma")[0] == 0
    assert listed(keys) == []
    assert [row["holds"] for row in listed(keys, "--all")] == [False]
    assert "revoked 20" in keys("list", "--all")[1]
    code, _, err = keys("revoke", "soma")
    assert code == 1
    assert "keys list --all" in err


def test_an_end_can_be_set_and_taken_back(keys):
    keys("new", "soma")
    assert "ends 2099-12-31T00:00:00Z" in keys("expire", "soma", "2099-12-31")[1]
    assert listed(keys)[0]["expires"] == "2099-12-31T00:00:00Z"
    keys("expire", "soma", "never")
    assert listed(keys)[0]["expires"] is None


def test_the_lines_for_the_configuration_are_printed_instead_and_nothing_is_stored(keys, tmp_path):
    code, out, _ = keys("new", "soma", "--agents", "radiologist,pathologist", "--in-config")
    digest = hashlib.sha256(key_in(out).encode()).hexdigest()
    assert code == 0
    assert f'  soma: {{key_sha256: "{digest}", agents: [radiologist, pathologist]}}' in out
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("action", [("new", "ops"), ("list",), ("rotate", "x"), ("revoke", "x"), ("expire", "x", "1d")])
def test_a_store_that_cannot_be_read_is_said_with_what_to_do(keys, tmp_path, action):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_bytes(b"not a database" * 100)
    code, out, err = keys(*action)
    assert (code, out) == (1, "")
    assert "restore it from a backup" in err


@pytest.mark.parametrize("name", ["", "a b", "a:", "-x", "anonymous", "x" * 65, "a\n", "tgw_x"])
def test_a_name_that_the_file_could_not_hold_is_refused(keys, name, capsys):
    with pytest.raises(SystemExit) as ended:
        keys("new", name)
    assert ended.value.code == 2
    assert re.search("tgw_[a-z2-7]{32}", capsys.readouterr().out) is None


@pytest.mark.parametrize("when", ["2020-01-01", "soon", "12", "999999d", "2027-13-01"])
def test_a_moment_that_is_none_or_has_passed_is_refused(keys, when):
    keys("new", "soma")
    with pytest.raises(SystemExit):
        keys("expire", "soma", when)


@pytest.mark.parametrize("action", ["new", "list", "rotate", "revoke", "expire"])
def test_the_help_has_an_example(keys, action, capsys):
    with pytest.raises(SystemExit):
        keys(action, "--help")
    assert f"gateway keys {action} " in capsys.readouterr().out
