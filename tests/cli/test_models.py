from __future__ import annotations

import pytest

from gateway.cli import main
from gateway.upstream.embedded.models import FOLDER, MODELS


@pytest.fixture
def state(tmp_path):
    """A state directory with files of the models' sizes."""
    (tmp_path / FOLDER).mkdir()
    for model in MODELS:
        with (tmp_path / FOLDER / model.file).open("wb") as file:
            file.truncate(model.size)
    return tmp_path


def test_models_that_are_here_are_not_fetched_again(state, capsys):
    assert main(["models", "fetch", "--state-dir", str(state)]) == 0
    assert capsys.readouterr().out == f"models: all 2 are in {state / FOLDER}\n"


def test_a_fetch_that_fails_says_why_and_exits_1(tmp_path, capsys):
    (tmp_path / "state").write_text("a file stands where the folder should be")
    assert main(["models", "fetch", "--state-dir", str(tmp_path / "state")]) == 1
    assert "Cannot write" in capsys.readouterr().err


def test_the_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["models", "fetch", "--help"])
    assert "gateway models fetch --state-dir" in capsys.readouterr().out
