from __future__ import annotations

import re

import pytest

from gateway.domain import Capability
from gateway.errors import ErrandDenied
from gateway.outbound.minimise import dropped, gone, hashed, minimise, pen_name, refuse_errands, rounded, withheld
from gateway.phi.leaf import Errand
from gateway.wire.anthropic.fields import MESSAGES
from gateway.wire.openai import chat

from .conftest import TODAY, target_of

CHAT = chat.ENDPOINT.fields
KEY = b"k" * 32
PAYLOAD = {
    "messages": [{"role": "user", "content": "x", "mood": "y", "name": None}],
    "user": "u",
    "temperature": None,
    "top_k": 4,
    "hospital": "h",
    "top_p": 0.5,
}


def test_off_the_premises_only_what_the_dialect_knows_is_kept():
    assert minimise(PAYLOAD, CHAT, on_prem=False, key=KEY) == {
        "messages": [{"role": "user", "content": "x", "name": None}],
        "top_p": 0.5,
        "user": pen_name("u", KEY),
    }


def test_a_pen_name_is_the_same_for_a_key_and_says_nothing():
    assert pen_name("anna", KEY) == pen_name("anna", KEY) != pen_name("anna", b"x" * 32)
    assert re.fullmatch("[a-p]{32}", pen_name("anna", KEY))


def test_an_alias_with_a_finding_needs_an_agreement_and_storing_a_capability():
    payload = {"messages": [], "user": "anna", "prompt_cache_key": "k", "store": True}

    def kept_back(found, **more):
        return withheld(CHAT, payload, found=found, target=target_of(**more), today=TODAY)

    assert kept_back(set(), capabilities=frozenset({Capability.STORED_FILES})) == set()
    assert kept_back({"user", "messages"}) - {"user"} == {"store"}


def test_what_is_not_sent_is_named_and_what_no_table_knows_is_a_star():
    kept = minimise(PAYLOAD, CHAT, on_prem=False, key=KEY)
    named = ("*", "messages.*.*", "metadata", "top_k")
    assert dropped({**PAYLOAD, "metadata": {}, "model": "m"}, kept, CHAT) == named


@pytest.mark.parametrize(("store", "named"), [(True, ("store",)), (False, ()), (None, ())])
def test_not_to_store_is_obeyed_by_leaving_it_out(store, named):
    assert dropped({"messages": [], "store": store}, {"messages": []}, CHAT) == named


def test_what_only_changes_its_name_or_its_value_is_not_gone():
    given = {"messages": [{"role": "user", "refusal": "No.", "audio": {"id": "1"}, "name": None}, "text"]}
    made = {"messages": [{"role": "assistant", "content": "No."}, {"text": "text"}]}
    assert list(gone(given, made)) == [("messages", 0, "audio")]
    assert list(gone(given, given)) == []


def test_on_the_premises_unknown_fields_are_kept_and_what_nobody_needs_is_not():
    kept = minimise(PAYLOAD, CHAT, on_prem=True, key=KEY)
    assert kept == {"messages": PAYLOAD["messages"], "top_k": 4, "hospital": "h", "top_p": 0.5}


def test_the_payload_stays_as_it_is():
    before = repr(PAYLOAD)
    minimise(PAYLOAD, CHAT, on_prem=False, key=KEY)
    assert repr(PAYLOAD) == before


@pytest.mark.parametrize("capability", [Capability.FETCH_URLS, Capability.HOSTED_TOOLS, Capability.STORED_FILES])
def test_an_errand_needs_its_capability(capability):
    errand = Errand(capability, ("messages", 0, "secret"))
    refuse_errands([errand], target_of(capabilities=frozenset({capability})))
    with pytest.raises(ErrandDenied) as refused:
        refuse_errands([errand], target_of())
    assert capability in refused.value.message
    assert refused.value.param == "messages[0].*"


def test_some_errands_nobody_may_run():
    with pytest.raises(ErrandDenied):
        refuse_errands([Errand(None, ("adapters",))], target_of(capabilities=frozenset(Capability)))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (0.7, 0.7),
        (0.123456, 0.123456),
        (0.1234567, 0.1235),
        (-0.536228417, -0.5362),
        (0.12345678901234, 0.1235),
        (0.123456789012345, 0.123456789012345),
        (0.8444218515250481, 0.8444218515250481),
        (1e-05, 1e-05),
        (4096, 4096),
        (1_048_576, 1_048_576),
        (2_000_000, 2_000_000),
        (1_234_567, 1_234_000),
        (True, True),
    ],
)
def test_a_setting_keeps_what_a_setting_needs(given, sent):
    assert rounded(given) == sent


def test_of_an_object_that_names_somebody_only_a_hash_of_the_name_leaves():
    given = {"messages": [], "max_tokens": 9, "metadata": {"user_id": "clerk-7", "agent": "qc"}}
    made = minimise(given, MESSAGES, on_prem=False, key=KEY)
    assert made["metadata"].keys() == {"user_id"}
    assert made["metadata"]["user_id"] == pen_name("clerk-7", KEY)
    assert "metadata" not in minimise({**given, "metadata": {"agent": "qc"}}, MESSAGES, on_prem=False, key=KEY)
    assert "metadata" not in minimise(given, MESSAGES, on_prem=True, key=KEY)


def test_a_seed_is_a_hash_of_it_off_the_premises_and_the_same_each_time():
    payload = {"messages": [], "seed": 123456}
    first, again, other = (minimise(payload, CHAT, on_prem=False, key=key)["seed"] for key in (KEY, KEY, b"x" * 32))
    assert first == again
    assert len({first, other, 123456}) == 3
    assert 0 <= first < 2**31
    assert max(hashed(seed, KEY) for seed in range(9)) >= 2**30  # all of the 31 bits
    assert minimise(payload, CHAT, on_prem=True, key=KEY)["seed"] == 123456


def test_what_we_write_ourselves_is_never_what_the_caller_wrote():
    for on_prem in (True, False):
        assert minimise({"model": "SSN 536-22-8417"}, CHAT, on_prem=on_prem, key=KEY) == {}
