"""Builds listeners, callers and what guards them; refuses to stand open beyond loopback unless that is written down."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from gateway.access.callers import Keyring
from gateway.access.origin import HostPolicy, host_name, is_loopback
from gateway.config.addresses import network
from gateway.config.draft import Draft
from gateway.config.labels import known_labels
from gateway.config.schema import Bind
from gateway.config.settings import FACADES, Headers, IPNetwork, Limits, Listener, Tls
from gateway.domain import EVERY, Caller, Path, Permission

ANONYMOUS: Final = "anonymous"
UNNAMED_MAY: Final = frozenset({Permission.EXPLAIN, Permission.METRICS, Permission.CONSOLE})
"""What whoever calls without a key may on loopback; emergency access and what changes something is of somebody with a name."""
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9._\[\]:-]+")


def build_networks(draft: Draft) -> tuple[IPNetwork, ...]:
    """Networks on the premises beside loopback."""
    networks: list[IPNetwork] = []
    for index, text in enumerate(draft.config.server.on_prem_networks):
        found = network(text)
        if found is None:
            message = "This is not a network, or one too wide to be on the premises."
            draft.problem(("server", "on_prem_networks", index), message, "Write it like `10.1.0.0/16`.")
        else:
            networks.append(found)
    return tuple(networks)


def build_keyring(draft: Draft) -> Keyring:
    """Callers by the digests of their keys."""
    owners: dict[bytes, str] = {}
    entries: list[tuple[bytes, Caller]] = []
    for name, section in draft.config.callers.items():
        path: Path = ("callers", name)
        digest = bytes.fromhex(section.key_sha256)
        if name == ANONYMOUS:
            draft.problem(path, f"`{ANONYMOUS}` is who calls without a key.", "Choose another name.")
        owner = owners.setdefault(digest, name)
        if owner != name:
            draft.problem((*path, "key_sha256"), f"`{owner}` has the same key.", "Make one with `gateway keys new`.")
        for index, agent in enumerate(section.agents):
            if agent != EVERY:
                draft.known("agents", agent, (*path, "agents", index))
        for index, route in enumerate(section.routes):
            if route != EVERY and route.partition("/")[0] not in _discovering(draft, route):
                draft.known("routes", route, (*path, "routes", index))
        labels = known_labels(draft, section.label, (*path, "label"))
        grant = frozenset(section.agents), frozenset(section.routes), frozenset(section.may)
        caller = Caller(name, *grant, key=digest, labels=labels)
        entries.append((digest, caller))
    return Keyring(tuple(entries))


def build_listeners(draft: Draft, keyring: Keyring) -> tuple[Listener, ...]:
    """The server's own listener, then the further ones."""
    server = draft.config.server
    main = _listener(draft, ("server",), server, keyless=not keyring.entries and server.keys is None)
    others: list[Listener] = []
    taken = {(server.host, server.port)}
    for index, section in enumerate(draft.config.listeners):
        path: Path = ("listeners", index)
        if (section.host, section.port) in taken and section.port:
            draft.problem((*path, "port"), "Another listener has this host and port.", "Choose another port.")
        taken.add((section.host, section.port))
        if section.default_agent:
            draft.known("agents", section.default_agent, (*path, "default_agent"))
        if section.keys == "none" and not is_loopback(section.host.lower()):
            draft.problem((*path, "keys"), "Only a loopback listener may do without keys.", "Use `keys: required`.")
        keyless = section.keys == "none" or not (keyring.entries or server.keys)
        others.append(
            _listener(
                draft,
                path,
                section,
                keyless=keyless,
                facades=frozenset(section.facades),
                default_agent=section.default_agent or "",
                trusted=not (keyring.entries or server.keys),
                told=section.keys == "none",
            )
        )
    return (main, *others)


