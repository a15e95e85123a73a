from __future__ import annotations

import hashlib
import shutil
import stat
import threading
import zipfile
from dataclasses import replace

import pytest

from gateway.upstream.embedded import models
from gateway.upstream.embedded.models import CHAT, MODELS, FetchFailed, Member, Wheel, fetch, present

CONTENT = b"a very small model" * 1000


@pytest.fixture
def shelf(tmp_path):
    """A package index in a folder: one wheel with one small model in it."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    wheel = folder / "toy_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("toy_model/toy.gguf", CONTENT)
        archive.writestr("toy_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy-model\nVersion: 1.0\n")
        archive.writestr("toy_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("toy_model-1.0.dist-info/RECORD", "")
    return wheel


@pytest.fixture
def toy(shelf):
    digest = hashlib.sha256(CONTENT).hexdigest()
    return replace(
        CHAT,
        name="toy",
        file="toy.gguf",
        sha256=digest,
        size=len(CONTENT),
        wheel=Wheel(
            name="toy-model",
            version="1.0",
            sha256=hashlib.sha256(shelf.read_bytes()).hexdigest(),
            size=shelf.stat().st_size,
            members=(Member("toy_model/toy.gguf", digest),),
        ),
    )


def bring(folder, model, shelf, lines=None):
    report = (lambda _: None) if lines is None else lines.append
    fetch(folder, report=report, models=[model], index=["--no-index", "--find-links", str(shelf.parent)])


def test_a_model_is_fetched_verified_and_named_in_a_private_folder(tmp_path, toy, shelf):
    folder, lines = tmp_path / "state" / "models", []
    bring(folder, toy, shelf, lines)
    assert (folder / "toy.gguf").read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["toy.gguf"]
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert lines[0].startswith("toy-model 1.0: downloading")
    assert lines[-1].startswith("toy: ready, checksum verified")


def test_what_is_there_is_not_fetched_again(tmp_path, toy, shelf):
    folder, lines = tmp_path / "models", []
    bring(folder, toy, shelf)
    shelf.unlink()
    bring(folder, toy, shelf, lines)
    assert lines == [f"models: all 1 are in {folder}"]


def test_half_a_file_is_fetched_again(tmp_path, toy, shelf):
    folder = tmp_path / "models"
    bring(folder, toy, shelf)
    (folder / "toy.gguf").write_bytes(CONTENT[:100])
    assert not present(folder, toy)
    bring(folder, toy, shelf)
    assert present(folder, toy)


def test_without_an_index_the_message_says_what_to_do_and_nothing_is_left(tmp_path, toy, shelf):
    folder = tmp_path / "models"
    shelf.unlink()
    with pytest.raises(FetchFailed, match="run `gateway models fetch` where there is one, and copy its models folder"):
        bring(folder, toy, shelf)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda toy: replace(toy, wheel=replace(toy.wheel, sha256="0" * 64)),
        lambda toy: replace(toy, wheel=replace(toy.wheel, members=(Member("toy_model/toy.gguf", "0" * 64),))),
        lambda toy: replace(toy, wheel=replace(toy.wheel, members=(Member("toy_model/gone.gguf", "0" * 64),))),
        lambda toy: replace(toy, sha256="0" * 64),
    ],
    ids=["wheel", "member", "missing", "result"],
)
def test_a_wrong_checksum_at_any_stage_leaves_nothing_behind(tmp_path, toy, shelf, wrong):
    with pytest.raises(FetchFailed):
        bring(tmp_path / "models", wrong(toy), shelf)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path, toy, shelf):
    (tmp_path / "models").write_text("a file stands here")
    with pytest.raises(FetchFailed, match="Cannot write"):
        bring(tmp_path / "models", toy, shelf)


def test_every_model_is_pinned_to_its_last_byte():
    for model in MODELS:
        pins = [model.sha256, model.wheel.sha256, *(member.sha256 for member in model.wheel.members)]
        assert all(len(pin) == 64 and int(pin, 16) for pin in pins)


@pytest.mark.embedded
def test_the_real_models_have_the_checksums_that_are_pinned(models_folder):
    for model in MODELS:
        assert models._sha256(models_folder / model.file) == model.sha256


def test_a_folder_that_pip_removes_while_it_is_measured_does_no_harm(tmp_path):
    """The race that ended one fetch in three: the size of a download is looked up while pip moves and deletes."""
    (tmp_path / "kept").write_bytes(b"x" * 7)
    ended = threading.Event()

    def busy():
        while not ended.is_set():
            (tmp_path / "a" / "b").mkdir(parents=True, exist_ok=True)
            (tmp_path / "a" / "b" / "c").write_bytes(b"y")
            shutil.rmtree(tmp_path / "a")

    pip = threading.Thread(target=busy)
    pip.start()
    try:
        assert {models._largest(tmp_path) for _ in range(3000)} == {7}
    finally:
        ended.set()
        pip.join()
