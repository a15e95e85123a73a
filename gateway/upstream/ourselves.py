"""Asks a gateway as any client does, for commands that measure, watch or steer one: no provider, and synthetic patients only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import httpx

from gateway.domain import Tree

OK, FORBIDDEN = 200, 403
_NO_ADDRESS: Final = frozenset({"InvalidURL", "UnsupportedProtocol"})


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, and with which headers (in lower case)."""

    status: int
    tree: Tree = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class NotAnswered(Exception):
    """There was no gateway, or no answer of one; the message is the name of what went wrong."""

    def at(self, url: str) -> str:
        """What whoever named `url` is told, and what to do."""
        if str(self) in _NO_ADDRESS:
            return f"{url} is no address of a gateway. Write it with its scheme and port: http://localhost:8080"
        return f"There is no answer at {url} ({self}). Start the gateway, or name it with --url."


class Client:
    """One gateway at `url`; each answer may take `answer_s`. Use it as a context.

    Raises:
        NotAnswered: `url` cannot be read as one.
    """

    def __init__(self, url: str, *, key: str, answer_s: float) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        try:
            self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=answer_s, trust_env=False)
        except httpx.InvalidURL as error:
            raise NotAnswered(type(error).__name__) from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_ended: object) -> None:
        await self._client.aclose()

    async def chat(self, body: Tree, headers: Mapping[str, str]) -> Answered:
        """What it answers to a chat.

        Raises:
            NotAnswered: nothing, or nothing that is JSON.
        """
        return await self.ask("POST", "/v1/chat/completions", body, headers)

    async def ask(
        self, method: str, path: str, body: Tree | None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """The same for any of its paths. Raises as `chat`."""
        try:
            answer = await self._client.request(method, path, json=body, headers=dict(headers or {}))
            tree = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotAnswered(type(error).__name__) from None
        return Answered(answer.status_code, tree if isinstance(tree, dict) else {}, answer.headers)