def build_host_policy(draft: Draft) -> HostPolicy:
    """Host names and origins that are let in."""
    server = draft.config.server
    hosts = {host_name(_bracketed(bind.host)) for bind in (server, *draft.config.listeners) if not _wildcard(bind.host)}
    for index, host in enumerate(server.hosts):
        name = host_name(_bracketed(host))
        if not name or "*" in name or "/" in name:
            draft.problem(
                ("server", "hosts", index), "This is not a host name.", "Write it without `https://` or a port."
            )
        hosts.add(name)
    origins: set[str] = set()
    for index, origin in enumerate(server.cors_origins):
        if not _ORIGIN.fullmatch(origin.lower()):
            message = "This is not the origin of a web page."
            draft.problem(
                ("server", "cors_origins", index), message, "Write it like `https://portal.example`, no path."
            )
        origins.add(origin.lower())
    return HostPolicy(frozenset(hosts), frozenset(origins))


def build_headers(draft: Draft) -> Headers:
    """Names of the steering headers; each has one meaning."""
    section = draft.config.headers
    names = {
        "route": section.route,
        "agent": section.agent,
        "conversation": section.conversation,
        "task": section.task,
        "priority": section.priority,
        "label": section.label,
        "complexity": section.complexity,
    }
    for meaning, name in names.items():
        if list(names.values()).count(name) > 1:
            draft.problem(("headers", meaning), "Two meanings share one header.", "Choose another name.")
    return Headers(**names)


def build_limits(draft: Draft) -> Limits:
    """Sizes in bytes and times in seconds."""
    server = draft.config.server
    if server.body_budget_mb < server.max_body_mb:
        message = "`body_budget_mb` is what all requests share; it must hold at least one of `max_body_mb`."
        draft.problem(("server", "body_budget_mb"), message, "Raise it, or lower `max_body_mb`.")
    return Limits(
        max_body=server.max_body_mb * 2**20,
        body_budget=server.body_budget_mb * 2**20,
        header_timeout_s=server.header_timeout_s,
        body_timeout_s=server.body_timeout_s,
        write_timeout_s=server.write_timeout_s,
        drain_s=server.drain_s,
        commit_s=server.commit_s,
        max_concurrency=server.max_concurrency,
    )


def _listener(
    draft: Draft,
    path: Path,
    bind: Bind,
    *,
    keyless: bool,
    facades: frozenset[str] = FACADES,
    default_agent: str = "",
    trusted: bool = True,
    told: bool = False,
) -> Listener:
    host = bind.host.lower()
    loopback = is_loopback(host)
    if not loopback and not _is_address(host):
        draft.problem(
            (*path, "host"), "A listener needs an address, or `localhost`.", "Write `127.0.0.1` or `0.0.0.0`."
        )
    if not loopback and bind.tls is None and not bind.behind_tls_proxy:
        message = "Beyond loopback, requests and keys would cross the network unencrypted."
        draft.problem(
            (*path, "host"), message, "Set `tls: {cert, key}`, or `behind_tls_proxy: true` if a proxy does it."
        )
    if not loopback and keyless and not draft.config.server.allow_unauthenticated and not draft.names("callers"):
        message = "Beyond loopback, anyone on the network could call the gateway: there are no callers."
        remedy = (
            "Make one with `gateway keys new NAME` and write down `server.keys: required`, "
            "or write down `server.allow_unauthenticated: true`."
        )
        draft.problem((*path, "host"), message, remedy)
    may = UNNAMED_MAY if loopback and trusted else frozenset()
    return Listener(
        host=host,
        port=bind.port,
        facades=facades,
        anonymous=Caller(ANONYMOUS, may=may) if keyless else None,
        default_agent=default_agent,
        tls=Tls(draft.beside(bind.tls.cert), draft.beside(bind.tls.key)) if bind.tls else None,
        keyless=told,
        proxied=bind.behind_tls_proxy,
    )


def _discovering(draft: Draft, route: str) -> frozenset[str]:
    """Providers whose models may be granted as `provider/model`."""
    if "/" not in route:
        return frozenset()
    return frozenset(name for name, section in draft.config.providers.items() if section.discover)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    """A bare IPv6 address in brackets, as it stands in a `Host` header."""
    return f"[{host}]" if ":" in host and _is_address(host) else host


def _wildcard(host: str) -> bool:
    return host in ("0.0.0.0", "::")  # noqa: S104 - to recognise it, not to bind to it
