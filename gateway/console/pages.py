"""Renders pages: templates that escape all they are given, and headers by which nothing runs or loads that is not ours."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway import __version__
from gateway.console.assets import address

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).parent / "templates"
POLICY: Final = "; ".join(
    [
        *("default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
        *("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"),
    ]
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # `no-referrer` would take the origin off our own forms (Fetch, 3.2)
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class View(NamedTuple):
    """A page that the navigation leads to."""

    name: str
    path: str
    title: str


VIEWS: Final[Sequence[View]] = (
    View("live", "/console", "Live"),
    View("try", "/console/try", "Try a text"),
    View("models", "/console/models", "Models"),
    View("policies", "/console/policies", "Policies"),
    View("record", "/console/record", "Record and cost"),
    View("start", "/console/start", "Start here"),
)


def page(template: str, shown: Mapping[str, object], *, view: str = "", policy: str = "", now_s: float = 0.0) -> bytes:
    """A whole page. `view` is the one that it is of, `policy` the hash of the rules in force."""
    around = {"views": VIEWS, "view": view, "version": __version__, "policy": policy, "now_s": now_s or time.time()}
    return _environment().get_template(template).render({**around, **shown}).encode()


def part(template: str, shown: Mapping[str, object]) -> str:
    """A piece of a page, on one line."""
    return " ".join(_environment().get_template(template).render(shown).split())


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  40 ms that no start waits for

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"asset": address}
    made.filters |= {
        "moment": moment,
        "clock": clock,
        "dollars": dollars,
        "watt_hours": watt_hours,
        "seconds": seconds,
        "short": short,
        "count": count,
    }
    return made


def moment(at_us: object) -> str:
    """A day and a time (UTC) of microseconds."""
    return _at(at_us, "%Y-%m-%d %H:%M:%S")


def clock(at_us: object) -> str:
    """A time of the day (UTC)."""
    return _at(at_us, "%H:%M:%S")


def _at(at_us: object, form: str) -> str:
    if not isinstance(at_us, int) or not at_us:
        return "–"
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime(form)


def dollars(amount: object) -> str:
    """Money, to the digit that says something."""
    if not isinstance(amount, int | float):
        return "–"
    if amount == 0:
        return "$0"
    return f"${amount:.2f}" if amount >= 1 else f"${amount:.4f}".rstrip("0") if amount >= 0.0001 else "< $0.0001"


def watt_hours(amount: object) -> str:
    if not isinstance(amount, int | float):
        return "–"
    if 0 < amount < 0.001:
        return "< 0.001 Wh"
    return "0 Wh" if amount == 0 else f"{amount:.3g} Wh" if amount < 1000 else f"{amount / 1000:.3g} kWh"


def seconds(amount: object) -> str:
    """A time that something took."""
    if not isinstance(amount, int | float):
        return "–"
    return f"{amount * 1000:.1f} ms" if amount < 0.1 else f"{amount * 1000:.0f} ms" if amount < 1 else f"{amount:.1f} s"


def short(digest: object) -> str:
    """The beginning of a hash, by which people tell two apart."""
    return str(digest)[:12] if digest else "–"


def count(number: object) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}" if isinstance(number, int) else "–"
