"""The features of a model are those that CRFsuite itself says it has."""

from __future__ import annotations

from importlib import resources

import pycrfsuite
import pytest

from gateway.phi.find.model.attributes import NoModel, attributes

MODEL = resources.files("gateway.phi.find.model").joinpath("tagger.crfsuite").read_bytes()


def test_they_are_what_crfsuite_says(tmp_path):
    trainer = pycrfsuite.Trainer(verbose=False)
    for label in ("A", "B"):
        trainer.append([[f"w={label}|ü{number}" for number in range(300)]], [label])
    trainer.train(str(tmp_path / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "model"))
    assert {name.encode() for name in tagger.info().attributes} == attributes((tmp_path / "model").read_bytes())
    assert len(attributes((tmp_path / "model").read_bytes())) == 600


def test_the_shipped_model_has_as_many_as_its_head_says():
    assert len(attributes(MODEL)) == int.from_bytes(MODEL[24:28], "little") > 20_000


@pytest.mark.parametrize("raw", [b"", b"lCRF", bytes(200), MODEL[:800_000], b"x" + MODEL[1:]])
def test_what_is_no_model_is_none(raw):
    with pytest.raises(NoModel):
        attributes(raw)
