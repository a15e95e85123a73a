"""What is installed: the package with all that it needs, and nothing of the repository beside it; it runs outside of a clone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from gateway import __version__
from tests.kit.source import ROOT

DATA = {".onnx", ".crfsuite", ".txt", ".yaml"}
"""What the package reads while it runs, beside its own code."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    [made] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    return Path(made)


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    [made] = SdistBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    return Path(made)


@pytest.fixture(scope="module")
def wheel_of_sdist(sdist, tmp_path_factory):
    """The wheel that somebody builds who has the source distribution and nothing else."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [source] = folder.iterdir()
    [made] = WheelBuilder(str(source)).build(directory=str(folder), versions=["standard"])
    return Path(made)


def files(wheel):
    """Names and sizes of what is in it."""
    with zipfile.ZipFile(wheel) as archive:
        return {one.filename: one.file_size for one in archive.infolist()}


def test_a_type_checker_of_those_who_import_it_reads_its_types(wheel):
    """PEP 561: without the marker the annotations of an installed package count for nothing."""
    assert {"gateway/py.typed", "gateway/testing.py"} <= set(files(wheel))


def test_it_holds_the_package_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in files(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gateway"}


def test_all_that_the_package_reads_is_in_it(wheel):
    read = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "gateway").rglob("*")
        if path.suffix in DATA and "__pycache__" not in path.parts
    }
    assert len(read) > 5
    shipped = {f"gateway/cli/shipped/{name}" for name in ("config.yaml", "policies/hipaa.yaml", "policies/README.md")}
    assert (read | shipped) - set(files(wheel)) == set()


def test_the_source_distribution_makes_the_same_wheel(wheel, wheel_of_sdist):
    assert files(wheel_of_sdist).keys() == files(wheel).keys()


@pytest.fixture(scope="module")
def installed(wheel_of_sdist, tmp_path_factory):
    """The commands of an environment that has this wheel; what it depends on is lent by ours, which has no clone on its path.

    `.pth` files of a folder that a `.pth` file names are not read: our own editable installation stays unknown there.
    """
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-index", "--prefix", str(folder), str(wheel_of_sdist)),
        ],
        check=True,
        timeout=120,
    )
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    for script in ("gateway", "triage-gateway"):  # pip wrote the interpreter that ran it
        path = folder / "bin" / script
        path.write_text(re.sub(r"^#!.*", f"#!{folder}/bin/python", path.read_text(encoding="utf-8"), count=1))
    return folder / "bin"


def run(installed, *arguments, cwd):
    command = [str(installed / arguments[0]), *arguments[1:]]
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", ["gateway", "triage-gateway"])
def test_both_commands_are_there_and_run_what_was_installed(command, installed, tmp_path):
    assert run(installed, command, "--version", cwd=tmp_path).stdout == f"gateway {__version__}\n"
    where = run(installed, "python", "-c", "import gateway; print(gateway.__file__)", cwd=tmp_path).stdout
    assert where.startswith(str(installed.parent))


def test_it_writes_a_configuration_checks_it_and_finds_phi_outside_of_a_clone(installed, tmp_path):
    made = run(installed, "gateway", "init", "--all", ".", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = run(installed, "gateway", "check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (tmp_path / "note.txt").write_text("Patient Maria Lopez, MRN 8675309, seen today.")
    found = run(installed, "gateway", "phi", "scan", "note.txt", cwd=tmp_path)
    assert (found.returncode, "mrn" in found.stdout) == (1, True), found.stderr


def test_it_serves_outside_of_a_clone_without_a_configuration(installed, tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(installed / "gateway"), "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert first.startswith("Triage Gateway on http://localhost:"), said
    assert process.returncode == 0
