"""Where Ollama runs a model, by its name, by what is said of it, and by what has the same contents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kinds.ollama_models import Listing, is_cloud_name, runs_elsewhere

CLOUD = {"name": "gpt-oss:120b-cloud", "digest": "d1", "remote_host": "https://ollama.com:443"}
HERE = {"name": "llama3.2:3b", "model": "llama3.2:3b", "digest": "d2", "details": {"parent_model": ""}}


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "qwen3:cloud", "QWEN3:CLOUD", "x-cloud "])
def test_ollamas_cloud_models_are_known_by_their_names(model):
    assert is_cloud_name(model)


@pytest.mark.parametrize("model", ["cloudy:8b", "cloud", "llama3.2:3b"])
def test_other_models_are_not(model):
    assert not is_cloud_name(model)


@pytest.mark.parametrize(
    "said",
    [
        CLOUD,
        {"name": "mine", "remote_host": "https://ollama.com"},
        {"name": "mine", "remote_model": "gpt-oss:120b"},
        {"model": "gpt-oss:120b-cloud"},
        {"details": {"parent_model": "gpt-oss:120b-cloud"}},
        {"modelfile": "# made by hand\n  from qwen3-coder:480b-cloud\nPARAMETER temperature 1"},
    ],
)
def test_whoever_is_named_as_serving_a_model_is_somebody_else(said):
    assert runs_elsewhere(said)


@pytest.mark.parametrize(
    "said",
    [
        HERE,
        {},
        {"remote_host": "", "remote_model": None, "details": [], "modelfile": 5},
        {"modelfile": "FROM /models/blobs/sha256-1\nSYSTEM say FROM x-cloud"},
    ],
)
def test_a_model_of_which_nothing_of_the_kind_is_said_runs_here(said):
    assert not runs_elsewhere(said)


@pytest.mark.parametrize(
    "model", ["mine", "mine:latest", "MINE", "library/mine", "registry.ollama.ai/library/mine:latest", " mine"]
)
def test_a_model_is_found_under_every_spelling_of_its_name(model):
    listing = Listing([{"name": "mine:latest", "remote_host": "https://ollama.com"}, HERE])
    assert model in listing
    assert listing.elsewhere(model)


def test_a_copy_of_a_cloud_model_is_one_although_nothing_else_is_said_of_it():
    listing = Listing([CLOUD, {"name": "mine:latest", "digest": "sha256:D1"}, HERE])
    assert listing.elsewhere("mine")
    assert not listing.elsewhere("llama3.2:3b")


def test_a_listing_without_digests_makes_no_copies():
    listing = Listing(
        [{"name": "a", "digest": ""}, {"name": "b-cloud", "digest": ""}, {"name": "c-cloud"}, {"name": "d"}]
    )
    assert [listing.elsewhere(model) for model in ("a", "d", "b-cloud")] == [False, False, True]
    assert listing.digest("a") == ""


@given(st.sampled_from(["remote_host", "remote_model"]), st.integers(0, 3), st.permutations(range(4)))
def test_whichever_entry_tells_it_and_in_whatever_order_a_model_with_those_contents_is_elsewhere(field, teller, order):
    """Neither the place in the list nor the entry that carries the mark matters, only the contents."""
    entries = [{"name": f"name-{number}", "digest": "same"} for number in range(4)]
    entries[teller][field] = "x"
    listing = Listing([entries[place] for place in order] + [HERE])
    assert all(listing.elsewhere(f"name-{number}") for number in range(4))
    assert not listing.elsewhere("llama3.2:3b")
