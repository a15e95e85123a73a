"""`gateway demo`: the same prompt with and without an identifier, asked of a gateway of its own; nothing leaves."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from gateway.api.server import Servers
from gateway.app import build
from gateway.cli.rows import table
from gateway.cli.shipped import demonstration
from gateway.config import load
from gateway.domain import Tree
from gateway.observability.logs import Style
from gateway.state.sqlite.reader import tail
from gateway.state.sqlite.store import FILE
from gateway.upstream.embedded.models import FOLDER
from gateway.upstream.ourselves import Client

_EXAMPLES: Final = """examples:
  gateway demo
  gateway demo --no-color
  gateway demo --json | jq '.stops[] | {target, decision, left}'

It serves a demonstration on a free port of this machine, asks it four times, and stops it. The two clouds and the hospital's
model are pretended: they answer from a script and open no connection. The gateway is the real one.
"""
QUESTION: Final = "What should be checked before furosemide is given?"
PATIENT: Final = "Maria Lopez, MRN 8675309, was seen today. "
_ANSWER_S: Final = 60.0
_ROWS: Final = 20
_BOLD, _DIM, _GREEN, _YELLOW, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[0m"


class Stop(NamedTuple):
    """One request of the tour."""

    title: str
    prompt: str
    model: str


STOPS: Final = (
    Stop("A question about nobody", QUESTION, "gpt-4o"),
    Stop("The same about a patient", PATIENT + QUESTION, "gpt-4o"),
    Stop("The same, where the cloud has signed a BAA", PATIENT + QUESTION, "claude-sonnet-4"),
)
HERE: Final = Stop("A model on this machine", "Say hello in five words.", "demo")


class Seen(NamedTuple):
    """What became of one request: the headers of its answer, the text, and what left this machine for whom."""

    stop: Stop
    target: str
    decision: str
    redacted: str
    answer: str
    left: str
    why: str


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `demo`."""
    parser = commands.add_parser(
        "demo",
        help="show what a gateway is for, in half a minute",
        description="Ask a gateway the same with and without an identifier, and show where it went and what would have left.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--no-color", action="store_true", help="no colours, as with NO_COLOR")
    parser.add_argument("--json", action="store_true", help="JSON instead of a tour")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """The tour."""
    color = not options.no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty()
    return asyncio.run(_tour(as_json=options.json, color=color))


async def _tour(*, as_json: bool, color: bool) -> int:
    if not as_json:
        print("A gateway starts on this machine, for this tour only.\n", flush=True)
    seen, rows = list[Seen](), list[str]()
    with demonstration(Path("state", FOLDER)) as config:
        async with _served(config) as url, Client(url, key="", answer_s=_ANSWER_S) as client:
            for stop in (*STOPS, HERE):
                seen.append(await _asked(client, stop))
                if not as_json:
                    print("\n".join(_told(seen[-1], color=color)), flush=True)
        rows = table([row for row in tail(config.parent / "state" / FILE, _ROWS) if row.phase in {"intent", "outcome"}])
    if as_json:
        stops: list[Tree] = [{**one._asdict(), "stop": one.stop.title, "prompt": one.stop.prompt} for one in seen]
        print(json.dumps({"stops": stops, "record": rows}, indent=2))
    else:
        print("\n".join(_ending(rows, color=color)))
    return 0


@asynccontextmanager
async def _served(config: Path) -> AsyncIterator[str]:
    """The address of a gateway that serves `config` on a free port, until it is not needed any more."""
    settings = load(str(config), {}, port=0)
    gateway = build(settings, environ=dict(os.environ), log_style=Style.JSON, stream=io.StringIO())
    servers = Servers(settings.listeners, gateway.fronts(), limits=settings.limits)
    [(host, port)] = servers.bind()
    await gateway.start()
    ready = asyncio.Event()
    serving = asyncio.create_task(servers.serve(ready=ready.set))
    await ready.wait()
    try:
        yield f"http://{host}:{port}"
    finally:
        servers.stop()
        await serving
        await gateway.stop()


async def _asked(client: Client, stop: Stop) -> Seen:
    body: Tree = {"model": stop.model, "messages": [{"role": "user", "content": stop.prompt}], "max_tokens": 40}
    explained = await client.ask("POST", "/gateway/explain", {"request": body, "outbound": True})
    answered = await client.chat(body, {})
    target = answered.headers.get("x-gateway-target", "none")
    bodies = explained.tree.get("outbound")
    left = bodies.get(target, "") if isinstance(bodies, dict) and "cloud" in target else ""
    return Seen(
        stop,
        target,
        answered.headers.get("x-gateway-decision", "none"),
        answered.headers.get("x-gateway-redacted", ""),
        _text_of(answered.tree),
        _prompt_of(str(left)),
        _why(explained.tree),
    )


def _text_of(answer: Tree) -> str:
    """The text of an answer, or what an error says."""
    choices, error = answer.get("choices"), answer.get("error")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else error
    told = (message.get("content") or message.get("message")) if isinstance(message, dict) else ""
    return str(told).strip()


def _prompt_of(body: str) -> str:
    """The last message of the body that would leave; "" where none would."""
    try:
        messages = json.loads(body)["messages"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(messages[-1]["content"])


def _why(explained: Tree) -> str:
    """What the rule says that kept a target out, or that took something out of what leaves."""
    rules = explained.get("rules")
    first = rules[0] if isinstance(rules, list) and rules else None
    return str(first.get("why", "")) if isinstance(first, dict) else ""


def _told(seen: Seen, *, color: bool) -> Sequence[str]:
    paint = partial(_painted, color=color)
    where = f"{seen.target}, {'off the premises' if seen.left else 'on the premises'}"
    decision = f"{seen.decision}{f' ({seen.redacted})' if seen.redacted else ''}"
    lines = [
        paint(seen.stop.title, _BOLD),
        f"  asked      {seen.stop.prompt}",
        f"  decision   {paint(decision, _GREEN if seen.decision == 'permitted' else _YELLOW)}",
        f"  went to    {where}",
        f"  left       {seen.left or 'nothing'}",
    ]
    lines += [f"  because    {seen.why}"] if seen.why else []
    return [*lines, f"  answer     {paint(' '.join(seen.answer.split()), _DIM)}", ""]


def _ending(rows: Sequence[str], *, color: bool) -> Sequence[str]:
    return [
        _painted("What the record keeps of it: no word of anybody", _BOLD, color=color),
        *(f"  {row}" for row in rows),
        "",
        "All of it is gone now. Next: `gateway init`, then `gateway serve`.",
    ]


def _painted(text: str, code: str, *, color: bool) -> str:
    return f"{code}{text}{_PLAIN}" if color else text
