"""What is installed: the package, marked as typed for those who import it, and nothing of the repository beside it."""

from __future__ import annotations

import zipfile

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.kit.source import ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The files in the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_a_type_checker_of_those_who_import_it_reads_its_types(names):
    """PEP 561: without the marker the annotations of an installed package count for nothing."""
    assert "gateway/py.typed" in names
    assert "gateway/testing.py" in names


def test_it_holds_the_package_and_nothing_else(names):
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {"gateway"}
