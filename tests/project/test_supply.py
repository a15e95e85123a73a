"""What is installed: the bill of materials names all of it, and nothing in it runs at every start of Python."""

from __future__ import annotations

import json
import runpy
import site
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from gateway.upstream.embedded.models import MODELS
from tests.kit.locks import LOCKS, pins
from tests.kit.source import ROOT

SBOM = ROOT / ".ci" / "sbom.py"
RUNS_AT_EVERY_START = {
    "distutils-precedence.pth": "setuptools",  # beside pip in a new environment; reads one variable
    "a1_coverage.pth": "coverage",  # of the development lock only; does nothing without its variables
}
"""Files of paths that may hold code, and whose they are."""


# --- bill of materials ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_package_is_in_the_bill_with_its_digests(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    made = runpy.run_path(str(SBOM))["bill"](text)
    libraries = [one for one in made["components"] if one["type"] == "library"]
    assert {(one["name"], one["version"]) for one in libraries} == {
        (name, version) for name, versions in pins(lock).items() for version in versions
    }
    assert sum(len(one["hashes"]) for one in libraries) == text.count("--hash=sha256:")
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in libraries)
    models = {one["name"] for one in made["components"] if one["type"] == "machine-learning-model"}
    assert models == {model.file for model in MODELS}


def test_the_bill_is_whole_and_says_who_asks_for_whom():
    made = runpy.run_path(str(SBOM))["bill"]((ROOT / LOCKS[0]).read_text(encoding="utf-8"))
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    root = made["metadata"]["component"]["bom-ref"]
    known = {root, *(one["bom-ref"] for one in made["components"])}
    asks = {one["ref"]: set(one["dependsOn"]) for one in made["dependencies"]}
    reached, new = set(), {root}
    while new:
        reached |= new
        new = set().union(*(asks.get(ref, set()) for ref in new)) - reached
    assert reached == known


def test_the_same_lock_gives_the_same_bytes():
    command = [sys.executable, str(SBOM), LOCKS[0]]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    assert json.loads(first)["serialNumber"].startswith("urn:uuid:")


# --- what Python runs by itself ------------------------------------------------------------------------------------------


def code_in(path: Path) -> list[str]:
    """The lines of a file of paths that `site` executes."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "import\t"))]


def folders():
    return [Path(folder) for folder in site.getsitepackages() if Path(folder).is_dir()]


def test_no_package_runs_code_at_every_start():
    """LiteLLM 1.82.8 came with a `litellm_init.pth` that did."""
    found = {path.name for folder in folders() for path in folder.glob("*.pth") if code_in(path)}
    assert found <= set(RUNS_AT_EVERY_START)


def test_a_file_of_paths_with_code_is_whose_it_says():
    owners = {
        Path(str(file)).name: one.metadata["Name"]
        for one in distributions()
        for file in one.files or ()
        if str(file).endswith(".pth")
    }
    for name, owner in owners.items():
        if name in RUNS_AT_EVERY_START:
            assert owner == RUNS_AT_EVERY_START[name]
        else:
            assert owner == "triage-gateway", name  # the editable installation: a path and no code


def test_code_in_a_file_of_paths_is_seen(tmp_path):
    (tmp_path / "litellm_init.pth").write_text("import os; os.system('x')\n/a/path\n")
    assert code_in(tmp_path / "litellm_init.pth") == ["import os; os.system('x')"]


def test_nobody_customises_the_start_of_python():
    """`sitecustomize` and `usercustomize` are the other two doors."""
    assert [
        name for folder in folders() for name in ("sitecustomize", "usercustomize") if list(folder.glob(f"{name}*"))
    ] == []
