"""Compares what is about to leave with what was to be taken out: tokens are no finding; redacts nothing itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from gateway.domain import Detection, Finding, Kind, UnknownReason
from gateway.phi.findings import Leaves, Located
from gateway.phi.grammar import grammar, token_name
from gateway.phi.leaf import Form, Leaf
from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.phi.replace.redact import RedactionRefused, Refused

MIN_CHARS_INSIDE_WORDS = 4
_ALONE = frozenset({Form.NUMBER, Form.FIXED, Form.JSON_NUMBER})
_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?|true|false")


class RedactionIncomplete(RedactionRefused):
    """After redaction something was still found, or it could not be told."""

    reason = Refused.INCOMPLETE


class Residue(NamedTuple):
    """A text that is still there, and what it was taken for."""

    kind: Kind
    surface: str


def residue(
    leaves: Leaves,
    detections: Sequence[Detection],
    *,
    wanted: Collection[Kind],
    known: Pseudonyms,
    written: Collection[str],
) -> list[Residue]:
    """What a second scan found of the `wanted` kinds, beside the tokens we `known` and the texts we have `written`.

    Raises:
        RedactionIncomplete: the scan failed.
    """
    if len(detections) != len(leaves.leaves):
        raise RedactionIncomplete(())
    left: list[Residue] = []
    for leaf, detection in zip(leaves.leaves, detections, strict=True):
        if UnknownReason.SCAN_FAILED in detection.unknowns:
            raise RedactionIncomplete(leaf.path)
        for finding in detection.findings:
            if finding.kind in wanted and leaf.text[finding.start : finding.end] not in written:
                left += [Residue(finding.kind, surface) for surface in _beside_tokens(leaf.text, finding, known)]
    return left


def again(leaves: Iterable[Leaf], left: Iterable[Residue]) -> tuple[Located, ...]:
    """Every place in the original that says what is left; what is short only where it is a word of its own.

    A number that stands alone (the `maximum` of a schema, an argument of a tool) is none of them: it was read there with the
    keys around it, and would be located already if the number were anybody's. What a token makes stand out in a sentence
    ("up to 600000") makes no identifier of a limit elsewhere.
    """
    kinds = {surface: kind for kind, surface in left}
    longest_first = sorted(kinds, key=len, reverse=True)
    words = re.compile("|".join(_pattern(surface) for surface in longest_first))
    return tuple(
        Located(leaf, Finding(kinds[found[0]], found.start(), found.end()))
        for leaf in leaves
        if leaf.form not in _ALONE or not _NUMBER.fullmatch(leaf.text)
        for found in words.finditer(leaf.text)
    )


def _pattern(surface: str) -> str:
    exact = re.escape(surface)
    return exact if len(surface) >= MIN_CHARS_INSIDE_WORDS else rf"(?<!\w){exact}(?!\w)"


def _beside_tokens(text: str, finding: Finding, known: Pseudonyms) -> list[str]:
    """The parts of a finding that are not our tokens and say something."""
    parts: list[str] = []
    at = finding.start
    for token in grammar(quoted=False).token.finditer(text):
        if token.end() > finding.start and token.start() < finding.end and token_name(token[0]) in known:
            parts.append(text[at : token.start()])
            at = token.end()
    parts.append(text[at : finding.end])
    stripped = [part.strip() for part in parts]
    return [part for part in stripped if any(character.isalnum() for character in part)]
