"""`gateway policy`: what a privacy officer reads about a policy, and about what a change of it lets out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from gateway.cli import main
from gateway.config import load
from gateway.config.standing import standing_of
from gateway.domain import Kind
from gateway.state import acceptance, in_force
from gateway.state.in_force import InForceNote
from gateway.state.sqlite import schema
from tests.kit.rows import make_outcome

CONFIG = """version: 1
providers:
  home: {kind: openai_compatible, base_url: "http://127.0.0.1:9", traits: [on_prem]}
  cloud: {kind: openai, base_url: "https://one.example/v1", api_key: k}
targets:
  here: {provider: home, model: m}
  there: {provider: cloud, model: m}
routes: {chat: {targets: [there, here]}}
labels: {part2: 42 CFR Part 2}
"""
STRICT = """version: 1
rules:
  - {id: phi, why: Under a BAA only., when: {phi: [any], to: {without: [on_prem]}}, then: {require: [baa]}}
  - {id: part2, why: It stays., when: {label: part2, to: {without: [on_prem]}}, then: {deny: true}}
examples:
  - {traits: [], sent: true}
  - {phi: [ssn], traits: [], sent: false}
"""
LAX = STRICT.replace("phi: [any], ", "phi: [ssn], ")
SUITE = """version: 1
tests:
  - name: A programme's letters stay.
    given: {traits: [baa]}
    when: {label: part2, phi: [name]}
    then: {sent: false, by: %s}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("policies", "policies/tests", "lax", "state"):
        (tmp_path / name).mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "policies" / "p.yaml").write_text(STRICT)
    (tmp_path / "lax" / "p.yaml").write_text(LAX)
    return tmp_path


