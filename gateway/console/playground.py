"""Says what would become of a text: what was found in it and where, and what each target would get; sends and keeps nothing.

The text is known for as long as the answer takes, and only the targets' bodies repeat it, to whoever gave it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Final, Protocol

from gateway.api.holders import Holders
from gateway.api.question import ask
from gateway.console.visit import Answer, Page, Visit
from gateway.domain import DIRECT, Permission, Tree
from gateway.errors import GatewayError, InvalidRequest
from gateway.pipeline.aside import LARGE_BYTES
from gateway.pipeline.explain import Explained
from gateway.wire.endpoint import Call
from gateway.wire.json_body import read_object

_SUBJECTS: Final = frozenset({"messages", "input", "prompt", "query", "contents"})
"""What an object has that is a request, and not a text in braces."""
_BESIDE: Final = ("agent", "route", "caller", "label")


class Explains(Protocol):
    """Knows what would become of a call."""

    def explain(self, call: Call, *, outbound: bool = False) -> Awaitable[Explained]: ...


class Playground:
    """The view in which somebody tries a text."""

    def __init__(self, explains: Explains, holders: Holders) -> None:
        self._explains = explains
        self._holders = holders

    async def show(self, visit: Visit) -> Answer:
        """The page, with nothing tried yet."""
        return Page("try.html", {**_choices(visit), "tried": None})

    async def tried(self, visit: Visit) -> Answer:
        """What would become of the text in the form. Raises `GatewayError` for a form that is none of ours."""
        visit.demand(Permission.EXPLAIN)
        fields = await visit.form()
        try:
            tree, whole = question_of(fields)
            asked = ask(
                tree,
                visit.settings,
                asker=visit.visitor.caller,
                stored=self._holders.keys.named,
                large=len(fields.get("text", "")) > LARGE_BYTES,
            )
            explained = await self._explains.explain(asked.call, outbound=True)
        except GatewayError as error:
            shown = {"problem": error.message}
            return Page("try.html", {**_choices(visit), "tried": shown}, status=error.status)
        return Page("try.html", {**_choices(visit), "tried": {"problem": "", "whole": whole, **told(explained)}})


def question_of(fields: Mapping[str, str]) -> tuple[Tree, bool]:
    """The question that a form asks, and whether its text is a whole request; else it is what a user says.

    Raises:
        InvalidRequest: there is no text.
    """
    text = fields.get("text", "").replace("\r\n", "\n")  # as it stands in the page, where characters are counted
    if not text.strip():
        raise InvalidRequest("There is no text to try.")
    request: Tree | None = None
    if text.lstrip().startswith("{"):
        try:
            request = read_object(bytearray(text.encode("utf-8", "surrogatepass")))
        except GatewayError:
            request = None
    whole = request is not None and bool(_SUBJECTS & request.keys())
    if request is None or not whole:
        request = {"messages": [{"role": "user", "content": text}]}
    beside: Tree = {name: fields[name] for name in _BESIDE if fields.get(name)}
    return {"request": request, "outbound": True, **beside}, whole


def told(explained: Explained) -> Tree:
    """The explanation as the page shows it: findings with their group, refused targets behind those that are permitted."""
    tree = explained.tree()
    found = tree["found"]
    direct = {kind.value for kind in DIRECT}
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            one["direct"] = one["kind"] in direct
    return {"outbound": {}, **tree}


def _choices(visit: Visit) -> dict[str, object]:
    """Whom somebody can imagine to ask."""
    table = visit.settings.table
    return {
        "may": visit.visitor.may(Permission.EXPLAIN),
        "agents": sorted(table.agents),
        "routes": sorted(table.routes),
        "labels": sorted(table.labels),
        "callers": sorted(caller.name for caller in visit.settings.callers),
    }
