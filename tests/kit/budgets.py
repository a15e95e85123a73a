"""A gateway with budgets between a server on the premises and one in a cloud, and whoever asks it."""

from __future__ import annotations

import hashlib
import json

from aiohttp import web

from tests.kit.servers import chunk

KEYS = {"soma": "a-key-of-soma", "pacs": "a-key-of-pacs"}


def config(local, cloud, more, *, targets="[cloud, local]", price="{input_usd_per_mtok: 1, output_usd_per_mtok: 10}"):
    keys = "\n".join(
        f'  {name}: {{key_sha256: "{hashlib.sha256(key.encode()).hexdigest()}", may: [explain]}}'
        for name, key in KEYS.items()
    )
    priced = f", price: {price}" if price else ""
    return f"""
version: 1
callers:
{keys}
providers:
  here: {{kind: openai_compatible, base_url: "{local.base_url}", traits: [on_prem]}}
  there: {{kind: openai_compatible, base_url: "{cloud.base_url}", baa: {{reference: X, expires: 2999-01-01}}}}
targets:
  local: {{provider: here, model: small, power_w: 3600}}
  cloud: {{provider: there, model: large{priced}}}
routes:
  general: {{targets: {targets}, total_s: 60}}
  other: {{targets: [local], total_s: 60}}
agents: {{helper: {{route: general}}, writer: {{route: general}}}}
default_route: general
{more}
"""


POLICY = {
    "all.yaml": "version: 1\nrules:\n  - {id: r, why: w, when: {to: {without: [on_prem]}}, then: {require: [baa]}}\n"
}


def answers(prompt_tokens, completion_tokens):
    """A server that answers in one piece and says that it took so many tokens."""

    async def answer(request):
        body = await request.json()
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        choice = {"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}
        if not body.get("stream"):
            return web.json_response({"choices": [choice], "usage": usage})
        pieces = [chunk({"content": "Yes."}), chunk({}, "stop"), {"choices": [], "usage": usage}]
        text = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
        return web.Response(text=text, content_type="text/event-stream")

    return answer


async def ask(gateway, content="Hi.", *, who="soma", headers=None, **body):
    headers = {"authorization": f"Bearer {KEYS[who]}", **(headers or {})}
    return await gateway.chat(content, headers=headers, **body)


def budget(of, amount, *, per="caller", every="month", name="*", key="budgets"):
    return f"{key}:\n  - {{per: {per}, name: '{name}', of: {of}, amount: {amount}, every: {every}}}\n"
