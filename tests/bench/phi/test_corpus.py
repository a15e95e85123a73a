import random

import pytest

from bench.phi.corpus import noise, people, values
from bench.phi.corpus.build import TOLD, generated
from bench.phi.corpus.grammar import document, expand, templates
from bench.phi.corpus.telling import Telling, tell
from bench.phi.held_out import sets
from bench.phi.held_out.requests import requests
from bench.phi.swap import swapped
from gateway.phi.find.rules import checksums


def test_the_generator_says_the_same_every_time():
    assert list(generated(5, times=0.1)) == list(generated(5, times=0.1))


@pytest.mark.parametrize("name", TOLD)
def test_every_template_can_be_told(name):
    for family, template in templates(name):
        doc = tell(template, random.Random(1), family=family)
        assert all(doc.text[span.start : span.end].strip() for span in doc.spans)


@pytest.mark.parametrize("name", [name for name in TOLD if name.startswith(("negatives", "answers"))])
def test_negatives_hold_no_identifier(name):
    assert all(not doc.spans for doc in generated(1, files=(name,), times=0.3))


def test_held_out_sets_are_labelled_or_clean():
    assert all(doc.spans for doc in sets.notes())
    assert not any(doc.spans for doc in sets.negatives())
    assert all(doc.spans for documents in sets.identifiers().values() for doc in documents)
    assert len(requests()) == 200


def test_no_held_out_sentence_is_trained_on():
    trained = {template for name in TOLD for _, template in templates(name)}
    held = {
        template
        for name in ("notes", "negatives", "fresh", "identifiers")
        for _, template in templates(name, sets.HERE)
    }
    assert not trained & held


def test_a_name_belongs_to_one_part():
    rng = random.Random(3)
    names = [people.person(rng, people.TRAINING) for _ in range(300)]
    known = {
        name for cultures in people._cultures(people.HELD_OUT).values() for kind in cultures.values() for name in kind
    }
    assert not {who.given for who in names} & (known - people_without_choice())


def people_without_choice():
    """Cultures with few names lend them to both parts."""
    return {
        name for cultures in people._cultures(people.TRAINING).values() for kind in cultures.values() for name in kind
    }


def test_choices_nest_and_escapes_stand_for_themselves():
    pieces = expand(r"a[b[c|c]|bc] \[x\|y\] 100", Telling(random.Random(0)), random.Random(0))
    assert document(pieces).text == "abc [x|y] 100"


@pytest.mark.parametrize("change", [noise.lowered, noise.raised, lambda doc: noise.mistyped(doc, random.Random(4))])
def test_labels_move_with_the_text(change):
    doc = tell("Patient {p.full} lives in {city}, born {date.dob}.", random.Random(8))
    changed = change(doc)
    for before, after in zip(doc.spans, changed.spans, strict=True):
        old, new = doc.text[before.start : before.end], changed.text[after.start : after.end]
        assert old[0].casefold() == new[:1].casefold() or len(new) < len(old)


def test_a_swapped_text_keeps_its_frame_and_its_dates():
    doc = tell("Seen: {p.full}, MRN {mrn}, {date.iso}.", random.Random(2))
    other = swapped(doc, random.Random(3), part=people.HELD_OUT)
    assert other.text.startswith("Seen: ")
    assert [span.type for span in other.spans] == [span.type for span in doc.spans]
    last = [(text.text[span.start : span.end]) for text, span in ((doc, doc.spans[-1]), (other, other.spans[-1]))]
    assert last[0] == last[1]


@pytest.mark.parametrize(
    ("make", "check"),
    [
        (values.npi, checksums.npi),
        (values.dea, checksums.dea),
        (values.vehicle, checksums.vin),
        (values.iban, checksums.iban),
        (values.nhs, checksums.nhs),
        (values.card, checksums.card),
    ],
)
def test_invented_numbers_have_their_check_digits(make, check):
    rng = random.Random(6)
    assert all(check(make(rng)) for _ in range(20))
