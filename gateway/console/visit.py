"""One request to the console, and what becomes of it: a page, or another address; knows no view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from gateway.api.exchange import Exchange
from gateway.config import Listener, Settings
from gateway.console.access import Access, Visitor
from gateway.domain import Permission
from gateway.errors import InvalidRequest, PermissionDenied

FORM_BYTES: Final = 1024 * 1024
"""A form of somebody who is known: a whole request fits in. Of somebody who is not, a key is all that is read."""
KEY_BYTES: Final = 4 * 1024
FORM_KIND: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = 32


@dataclass(frozen=True, slots=True)
class Page:
    """A template with what it shows."""

    template: str
    shown: Mapping[str, object] = field(default_factory=dict, repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a form leads to: the page at `path`, loaded anew (303)."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor's request. `rest` is the end of the path, where the view has a name there; `settings_now` says what is in
    force later, for a view that goes on.
    """

    exchange: Exchange
    settings: Settings
    listener: Listener
    visitor: Visitor
    access: Access = field(repr=False)
    settings_now: Callable[[], Settings]
    rest: str = ""

    def demand(self, permission: Permission) -> None:
        """Raise `PermissionDenied` unless the visitor may."""
        if not self.visitor.may(permission):
            raise PermissionDenied(f"This takes a key whose caller has `may: [{permission}]`.")

    async def form(self) -> dict[str, str]:
        """The fields of the form, which must be one of a page that this visitor was given.

        Raises:
            PermissionDenied: it is not.
            InvalidRequest, PayloadTooLarge, RequestTimeout: as the body was.
        """
        fields = await read_form(self.exchange, self.settings, limit=FORM_BYTES)
        self.access.check_form(fields.pop("form", ""), self.visitor.form)
        return fields


Answer: TypeAlias = Page | Elsewhere | None
"""None: the view has answered itself."""
Handler: TypeAlias = Callable[[Visit], Awaitable[Answer]]


async def read_form(exchange: Exchange, settings: Settings, *, limit: int) -> dict[str, str]:
    """The fields of a form, the first of each name.

    Raises:
        InvalidRequest, PayloadTooLarge, RequestTimeout: as the body was.
    """
    if exchange.header("content-type").partition(";")[0].strip().lower() != FORM_KIND:
        raise InvalidRequest("The console takes forms of its own pages.")
    body = await exchange.body(limit=limit, deadline_s=settings.limits.body_timeout_s)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_FIELDS)
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None
    return dict(reversed(pairs))
