"""What is shown of the rules, and that whoever may operate accepts what waits."""

from __future__ import annotations

import re

from gateway.config import load
from gateway.console import pages, policies
from gateway.console.policies import alike_targets, reckoned
from gateway.pipeline.status import Reading
from gateway.state import acceptance
from tests.kit.console import callers, done, form_of, sign_in
from tests.kit.patience import until
from tests.kit.running import one_route
from tests.kit.two_places import POLICY

HASH = "0123456789abcdef"
SHOWN = {
    "reading": Reading(result="started", at_s=1.0),
    "said": (),
    "waits": "",
    "operates": False,
    "hash": HASH,
    "sources": {},
    "visitor": None,
}


async def test_rules_stand_with_their_why_their_examples_and_their_text(start, upstream):
    gateway = await start(one_route(await upstream()), {"p.yaml": POLICY})
    async with gateway.client() as client:
        page = (await client.get("/console/policies")).text
    assert "identifiers-stay-in-house" in page
    assert re.search(r"Decided by|example", page)
    assert "<summary>p.yaml</summary>" in page
    assert "Who may send what where" in page
    assert "Everything may go there as it is" in page
    assert "started" in page


async def test_without_rules_it_says_what_that_means(open_):
    async with open_.client() as client:
        page = (await client.get("/console/policies")).text
    assert "A configuration waits" not in page
    assert "private-stays-here" in page


async def test_a_file_of_rules_is_text(start, upstream):
    policy = POLICY.replace("why: ", 'why: "<b>bold</b>" # ', 1)
    gateway = await start(one_route(await upstream()), {"p.yaml": policy})
    async with gateway.client() as client:
        page = (await client.get("/console/policies")).text
    assert "<b>" not in page
    assert page.count("&lt;b&gt;bold") >= 2


MANY = """
version: 1
policies: policies
providers:
  home: {kind: openai_compatible, base_url: "http://127.0.0.1:9/v1", traits: [on_prem]}
  cloud: {kind: openai, api_key: k}
targets:
  near: {provider: home, model: m}
  named: {provider: cloud, model: m}
"""
RULE = """
version: 1
rules:
  - {id: no, why: No., when: {to: {target: [named]}}, then: {deny: true}}
examples:
  - {traits: [on_prem], sent: true}
"""


def many(tmp_path, more: str):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(RULE)
    (tmp_path / "config.yaml").write_text(MANY + more)
    return load(str(tmp_path / "config.yaml"), {})


def test_targets_that_no_rule_tells_apart_are_reckoned_once_and_all_told(tmp_path):
    settings = many(tmp_path, "".join(f"  far-{number}: {{provider: cloud, model: m}}\n" for number in range(300)))
    alike = alike_targets(settings)
    assert [len(names) for names in alike.values()] == [1, 1, 300]
    told = [set(column.targets) for column in reckoned(settings)["matrix"]]
    assert {"named"} in told
    assert set().union(*told) == set(settings.targets)


def test_what_would_take_minutes_is_not_counted_and_said_so(tmp_path, monkeypatch):
    settings = many(tmp_path, "")
    assert reckoned(settings)["counted"]
    monkeypatch.setattr(policies, "MOST_TRIED", 0)
    made = reckoned(settings)
    assert not made["counted"]
    page = pages.page("policies.html", {**SHOWN, **made, "rules": settings.policy.rules}).decode()
    assert "not counted" in page
    assert "no example" not in page


async def test_what_waits_is_accepted_by_whoever_may_operate_and_by_its_hash(start, upstream):
    gateway = await start(one_route(await upstream(), f"reload: {{wider: accept}}\n{callers()}"))
    acceptance.wait(gateway.state_dir, HASH)
    async with gateway.client() as client:
        await sign_in(client, "reader")
        page = (await client.get("/console/policies")).text
        assert f"gateway policy accept {HASH}" in page
        answer = await client.post("/console/policies/accept", data={"form": form_of(page), "hash": HASH})
        assert answer.status_code == 403
        assert not acceptance.use(gateway.state_dir, HASH)
        await sign_in(client, "chief")
        form = form_of((await client.get("/console/policies")).text)
        for data, status in (
            ({"form": form, "hash": "f" * 16}, 400),
            ({"hash": HASH}, 403),
            ({"form": form, "hash": HASH}, 303),
        ):
            assert (await client.post("/console/policies/accept", data=data)).status_code == status
    accepted = ("wider_accepted", "chief", None, HASH)
    await until(lambda: [one for one in done(gateway) if one[0] == "wider_accepted"] == [accepted])
    assert acceptance.use(gateway.state_dir, HASH)
