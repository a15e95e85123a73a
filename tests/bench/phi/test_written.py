import pytest

from bench.phi.corpus.build import retold
from bench.phi.corpus.written import marked, written
from bench.phi.held_out import sets


def test_marks_become_spans():
    doc = marked("Saw [[NAME:Ada Okoro]] on [[DATE:4 Mar]].")
    assert doc.text == "Saw Ada Okoro on 4 Mar."
    assert [(doc.text[span.start : span.end], span.type) for span in doc.spans] == [
        ("Ada Okoro", "NAME"),
        ("4 Mar", "DATE"),
    ]


@pytest.mark.parametrize("text", ["Saw [[NAME:Ada Okoro] today", "Saw [[PERSON:Ada]]"])
def test_a_broken_mark_is_an_error(text):
    with pytest.raises(ValueError, match=r"mark|kind"):
        marked(text)


def test_what_is_written_reads_and_is_told_again_with_other_people():
    documents = list(written())
    assert len(documents) > 2_000
    assert all(not doc.spans for doc in documents if doc.family.startswith("free_"))
    assert all(doc.text[span.start : span.end].strip() for doc in retold(1) for span in doc.spans)


@pytest.mark.parametrize("which", ["first", "second", "third"])
def test_no_blind_text_is_trained_on(which):
    trained = {doc.text for doc in written()}
    names = ("prompts", "categories", "notes", "negatives")
    assert not trained & {doc.text for name in names for doc in sets.blind(which, name)}
    assert not any(doc.spans for doc in sets.blind(which, "negatives"))
    assert all(doc.spans for name in ("prompts", "categories", "notes") for doc in sets.blind(which, name))
    assert sets.blind_requests(which)
