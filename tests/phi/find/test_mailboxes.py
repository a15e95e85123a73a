from __future__ import annotations

import time

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.mailboxes import of_many

OF_MANY = [
    "info@example.org",
    "bug-tidy@example.org",
    "antimicrobials@stanwick.example",
    "af.clinic@stanwick.example",
    "obs.guidelines@stanwick.example",
    "tvn.team@stanwick.example",
    "terapia.iv@stanwick.example",
    "tidycase-devel@lists.example.org",
    "pkg-tidycase-maintainers@lists.example.org",
    "team+alerts@example.org",
    "no-reply@example.org",
    "do-not-reply@example.org",
    "support@gmail.com",
    "postmaster@yahoo.co.uk",
    "anything@noreply.example.org",
    "security2@example.org",
]
OF_ONE = [
    "jane.doe.support@yahoo.com",
    "jane.doe.support@example.org",
    "tuttle.team@stanwick.example",
    "team-tuttle@stanwick.example",
    "okafor_support@stanwick.example",
    "maria.info@stanwick.example",
    "press+gonzalez@stanwick.example",
    "tuttle@stanwick.example",
    "sunshine@gmail.com",
    "eye.clinic@gmail.com",
    "obs.clinic@yahoo.co.uk",
    "grace.may@stanwick.example",
    "rose.clinic@stanwick.example",
    "clinic.okafor@stanwick.example",
    "tvn@stanwick.example",
    "p19610314.team@stanwick.example",
    "8675309-support@stanwick.example",
    "a.b.c.d.e.f.g.h.team@stanwick.example",
]


@pytest.mark.parametrize("address", OF_MANY)
def test_a_mailbox_in_words_of_a_task_or_a_group_is_nobodys(address):
    assert of_many(address)
    assert of_many(address.upper())


@pytest.mark.parametrize("address", OF_ONE)
def test_a_word_that_may_be_somebodys_makes_a_mailbox_theirs(address):
    assert not of_many(address)
    (detection,) = load_engine().detect([Passage(f"Please answer {address} today.")])
    assert any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize("piece", ["a_", "team-", "team.", "a+", "aa"])
def test_reading_takes_no_more_time_in_a_longer_address(piece):
    def seconds(times):
        began = time.process_time()
        for _ in range(100):
            of_many(piece * times + "x@y.com")
        return time.process_time() - began

    seconds(10)
    assert seconds(20_000) < 0.5 + 40 * seconds(2_000)


@pytest.mark.parametrize(
    "address",
    [
        "info@skarsgaardtfamily.example.net",
        "info@skarsgaardt-family.example",
        "enquiries@ulvhilde-skarsgaardt.example",
        "billing@marcoskarsgaardt.example",
        "contact@skarsgaardt.name",
    ],
)
def test_a_familys_or_a_persons_own_domain_is_nobodys_house(address):
    assert not of_many(address)


@pytest.mark.parametrize(
    "address",
    ["info@family-medicine.example", "info@familyclinic.example", "sales@acme-imaging.example", "info@st-mary.example"],
)
def test_a_house_may_treat_families(address):
    assert of_many(address)
