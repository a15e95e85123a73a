from __future__ import annotations

import pytest

from gateway.phi.find import strange


@pytest.mark.parametrize("word", ["skarsgaardt", "ulvhilde", "oyelowonwu", "quatermaine", "haddadeen"])
def test_a_word_on_no_list_may_be_somebodys(word):
    assert strange.is_strange(word)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "kubelet",
            "pgvector",
            "milvus",
            "codereview",
            "summarizer",
            "weatherbot",
            "langgraph",
            "postgrest",
            "dicomweb",
        ),
        *(
            "angiography",
            "cholecystectomy",
            "troponemia",
            "spironolactamide",
            "thrombolysis",
            "neuroaxial",
            "tolvazole",
        ),
        *("bed", "page", "maria", "smith"),
    ],
)
def test_what_says_a_task_or_is_made_as_terms_are_is_nobodys(word):
    assert not strange.is_strange(word)


@pytest.mark.parametrize(
    "two", [("joan", "pettigrew"), ("pettigrew", "joan"), ("ulvhilde", "skarsgaardt"), ("maria", "skarsgaardt")]
)
def test_two_words_are_a_name_where_one_is_given_or_both_are_strange(two):
    assert strange.are_named(*two)


@pytest.mark.parametrize(
    "two", [("ingress", "nginx"), ("skarsgaardt", "service"), ("rose", "garden"), ("qdrant", "milvus")]
)
def test_two_words_of_programs_are_nobody(two):
    assert not strange.are_named(*two)


@pytest.mark.parametrize(
    "two", [("odalys", "quillfeather"), ("kerensa", "polglaze"), ("maria", "lopez"), ("tamsin", "oduya")]
)
def test_two_words_may_be_a_name_where_one_is_expected(two):
    assert strange.may_be_called(*two)


@pytest.mark.parametrize(
    "two", [("test", "user"), ("release", "notes"), ("qdrant", "milvus"), ("pgvector", "api"), ("all", "records")]
)
def test_two_words_of_programs_are_nobody_also_there(two):
    assert not strange.may_be_called(*two)
