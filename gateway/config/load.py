"""Reads `config.yaml` and the environment into `Settings`, or reports everything that is wrong with them at once."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Mapping
from dataclasses import replace

from gateway.config.allowances import build_allowances
from gateway.config.draft import Draft
from gateway.config.environment import substitute
from gateway.config.labels import build_label_terms
from gateway.config.machines import build_machines, build_metering
from gateway.config.own_words import build_own_words
from gateway.config.policies import PolicyFolder, read_folder
from gateway.config.providers import build_providers, build_targets
from gateway.config.replicas import build_ledger_url, build_redis
from gateway.config.routes import build_table
from gateway.config.schema import ConfigFile
from gateway.config.servers import (
    build_headers,
    build_host_policy,
    build_keyring,
    build_limits,
    build_listeners,
    build_networks,
)
from gateway.config.settings import Pricing, Settings, Sources
from gateway.config.traces import build_traces
from gateway.config.witnesses import build_witness
from gateway.document import DocumentInvalid, Problem, read, salvage
from gateway.domain.emergency import EmergencyTerms
from gateway.policy.names import unresolved
from gateway.policy.parse import load as load_policies
from gateway.policy.private import clashes, with_private
from gateway.policy.rules import Policy
from gateway.ports import KeysUnreadable
from gateway.state.sqlite.keys import callers_in


def load(path: str, environ: Mapping[str, str], *, host: str | None = None, port: int | None = None) -> Settings:
    """Settings of the file at `path` and the policies it names; relative paths in it count from where it stands.

    `host` and `port` take the place of those of `server`. Raises `DocumentInvalid` with all problems, of the
    configuration and of the policies, also when a file cannot be read.
    """
    return _assembled(path, environ, _text(path), None, host=host, port=port)


def load_kept(
    path: str, environ: Mapping[str, str], sources: Sources, *, host: str | None = None, port: int | None = None
) -> Settings:
    """The same of texts that were kept, as if they still stood at `path`. Raises like `load`."""
    folder = PolicyFolder(dict(sources.rules), dict(sources.tests))
    return _assembled(path, environ, sources.config, folder, host=host, port=port)


def _assembled(
    path: str, environ: Mapping[str, str], text: str, folder: PolicyFolder | None, *, host: str | None, port: int | None
) -> Settings:
    settings, problems = None, list[Problem]()
    try:
        settings = parse(text, file=path, environ=environ, host=host, port=port)
    except DocumentInvalid as invalid:
        problems += invalid.problems
    try:
        folder = folder or read_folder(settings.policies if settings else _policies_said(path, text, environ))
        rules = load_policies(folder.rules, tests=folder.tests)
        problems += clashes(rules)
        if settings is not None:
            problems += unknown_names(rules, settings)
    except DocumentInvalid as invalid:
        problems += invalid.problems
    if settings is None or folder is None or problems:
        raise DocumentInvalid(problems)
    sources = Sources(text, folder.rules, folder.tests)
    return replace(settings, policy=with_private(rules), policies_unread=folder.unread, sources=sources)


def state_dir_of(path: str, environ: Mapping[str, str]) -> str:
    """Where the file at `path` says that the state is, whatever else is wrong with it. Raises `DocumentInvalid`."""
    document, _ = substitute(read(_text(path), file=path), environ)
    told = document.tree.get("state_dir")
    state_dir = told if isinstance(told, str) and told else ConfigFile.model_fields["state_dir"].default
    return str(pathlib.Path(path).parent / state_dir)


def policies_of(path: str, environ: Mapping[str, str]) -> str:
    """Where the file at `path` says that the policies are, whatever else is wrong with it. Raises `DocumentInvalid`."""
    return _policies_said(path, _text(path), environ)


def _policies_said(path: str, text: str, environ: Mapping[str, str]) -> str:
    document, _ = substitute(read(text, file=path), environ)
    told = document.tree.get("policies")
    policies = told if isinstance(told, str) and told else ConfigFile.model_fields["policies"].default
    return str(pathlib.Path(path).parent / policies)


def _text(path: str) -> str:
    try:
        return pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        remedy = "Name another one with `--config FILE`."
        raise DocumentInvalid([Problem(path, 1, f"The file cannot be read: {error.strerror}.", remedy)]) from None
    except UnicodeDecodeError:
        raise DocumentInvalid([Problem(path, 1, "The file is not text in UTF-8.", "Save it as UTF-8.")]) from None


def load_without_policies(path: str, environ: Mapping[str, str]) -> Settings:
    """Settings of the file at `path` alone, whatever is wrong with its policies. Raises `DocumentInvalid`."""
    return parse(_text(path), file=path, environ=environ)


def known_names(settings: Settings) -> dict[str, frozenset[str]]:
    """What rules and examples may name, by what it is."""
    return {
        "agent": frozenset(settings.table.agents),
        "route": frozenset(settings.table.routes),
        "caller": settings.stored_callers.union(caller.name for caller in settings.callers),
        "provider": frozenset(settings.providers),
        "target": frozenset(settings.targets),
        "label": frozenset(settings.table.labels),
    }


def unknown_names(policy: Policy, settings: Settings) -> tuple[Problem, ...]:
    """Names in rules that the configuration does not know: such a rule would silently never apply."""
    return unresolved(policy, **{f"{what}s": names for what, names in known_names(settings).items()})


def parse(
    text: str, *, file: str, environ: Mapping[str, str], host: str | None = None, port: int | None = None
) -> Settings:
    """Settings of the text of a `config.yaml` that stands, or would stand, at `file`, without policies.

    Raises like `load`.
    """
    written = read(text, file=file)
    document, unset = substitute(written, environ)
    server = document.tree.setdefault("server", {})
    if isinstance(server, dict):
        server.update({name: value for name, value in (("host", host), ("port", port)) if value is not None})
    config, misshapen = salvage(ConfigFile, document)
    if config is None:
        raise DocumentInvalid((*unset, *misshapen))
    stored = _stored_callers(pathlib.Path(file).parent / config.state_dir)
    draft = Draft(config, document, written, [*unset, *misshapen], stored)
    settings = _build(draft, text)
    if draft.problems:
        raise DocumentInvalid(set(draft.problems))
    return settings


def _stored_callers(state_dir: pathlib.Path) -> frozenset[str]:
    """Callers of the key store; none where it cannot be read, which whoever starts the gateway is told in full."""
    try:
        return frozenset(callers_in(state_dir))
    except KeysUnreadable:
        return frozenset()


def _build(draft: Draft, text: str) -> Settings:
    config = draft.config
    networks = build_networks(draft)
    providers = build_providers(draft, networks)
    targets = build_targets(draft, providers)
    keyring = build_keyring(draft)
    return Settings(
        file=draft.document.file,
        listeners=build_listeners(draft, keyring),
        limits=build_limits(draft),
        headers=build_headers(draft),
        host_policy=build_host_policy(draft),
        keyring=keyring,
        stored_callers=draft.stored_callers,
        on_prem_networks=networks,
        state_dir=draft.beside(config.state_dir),
        policies=draft.beside(config.policies),
        ledger_local=config.ledger.local,
        witness=build_witness(draft),
        scan_deadline_s=config.scan.deadline_ms / 1000,
        scan_second=config.scan.second or "",
        own_words=build_own_words(draft),
        label_terms=build_label_terms(draft),
        emergency=EmergencyTerms(config.emergency.reasons, config.emergency.longest_minutes),
        wider_waits=config.reload.wider == "accept",
        providers=providers,
        targets=targets,
        table=build_table(draft, providers, targets),
        auto_fallback=config.routing.auto_fallback,
        hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        machines=build_machines(draft),
        metering=build_metering(draft, providers),
        pricing=Pricing(
            config.pricing.tariff_usd_per_kwh,
            baseline=config.pricing.baseline or "",
            prices=draft.beside(config.pricing.prices or ""),
        ),
        allowances=build_allowances(draft),
        traces=build_traces(draft, networks),
        ledger_url=build_ledger_url(draft, networks),
        shared_redis=build_redis(draft, networks),
        console=config.server.console,
    )
