"""Says to somebody who has just installed it how to go on: what answers, what to change in a client, where to look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from gateway.config import Settings
from gateway.console.access import is_secure
from gateway.console.visit import Answer, Page, Visit
from gateway.pipeline.status import Status
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.store import FILE
from gateway.state.sqlite.usage import is_used
from gateway.wire.operations import operation_at


class Snippet(NamedTuple):
    """What to write in one client. `{base}` is the address of the gateway, `{model}` a route."""

    name: str
    language: str
    text: str


SNIPPETS: Final = (
    Snippet(
        "curl",
        "shell",
        """curl {base}/v1/chat/completions -H 'content-type: application/json'{curl_key} \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Say hello."}}]}}'""",
    ),
    Snippet(
        "OpenAI, Python",
        "python",
        """from openai import OpenAI

client = OpenAI(base_url="{base}/v1", api_key="{key}")
reply = client.chat.completions.create(
    model="{model}", messages=[{{"role": "user", "content": "Say hello."}}]
)
print(reply.choices[0].message.content)""",
    ),
    Snippet(
        "OpenAI, Node",
        "javascript",
        """import OpenAI from "openai";

const client = new OpenAI({{ baseURL: "{base}/v1", apiKey: "{key}" }});
const reply = await client.chat.completions.create({{
  model: "{model}", messages: [{{ role: "user", content: "Say hello." }}],
}});
console.log(reply.choices[0].message.content);""",
    ),
    Snippet(
        "Anthropic, Python",
        "python",
        """from anthropic import Anthropic

client = Anthropic(base_url="{base}", api_key="{key}")
reply = client.messages.create(
    model="{model}", max_tokens=256, messages=[{{"role": "user", "content": "Say hello."}}]
)
print(reply.content[0].text)""",
    ),
    Snippet(
        "Ollama, Python",
        "python",
        """from ollama import Client

client = Client(host="{base}"{ollama_key})
reply = client.chat(model="{model}", messages=[{{"role": "user", "content": "Say hello."}}])
print(reply.message.content)""",
    ),
    Snippet(
        "Environment",
        "shell",
        "export OPENAI_BASE_URL={base}/v1\nexport ANTHROPIC_BASE_URL={base}\nexport OLLAMA_HOST={base}",
    ),
)
KEY: Final = "YOUR_KEY"
TALK: Final = operation_at("/v1/chat/completions")
"""What all the snippets ask for."""
_NO_KEY: Final = "none-needed"


class Start:
    """The view for the first day. `look` says how the gateway is."""

    def __init__(self, look: Callable[[], Status], settings: Callable[[], Settings]) -> None:
        self._look = look
        self._settings = settings
        self._answered = False

    async def is_new(self) -> bool:
        """Whether the record knows of no answer; one that several gateways share is not asked, and counts as begun."""
        settings = self._settings()
        if not self._answered:
            self._answered = bool(settings.ledger_url) or await asyncio.to_thread(_answered, settings)
        return not self._answered

    async def show(self, visit: Visit) -> Answer:
        """The page, filled with the address that the browser asked."""
        routes = [one for one in self._look().routes.values() if one.route.operation is TALK]
        ready = [one for one in routes if one.ready]
        default = visit.settings.table.default(TALK)
        named = next((one for one in ready if one.route.name == default), ready[0] if ready else None)
        model = named.route.name if named else default or "demo"
        keyed = bool(visit.visitor.caller.key)
        return Page(
            "start.html",
            {
                "base": address(visit),
                "ready": ready,
                "waiting": [one for one in routes if not one.ready],
                "model": model,
                "keyed": keyed,
                "snippets": snippets(address(visit), model, keyed=keyed),
            },
        )


def _answered(settings: Settings) -> bool:
    try:
        return is_used(Path(settings.state_dir) / FILE)
    except LedgerUnavailable:
        return True


def address(visit: Visit) -> str:
    """The address of this gateway, as the browser knows it."""
    scheme = "https" if is_secure(visit.listener) else "http"
    return f"{scheme}://{visit.exchange.header('host')}"


def snippets(base: str, model: str, *, keyed: bool) -> list[Snippet]:
    """All of them, filled in; `keyed`: callers need a key."""
    key = KEY if keyed else _NO_KEY
    words = {
        "base": base,
        "model": model,
        "key": key,
        "curl_key": f" -H 'authorization: Bearer {key}'" if keyed else "",
        "ollama_key": f', headers={{"authorization": "Bearer {key}"}}' if keyed else "",
    }
    return [Snippet(one.name, one.language, one.text.format_map(words)) for one in SNIPPETS]
