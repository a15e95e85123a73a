"""Builds the labels that a request may have, and the terms that give them; `private` is always one of them."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config.draft import Draft
from gateway.document import nearest
from gateway.domain import PRIVATE, Path
from gateway.phi.find.label_terms import LabelTerms


def known_labels(draft: Draft, labels: Sequence[str], path: Path) -> tuple[str, ...]:
    """`labels`, of which each that is not defined is a problem at `path`."""
    known = draft.names("labels") | {PRIVATE}
    for label in labels:
        if label not in known:
            draft.problem(path, f"There is no label `{label}`.", nearest(label, known))
    return tuple(labels)


def build_label_terms(draft: Draft) -> LabelTerms:
    """The terms of all labels. A term of fewer than two letters or digits would be in every text."""
    terms: list[tuple[str, str]] = []
    for name, section in draft.config.labels.items():
        for index, term in enumerate(section.terms):
            path: Path = ("labels", name, "terms", index)
            if sum(map(str.isalnum, term)) < 2:
                message = "A term of one letter stands in nearly every text."
                draft.problem(path, message, "Write a whole word, such as `methadone`.")
            else:
                terms.append((name, term))
    return LabelTerms(tuple(terms))
