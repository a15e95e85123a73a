"""`gateway emergency`: opens, shows and closes emergency access of a caller, by asking the running gateway with its key."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import Final

from gateway.cli.running import add_running, url_of
from gateway.domain import JSON, Tree
from gateway.upstream.ourselves import Answered, Client, NotAnswered

_PATH: Final = "/gateway/emergency"
_ANSWER_S: Final = 10.0
_EPILOG: Final = """examples:
  export GATEWAY_API_KEY=…                                   the key of a caller with `may: [emergency]`
  gateway emergency list                                     who has it now, and the reasons there are
  gateway emergency open --reason patient-at-risk --minutes 30
  gateway emergency close

A caller in emergency access goes to the head of the queue of each machine and past budgets and limits. No rule is
relaxed by it, and all of it is in the record. It ends by itself, and with the gateway. Exit status 0 if it was done, 1 if not.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `emergency open`, `list` and `close`."""
    parser = commands.add_parser(
        "emergency",
        help="open, show and close emergency access",
        description="Emergency access of a caller: past the queue, budgets and limits, for a while, and on the record.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    opened = _action(actions, "open", "open it for the caller whose key this is", "POST")
    opened.add_argument("--reason", required=True, metavar="CODE", help="a code of `emergency: {reasons: …}`")
    opened.add_argument("--minutes", type=int, metavar="N", help="how long (as long as the configuration allows)")
    _action(actions, "list", "show who has it now, and the reasons there are", "GET")
    _action(actions, "close", "end that of the caller whose key this is", "DELETE")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, method: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_running(action)
    action.set_defaults(run=_run, method=method)
    return action


def _run(options: argparse.Namespace) -> int:
    url = url_of(options)
    try:
        answered = asyncio.run(_ask(options, url))
    except NotAnswered as failed:
        print(failed.at(url), file=sys.stderr)
        return 1
    if answered.status >= 400:
        print(_message(answered.tree), file=sys.stderr)
        return 1
    print("\n".join(_SAID[options.method](answered.tree)))
    return 0


async def _ask(options: argparse.Namespace, url: str) -> Answered:
    body: Tree | None = None
    if options.method == "POST":
        body = {"reason": options.reason} | ({} if options.minutes is None else {"minutes": options.minutes})
    async with Client(url, key=options.key, answer_s=_ANSWER_S) as client:
        return await client.ask(options.method, _PATH, body)


def _message(tree: Tree) -> str:
    error = tree.get("error")
    return (
        str(error.get("message")) if isinstance(error, dict) else "It was refused without a reason: is this a gateway?"
    )


def _opened(tree: Tree) -> list[str]:
    return [f"Emergency access of {tree.get('caller')} is open until {tree.get('until')}, for {tree.get('reason')}."]


def _closed(tree: Tree) -> list[str]:
    return ["It is closed." if tree.get("closed") else "There was none to close."]


def _listed(tree: Tree) -> list[str]:
    windows, reasons = tree.get("open"), tree.get("reasons")
    lines = [
        f"{one.get('caller')}  {one.get('reason')}  since {one.get('opened')}  until {one.get('until')}"
        for one in (windows if isinstance(windows, list) else [])
        if isinstance(one, dict)
    ]
    told: Mapping[str, JSON] = reasons if isinstance(reasons, dict) else {}
    known = [f"  {code}: {means}" for code, means in told.items()] or ["  none: emergency access is not configured"]
    return [*(lines or ["Nobody is in emergency access."]), "Reasons:", *known]


_SAID: Final = {"POST": _opened, "GET": _listed, "DELETE": _closed}
