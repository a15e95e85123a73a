from __future__ import annotations

import importlib.util
import math
import sys

import pytest

from bench.phi.held_out import sets
from gateway.domain import Passage
from gateway.phi.find.encoder import network
from gateway.phi.find.engine import Engine
from gateway.phi.find.model.tagger import Tagger

TEXT = "Please write a letter to Olena Kovalchuk about the scan."


@pytest.fixture
def encoder():
    pytest.importorskip("onnxruntime")
    made = network.Encoder(network.resources.files(network.__package__))
    yield made
    made.rest()


def test_every_word_has_odds_that_sum_to_one(encoder):
    (segment,) = encoder.cutter.segments(TEXT)
    odds = encoder.odds(segment)
    assert len(odds) == len(segment.starts)
    assert all(math.isclose(sum(one), 1, abs_tol=1e-4) and len(one) == 5 for one in odds)


def test_it_knows_a_person_from_a_program(encoder):
    def likely(text: str) -> list[str]:
        (segment,) = encoder.cutter.segments(text)
        found = zip(segment.starts, segment.ends, encoder.odds(segment), strict=True)
        return [text[start:end] for start, end, odds in found if odds[network.NAME] > 0.5]

    assert likely(TEXT) == ["Olena", "Kovalchuk"]
    assert likely("Restart Jenkins and Kafka, then bump Jackson to 2.17.") == []


def test_where_the_glance_is_sure_that_nothing_is_there_the_encoder_is_not_asked(encoder, monkeypatch):
    asked = []
    whole = encoder.whole
    monkeypatch.setattr(encoder, "whole", lambda segment: asked.append(segment) or whole(segment))
    (nobody,) = encoder.cutter.segments("Which antibiotics are safe in the first months of pregnancy?")
    (somebody,) = encoder.cutter.segments(TEXT)
    assert min(one[network.OUTSIDE] for one in encoder.odds(nobody)) >= network.SURE
    assert asked == []
    assert encoder.odds(somebody) == whole(somebody)
    assert asked == [somebody]


def test_the_glance_is_sure_of_no_sentence_in_which_the_encoder_sees_somebody(encoder):
    sentences = [doc.text for docs in sets.identifiers().values() for doc in docs[:3]]
    sentences += [doc.text for which in ("first", "second", "third") for doc in sets.blind(which, "prompts")[:60]]
    seen = missed = 0
    for sentence in sentences:
        for segment in encoder.cutter.segments(sentence):
            if max(one[network.NAME] for one in encoder.whole(segment)) >= 0.5:
                seen += 1
                missed += min(one[network.OUTSIDE] for one in encoder.odds(segment)) >= network.SURE
    assert seen > 100
    assert missed == 0


def test_it_is_loaded_when_asked_and_given_back(encoder):
    (segment,) = encoder.cutter.segments(TEXT)
    assert not encoder.ready
    before = encoder.odds(segment)
    assert encoder.ready
    encoder.rest()
    assert not encoder.ready
    encoder.wake()
    assert encoder.ready
    assert encoder.odds(segment) == before


@pytest.mark.parametrize(
    ("said", "exact"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx2 avx512_vnni\n", True),
        ("processor\t: 0\nflags\t\t: fpu avx2 avx_vnni\n", True),
        ("processor\t: 0\nflags\t\t: fpu avx2 avx512f\n", False),
        ("processor\t: 0\nFeatures\t: fp asimd\n", False),
    ],
)
def test_only_a_processor_that_says_so_is_trusted_to_add_without_overflow(said, exact, tmp_path):
    (tmp_path / "cpuinfo").write_text(said)
    assert network._sums_exactly(tmp_path / "cpuinfo") is exact


def test_an_unknown_processor_is_told_to_be_exact(tmp_path):
    assert network._sums_exactly(tmp_path / "none") is False


def test_the_odds_are_the_same_whether_it_is_told_to_be_exact_or_not(encoder, monkeypatch):
    (segment,) = encoder.cutter.segments(TEXT)
    before = encoder.odds(segment)
    monkeypatch.setattr(network, "_sums_exactly", lambda: False)
    encoder.rest()
    assert encoder.odds(segment) == before


def test_the_shipped_one_is_small_and_says_which_it_is():
    folder = network.resources.files(network.__package__)
    assert sum(len(folder.joinpath(name).read_bytes()) for name in ("encoder.onnx", "glance.onnx")) < 25_000_000
    digest = network.Encoder(folder).version
    assert len(digest) == 12
    assert int(digest, 16)


def test_without_the_extra_there_is_none_and_the_engine_is_as_it_was(monkeypatch):
    alone = Engine(Tagger.shipped())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    network.shipped.cache_clear()
    try:
        assert network.shipped() is None
        assert not alone.looks_again
        assert alone.ready
        assert Engine(Tagger.shipped(), network.shipped()).look(Passage(TEXT)) == alone.look(Passage(TEXT))
    finally:
        network.shipped.cache_clear()
