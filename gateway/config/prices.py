"""Published prices, out of the list that LiteLLM ships; it never imports LiteLLM and never asks the network."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import orjson

from gateway.config.settings import Settings
from gateway.domain import Price, ProviderKind, Target
from gateway.kinds import profile

FILE = "model_prices_and_context_window_backup.json"

Model = tuple[ProviderKind, str]


def priced(settings: Settings) -> Settings:
    """Settings whose cloud targets carry the published price where the configuration names none."""
    models = [(target.provider.kind, target.model) for target in settings.targets.values()]
    own = Path(settings.pricing.prices) if settings.pricing.prices else None
    prices = {**load(models), **(load(models, path=own) if own else {})}

    def with_price(target: Target) -> Target:
        price = prices.get((target.provider.kind, target.model))
        return replace(target, price=price) if target.price is None and price is not None else target

    routes = {
        name: replace(route, targets=tuple(with_price(target) for target in route.targets))
        for name, route in settings.table.routes.items()
    }
    targets = {name: with_price(target) for name, target in settings.targets.items()}
    return replace(settings, targets=targets, table=replace(settings.table, routes=routes))


def find_file() -> Path | None:
    """The file inside the installed package, or None where it is not installed."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name(FILE)
    return path if path.is_file() else None


def source() -> str:
    """Which list the published prices are of, so that somebody can see how old they are; "" where there is none."""
    if find_file() is None:
        return ""
    return f"LiteLLM {importlib.metadata.version('litellm')}"


def load(models: Iterable[Model], *, path: Path | None = None) -> Mapping[Model, Price]:
    """Prices of those `models` that the map at `path` (by default LiteLLM's) knows; the others are absent, never 0.

    Not read: prices per picture, second or character, and the surcharge some providers take on very long prompts.
    Raises `ValueError` where the file is not a JSON object.
    """
    wanted = [model for model in models if profile(model[0]).price_prefixes]
    path = path or find_file()
    if not wanted or path is None:
        return {}
    entries = orjson.loads(path.read_bytes())
    if not isinstance(entries, dict):
        raise ValueError(f"{path.name} is not a price map")  # noqa: TRY004  # of the file, not of an argument
    found = {model: _find(entries, model) for model in wanted}
    return {model: price for model, price in found.items() if price is not None}


def _find(entries: Mapping[str, object], model: Model) -> Price | None:
    kind, name = model
    for prefix in profile(kind).price_prefixes:
        entry = entries.get(prefix + name)
        if isinstance(entry, dict):
            return _price(entry)
    return None


def _price(entry: Mapping[str, object]) -> Price | None:
    per_input = _per_mtok(entry.get("input_cost_per_token"))
    per_output = _per_mtok(entry.get("output_cost_per_token"))
    if per_input is None or per_output is None or not per_input + per_output:
        return None
    return Price(
        per_input,
        per_output,
        cached_input_usd_per_mtok=_per_mtok(entry.get("cache_read_input_token_cost")),
        cache_write_usd_per_mtok=_per_mtok(entry.get("cache_creation_input_token_cost")),
        reasoning_usd_per_mtok=_per_mtok(entry.get("output_cost_per_reasoning_token")),
        audio_input_usd_per_mtok=_per_mtok(entry.get("input_cost_per_audio_token")),
        audio_output_usd_per_mtok=_per_mtok(entry.get("output_cost_per_audio_token")),
    )


def _per_mtok(dollars: object) -> Decimal | None:
    if isinstance(dollars, bool) or not isinstance(dollars, int | float) or dollars < 0:
        return None
    return Decimal(repr(dollars)) * 1_000_000
