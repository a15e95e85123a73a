"""Terms of an administrator that give a request a label, wherever in it they stand; pure and linear, and only ever adds.

A text that nobody could read (base64, token numbers, a scan that was late) may hold any of them, and so counts as holding all (law 4). Images,
recordings and files do not: rules on `unknown` speak of those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.domain import Passage, UnknownReason
from gateway.phi.find.own_words import phrase
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised, normalise

UNREAD: Final = frozenset({UnknownReason.ENCODED, UnknownReason.TOKEN_IDS, UnknownReason.SCAN_FAILED})
"""Why a text may hold terms that nobody could look for."""


@dataclass(frozen=True, slots=True)
class LabelTerms:
    """Pairs of a label and a term that gives it, in the order of the configuration."""

    terms: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def labels(self) -> frozenset[str]:
        """All labels that some term gives."""
        return frozenset(label for label, _ in self.terms)


def labelled(terms: LabelTerms, passages: Iterable[Passage]) -> frozenset[str]:
    """The labels that these passages have by their terms, however those are spaced or capitalised."""
    if not terms:
        return frozenset()
    gate, found = _gate(terms), set[str]()
    for passage in passages:
        folded = normalise(passage.text)
        for place in sorted(int(name) for name in gate.open(folded.shape)):
            label, term = terms.terms[place]
            if label not in found and _stands(gate, str(place), term, folded):
                found.add(label)
    return frozenset(found)


def unread(terms: LabelTerms, unknowns: frozenset[UnknownReason]) -> frozenset[str]:
    """The labels that a request has because somebody could not look for their terms in all of its text."""
    return frozenset() if unknowns.isdisjoint(UNREAD) else terms.labels


def _stands(gate: Gate, name: str, term: str, folded: Normalised) -> bool:
    """Whether a term is there; letters beyond ASCII, which the pattern does not tell apart, must agree."""
    wanted = normalise(term).text.casefold().split()
    places = (match.span(1) for match in gate.matches(name, folded.shape))
    return any(term.isascii() or folded.text[start:end].casefold().split() == wanted for start, end in places)


@lru_cache(maxsize=4)
def _gate(terms: LabelTerms) -> Gate:
    return Gate({str(place): phrase(term) for place, (_, term) in enumerate(terms.terms)})