@pytest.fixture
def said(capsys):
    def run(*arguments):
        code = main(["policy", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_every_example_is_tried_and_rules_without_one_are_named(folder, said):
    code, out, _ = said("test")
    assert code == 0
    assert "rule   phi: decided by 2 examples" in out
    assert "rule   part2: DECIDED BY NO EXAMPLE" in out
    assert "2 of 2 examples hold; they decide 1 of 2 rules." in out
    (folder / "policies" / "tests" / "t.yaml").write_text(SUITE % "part2")
    code, out, _ = said("test", "--json")
    told = json.loads(out)
    assert (code, [rule["decided"] for rule in told["rules"]]) == (0, [1, 2])
    assert told["examples"][-1] == {
        "file": "policies/tests/t.yaml",
        "line": 3,
        "name": "A programme's letters stay.",
        "holds": True,
        "instead": "",
    }


def test_an_example_that_does_not_hold_is_shown_with_what_happens_instead(folder, said):
    (folder / "policies" / "tests" / "t.yaml").write_text(SUITE % "phi")
    code, out, _ = said("test")
    assert code == 1
    assert "FAILED policies/tests/t.yaml:3: A programme's letters stay." in out
    assert "rule `phi` refuses it, but rule `part2` does" in out
    assert main(["check"]) == 1


def test_a_file_that_cannot_be_read_is_said_by_line(folder, said):
    (folder / "policies" / "p.yaml").write_text(STRICT.replace("label:", "lable:"))
    code, _, err = said("test")
    assert code == 1
    assert "p.yaml:4" in err


def test_the_table_shows_what_goes_on_after_the_agreement(folder, said):
    (folder / "config.yaml").write_text(
        CONFIG.replace("api_key: k", "api_key: k, baa: {reference: C, expires: 2099-06-30}")
    )
    cells = {(row["who"], row["what"]): row["targets"] for row in json.loads(said("matrix", "--json")[1])}
    later = "there from 2099-07-01 on, its BAA ended"
    assert cells["anybody", "direct"] == {"here": "as it is", "there": "as it is", later: "no: phi"}
    assert f"{later}:" in said("matrix", "--target", "there")[1]


MISSPELT = """version: 1
rules:
  - {id: phi, why: Under a BAA., when: {phi: [any], to: {without: [on_prem]}}, then: {require: [baa]}}
  - {id: one, why: It stays., when: {%s}, then: {deny: true}}
examples: [{phi: [ssn], traits: [], sent: false}]
"""


@pytest.mark.parametrize("when", ["label: part3", "caller: smoa", "route: chatt", "to: {provider: there}", "agent: x"])
def test_names_that_a_start_refuses_are_refused_everywhere(folder, said, capsys, when):
    (folder / "lax" / "p.yaml").write_text(MISSPELT % when)
    code, out, _ = said("test", "--policies", "lax")
    assert code == 1
    (line,) = [
        line for line in out.splitlines() if line.startswith("FAILED lax/p.yaml:4: Rule `one` names an unknown ")
    ]
    told = json.loads(said("test", "--policies", "lax", "--json")[1])
    assert [problem.splitlines()[0] for problem in told["problems"]] == [line.removeprefix("FAILED ")]
    for named in ("lax", "lax/p.yaml"):
        code, _, err = said("diff", "policies", named)
        assert (code, line.removeprefix("FAILED ") in err) == (2, True)
    (folder / "policies" / "p.yaml").write_text(MISSPELT % when)
    assert main(["check"]) == 1
    assert line.removeprefix("FAILED lax/") in capsys.readouterr().out


def test_where_names_cannot_be_checked_that_is_said(folder, said):
    (folder / "config.yaml").unlink()
    words = "config.yaml cannot be used (The file cannot be read: No such file or directory): nobody knows whether"
    assert f"warning: {words}" in said("diff", "policies", "lax")[2]
    code, out, _ = said("test", "--policies", "lax")
    assert (code, f"warn   {words}" in out) == (0, True)


def test_whoever_may_be_an_agent_with_a_label_is_warned_of(folder, said, capsys):
    given = 'agents: {clinic: {route: chat, label: part2}}\ncallers: {soma: {key_sha256: "%s", label: part2}}\n' % (
        "0" * 64
    )
    (folder / "config.yaml").write_text(CONFIG + given)
    words = [
        "label part2 of agent clinic, and so also about every caller that names no agent",
        "every request of caller soma",
    ]
    _, out, _ = said("test")
    assert all(word in out for word in words)
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)


def test_check_says_what_opens_against_what_is_in_force(folder, capsys):
    standing = standing_of(load("config.yaml", {}))
    note = InForceNote(1, 1, True, (), standing.policy.text, standing=standing.text)
    in_force.write(folder / "state", note)
    (folder / "policies" / "p.yaml").write_text(LAX)
    assert main(["check"]) == 0
    assert "WIDER: there (provider cloud, no traits): a request with name goes there now" in capsys.readouterr().out


def test_the_table_says_who_may_send_what_where(folder, said):
    code, out, _ = said("matrix")
    assert code == 0
    assert "label part2" in out
    assert "no: phi" in out
    cells = {(row["who"], row["what"]): row["targets"] for row in json.loads(said("matrix", "--json")[1])}
    assert cells["anybody", "nothing found"] == {"here": "as it is", "there": "as it is"}
    assert cells["anybody", "label private"] == {"here": "as it is", "there": "no: private-stays-here"}
    assert said("matrix", "--target", "nowhere")[0] == 1
    assert said("matrix", "--config", "none.yaml")[0] == 1


@pytest.mark.parametrize("new", ["lax", "lax/p.yaml"])
def test_what_opens_is_said_with_a_request_that_shows_it(folder, said, new):
    code, out, _ = said("diff", "policies", new)
    assert code == 1
    assert "opens: 1\n  there (provider cloud, no traits): a request with name goes there now; before, rule phi" in out
    assert "closes: nothing" in out
    code, out, _ = said("diff", new, "policies", "--json")
    told = json.loads(out)
    assert (code, told["opens"], len(told["closes"])) == (0, [], 1)


def test_without_a_configuration_every_place_is_compared(folder, said):
    (folder / "config.yaml").unlink()
    code, out, _ = said("diff", "policies", "lax")
    assert code == 1
    assert "any other target (no traits): a request with name goes there now" in out


def test_configurations_and_what_is_in_force_are_compared(folder, said):
    assert said("diff", "in-force", "policies")[0] == 2
    standing = standing_of(load("config.yaml", {})).text
    in_force.write(folder / "state", InForceNote(1, 1, True, (), "[]", standing=standing))
    assert said("diff", "in-force", "policies")[0] == 0
    (folder / "signed.yaml").write_text(
        CONFIG.replace("api_key: k", "api_key: k, baa: {reference: C, expires: 2099-01-01}")
    )
    code, out, _ = said("diff", "in-force", "signed.yaml")
    assert code == 1
    assert "there (provider cloud, baa): a request with name goes there now" in out


def record(folder, *rows):
    with closing(sqlite3.connect(folder / "state" / "ledger.db")) as connection:
        schema.prepare(connection)
        names = {
            name for row in rows for name in (row.agent, row.target, row.provider, row.model, row.reason, *row.rules)
        }
        schema.learn(connection, {"soma", "chat", *names} - {""})
        for row in rows:
            schema.insert(connection, row)
        policy = load("config.yaml", {}).policy
        connection.execute("INSERT OR IGNORE INTO policy (hash, text) VALUES (?, ?)", (policy.hash, policy.text))
        connection.commit()
    return policy.hash


def outcome(number, **more):
    known = {"caller": "soma", "route": "chat", "agent": "", "found": {}, "unknowns": frozenset()}
    return make_outcome(number, **(known | more))


def test_recorded_requests_are_decided_again(folder, said):
    named = {"found": {Kind.NAME: 1}, "counted": (Kind.NAME,)}
    first = record(folder, outcome(1), outcome(2), *(outcome(at, **named) for at in range(3, 6)))
    code, out, _ = said("diff", first[:10], "lax", "--traffic", "2020-01-01")
    assert code == 1
    assert "recorded requests: 2 would go the same way" in out
    assert "3 would go otherwise: local → cloud" in out
    assert "3 × a request with name, on route chat, of caller soma: local (here) → cloud (there)" in out
    told = json.loads(said("diff", "policies", "lax", "--traffic", "2020-01-01", "--json")[1])
    assert told["traffic"]["moves"][0] == {
        "request": "a request with name, on route chat, of caller soma",
        "before": "local (here)",
        "after": "cloud (there)",
        "count": 3,
        "wider": True,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", "policies"), "There is no `nowhere`"),
        (("policies", "abcdef12"), "record"),
        (("policies", "policies", "--traffic", "yesterday"), "--traffic takes days"),
        (("policies", "policies", "--traffic", "3d"), "no record"),
    ],
)
def test_what_cannot_be_compared_is_said(folder, said, arguments, words):
    code, _, err = said("diff", *arguments)
    assert code == 2
    assert words in err


