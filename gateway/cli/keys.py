"""`gateway keys`: makes, lists, renews and ends keys of callers in the key store; a key itself is printed once."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.access.keys import PREFIX, new_key, snippet
from gateway.cli.place import configured
from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid
from gateway.domain import EVERY, Permission
from gateway.events import Noted
from gateway.ports import KeyChange, KeysUnreadable, StoredKey
from gateway.state.sqlite.keys import SqliteKeys

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ROUTE: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,256}")
_SPAN: Final = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_US: Final = 1_000_000
_WHEN: Final = "in 30m, 24h or 90d, or on a day like 2027-06-30, its first moment in UTC"
_HEADER: Final = ("name", "begins with", "agents", "routes", "may", "made", "last used", "ends")
_EPILOG: Final = """examples:
  gateway keys new soma --agents radiologist,pathologist --expires 365d
  gateway keys list
  gateway keys rotate soma --overlap 24h   # a new key; the old one ends a day later
  gateway keys expire soma 7d              # or: never
  gateway keys revoke soma                 # at once, and its running requests too

All of it is in force at once, without a reload. Exit status 0 if it was done, 1 if not, with what to do.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `keys new`, `list`, `rotate`, `revoke` and `expire`."""
    parser = commands.add_parser(
        "keys",
        help="make, list, renew and end keys of callers",
        description="Keys of callers, in the key store of a gateway (`keys.db` in `state_dir`). It holds digests and no key.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = _action(actions, "new", "make a key", "soma --agents radiologist,pathologist", _new)
    new.add_argument("name", metavar="NAME", type=_name, help="what the caller is called in log, metrics and record")
    new.add_argument(
        "--agents", metavar="A,B", type=_names, default=(EVERY,), help="agents it may be (all); one: it always is that"
    )
    new.add_argument("--routes", metavar="A,B", type=_routes, default=(EVERY,), help="routes it may ask (all)")
    new.add_argument("--may", metavar="A,B", type=_may, default=(), help=f"also {' or '.join(Permission)} (neither)")
    new.add_argument("--expires", metavar="WHEN", type=_when, help=f"when it ends by itself: {_WHEN} (never)")
    new.add_argument(
        "--in-config", action="store_true", help="store nothing, but print the lines that admit it in `config.yaml`"
    )
    listed = _action(actions, "list", "show the keys that hold, by what they begin with", "--json", _list)
    listed.add_argument("--all", action="store_true", help="also those that ended")
    listed.add_argument("--json", action="store_true", help="as JSON, with all that is known")
    rotate = _action(
        actions,
        "rotate",
        "make a new key in the place of one, with its grant and as long a life",
        "soma --overlap 24h",
        _rotate,
    )
    _which(rotate)
    rotate.add_argument("--overlap", metavar="TIME", type=_span, default=timedelta(), help="how long both hold (0m)")
    revoke = _action(actions, "revoke", "end keys at once, and the requests that run on them", "soma", _revoke)
    _which(revoke)
    expire = _action(actions, "expire", "say when keys end", "soma 90d", _expire)
    _which(expire)
    expire.add_argument("when", metavar="WHEN", type=_when_or_never, help=f"{_WHEN}; or `never`")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=does,
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=f"example:\n  gateway keys {name} {example}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="the configuration (%(default)s)")
    parser.add_argument("--state-dir", metavar="DIR", help="where the keys are, in place of the configured `state_dir`")
    parser.set_defaults(run=lambda options: _told(run, options))
    return parser


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", metavar="NAME", help=f"a caller, or what one of its keys begins with ({PREFIX}…)")


def _told(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run an action; what is wrong with files goes to standard error."""
    try:
        return run(options)
    except (DocumentInvalid, KeysUnreadable) as problem:
        print(problem, file=sys.stderr)
        return 1


