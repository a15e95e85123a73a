"""Stamps of checkpoints: taken now and then, kept whole, told when they fail, and held against the record."""

from __future__ import annotations

import threading

import pytest

from gateway.events import LedgerWitnessed, Witnessing, WitnessLoss
from gateway.state.checkpoints import Checkpoints
from gateway.state.elsewhere import Authority, Declined
from gateway.state.sqlite.store import Store
from gateway.state.stamps import Stamps, folder_of, held
from gateway.state.witness import Witness
from gateway.testing import RecordingSink
from tests.kit.authority import authority, openssl
from tests.kit.records import SEED
from tests.kit.rows import WORDS, make_intent


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("tsa") / "authority") as made:
        yield made


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "ledger.db", words=WORDS)
    store.write([make_intent(1)])
    yield store
    store.close()


@pytest.fixture
def place(tmp_path):
    return tmp_path / "ledger.checkpoints"


def signs(place, stamps):
    """What signs each checkpoint at once, and has `stamps` hear of it."""
    sink = RecordingSink()
    return Witness(Checkpoints(place, seed=SEED, heard=stamps.offer), every_s=0, sink=sink)


def settled(stamps):
    if stamps._thread is not None:
        stamps._thread.join()


def losses(sink):
    return [event.loss for event in sink.events if isinstance(event, LedgerWitnessed)]


def test_a_checkpoint_is_stamped_and_an_auditor_checks_it_with_openssl(tsa, store, place, tmp_path):
    sink = RecordingSink()
    stamps = Stamps(Authority(tsa.url).stamp, folder_of(place), every_s=3600, sink=sink)
    signs(place, stamps).sign(store)
    settled(stamps)
    assert sink.events == [LedgerWitnessed(by=Witnessing.TIMESTAMP)]
    [one] = held(tmp_path / "ledger.db", folder_of(place), origin=store.origin)
    assert (one.size, one.root, one.problem) == (1, store.tree.root, "")
    assert one.file.stat().st_mode & 0o077 == 0
    said = openssl("ts", "-verify", "-digest", store.tree.root.hex(), "-in", one.file, "-CAfile", tsa.ca)
    assert "Verification: OK" in said


def test_one_is_taken_when_it_is_time_and_not_for_each_checkpoint(tsa, store, place):
    sink = RecordingSink()
    stamps = Stamps(Authority(tsa.url).stamp, folder_of(place), every_s=3600, sink=sink)
    witness = signs(place, stamps)
    for number in range(2, 5):
        witness.sign(store)
        settled(stamps)
        store.write([make_intent(number)])
    assert losses(sink) == [None]
    stamps._due_s = 0.0
    witness.sign(store)
    settled(stamps)
    assert sorted(file.name.rpartition("-")[2] for file in folder_of(place).iterdir()) == ["1.tsr", "4.tsr"]


@pytest.mark.parametrize(
    ("error", "loss"),
    [(ConnectionRefusedError(), WitnessLoss.UNREACHED), (Declined(), WitnessLoss.DECLINED)],
)
def test_what_fails_is_told_tried_again_later_and_holds_nothing_up(store, place, error, loss):
    sink = RecordingSink()

    def ask(_root):
        raise error

    stamps = Stamps(ask, folder_of(place), every_s=3600, sink=sink)
    signs(place, stamps).sign(store)
    settled(stamps)
    assert losses(sink) == [loss]
    assert place.read_text().startswith(store.origin)
    assert not folder_of(place).exists()


def test_an_authority_that_hangs_keeps_no_checkpoint_waiting(store, place):
    sink, asked, ended = RecordingSink(), threading.Event(), threading.Event()

    def ask(_root):
        asked.set()
        ended.wait()
        raise TimeoutError

    stamps = Stamps(ask, folder_of(place), every_s=0, sink=sink)
    witness = signs(place, stamps)
    witness.sign(store)
    asked.wait()
    for number in range(2, 5):
        store.write([make_intent(number)])
        witness.sign(store)
    assert witness.checkpoints.last().size == 4
    assert losses(sink) == []
    ended.set()
    settled(stamps)
    assert losses(sink) == [WitnessLoss.UNREACHED]


def test_what_cannot_be_kept_is_told(tsa, store, place):
    sink = RecordingSink()
    folder_of(place).write_text("a file where the folder should be")
    stamps = Stamps(Authority(tsa.url).stamp, folder_of(place), every_s=3600, sink=sink)
    signs(place, stamps).sign(store)
    settled(stamps)
    assert losses(sink) == [WitnessLoss.MACHINE]


def test_no_room_for_a_thread_is_told(store, place, monkeypatch):
    sink = RecordingSink()

    def full(_self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    stamps = Stamps(lambda _root: b"", folder_of(place), every_s=3600, sink=sink)
    signs(place, stamps).sign(store)
    assert losses(sink) == [WitnessLoss.MACHINE]


def test_a_record_that_was_rewritten_is_not_the_one_that_was_stamped(tsa, store, place, tmp_path):
    stamps = Stamps(Authority(tsa.url).stamp, folder_of(place), every_s=0, sink=RecordingSink())
    witness = signs(place, stamps)
    witness.sign(store)
    settled(stamps)
    store.write([make_intent(2)])
    witness.sign(store)
    settled(stamps)
    folder = folder_of(place)
    short = store.origin.rpartition("/")[2]
    first, second = folder / f"{short}-1.tsr", folder / f"{short}-2.tsr"
    second.rename(folder / f"{short}-7.tsr")
    first.rename(second)
    first.write_bytes(b"no stamp")
    found = held(tmp_path / "ledger.db", folder, origin=store.origin)
    assert [one.size for one in found] == [1, 2, 7]
    assert [one.problem.split(":")[0] for one in found] == [
        "cannot be read as a time stamp",
        "is of another root",
        "is of more rows than there are, or the log cannot be read",
    ]
    assert held(tmp_path / "ledger.db", folder, origin="triage-gateway/ledger/ffffffffffffffff") == []