def test_a_hash_of_the_record_must_be_of_one_policy(folder, said):
    record(folder, outcome(1))
    code, _, err = said("diff", "00000000", "policies")
    assert (code, "no policy whose hash begins" in err) == (2, True)


def test_what_is_accepted_is_written_where_the_gateway_looks(folder, said):
    hashed = "0123456789abcdef"
    assert said("accept", hashed)[::2] == (1, "Nothing waits under this hash. No configuration waits to be accepted.\n")
    acceptance.wait(folder / "state", "fedcba9876543210")
    assert said("accept", hashed)[::2] == (1, "Nothing waits under this hash. What waits is fedcba9876543210.\n")
    assert not acceptance.use(folder / "state", hashed)
    acceptance.wait(folder / "state", hashed)
    code, out, _ = said("accept", hashed)
    assert code == 0
    assert "gateway reload" in out
    assert acceptance.use(folder / "state", hashed)
    assert said("accept", "yes")[0] == 1
    assert said("accept", hashed, "--config", "none.yaml")[0] == 1
    assert said("accept", hashed, "--state-dir", "nowhere")[0] == 1


@pytest.mark.parametrize(
    "who", ["agent: [x]", "caller: smoa", "route: chatt", "provider: their", "target: thre", "label: x"]
)
def test_an_example_about_nobody_there_is_warned_of(folder, said, who):
    rule = "{id: a, why: w, when: {to: {without: [on_prem]}}, then: {require: [baa]}}"
    example = f"{{phi: [mrn], {who}, traits: [], sent: false}}"
    (folder / "lax" / "p.yaml").write_text(f"version: 1\nrules:\n  - {rule}\nexamples:\n  - {example}\n")
    code, out, _ = said("test", "--policies", "lax")
    what = who.split(":")[0]
    assert (code, f"warn   lax/p.yaml:5: This example names an unknown {what}." in out) == (0, True)