def _new(options: argparse.Namespace) -> int:
    name, made = options.name, new_key()
    if options.in_config:
        print(f"Key of {name}, shown this once: {made.key}\n\nAdd to config.yaml, and reload:\n")
        print(snippet(name, made, agents=() if options.agents == (EVERY,) else options.agents))
        return 0
    store, now_us = _store(options), _now_us()
    if _of(store, name, now_us):
        return _refuse(f"{name} has a key. `gateway keys rotate {name}` makes another in its place.")
    key = made.stored(name, agents=options.agents, routes=options.routes, may=options.may, made_us=now_us)
    key = replace(key, expires_us=options.expires)
    store.put([key], KeyChange(at_us=now_us, what=Noted.KEY_MADE, name=name, ends_us=options.expires))
    _show(key, made.key)
    _warn(options, key)
    return 0


def _list(options: argparse.Namespace) -> int:
    now_us = _now_us()
    keys = [key for key in _store(options).listed() if options.all or key.holds(now_us)]
    if options.json:
        print(json.dumps([_plain(key, now_us) for key in keys], indent=2))
        return 0
    if not keys:
        print(
            "No keys. `gateway keys new NAME` makes one; those of `callers:` in the configuration are not listed here."
        )
        return 0
    rows = [_HEADER, *(_row(key, now_us) for key in keys)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _rotate(options: argparse.Namespace) -> int:
    store, now_us = _store(options), _now_us()
    old = _of(store, options.which, now_us)
    if not old:
        return _none(options.which)
    ends_us = now_us + round(options.overlap.total_seconds() * _US)
    latest, made = old[-1], new_key()
    key = made.stored(latest.name, agents=latest.agents, routes=latest.routes, may=latest.may, made_us=now_us)
    if latest.expires_us is not None:
        key = replace(key, expires_us=now_us + latest.expires_us - latest.made_us)
    ended = [replace(one, expires_us=min(ends_us, one.expires_us or ends_us)) for one in old]
    change = KeyChange(at_us=now_us, what=Noted.KEY_ROTATED, name=latest.name, ends_us=ends_us)
    store.put([*ended, key], change)
    _show(key, made.key)
    print(f"{_begins(old)} ends {_moment(ends_us) if options.overlap else 'now'}.")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    store, now_us = _store(options), _now_us()
    keys = _of(store, options.which, now_us)
    if not keys:
        return _none(options.which)
    change = KeyChange(at_us=now_us, what=Noted.KEY_REVOKED, name=keys[0].name)
    store.put([replace(key, revoked_us=now_us) for key in keys], change)
    print(f"{_begins(keys)} of {keys[0].name} is revoked. A running gateway ends its requests within a second.")
    return 0


def _expire(options: argparse.Namespace) -> int:
    store, now_us = _store(options), _now_us()
    keys = _of(store, options.which, now_us)
    if not keys:
        return _none(options.which)
    change = KeyChange(at_us=now_us, what=Noted.KEY_EXPIRY, name=keys[0].name, ends_us=options.when)
    store.put([replace(key, expires_us=options.when) for key in keys], change)
    print(f"{_begins(keys)} of {keys[0].name} ends {_moment(options.when)}.")
    return 0


def _store(options: argparse.Namespace) -> SqliteKeys:
    return SqliteKeys(Path(options.state_dir or state_dir_of(options.config, os.environ)))


def _of(store: SqliteKeys, which: str, now_us: int) -> list[StoredKey]:
    """The keys that hold, of this caller or with this beginning."""
    begins = which.startswith(PREFIX)
    return [key for key in store.listed() if key.holds(now_us) and which == (key.prefix if begins else key.name)]


def _none(which: str) -> int:
    return _refuse(
        f"There is no key that holds for {which if _NAME.fullmatch(which) else 'this name'}. See `gateway keys list --all`."
    )


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _show(key: StoredKey, whole: str) -> None:
    print(f"Key of {key.name}, shown this once: {whole}\n")
    print(
        f"It holds from now on, and ends {_moment(key.expires_us)}. It begins with {key.prefix}, by which it is listed."
    )
    print(f"Agents: {' '.join(key.agents)}  Routes: {' '.join(key.routes)}  May: {' '.join(key.may) or '-'}")
    print("The caller sends it as `Authorization: Bearer <key>` or `x-api-key: <key>`.")


def _warn(options: argparse.Namespace, key: StoredKey) -> None:
    """Say on standard error what in its grant the configuration does not know, and whom the first key shuts out."""
    try:
        settings = configured(options)
    except DocumentInvalid:
        print("Warning: the configuration is not sound, so agents and routes were not checked.", file=sys.stderr)
        return
    table = settings.table
    listing = {name for name, provider in settings.providers.items() if provider.discover}
    for agent in set(key.agents) - {EVERY} - table.agents.keys():
        print(f"Warning: there is no agent {agent} in {options.config}.", file=sys.stderr)
    for route in set(key.routes) - {EVERY} - table.routes.keys():
        if route.partition("/")[0] not in listing:
            print(f"Warning: there is no route {route} in {options.config}.", file=sys.stderr)
    if key.name in {caller.name for caller in settings.callers}:
        said = "is also a caller there: both keys hold, each with its own grant."
        print(f"Warning: {key.name} {said}", file=sys.stderr)
    if settings.listeners[0].anonymous is not None:
        print("Note: from the first key on, nobody is admitted without one.", file=sys.stderr)


def _begins(keys: Sequence[StoredKey]) -> str:
    return ", ".join(key.prefix for key in keys)


def _row(key: StoredKey, now_us: int) -> tuple[str, ...]:
    ends = _moment(key.expires_us)
    if not key.holds(now_us):
        ends = f"revoked {_moment(key.revoked_us)}" if key.revoked_us else f"expired {ends}"
    grant = (",".join(key.agents), ",".join(key.routes), ",".join(key.may) or "-")
    return (key.name, key.prefix, *grant, _moment(key.made_us), _moment(key.used_us), ends)


def _plain(key: StoredKey, now_us: int) -> dict[str, object]:
    times = {"made": key.made_us, "last_used": key.used_us, "expires": key.expires_us, "revoked": key.revoked_us}
    grant = {"agents": list(key.agents), "routes": list(key.routes), "may": list(key.may)}
    told = {what: _moment(at_us) if at_us is not None else None for what, at_us in times.items()}
    return {"name": key.name, "prefix": key.prefix, "holds": key.holds(now_us), **grant, **told}


def _moment(at_us: int | None) -> str:
    return "never" if at_us is None else datetime.fromtimestamp(at_us // _US, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _now_us() -> int:
    return time.time_ns() // 1000


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or text == "anonymous" or text.startswith(PREFIX):
        raise argparse.ArgumentTypeError(
            f"a name is letters, digits, `.`, `_` and `-`, not `anonymous`, and does not begin with `{PREFIX}`"
        )
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(EVERY if part.strip() == EVERY else _name(part.strip()) for part in text.split(","))


def _routes(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(","))
    if not all(map(_ROUTE.fullmatch, parts)):
        raise argparse.ArgumentTypeError("a route is a name of the configuration, or `provider/model`")
    return parts


def _may(text: str) -> tuple[Permission, ...]:
    try:
        return tuple(Permission(part.strip()) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a caller may {' or '.join(Permission)}") from None


def _span(text: str) -> timedelta:
    if not (said := _SPAN.fullmatch(text)):
        raise argparse.ArgumentTypeError("a time is written like 30m, 24h or 90d")
    return timedelta(**{_UNITS[said[2]]: int(said[1])})


def _when(text: str) -> int:
    """A moment that comes: UTC in microseconds."""
    try:
        span = _SPAN.fullmatch(text) is not None
        at = datetime.now(UTC) + _span(text) if span else datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"write it like this: {_WHEN}") from None
    if at < datetime.now(UTC):
        raise argparse.ArgumentTypeError("that moment has passed: `gateway keys revoke` ends a key at once")
    return round(at.timestamp() * _US)


def _when_or_never(text: str) -> int | None:
    return None if text == "never" else _when(text)
