"""CI runs real programs where what they show has changed, and says so by a hash of it."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "clients.py"
SPEC = importlib.util.spec_from_file_location("ci_clients", SCRIPT)
clients = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(clients)


@pytest.fixture
def checkout(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name in ("gateway/wire/a.py", "gateway/phi/b.py", "tests/clients/programs/c.py", ".gitignore"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("*.log\n" if name == ".gitignore" else "1\n")
    return tmp_path


def test_what_has_passed_need_not_run_until_it_changes(checkout):
    assert clients.main([], checkout) == 1
    assert clients.main(["--passed"], checkout) == 0
    assert clients.main([], checkout) == 0


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("gateway/wire/a.py", 1),
        ("gateway/wire/new.py", 1),
        ("tests/clients/programs/c.py", 1),
        ("gateway/phi/b.py", 0),
        ("tests/clients/made.log", 0),
    ],
)
def test_which_changes_run_them(checkout, name, runs):
    clients.main(["--passed"], checkout)
    (checkout / name).write_text("2\n")
    assert clients.main([], checkout) == runs


def test_a_file_that_goes_is_a_change(checkout):
    clients.main(["--passed"], checkout)
    (checkout / "gateway/wire/a.py").unlink()
    assert clients.main([], checkout) == 1


def test_ci_asks():
    run = (SCRIPT.parent / "run").read_text()
    assert "python3 .ci/clients.py || make clients" in run
