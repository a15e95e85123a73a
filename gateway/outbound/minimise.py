"""Keeps of a payload what a target needs (45 CFR 164.502(b)), and refuses errands; adds and rewrites nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.domain import JSON, Capability, Target, Tree
from gateway.errors import ErrandDenied
from gateway.phi.leaf import Errand
from gateway.wire.fields import Dropped, Field, Object
from gateway.wire.paths import render

_WHAT: Mapping[Capability | None, str] = {
    Capability.FETCH_URLS: "fetch an address. Send the content itself as a data: URL",
    Capability.HOSTED_TOOLS: "run tools of its own or call other servers. Use tools that your application runs",
    Capability.STORED_FILES: "store something or use what was stored. Send the content with the request",
    None: "load something else than its model. Remove the field",
}


def refuse_errands(errands: Iterable[Errand], target: Target) -> None:
    """Let through what asks `target` for nothing but an answer (law 11).

    Raises:
        ErrandDenied: it would have the target fetch, store or call something without the capability for it.
    """
    for errand in errands:
        if errand.capability is None or errand.capability not in target.capabilities:
            allow = f", or list the capability {errand.capability} on target {target.name}" if errand.capability else ""
            raise ErrandDenied(
                f"This request asks the target to {_WHAT[errand.capability]}{allow}.", param=render(errand.path)
            )


def minimise(payload: Tree, fields: Object, *, on_prem: bool) -> Tree:
    """A new tree with what may be sent; parts that stay as they are are shared with `payload`.

    Fields that no target needs never leave, nor do null ones (some servers refuse them). On the premises the rest is
    kept, unknown fields too; elsewhere only what the table of the dialect knows.
    """
    if on_prem:
        known = fields.fields
        return {
            key: value
            for key, value in payload.items()
            if value is not None and not isinstance(known.get(key), Dropped)
        }
    sent = fields.rebuilt({key: value for key, value in payload.items() if value is not None}, _sent)
    return sent if isinstance(sent, dict) else {}


def _sent(value: JSON, field: Field) -> JSON:
    return field.rebuilt(value, _sent)
