"""The three ways of taking out, end to end: tokens come back, years and three digits do not, and nothing else leaves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kit import written
from tests.kit.servers import echoes, says

PAGE = (Path(__file__).parents[2] / "policies" / "README.md").read_text(encoding="utf-8")
STYLES = """
version: 1
rules:
  - id: coarse
    why: A provider with a BAA sees pseudonyms, years, and no insurance numbers.
    when: {phi: [any], to: {without: [on_prem]}}
    then:
      require: [baa]
      redact: {token: [any], generalise: [date, age, zip], remove: [ssn, plan_member]}
"""


def config(cloud):
    return written.config(
        providers={"cloud": written.away(cloud)}, targets={"cloud": "cloud/big"}, routes={"report": ["cloud"]}
    )


@pytest.fixture
async def made(start, upstream):
    async def make(policy=STYLES, cloud=None):
        server = await upstream(cloud or echoes())
        return await start(config(server), {"p.yaml": policy}), server

    return make


async def leaves_and_returns(gateway, cloud, text, *, stream=False):
    reply = await gateway.chat(text)
    assert reply.status_code == 200, reply.text
    return cloud.sent[-1].json["messages"][-1]["content"], reply.json()["choices"][0]["message"]["content"]


COARSE = {
    "a date becomes its year": ("The patient was seen on 2026-03-04.", "The patient was seen on 2026."),
    "a date in words too": ("Patient seen on March 4, 2026 for cough.", "Patient seen on 2026 for cough."),
    "a ZIP becomes three digits": ("The patient has a cough and ZIP code 62704.", "ZIP code 627."),
    "a sparse ZIP becomes none": ("The patient has a cough and ZIP code 82125-1234.", "ZIP code 000."),
    "the sparsest are none": ("The patient has a cough and ZIP code 03601.", "ZIP code 000."),
    "an age over 89 becomes 90+": ("The patient is a 93-year-old man with a cough.", "90+"),
}


@pytest.mark.parametrize("case", COARSE)
async def test_what_is_generalised_leaves_coarse_and_comes_back_coarse(made, case):
    given, coarse = COARSE[case]
    gateway, cloud = await made()
    left, returned = await leaves_and_returns(gateway, cloud, given)
    assert coarse in left
    assert coarse in returned


async def test_what_is_removed_does_not_come_back(made):
    gateway, cloud = await made()
    left, returned = await leaves_and_returns(gateway, cloud, "The patient's SSN is 219-09-9999.")
    assert left == returned == "The patient's SSN is [SSN]."


async def test_styles_are_mixed_in_one_text_each_kind_by_its_own(made):
    gateway, cloud = await made()
    text = "Patient Olena Sjöström, MRN 8675309, SSN 219-09-9999, born 03/12/1961, seen 2026-03-04."
    left, returned = await leaves_and_returns(gateway, cloud, text)
    assert re.fullmatch(r"Patient \[NAME_\w{10}\], MRN \[MRN_\w{10}\], SSN \[SSN\], born 1961, seen 2026\.", left)
    assert returned == "Patient Olena Sjöström, MRN 8675309, SSN [SSN], born 1961, seen 2026."


async def test_of_two_rules_the_stricter_style_holds(made):
    stricter = (
        STYLES.replace("examples", "")
        + """
  - id: no-numbers
    why: Numbers of records are of no use to a provider.
    when: {phi: [any], to: {without: [on_prem]}}
    then: {require: [baa], redact: {remove: [mrn], token: [ssn]}}
"""
    )
    gateway, cloud = await made(stricter)
    left, returned = await leaves_and_returns(gateway, cloud, "Patient with MRN 8675309 and SSN 219-09-9999.")
    assert left == returned == "Patient with MRN [MRN] and SSN [SSN]."


async def test_a_model_that_says_a_placeholder_of_its_own_gets_nothing_for_it(made):
    gateway, _ = await made(cloud=says("The [SSN] and [MRN_aaaaaaaaaa] are unknown to me."))
    reply = await gateway.chat("Patient with MRN 8675309 and SSN 219-09-9999.")
    said = reply.json()["choices"][0]["message"]["content"]
    assert said == "The [SSN] and [MRN_aaaaaaaaaa] are unknown to me."


async def test_the_page_of_the_policies_does_what_it_says(made):
    page_policy = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "generalise" in block)
    page_policy = re.sub(r"  - id: quality-control-stays\n(    .*\n)+", "", page_policy.partition("examples:")[0])
    gateway, cloud = await made(page_policy)
    text = "The patient, a 93-year-old, MRN 8675309, SSN 219-09-9999, was seen on 2026-03-04."
    left, returned = await leaves_and_returns(gateway, cloud, text)
    for value in ("93", "8675309", "219-09-9999", "2026-03-04"):
        assert value not in left
    assert "2026" in left
    assert "90+" in left
    assert "8675309" in returned
    for value in ("93-", "219-09-9999", "2026-03-04"):
        assert value not in returned
