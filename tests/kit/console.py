"""Callers of a gateway with a console: their keys, their grants, and how they sign in."""

from __future__ import annotations

import hashlib
import re

import httpx

KEYS = {name: f"tgw_{name}_" + "a" * 32 for name in ("reader", "chief", "app")}
MAY = {"reader": "[console]", "chief": "[console, explain, operate, emergency]", "app": "[]"}
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def callers() -> str:
    lines = [
        f"  {name}: {{key_sha256: {hashlib.sha256(key.encode()).hexdigest()}, may: {MAY[name]}}}"
        for name, key in KEYS.items()
    ]
    return "callers:\n" + "\n".join(lines)


def form_of(text: str) -> str:
    """The token that a form of this page must bring."""
    return re.search(r'name="form" value="([0-9a-f]{64})"', text)[1]


async def sign_in(client: httpx.AsyncClient, name: str) -> httpx.Response:
    """Exchange the key of this caller for a session."""
    page = await client.get("/console/sign-in")
    return await client.post("/console/sign-in", data={"form": form_of(page.text), "key": KEYS[name]})
