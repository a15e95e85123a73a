from __future__ import annotations

import importlib.metadata
import re
import runpy
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.kit.locks import LOCKS, PIN, pins
from tests.kit.source import ROOT

APART = ("tests/kit/mlx/requirements.lock",)
"""Those of environments of their own."""
BAD_LITELLM = ("1.82.7", "1.82.8", *(f"1.107.{patch}" for patch in range(30)))
"""Releases that were tampered with, or that are missing between their neighbours."""


def wanted(extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", [*LOCKS, *APART])
def test_every_pin_has_hashes_and_nothing_but_pins_is_there(lock):
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert [entry for entry in entries if not (PIN.match(entry) and "--hash=sha256:" in entry)] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        (LOCKS[0], ["embedded", "build"]),
        (LOCKS[1], ["embedded", "build", "dev"]),
        (LOCKS[2], ["embedded", "build", "presidio"]),
        (LOCKS[3], ["embedded", "build", "redis", "postgres"]),
        (LOCKS[4], ["embedded", "build", "nvml", "apple"]),
    ],
)
def test_the_lock_holds_what_the_project_asks_for(lock, extras):
    held = pins(lock)
    broken = [
        str(requirement)
        for requirement in wanted(extras)
        if not any(version in requirement.specifier for version in held.get(requirement.name.lower(), ()))
    ]
    assert broken == [], "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_every_lock_holds_what_users_run(lock):
    users, ours = pins(LOCKS[0]), pins(lock)
    assert {name: (versions, ours.get(name)) for name, versions in users.items() if ours.get(name) != versions} == {}


def extras_wanted(lock):
    """Every `name[extra]` that an installed distribution of a lock asks for on this machine, and who asks."""
    held = pins(lock)
    for distribution in importlib.metadata.distributions():
        if distribution.version not in held.get(distribution.name.lower().replace("_", "-"), ()):
            continue
        for requirement in map(Requirement, distribution.requires or ()):
            if requirement.extras and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
                yield distribution.name, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_an_extra_that_a_pin_asks_for_stands_beside_the_name_it_belongs_to(lock):
    """pip before 24 demands a hash for `httpx[http2]` apart from `httpx`; a lock that strips extras does not install."""
    named = dict(
        re.findall(r"^([a-z0-9._-]+)\[([a-z0-9,-]+)\]==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    )
    if importlib.metadata.version("litellm") not in pins(lock)["litellm"]:
        pytest.skip("this environment was installed from another lock: `make install` renews it")
    wanted = list(extras_wanted(lock))
    assert wanted
    missing = [
        f"{asks} asks for {requirement}"
        for asks, requirement in wanted
        if not requirement.extras <= set(named.get(requirement.name.lower(), "").split(","))
    ]
    assert missing == [], "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_no_bad_release_of_litellm_is_locked(lock):
    versions = pins(lock)["litellm"]
    assert versions
    assert versions.isdisjoint(BAD_LITELLM)
    assert not any(Version(version).release[:2] == (1, 107) for version in versions)


def test_no_bad_release_of_litellm_is_permitted():
    (litellm,) = [requirement for requirement in wanted([]) if requirement.name == "litellm"]
    assert litellm.extras == set()  # the SDK only
    assert [version for version in BAD_LITELLM if version in litellm.specifier] == []


def test_the_other_pythons_get_pins_of_the_lock_without_models_and_sdks():
    lock = (ROOT / LOCKS[1]).read_text(encoding="utf-8")
    kept = runpy.run_path(str(ROOT / ".ci" / "pythons.py"))["requirements"](lock)
    entries = re.split(r"\n(?=\S)", kept)
    assert all(entry in lock and "--hash=sha256:" in entry for entry in entries)
    names = {PIN.match(entry)["name"] for entry in entries}
    assert {"pytest", "hypothesis", "pydantic", "aiohttp", "google-re2", "import-linter"} <= names
    assert not {"litellm", "openai", "xllamacpp", "onnxruntime", "numpy", "mypy"} & names
