"""The folder of policies: what is read, what is refused, what is named; nothing is missed in silence."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.policies import PolicyFolder, read_folder
from gateway.document import DocumentInvalid


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def read(folder) -> PolicyFolder:
    return read_folder(str(folder))


def names(texts) -> set[str]:
    return set(texts.values())


def test_rules_and_their_tests_are_read(tmp_path):
    put(tmp_path, "a.yaml", "b.yaml", "tests/t.yaml")
    found = read(tmp_path)
    assert (names(found.rules), names(found.tests), found.unread) == ({"a.yaml", "b.yaml"}, {"tests/t.yaml"}, ())


@pytest.mark.parametrize("name", ["x.yml", "X.YAML", "x.Yaml", "x.YML", "tests/x.yml", "sub/x.yaml", "sub/deep/x.yml"])
def test_what_looks_like_rules_and_would_not_be_read_is_an_error_that_names_it(tmp_path, name):
    put(tmp_path, "a.yaml", name)
    with pytest.raises(DocumentInvalid) as caught:
        read(tmp_path)
    (problem,) = caught.value.problems
    assert problem.file in {str(tmp_path / name), str(tmp_path / "sub")}
    assert problem.remedy


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("README.md", "README.md"),
        ("a.yaml~", "a.yaml~"),
        ("#a.yaml#", "#a.yaml#"),
        (".a.yaml", ".a.yaml"),
        (".a.yaml.swp", ".a.yaml.swp"),
        ("..data/a.yaml", "..data"),
        (".git/config", ".git"),
        ("pictures/flow.svg", "pictures"),
        ("tests/notes.txt", "tests/notes.txt"),
    ],
)
def test_everything_else_is_named_and_not_read(tmp_path, name, told):
    put(tmp_path, "b.yaml", name)
    found = read(tmp_path)
    assert (names(found.rules), found.unread) == ({"b.yaml"}, (told,))


def test_an_editors_dangling_lock_is_named_and_not_followed(tmp_path):
    put(tmp_path, "a.yaml")
    (tmp_path / ".#a.yaml").symlink_to("ann@somewhere.1234")
    assert read(tmp_path).unread == (".#a.yaml",)


def test_files_of_a_cluster_that_are_links_are_read(tmp_path):
    put(tmp_path, "..2026/a.yaml")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    found = read(tmp_path)
    assert (len(found.rules), found.unread) == (1, ("..2026", "..data"))


def test_a_folder_that_is_not_there_or_is_a_file_is_an_error(tmp_path):
    put(tmp_path, "file")
    for name in ("nowhere", "file"):
        with pytest.raises(DocumentInvalid, match="no such folder"):
            read(tmp_path / name)


def test_all_problems_come_at_once(tmp_path):
    put(tmp_path, "x.yml", "sub/y.yaml", "tests/z.YAML")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.yaml").mkdir()
    put(tmp_path, "folder.yaml/a.yaml")
    with pytest.raises(DocumentInvalid) as caught:
        read(tmp_path)
    assert len(caught.value.problems) == 5


NAMES = st.text("ab.~#Y", min_size=1, max_size=4).filter(lambda name: name.strip("."))
ENDINGS = st.sampled_from([".yaml", ".yml", ".YAML", ".md", "", "~"])


@given(st.sets(st.builds(lambda name, ending: name + ending, NAMES, ENDINGS), max_size=6))
def test_every_file_is_read_or_named_or_an_error(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("policies")
    put(folder, *files)
    misnamed = {name for name in files if Path(name).suffix in {".yml", ".YAML"} and not name.startswith(".")}
    if misnamed:
        with pytest.raises(DocumentInvalid) as caught:
            read(folder)
        assert {Path(problem.file).name for problem in caught.value.problems} == misnamed
        return
    found = read(folder)
    assert names(found.rules) | set(found.unread) == files
    assert names(found.rules).isdisjoint(found.unread)


def test_what_comes_and_goes_in_a_folder_within_stops_no_reading(tmp_path):
    put(tmp_path, "a.yaml", "notes/kept.txt")
    ended = threading.Event()

    def busy():
        while not ended.is_set():
            put(tmp_path, "notes/deep/er/x.txt")
            shutil.rmtree(tmp_path / "notes" / "deep")

    editor = threading.Thread(target=busy)
    editor.start()
    try:
        assert {tuple(sorted(names(read(tmp_path).rules))) for _ in range(1000)} == {("a.yaml",)}
    finally:
        ended.set()
        editor.join()
