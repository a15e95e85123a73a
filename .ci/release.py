"""Makes a release out of a clean clone: `make release VERSION=0.2.0` (ARGS=--dry-run shows what it would do).

Closes the section of the changelog with today's date, sets the version there and in the commands of the documents that install
its wheel, commits and tags it all, builds wheel and source distribution, writes the bill of materials and digests beside them,
and tries the wheel in an environment of its own. Nothing is pushed. Where a step fails, what was made is taken back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:rc\d+)?")
OPEN = "## [Unreleased]\n"
WHEEL = re.compile(r"(?<=triage_gateway-)[0-9a-z.]+(?=-py3-none-any\.whl)")
INSTALLING = ("README.md", "deploy/README.md", "deploy/REPLICAS.md")
"""The documents with commands that name the wheel."""


class Refused(Exception):
    """There is no release; the message says why, and what to do."""


def closed(changelog: str, version: str, day: str) -> str:
    """The changelog with its open section closed. Raises `Refused` where there is nothing in it."""
    before, mark, rest = changelog.partition(OPEN)
    section = re.split(r"(?m)^## \[", rest, maxsplit=1)[0]
    if not mark or not re.search(r"(?m)^- ", section):
        raise Refused("CHANGELOG.md has nothing under [Unreleased]: what would this release be?")
    return f"{before}{OPEN}\n## [{version}] - {day}\n{rest}"


def raised(module: str, version: str) -> str:
    """`gateway/__init__.py` with the version. Raises `Refused` where that is not a later one."""
    now = re.search(r'(?m)^__version__ = "(.+)"$', module)
    if now is None:
        raise Refused("gateway/__init__.py names no version.")
    if _order(version) <= _order(now[1]):
        raise Refused(f"{version} is not later than {now[1]}.")
    return module.replace(now[0], f'__version__ = "{version}"')


def renamed(document: str, version: str) -> str:
    """A document that names the wheel, with the version in its place. Raises `Refused` where it names none."""
    text, found = WHEEL.subn(version, document)
    if not found:
        raise Refused("A document that should say how the wheel is installed names none: see INSTALLING in this file.")
    return text


def _order(version: str) -> tuple[int, int, int, int]:
    """A candidate comes before its release."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise Refused(f"{version} is no version: write three numbers (0.2.0, or 0.2.0rc1).")
    candidate = version.partition("rc")[2]
    return (*map(int, found.groups()), int(candidate) if candidate else sys.maxsize)


def clean(root: Path) -> None:
    """Raises `Refused` where something is not committed: the release would hold what nobody can find again."""
    if changed := _git(root, "status", "--porcelain").strip():
        raise Refused(f"The tree is not clean. Commit or stash first:\n{changed}")


def release(root: Path, version: str, *, dry: bool, check: bool = True) -> list[Path]:
    """Make it; what was made. Raises `Refused`, and then nothing is changed."""
    changelog, module = root / "CHANGELOG.md", root / "gateway" / "__init__.py"
    clean(root)
    if _git(root, "tag", "--list", f"v{version}").strip():
        raise Refused(f"The tag v{version} is there already.")
    texts = {
        changelog: closed(changelog.read_text(encoding="utf-8"), version, f"{datetime.now(UTC):%Y-%m-%d}"),
        module: raised(module.read_text(encoding="utf-8"), version),
    }
    texts |= {root / name: renamed((root / name).read_text(encoding="utf-8"), version) for name in INSTALLING}
    if dry:
        names = ", ".join(path.relative_to(root).as_posix() for path in texts)
        say(f"would check, write {names}, commit, build into dist/, try the wheel, and tag v{version}")
        return []
    if check:
        subprocess.run(["make", "--no-print-directory", "check"], cwd=root, check=True)
    began = _git(root, "rev-parse", "HEAD").strip()
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        say(f"{changelog.name}: [{version}]")
        _git(root, "commit", "--quiet", "--all", "--message", f"release: {version}")
        made = build(root, version)
        if check:
            tried(root, made[0], version)
        _git(root, "tag", "--annotate", f"v{version}", "--message", f"Triage Gateway {version}")
    except (Refused, subprocess.CalledProcessError, OSError):
        _git(root, "reset", "--quiet", "--hard", began)
        raise
    say(f"tagged v{version}. Nothing was pushed: look at it, then `git push --follow-tags`.")
    return made


def build(root: Path, version: str) -> list[Path]:
    """Wheel, source distribution, bill of materials, the lock, and their digests, in an empty `dist/`."""
    dist = root / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(dist)], cwd=root, check=True, capture_output=True
    )
    wheel, sdist = dist / f"triage_gateway-{version}-py3-none-any.whl", dist / f"triage_gateway-{version}.tar.gz"
    bill = dist / "sbom.cdx.json"
    told = subprocess.run(
        [sys.executable, ".ci/sbom.py", "requirements.lock"], cwd=root, check=True, capture_output=True
    )
    bill.write_bytes(told.stdout)
    if json.loads(told.stdout)["metadata"]["component"]["version"] != version:
        raise Refused("The bill of materials names another version.")
    lock = Path(shutil.copy(root / "requirements.lock", dist))
    made = [wheel, sdist, bill, lock]
    sums = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in made)
    (dist / "SHA256SUMS").write_text(sums, encoding="utf-8")
    for one in made:
        say(f"{one.relative_to(root)}: {one.stat().st_size / 2**20:.1f} MiB")
    return made


def tried(root: Path, wheel: Path, version: str) -> None:
    """Install the wheel with the lock in an empty environment, and run it where no clone is. Raises `Refused`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "--requirement", str(root / "requirements.lock")], check=True)
        subprocess.run([*pip, str(wheel)], check=True)
        said = subprocess.run(
            [str(python), "-m", "gateway", "--version"], cwd=folder, check=True, capture_output=True, text=True
        )
        if said.stdout.strip() != f"gateway {version}":
            raise Refused(f"The wheel says {said.stdout.strip()}.")
        subprocess.run(
            [str(python), "-m", "gateway", "init", "--all", "."], cwd=folder, check=True, capture_output=True
        )
        subprocess.run([str(python), "-m", "gateway", "check"], cwd=folder, check=True, capture_output=True)
        subprocess.run([str(python), "-m", "gateway", "demo"], cwd=folder, check=True, capture_output=True)
    say(
        f"the wheel installs by hash, writes a sound configuration and gives its tour ({time.monotonic() - began:.0f} s)"
    )


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("version")
    asked.add_argument("--dry-run", action="store_true", help="say what would be done")
    options = asked.parse_args()
    try:
        release(ROOT, options.version, dry=options.dry_run)
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(
            f"{' '.join(map(str, failed.cmd))}: exit status {failed.returncode}\n{(failed.stderr or b'')!s}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
