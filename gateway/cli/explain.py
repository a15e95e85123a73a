"""`gateway explain`: what the policies would make of a request, in plain sentences; sends nothing, needs no server."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Final

from gateway.access.stored import caller_of
from gateway.api.question import Question, ask
from gateway.app import explaining_key, explaining_scanner, without_encoder
from gateway.config import Settings, load
from gateway.detectors.presidio import PresidioMissing
from gateway.detectors.worker import WorkerFailed
from gateway.document import DocumentInvalid
from gateway.domain import Caller, Tree
from gateway.errors import GatewayError
from gateway.pipeline.aside import Aside
from gateway.pipeline.explain import Explained, explain_call
from gateway.ports import KeysUnreadable
from gateway.state.sqlite.keys import callers_in
from gateway.wire.json_body import read_object

_EPILOG: Final = """examples:
  gateway explain request.json
  gateway explain request.json --agent pathologist --caller soma
  gateway explain request.json --label private
  echo '{"messages": [{"role": "user", "content": "MRN 8675309"}]}' | gateway explain -
  gateway explain request.json --outbound     also show, byte for byte, what would leave for each target

The file holds the body of a request to /v1/chat/completions or /v1/embeddings (with --dialect: of another facade).
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `explain`."""
    parser = commands.add_parser(
        "explain",
        help="say what would become of a request, and why",
        description="Say what was found in a request, which rules apply and why, and where it may go.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("request", metavar="FILE", help="JSON of a request, or - for standard input")
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    for name in ("agent", "caller", "route", "label", "conversation"):
        parser.add_argument(f"--{name}", metavar="NAME", default="", help=f"the {name} to imagine")
    parser.add_argument("--dialect", choices=["openai", "anthropic", "ollama"], default="openai")
    parser.add_argument("--outbound", action="store_true", help="show what would leave for each target")
    parser.add_argument("--json", action="store_true", help="JSON instead of sentences")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Explain; 1 if the request or the configuration cannot be used."""
    try:
        settings = load(options.config, os.environ)
        body = sys.stdin.buffer.read() if options.request == "-" else Path(options.request).read_bytes()
        question: Tree = {"request": read_object(body), "outbound": options.outbound}
        for name in ("agent", "caller", "route", "label", "conversation", "dialect"):
            question[name] = vars(options)[name]
        asker = settings.listeners[0].anonymous or Caller("anonymous")
        asked = ask(question, settings, asker=asker, stored=partial(_stored, settings.state_dir))
        explained = asyncio.run(_explained(asked, settings))
    except DocumentInvalid as invalid:
        print("\n".join(str(problem) for problem in invalid.problems), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.request} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    except (GatewayError, PresidioMissing, WorkerFailed) as error:
        print(error, file=sys.stderr)
        return 1
    for missing in without_encoder():
        print(f"Note: {missing}", file=sys.stderr)
    print(json.dumps(explained.tree(), indent=2, ensure_ascii=False) if options.json else explained.text())
    return 0


def _stored(state_dir: str, name: str) -> Caller | None:
    """The caller of this name in the key store, where it can be read."""
    try:
        found = callers_in(Path(state_dir)).get(name)
    except KeysUnreadable:
        return None
    return caller_of(found) if found else None


async def _explained(asked: Question, settings: Settings) -> Explained:
    scanner = explaining_scanner(settings)
    try:
        await scanner.start()
        return await explain_call(
            asked.call,
            settings,
            scanner=scanner,
            aside=Aside(),
            pseudonym_key=explaining_key(settings, os.environ),
            outbound=asked.outbound,
        )
    finally:
        await scanner.aclose()
