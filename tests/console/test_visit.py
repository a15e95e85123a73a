from __future__ import annotations

import pytest

from tests.kit.console import form_of


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 400),
        ("text/plain", b"form=x", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(100)), 400),
        ("application/x-www-form-urlencoded", b"key=" + b"k" * 300_000, 413),
        ("application/x-www-form-urlencoded", b"", 403),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
    ],
)
async def test_only_a_form_of_some_size_is_read(keyed, kind, body, status):
    async with keyed.client() as client:
        answer = await client.post("/console/sign-in", content=body, headers={"content-type": kind})
    assert answer.status_code == status


async def test_of_two_fields_of_one_name_the_first_counts(keyed):
    async with keyed.client() as client:
        token = form_of((await client.get("/console/sign-in")).text)
        body = f"form={token}&form=other&key=wrong"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await client.post("/console/sign-in", content=body, headers=headers)).status_code == 401
