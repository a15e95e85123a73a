"""Writes a labelled text again with every name, place and number replaced by others of the same form; dates stay."""

from __future__ import annotations

import random
import re

from bench.phi.corpus import people, values
from bench.phi.corpus.grammar import Document, Span

_TITLE = re.compile(r"^(?:Dr|Mr|Mrs|Ms|Miss|Prof|Nurse|Doctor)\.?\s+", re.IGNORECASE)
_INITIALS = 3
_HOUSE = re.compile(
    r"(?i)\b(?:hosp|hospitals?|clinic|cent(?:er|re)|ctr|med|medical|health\w*|institute|memorial|general|gen|presbyterian|office|va|care|"
    r"sinai|hopkins|ucla|ucsf|nyu|stanford|baylor|mayo|kaiser|upmc|anderson|langone|st)\b|^[A-Z]{3,5}$"
)


def swapped(doc: Document, rng: random.Random, *, part: str) -> Document:
    """Names, places and numbers from `part` of the corpus; the same surface gets the same stand-in."""
    text, spans, at = "", [], 0
    stand_ins: dict[tuple[str, str], str] = {}
    for span in _disjoint(doc.spans):
        surface = doc.text[span.start : span.end]
        key = (span.type, surface)
        if key not in stand_ins:
            stand_ins[key] = stand_in(surface, span.type, rng, part=part)
        text += doc.text[at : span.start]
        spans.append(Span(len(text), len(text) + len(stand_ins[key]), span.type))
        text += stand_ins[key]
        at = span.end
    return Document(text + doc.text[at:], tuple(spans), doc.family)


def _disjoint(spans: tuple[Span, ...]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def stand_in(surface: str, kind: str, rng: random.Random, *, part: str) -> str:
    match kind:
        case "NAME":
            return _person(surface, rng, part)
        case "GEOGRAPHIC_LOCATION" | "PLACE" | "FACILITY" | "ADDRESS":
            return _place(surface, rng, part)
        case "FACILITY" if not _HOUSE.search(surface):
            return surface  # an employer, a school, a chain: no list of ours stands in for them
        case "DATE" | "AGE" | "URL" | "IP":
            return surface
        case _:
            return _number(surface, rng)


def _person(surface: str, rng: random.Random, part: str) -> str:
    who = people.person(rng, part)
    title = match.group() if (match := _TITLE.match(surface)) else ""
    rest = surface[len(title) :]
    words = rest.replace(",", " ").split()
    if "," in rest:
        form = f"{who.family}, {who.given}"
    elif len(words) == 1:
        form = (
            f"{who.family[0]}."
            if len(rest.rstrip(".")) == 1
            else (who.family if title else rng.choice([who.given, who.family]))
        )
    elif len(words[-1].rstrip(".")) == 1:
        form = f"{who.given if words[0].isalpha() else who.family} {who.family[0]}{'.' if rest.endswith('.') else ''}"
    elif len(words[0].rstrip(".")) == 1:
        form = f"{who.given[0]}. {who.family}"
    else:
        middle = f" {words[1]}" if len(words) > 2 and len(words[1].rstrip(".")) == 1 else ""
        form = f"{who.given}{middle} {who.family}"
    return title + _cased(form, like=rest)


def _cased(form: str, *, like: str) -> str:
    """`form` in the capitals of another: all small, all capitals, or only what stands before the comma in capitals."""
    if like.islower():
        return form.lower()
    if like.isupper() and len(like) > _INITIALS:
        return form.upper()
    family, comma, given = form.partition(",")
    return family.upper() + comma + given if comma and like.partition(",")[0].isupper() else form


def _place(surface: str, rng: random.Random, part: str) -> str:
    if surface.isdigit():
        return _number(surface, rng)
    if surface[0].isdigit():
        return values.address(rng, part).replace("\n", ", ")
    if _HOUSE.search(surface):
        return values.facility(rng, part)
    return values.city_state(rng, part) if "," in surface else values.city(rng, part)


def _number(surface: str, rng: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        char = match.group()
        if char.isdigit():
            return rng.choice("0123456789")
        return rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ" if char.isupper() else "abcdefghijklmnoprstuvwz")

    head, at, tail = surface.partition("@")
    return re.sub(r"[A-Za-z0-9]", other, head) + at + (tail or "")
