"""`make run` and `make test` install with the pip that a machine has, not with the pip that we have.

Every lock is resolved by three real pips in an empty environment. To cost seconds instead of 400 MB, what is installed
here already is offered to them as wheels of metadata only; what is not is fetched, checked by the lock's own hashes.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.kit.source import ROOT
from tests.kit.wheels import hollow, metadata_of

PIPS = {
    "23.0": "b5f88adff801f5ef052bcdef3daa31b55eb67b0fccd6d0106c206fa248e0463c",  # Debian 12 and the first Python 3.11
    "24.3.1": "3790624780082365f47549d032f3770eeb2b1e8bd1f7b2e02dace1afa361b4ed",
    "26.3": "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13",
}
"""The oldest pip that the README claims, one in the middle, the newest; with their SHA-256."""
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-presidio.lock", "requirements-meters.lock"]
RUNS = [*(("23.0", lock) for lock in LOCKS), ("24.3.1", LOCKS[1]), ("26.3", LOCKS[1])]
NAMED = re.compile(r"[^ ;\\]+")
"""`httpx[http2]==0.28.1`: name, extras and version of a line of a lock."""
KEPT = Path(sys.prefix) / "pips"
"""What was fetched once stays beside what was installed."""


def entries(lock):
    """The pins that hold on this machine, each with its line and its hashes."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    pins = [(Requirement(block.partition("\n")[0].rstrip(" \\")), block) for block in blocks]
    return [(pin, block) for pin, block in pins if pin.marker is None or pin.marker.evaluate()]


def installed(pin):
    """The METADATA of just this version, if it is here."""
    try:
        found = distribution(pin.name)
    except PackageNotFoundError:
        return None
    return found.read_text("METADATA") if found.version in pin.specifier else None


def fetch(demand, folder):
    """Download what `demand` pins, with its hashes, unless it was fetched before."""
    listed = folder / "wanted.txt"
    if listed.exists() and listed.read_text(encoding="utf-8") == demand:
        return
    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / f"asked-{os.getpid()}.txt"  # tests run side by side
    asked.write_text(demand, encoding="utf-8")
    command = [
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--dest",
        str(folder),
        "--requirement",
        str(asked),
    ]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, timeout=300)
    asked.replace(listed)


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """The Python of an environment in which nothing is installed, not even pip."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python"


def offer(name, folder):
    """Wheels of everything in a lock, each beside one of a later version; the lock that says their hashes.

    The later ones are what a registry has a month after: an old pip reaches for one wherever the lock names no extra.
    """
    pins = entries(name)
    assert len(pins) > 50
    absent = [block for pin, block in pins if not installed(pin)]
    if absent:
        fetch("\n".join(absent), KEPT / name)
    fetched = {metadata_of(wheel) for wheel in (KEPT / name).glob("*.whl")}
    lines = []
    for pin, block in pins:
        metadata = installed(pin) or next(text for text in fetched if named(text, pin))
        lines.append(f"{NAMED.match(block)[0]} --hash=sha256:{hollow(metadata, folder)}")
        hollow(metadata, folder, later=".post1")
    lock = folder / name
    lock.write_text("\n".join(lines), encoding="utf-8")
    return lock


def named(metadata, pin):
    name, version = (re.search(rf"(?m)^{field}: (.+)$", metadata)[1] for field in ("Name", "Version"))
    return canonicalize_name(name) == canonicalize_name(pin.name) and version in pin.specifier


def unpacked(version):
    """A pip that runs from where it lies; unpacked, since a program in a zip is compiled at every start."""
    folder = KEPT / "pip" / version
    fetch(f"pip=={version} --hash=sha256:{PIPS[version]}", folder)
    if not (folder / "pip").exists():
        [wheel] = folder.glob("*.whl")
        with tempfile.TemporaryDirectory(dir=folder) as made:
            zipfile.ZipFile(wheel).extractall(made)
            with contextlib.suppress(OSError):  # a test beside this one was faster
                Path(made, "pip").rename(folder / "pip")
    return folder / "pip"


@pytest.mark.parametrize(("version", "name"), RUNS)
def test_every_lock_installs_with_the_oldest_pip_and_what_contains_the_others_with_newer_ones(
    version, name, empty, tmp_path
):
    lock = offer(name, tmp_path)
    command = [
        "install",
        "--dry-run",
        "--isolated",
        "--no-index",
        "--find-links",
        str(tmp_path),
        "--require-hashes",
        "--requirement",
        str(lock),
    ]
    run = subprocess.run(
        [str(empty), str(unpacked(version)), *command], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert "Would install" in run.stdout
