from itertools import islice

from bench.phi.corpus.build import generated
from bench.phi.corpus.grammar import Document, Span
from bench.phi.train import labels, trained
from gateway.phi.find.model.features import tokens
from gateway.phi.find.model.tagger import Tagger


def test_the_same_text_trains_the_same_bytes():
    few = list(islice(generated(1), 60))
    parameters = {"max_iterations": 5, "c1": 0.1, "c2": 0.1}
    assert trained(few, parameters) == trained(few, parameters)


def test_a_small_model_finds_what_it_was_shown():
    shown = list(generated(2, files=("prompts",), times=0.5))
    text = "Prior auth: patient Imani Kowalski was seen in Denver."
    found = [
        text[one.start : one.end]
        for one in Tagger(trained(shown, {"max_iterations": 40, "c1": 0.1, "c2": 0.05})).find(text)
    ]
    assert any("Kowalski" in surface for surface in found)


def test_labels_leave_the_title_out_of_a_name():
    text = "Dr. Ana Ruiz, 3/4/2024"
    doc = Document(text, (Span(0, 12, "NAME"), Span(14, 22, "DATE")))
    assert labels(doc, tokens(text)) == ["O", "O", "B-N", "I-N", "O", "B-D"]
