"""Callers of a gateway with a console: their keys, their grants, and how they sign in."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing

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


def done(gateway) -> list[tuple[str, str, str | None, str]]:
    """What the record says that people did on the pages: what, who, the target, the beginning of the hash."""
    with closing(sqlite3.connect(gateway.state_dir / "ledger.db")) as record:
        return record.execute(
            "SELECT what, subject, reason, substr(lower(hex(digest)), 1, 16) FROM event WHERE what IN "
            "('signed_in', 'signed_out', 'wider_accepted', 'load_asked') ORDER BY seq"
        ).fetchall()


async def sign_in(client: httpx.AsyncClient, name: str) -> httpx.Response:
    """Exchange the key of this caller for a session."""
    page = await client.get("/console/sign-in")
    return await client.post("/console/sign-in", data={"form": form_of(page.text), "key": KEYS[name]})
