"""Builds providers and targets, and holds "on the premises" and plain HTTP to what their addresses allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gateway.access.origin import is_loopback
from gateway.config.addresses import Place, address
from gateway.config.draft import Draft
from gateway.config.environment import variables
from gateway.config.machines import busy_hours
from gateway.config.schema import BaaSection, ProviderSection, TargetSection
from gateway.config.settings import IPNetwork
from gateway.domain import Adapter, BaaTerm, Capability, Path, Price, Provider, Target, Trait
from gateway.kinds import profile, vendors
from gateway.kinds.ollama_models import is_cloud_name
from gateway.kinds.origin import origin

CONNECT_S: Final = 5.0
"""How long a provider may take to accept a connection, unless `connect_s` says."""
CONNECT_NEAR_S: Final = 3.0
"""The same for one on the premises: two tries of TCP, and nobody is far away there."""


def build_providers(draft: Draft, networks: Sequence[IPNetwork]) -> dict[str, Provider]:
    """Every provider of the draft; problems go into the draft."""
    costs = busy_hours(draft)
    built = {name: _provider(draft, name, section, networks) for name, section in draft.config.providers.items()}
    return {
        name: replace(one, usd_per_busy_hour=costs.get(one.machine_name)) if one.at_home else one
        for name, one in built.items()
    }


def build_targets(draft: Draft, providers: Mapping[str, Provider]) -> dict[str, Target]:
    """Every target whose provider is known; problems go into the draft."""
    targets: dict[str, Target] = {}
    for name, section in draft.config.targets.items():
        if not draft.known("providers", section.provider, ("targets", name, "provider")):
            continue
        provider = providers.get(section.provider)
        if provider is None:
            continue
        if provider.on_prem and is_cloud_name(section.model):
            draft.problem(
                ("targets", name, "model"),
                "Ollama runs models of this name in its own cloud, but the provider is said to be on the premises.",
                "Choose a model that runs here, or a provider without `on_prem`.",
            )
        _check_memory(draft, name, section, provider)
        _check_agreed(draft, name, section, provider)
        targets[name] = _at_its_vendor(draft, _target(name, section, provider))
    _check_preloads(draft, targets)
    return targets


def _check_agreed(draft: Draft, name: str, section: TargetSection, provider: Provider) -> None:
    """No target is said to do what the agreement with its vendor excludes."""
    for feature in sorted(set(section.capabilities) & (provider.baa.excludes if provider.baa else frozenset())):
        message = f"The agreement with provider `{provider.name}` excludes `{feature}`."
        draft.problem(("targets", name, "capabilities"), message, "Remove it here, or from `baa: {excludes: …}`.")


def _check_memory(draft: Draft, name: str, section: TargetSection, provider: Provider) -> None:
    """What is said of loading a model has to be something that can be done."""
    known = profile(provider.kind)
    for key, said in (("memory_gb", section.memory_gb), ("preload", section.preload)):
        if said and not provider.at_home:
            message = "Only a server on the premises is told to load or unload a model."
            draft.problem(("targets", name, key), message, f"Remove `{key}`, or give the provider `traits: [on_prem]`.")
        elif said and known.loading is None:
            message = f"A server of kind `{provider.kind}` cannot be told to load or unload a model."
            draft.problem(("targets", name, key), message, f"Remove `{key}`.")
    machine = draft.config.machines.get(provider.machine_name)
    has_gb = machine.memory_gb if machine else None
    if has_gb is not None and (section.memory_gb or 0) > has_gb:
        message = f"The model takes more than the {has_gb:g} GB of machine `{provider.machine_name}`."
        draft.problem(("targets", name, "memory_gb"), message, "It could never be loaded.")


def _check_preloads(draft: Draft, targets: Mapping[str, Target]) -> None:
    """What is preloaded stays, so that it has to fit into its machine all at once, with room for each of the others."""
    for machine, section in draft.config.machines.items():
        has_gb = section.memory_gb
        mine = [one for one in targets.values() if one.provider.machine_name == machine and one.memory_gb]
        sizes = {(one.provider.name, one.model): one.memory_gb or 0.0 for one in mine if one.preload}
        for target in mine if has_gb is not None and sizes else ():
            key = (target.provider.name, target.model)
            needs_gb = sum(sizes.values()) + (0.0 if key in sizes else target.memory_gb or 0.0)
            if has_gb is not None and needs_gb > has_gb:
                message = f"What is preloaded on `{machine}` and this model take {needs_gb:g} GB of its {has_gb:g}."
                draft.problem(("targets", target.name, "memory_gb"), message, "Preload less, or smaller models.")


def _provider(draft: Draft, name: str, section: ProviderSection, networks: Sequence[IPNetwork]) -> Provider:
    path: Path = ("providers", name)
    adapter = _adapter(draft, path, section)
    known = profile(section.kind)
    traits = frozenset(section.traits)
    if known.demonstration:
        traits |= {Trait.ON_PREM}  # a child process that we start ourselves, on loopback
    _check_traits(draft, path, section)
    _check_url(draft, path, section, networks)
    key = section.api_key.strip()
    if not key.isprintable() or " " in key:
        draft.problem((*path, "api_key"), "The key has spaces or control characters in it.", "Copy it again.")
    return Provider(
        name=name,
        kind=section.kind,
        adapter=adapter,
        base_url=known.address(section.base_url.strip(), section.params),
        api_key=key,
        traits=traits,
        baa=_agreement(section.baa) if section.baa else None,
        discover=section.discover,
        params=MappingProxyType(dict(section.params)),
        proxy=section.proxy,
        ca_bundle=draft.beside(section.ca_bundle),
        relay_errors=section.relay_errors,
        connect_s=section.connect_s or (CONNECT_NEAR_S if Trait.ON_PREM in traits else CONNECT_S),
        machine=_machine(draft, name, section),
        off=_off(draft, name, section, key),
    )


def _agreement(section: BaaSection) -> BaaTerm:
    return BaaTerm(
        section.reference,
        section.expires,
        excludes=frozenset(Capability(name) for name in section.excludes),
        region=section.region or "",
        retention_days=section.retention_days,
    )


def _machine(draft: Draft, name: str, section: ProviderSection) -> str:
    """The machine it says it runs on, or the one of its own name."""
    if section.machine is None:
        return ""
    draft.known("machines", section.machine, ("providers", name, "machine"))
    return section.machine


def _adapter(draft: Draft, path: Path, section: ProviderSection) -> Adapter:
    known = profile(section.kind)
    if known.in_process:
        if section.via:
            draft.problem((*path, "via"), f"A provider of kind `{section.kind}` has one way only.", "Remove `via`.")
        return known.ways[0]
    if section.via is None:
        return known.ways[0]
    adapter = Adapter(section.via)
    if adapter is Adapter.OLLAMA and adapter not in known.ways:
        draft.problem((*path, "via"), "Only a provider of kind `ollama` speaks Ollama's own API.", "Remove `via`.")
    if adapter is Adapter.DIRECT and adapter not in known.ways:
        draft.problem((*path, "via"), f"`{section.kind}` speaks a dialect that needs LiteLLM.", "Remove `via`.")
    return adapter


def _check_traits(draft: Draft, path: Path, section: ProviderSection) -> None:
    if Trait.BAA in section.traits:
        draft.problem(
            (*path, "traits"),
            "`baa` is no trait to list: an agreement has a reference and an end.",
            "Write `baa: {reference: …, expires: YYYY-MM-DD}` on the provider.",
        )
    if profile(section.kind).any_vendor:
        for name in sorted(section.params.keys() & vendors.ELSEWHERE):
            message = f"`{name}` would lead requests somewhere else than the provider's address."
            draft.problem((*path, "params", name), message, "Write `base_url` on the provider.")
    if Trait.ON_PREM in section.traits and section.proxy:
        draft.problem((*path, "proxy"), "What is on the premises is never reached through a proxy.", "Remove `proxy`.")
    if section.proxy and address(section.proxy, ()) is None:
        draft.problem((*path, "proxy"), "This is not the address of a proxy.", "Write `http://host:port`, no password.")


def _check_url(draft: Draft, path: Path, section: ProviderSection, networks: Sequence[IPNetwork]) -> None:
    """`on_prem` and `http://` need an address that is loopback or in `server.on_prem_networks` (law 10)."""
    url = section.base_url.strip()
    on_prem = Trait.ON_PREM in section.traits
    known = profile(section.kind)
    if known.in_process:
        if url:
            draft.problem((*path, "base_url"), f"A provider of kind `{section.kind}` has no address.", "Remove it.")
        return
    if not url:
        if known.needs_url:
            draft.problem(path, f"`base_url` is missing in `{'.'.join(map(str, path))}`.", "Say where it listens.")
        elif on_prem:
            draft.problem((*path, "traits"), "Without a `base_url` this is the vendor's cloud, not on the premises.")
        return
    where = address(url, networks)
    if where is None:
        remedy = "Write `http(s)://host:port/path`, without user, password or query."
        draft.problem((*path, "base_url"), "This is not an address that a provider may have.", remedy)
        return
    # A name can be checked only when it is looked up, at every connection, and only against networks that are named.
    vouched = where.place in (Place.LOOPBACK, Place.ON_PREM) or (
        where.place is Place.NAMED and bool(networks) and on_prem
    )
    remedy = "Use a loopback address, or add the network it stands in to `server.on_prem_networks`."
    if on_prem and not vouched:
        draft.problem(
            (*path, "base_url"), "This address is not known to be on the premises, as `on_prem` says.", remedy
        )
    elif where.scheme == "http" and not vouched:
        message = "Plain `http://` is for loopback and `server.on_prem_networks` only."
        draft.problem((*path, "base_url"), message, "Use `https://`.")


def _is_ourselves(draft: Draft, section: ProviderSection) -> bool:
    """Whether a provider would be this gateway, which would ask itself again and again."""
    found = origin(section.base_url.strip())
    own = {bind.port for bind in (draft.config.server, *draft.config.listeners) if bind.port}
    return found is not None and found.port in own and is_loopback(found.host)


def _off(draft: Draft, name: str, section: ProviderSection, key: str) -> str:
    """Why the provider is off: it needs a key and has none, or is ourselves. That is no error."""
    known = profile(section.kind)
    if _is_ourselves(draft, section):
        return f"this gateway itself listens at {section.base_url.strip()}"
    if key or known.local or known.in_process:
        return ""
    names = variables(draft.source("providers", name, "api_key"))
    if names:
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not set"
    return "no `api_key` is configured" if known.needs_key else ""


def _at_its_vendor(draft: Draft, target: Target) -> Target:
    """The target, its provider being where the vendor is that the model's name says, if the configuration does not."""
    provider = target.provider
    if not profile(provider.kind).any_vendor or provider.base_url:
        return target
    found = vendors.address(target.model, vectors=any(one.one_model for one in target.operations))
    if not found:
        vendor = vendors.vendor(target.model)
        message = (
            f"Where `{vendor}` is, nobody says: it is not among the vendors whose address the gateway knows."
            if vendor
            else "The model does not say who the vendor is."
        )
        remedy = f"Write `base_url` under `providers.{provider.name}`" + (
            ", or the kind of the provider if it has one of its own (`gateway schema config` lists them)."
            if vendor
            else f", or the vendor before the model: `mistral/{target.model}`."
        )
        draft.problem(("targets", target.name, "model"), message, remedy)
    return replace(target, provider=replace(provider, base_url=found))


def _target(name: str, section: TargetSection, provider: Provider) -> Target:
    price = section.price
    return Target(
        name=name,
        provider=provider,
        model=section.model,
        capabilities=frozenset(section.capabilities),
        context=section.context,
        power_w=section.power_w,
        price=Price(**dict(price)) if price else None,
        relay_errors=section.relay_errors or provider.relay_errors,
        token_note=section.token_note,
        idle_s=section.idle_s,
        slots=section.slots,
        memory_gb=section.memory_gb,
        preload=section.preload,
        quality=section.quality,
        complexity=frozenset(section.complexity),
    )
