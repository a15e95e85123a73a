from __future__ import annotations

import sqlite3
import stat

import pytest

from gateway.access.keys import PREFIX_CHARS, new_key
from gateway.events import Noted
from gateway.ports import KeyChange, KeysUnreadable
from gateway.state.sqlite.keys import FILE, SqliteKeys

CHANGE = KeyChange(at_us=1, what=Noted.KEY_MADE, name="soma")


def put(folder, name="soma"):
    key = new_key()
    SqliteKeys(folder).put([key.stored(name, agents=("*",), routes=("*",), may=(), made_us=1)], CHANGE)
    return key


def test_what_another_process_writes_is_another_version_at_once(tmp_path):
    reading = SqliteKeys(tmp_path)
    versions = [reading.version()]
    for name in ("a", "b", "c"):
        put(tmp_path, name)
        versions.append(reading.version())
        assert [key.name for key in reading.listed()][-1] == name
    assert len(set(versions)) == 4


def test_the_file_is_for_its_owner_alone_and_holds_no_key(tmp_path):
    key = put(tmp_path / "state")
    files = list((tmp_path / "state").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert all(key.key[PREFIX_CHARS:].encode() not in file.read_bytes() for file in files)


def unlinked(path):
    path.unlink()


def replaced(path):
    other = path.with_name("other.db")
    sqlite3.connect(other).close()
    other.replace(path)


@pytest.mark.parametrize("lost", [unlinked, replaced])
def test_a_file_that_was_taken_away_while_it_is_open_is_no_empty_store(tmp_path, monkeypatch, lost):
    put(tmp_path)
    monkeypatch.setattr("gateway.state.sqlite.keys._LOOK_S", 0.0)
    reading = SqliteKeys(tmp_path)
    reading.version()
    lost(tmp_path / FILE)
    for _ in range(2):
        with pytest.raises(KeysUnreadable, match="start the gateway again"):
            reading.version()


def test_a_store_of_another_version_is_refused_by_reading_and_by_writing(tmp_path):
    put(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(KeysUnreadable):
        SqliteKeys(tmp_path).version()
    with pytest.raises(KeysUnreadable, match="backup"):
        put(tmp_path)


def test_an_empty_file_is_a_damaged_store_and_not_one_without_keys(tmp_path):
    put(tmp_path)
    with (tmp_path / FILE).open("r+b") as file:
        file.truncate(0)
    with pytest.raises(KeysUnreadable):
        SqliteKeys(tmp_path).version()


def test_a_path_that_leads_nowhere_is_no_store_to_read_and_none_to_write(tmp_path):
    (tmp_path / "file").write_text("")
    store = SqliteKeys(tmp_path / "file")
    assert (store.version(), list(store.listed())) == (0, [])
    with pytest.raises(KeysUnreadable):
        put(tmp_path / "file")
