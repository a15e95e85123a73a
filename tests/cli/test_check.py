from __future__ import annotations

import argparse
import pathlib
from functools import partial

import pytest

from gateway.cli.check import check, register
from gateway.config import Settings
from gateway.document import DocumentInvalid, Problem
from gateway.events import MeterKind
from gateway.meters.rapl import Rapl
from gateway.state import in_force
from gateway.state.in_force import InForceNote
from tests.kit.meters import powercap

SHIPPED = pathlib.Path(__file__).parents[2] / "config.yaml"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    options = parser.parse_args(["check", *arguments])
    code = options.run(options)
    assert isinstance(code, int)
    return code


@pytest.fixture
def broken(tmp_path: pathlib.Path) -> str:
    (tmp_path / "policies").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text("version: 1\nroutes:\n  r: {targts: [a]}\ndefault_route: rr\n")
    return str(path)


def test_every_problem_is_printed_with_file_line_and_remedy(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--config", broken) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{broken}:3: Unknown key `targts` in `routes.r`.",
        "  Did you mean `targets`?",
        f"{broken}:3: `targets` is missing in `routes.r`.",
        "  Add `targets:` there.",
        f"{broken}:4: There is no route `rr`.",
        "  Did you mean `r`?",
        "3 problems.",
    ]


def test_the_shipped_file_is_sound_and_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(str(SHIPPED), {}) == 0
    out = capsys.readouterr().out
    assert f"{SHIPPED} is sound." in out
    assert "listens on 127.0.0.1:8080; no callers, no keys" in out
    assert "9 agents" in out
    assert "off: anthropic (ANTHROPIC_API_KEY is not set), openai (OPENAI_API_KEY is not set)" in out


def test_a_configuration_without_rules_says_that_nothing_leaves(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text("version: 1\n")
    assert check(str(path), {}) == 0
    assert f"0 rules in {tmp_path}/policies: nothing leaves the premises" in capsys.readouterr().out


def test_own_words_are_counted_and_compared_with_those_in_force(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "state").mkdir()
    in_force.write(tmp_path / "state", InForceNote(1, 1, ok=True, said=(), policy_text="[]", own_words=""))
    path = tmp_path / "config.yaml"
    path.write_text("version: 1\nscan: {never: [{text: Mercy Street, why: Ours.}]}\n")
    assert check(str(path), {}) == 0
    out = capsys.readouterr().out
    assert "own words: 0 also found, 1 never" in out
    assert (
        "own words wider: less is found: scan.never[0] is new (against what the gateway here last worked with)" in out
    )


def test_a_rule_that_asks_for_a_second_detector_in_vain_is_a_warning(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, rules = tmp_path / "config.yaml", tmp_path / "policies" / "two.yaml"
    rules.parent.mkdir()
    rules.write_text("version: 1\nrules:\n  - {id: two, why: Two look., then: {detectors: 2}}\n")
    path.write_text("version: 1\n")
    assert check(str(path), {}) == 0
    out = capsys.readouterr().out
    assert f"warning: {rules}:3: Rule `two` refuses whatever it is about." in out
    assert "scan: {second: presidio}" in out
    path.write_text("version: 1\nscan: {second: presidio}\n")
    assert check(str(path), {}) == 0
    assert "warning" not in capsys.readouterr().out


def test_no_key_is_ever_printed(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text('version: 1\nproviders: {a: {kind: anthropic, api_key: "${K}", base_url: "http://${K}@x"}}\n')
    assert check(str(path), {"K": "hunter2"}) == 1
    assert "hunter2" not in capsys.readouterr().out


def test_further_checkers_have_their_say(capsys: pytest.CaptureFixture[str]) -> None:
    def sound(settings: Settings) -> str:
        return f"policies in {settings.policies} are sound."

    def unsound(_: Settings) -> str:
        raise DocumentInvalid([Problem("p.yaml", 2, "No `why`.", "Say why.")])

    assert check(str(SHIPPED), {}, [sound]) == 0
    assert capsys.readouterr().out.endswith("are sound.\n")
    assert check(str(SHIPPED), {}, [unsound, sound, unsound]) == 1
    assert capsys.readouterr().out == "p.yaml:2: No `why`.\n  Say why.\n" * 2 + "2 problems.\n"


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    assert "gateway check --config config.yaml" in capsys.readouterr().out


def test_what_is_written_and_does_nothing_is_told(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    file.write_text(
        """
version: 1
providers: {ollama: {kind: ollama, base_url: "http://127.0.0.1:9", traits: [on_prem]}}
targets: {a: {provider: ollama, model: m, memory_gb: 4}}
routes: {r: {targets: [a], order: fastest}}
""",
        encoding="utf-8",
    )
    (tmp_path / "policies").mkdir()
    assert check(str(file), {}) == 0
    said = capsys.readouterr().out
    assert "warning: `memory_gb` of target a does nothing" in said
    assert "warning: `order` of route r does nothing" in said
    file.write_text(file.read_text(encoding="utf-8") + "machines: {ollama: {memory_gb: 8}}\n", encoding="utf-8")
    assert check(str(file), {}) == 0
    assert "memory_gb" not in capsys.readouterr().out


def test_it_warns_of_a_target_that_takes_any_length(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    file.write_text(
        """version: 1
providers: {here: {kind: mlx, base_url: "http://localhost:8081/v1", traits: [on_prem]}}
targets:
  endless: {provider: here, model: m}
  bounded: {provider: here, model: m, context: 4096}
routes: {r: {targets: [endless, bounded]}}
default_route: r
""",
        encoding="utf-8",
    )
    (tmp_path / "policies").mkdir()
    assert check(str(file), {}) == 0
    said = capsys.readouterr().out
    assert "warning: Nobody says how much target endless holds" in said
    assert "target bounded" not in said


def test_it_tries_the_meters(tmp_path, capsys, monkeypatch):
    (tmp_path / "policies").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text("version: 1\nproviders: {toy: {kind: embedded}}\nmachines: {toy: {meters: [rapl]}}\n")
    for made, said in (
        (powercap(tmp_path / "none", {}), "warning: meter rapl: There is no counter of a processor in "),
        (powercap(tmp_path / "one", {"intel-rapl:0": ("package-0", 1, 9)}), "meter rapl: 1 package"),
    ):
        monkeypatch.setattr("gateway.cli.check.METERS", {MeterKind.RAPL: partial(Rapl.found, made)})
        assert check(str(path), {}) == 0
        assert said in capsys.readouterr().out
