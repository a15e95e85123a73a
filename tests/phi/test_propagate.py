from hypothesis import given
from hypothesis import strategies as st

from gateway.phi import propagate


def found(text, *names):
    return [text[start:end] for start, end in propagate.find(text, propagate.parts(names))]


def test_parts_of_a_name_are_known_again():
    assert found("Then Olena and MRS. BONDARENKO left", "Olena Bondarenko") == ["Olena", "BONDARENKO"]


def test_titles_particles_and_initials_are_no_parts():
    assert propagate.parts(["Dr. A. de la Cruz"]) == {"cruz"}


def test_a_name_that_is_an_ordinary_word_is_known_again_only_with_a_capital():
    assert found("pressure rises; Stone called about a stone", "Anna Stone") == ["Stone"]


def test_a_disease_is_not_the_patient_who_shares_its_name():
    assert found("Wilson has Wilson's disease", "Mary Wilson") == ["Wilson"]


def test_a_name_inside_a_longer_word_is_not_found():
    assert found("Anamnesis", "Ana Ruiz") == []


@given(st.text(max_size=60), st.text(max_size=20))
def test_what_is_found_is_a_word_of_the_text_that_was_learned(text, name):
    known = propagate.parts([name])
    for start, end in propagate.find(text, known):
        assert text[start:end].casefold() in known
        assert known & propagate.words(text)
