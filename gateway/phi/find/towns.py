"""How far an address reaches: to the town and the four digits with which it ends in Australia, New Zealand and South Africa."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit

_WORDS: Final = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}"
_REST: Final = re.compile(
    rf"(?: {_WORDS})?(?:, {_WORDS}){{0,2}},? (?:(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT),? )?\d{{4}}(?![\w%-]|[./:,]\d)"
)


def reach(hits: Sequence[Hit], text: str) -> list[Hit]:
    """`hits` in order, each address up to its post code; what a model saw on the way there is of the address."""
    kept: list[Hit] = []
    end = -1
    for hit in hits:
        if hit.start < end and hit.evidence <= Evidence.CONTEXT:
            continue
        reached = _end(hit, hits, text) if hit.kind is Kind.ADDRESS else hit.end
        end = max(end, reached if reached > hit.end else -1)
        kept.append(hit._replace(end=reached))
    return kept


def _end(address: Hit, hits: Sequence[Hit], text: str) -> int:
    rest = _REST.match(text, address.end)
    if rest is None:
        return address.end
    firm = (other for other in hits if other.evidence > Evidence.CONTEXT)
    return address.end if any(address.end <= other.start < rest.end() for other in firm) else rest.end()
