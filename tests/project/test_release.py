"""`make release`: what it writes, what it refuses, and that a failed one leaves nothing behind; in a clone of its own."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import zipfile
from datetime import UTC, datetime

import pytest

from gateway import __version__
from tests.kit.source import ROOT, committed

LATER = "99.0.0"
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def loaded():
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


release = loaded()


def git(root, *arguments):
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@clinic.example", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """The files that are committed, in a repository of their own with one commit."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Nobody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "nobody@clinic.example")
    for path in committed():
        name = path.relative_to(ROOT)
        if name.parts[0] not in {"tests", "grafana", "bench"}:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(path.read_bytes())
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "all")
    return tmp_path


def test_a_release_is_a_commit_a_tag_and_what_is_built(clone):
    made = release.release(clone, LATER, dry=False, check=False)
    names = {path.name for path in made}
    assert {f"triage_gateway-{LATER}-py3-none-any.whl", f"triage_gateway-{LATER}.tar.gz", "sbom.cdx.json"} <= names
    sums = (clone / "dist" / "SHA256SUMS").read_text()
    assert all(re.search(rf"^[0-9a-f]{{64}}  {re.escape(name)}$", sums, re.MULTILINE) for name in names)
    with zipfile.ZipFile(made[0]) as wheel:
        assert f'__version__ = "{LATER}"' in wheel.read("gateway/__init__.py").decode()
    changelog = (clone / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [Unreleased]\n\n## [{LATER}] - {TODAY}\n" in changelog
    for name in release.INSTALLING:
        assert set(release.WHEEL.findall((clone / name).read_text(encoding="utf-8"))) == {LATER}
    assert git(clone, "tag", "--list").strip() == f"v{LATER}"
    assert git(clone, "log", "--format=%s").splitlines()[0] == f"release: {LATER}"
    assert git(clone, "status", "--porcelain") == ""  # dist/ is ignored


def test_every_document_that_names_the_wheel_is_written_anew():
    pages = [path for path in committed() if path.suffix == ".md" and path.name != "CHANGELOG.md"]
    named = {str(path.relative_to(ROOT)): release.WHEEL.findall(path.read_text(encoding="utf-8")) for path in pages}
    assert {name: set(found) for name, found in named.items() if found} == {
        name: {__version__} for name in release.INSTALLING
    }
    with pytest.raises(release.Refused, match="names none"):
        release.renamed("pip install it", LATER)


def test_a_dry_run_changes_nothing(clone, capsys):
    release.release(clone, LATER, dry=True)
    assert f"tag v{LATER}" in capsys.readouterr().out
    assert git(clone, "status", "--porcelain", "--ignored") == ""
    assert git(clone, "tag", "--list") == ""


def test_a_tree_that_is_not_clean_is_refused(clone):
    (clone / "new.txt").write_text("not committed")
    with pytest.raises(release.Refused, match="not clean"):
        release.release(clone, LATER, dry=True)


@pytest.mark.parametrize("version", [__version__, "0.0.9", "1.0", "v1.0.0", "1.0.0-beta"])
def test_a_version_that_is_not_later_or_none_is_refused(version, clone):
    with pytest.raises(release.Refused):
        release.release(clone, version, dry=True)


def test_a_candidate_comes_before_its_release():
    module = '__version__ = "1.0.0rc1"\n'
    assert release.raised(module, "1.0.0") == '__version__ = "1.0.0"\n'
    with pytest.raises(release.Refused):
        release.raised('__version__ = "1.0.0"\n', "1.0.0rc2")


def test_nothing_to_release_is_refused():
    with pytest.raises(release.Refused, match="nothing under"):
        release.closed("# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-21\n\n- all\n", LATER, TODAY)


def test_what_fails_on_the_way_is_taken_back(clone, monkeypatch):
    (clone / "Makefile").write_text("check:\n\t@true\n")  # the checks themselves are `make check`'s own
    git(clone, "commit", "--quiet", "--all", "--message", "checks")
    before = git(clone, "rev-parse", "HEAD")
    monkeypatch.setattr(release, "tried", lambda *_: (_ for _ in ()).throw(release.Refused("The wheel does not run.")))
    with pytest.raises(release.Refused, match="does not run"):
        release.release(clone, LATER, dry=False)
    assert git(clone, "rev-parse", "HEAD") == before
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "tag", "--list") == ""


def test_checks_that_fail_come_before_anything_is_written(clone):
    (clone / "Makefile").write_text("check:\n\t@false\n")
    git(clone, "commit", "--quiet", "--all", "--message", "checks")
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(subprocess.CalledProcessError):
        release.release(clone, LATER, dry=False)
    assert git(clone, "rev-parse", "HEAD") == before
    assert not (clone / "dist").exists()
