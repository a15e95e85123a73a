"""Configurations as a person would write them, made of what a test is about: providers, targets and routes by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from tests.kit.servers import UpstreamServer

BAA = {"reference": "C-1", "expires": date(2099, 12, 31)}


class _Plain(yaml.SafeDumper):
    """Writes a value that is used twice in full: nobody writes `*id001`."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def at_home(server: UpstreamServer, **more: Any) -> dict[str, Any]:
    """A provider on the premises."""
    return {"kind": "openai_compatible", "base_url": server.base_url, "traits": ["on_prem"], **more}


def away(server: UpstreamServer, *, baa: bool = True, **more: Any) -> dict[str, Any]:
    """A cloud, with an agreement that never ends or with none."""
    return {"kind": "openai", "base_url": server.base_url, "api_key": "k", **({"baa": BAA} if baa else {}), **more}


def config(
    *,
    providers: Mapping[str, Mapping[str, Any]],
    targets: Mapping[str, str | Mapping[str, Any]],
    routes: Mapping[str, Sequence[str] | Mapping[str, Any]],
    **more: Any,
) -> str:
    """The text of a `config.yaml`. A target may be "provider/model" and a route a list; the first is the default."""
    return yaml.dump(
        {
            "version": 1,
            "providers": providers,
            "targets": {name: _target(target) for name, target in targets.items()},
            "routes": {name: {"targets": one} if isinstance(one, list) else one for name, one in routes.items()},
            "default_route": next(iter(routes)),
            **more,
        },
        Dumper=_Plain,
        sort_keys=False,
    )


def _target(target: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(target, str):
        return target
    provider, _, model = target.partition("/")
    return {"provider": provider, "model": model}
