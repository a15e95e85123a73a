"""The engine's work on one passage as named passes; each can be left out, to measure what it costs and gains.

The first passes add hits, `merge` makes one list of them, the last passes take hits back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from gateway.domain import Carrier, Finding, Kind, Part, Passage
from gateway.phi.find import (
    addresses,
    assistants,
    crowds,
    evasion,
    identifiers,
    participants,
    processes,
    structure,
    towns,
)
from gateway.phi.find.counting import DEVELOPERS, SHARED_MAILBOX, excused
from gateway.phi.find.encoder import look
from gateway.phi.find.evasion import Hidden
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.merge import merge
from gateway.phi.find.model import constants, made, measures, shorthand, things, veto
from gateway.phi.find.permitted import permitted
from gateway.phi.find.records import (
    apart,
    beside,
    commands,
    complaints,
    field_paths,
    formats,
    inserts,
    keys,
    layouts,
    rounds,
)
from gateway.phi.find.records.formats import Records
from gateway.phi.find.rules import catalogue
from gateway.phi.find.talk import listen
from gateway.phi.find.talk.listen import Talk
from gateway.phi.find.text.normalise import Normalised, normalise
from gateway.phi.find.text.told import Told
from gateway.phi.find.trim import trim
from gateway.phi.grammar import find_tokens
from gateway.phi.grids import APART


class Model(Protocol):
    """Finds names, places, dates and ids by context in a normalised text; findings in order, not overlapping."""

    def find(self, text: str) -> list[Finding]: ...
    def doubts(self) -> list[tuple[int, int]]:
        """Where the last `find` hesitated and found nothing: [start, end) of each."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as every pass sees it: its normalised text, what in it can be read otherwise, the records in it, and the talk."""

    passage: Passage
    folded: Normalised
    hidden: Hidden
    records: Records
    talk: Talk
    told: Told
    """The normalised text for whoever asks what stands around a hit, before the encoder and at the end."""

    @classmethod
    def of(cls, passage: Passage) -> Reading:
        folded = normalise(passage.text)
        records = formats.recognised(folded, passage.cue)
        talk = Talk() if records.formats - _LOOSE else listen.heard(folded)
        return cls(passage, folded, evasion.hidden(folded), records, talk, Told(folded.text))


Pass: TypeAlias = Callable[[Reading, list[Hit]], list[Hit]]
"""From the hits so far to the hits after it."""


def passes(
    model: Model | None, encoder: look.Encoder | None = None, *, without: Collection[str] = ()
) -> tuple[Pass, ...]:
    """The passes in order, those named in `without` left out.

    Raises:
        ValueError: `without` names what is no pass, or `merge`, which everything after it relies on.
    """
    named = dict(_PASSES)
    if model is not None:
        named["model"] = _by(model, records="records" not in without, doubting=encoder is not None)
    if encoder is not None:
        named["encoder"] = _looking_again(encoder)
    if not set(without) <= set(NAMES) - {"merge"}:
        raise ValueError(f"these passes can be left out: {', '.join(name for name in NAMES if name != 'merge')}")
    return tuple(named[name] for name in NAMES if name in named and name not in without)


def _rules(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What has a shape or a cue."""
    return [*hits, *catalogue.find(reading.folded)]


def _keys(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """A value whose key in the payload says what it is, and what stands in the name of a tool or a schema."""
    text, carrier = reading.folded.text, reading.passage.carrier
    hits = [*hits, *keys.whole(text, reading.passage), *identifiers.find(text, carrier, reading.passage.part)]
    hits += [*participants.stored(text), *rounds.find(text)]
    if reading.passage.cue == participants.SPEAKER and carrier is Carrier.NAME:
        hits += participants.speaks(text)
    if carrier in identifiers.GIVEN_BY_DEVELOPERS and identifiers.one_word(text):
        hits += [hit._replace(patient=True) for hit in structure.announced(text)]
    return hits


def _layouts(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Values under the keys of JSON and XML of no known format, after labels, in URLs, and in what databases complain of."""
    text = reading.folded.text
    more = [*layouts.find(reading.folded), *addresses.find(reading.folded), *structure.hanging(text)]
    return [
        *hits,
        *more,
        *complaints.find(text),
        *inserts.find(text),
        *beside.find(text),
        *field_paths.find(text),
        *commands.find(text),
    ]


def _talk(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What is said aloud, and the answers to what somebody asks for; records are written."""
    text, talk = reading.folded.text, reading.talk
    if talk.held:
        hits = [hit for hit in hits if not listen.labelled(hit, talk, text)]
    return [*hits, *listen.find(reading.folded, talk)] if talk.ways else hits


def _evasion(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What is encoded, spelled out or stretched."""
    return [*hits, *evasion.find(reading.folded, reading.hidden)]


def _records(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What the fields of records hold; and what rules take there for an identifier and the field calls a code is none."""
    return [*reading.records.hits, *formats.outside(hits, reading.records, reading.folded.text)]


def _by(model: Model, *, records: bool, doubting: bool) -> Pass:
    """What only its context tells, with `records` only where no record says already what it is; `doubting`, also where it hesitates."""

    def find(reading: Reading, hits: list[Hit]) -> list[Hit]:
        text = reading.folded.text
        passage = reading.passage
        if passage.carrier is Carrier.TOOL_DEFINITION and _CONSTANT.fullmatch(text):
            return hits
        if passage.carrier is Carrier.NAME and passage.cue == participants.SPEAKER and identifiers.one_word(text):
            return hits
        found: list[Hit] = []
        for start, end in reading.records.open(text) if records else ((0, len(text)),):
            for one in model.find(text[start:end]):
                found.append(Hit(one.kind, start + one.start, start + one.end, one.confidence, Evidence.CONTEXT))  # noqa: PERF401
            if doubting:
                found += [
                    Hit(Kind.NAME, start + low, start + high, 0.0, Evidence.DOUBT) for low, high in model.doubts()
                ]
        return [*hits, *(formats.unhushed(found, reading.records, text) if records else found)]

    return find


def _looking_again(encoder: look.Encoder) -> Pass:
    """What the encoder adds to what the model found, and takes back of it: never in a record, whose fields say what they hold."""

    def find(reading: Reading, hits: list[Hit]) -> list[Hit]:
        if reading.records.formats or reading.passage.cue:
            return [hit for hit in hits if hit.evidence is not Evidence.DOUBT]
        return look.again(reading.passage, reading.told, hits, encoder, excused)

    return find


def _exceptions(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Assistants that introduce themselves are nobody, nor, where developers write, is a shared mailbox or their assistant."""
    text = reading.folded.text
    if products := assistants.nobody(hits, text):
        hits = [hit for hit in hits if hit not in products]
    if reading.passage.carrier not in DEVELOPERS:
        return hits
    hits = [hit for hit in hits if hit.kind is not Kind.EMAIL or hit.confidence > SHARED_MAILBOX]
    if persona := _PERSONA.search(text):
        name = persona.group(1)
        hits = [hit for hit in hits if hit.evidence is not Evidence.CONTEXT or text[hit.start : hit.end] != name]
    return hits


def _printed(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Without what a machine prints of itself: sizes, modes, bytes, processes."""
    return processes.unprinted(hits, reading.folded.text, reading.hidden.blobs)


def _trim(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Names without the words beside them that are nobody's."""
    return trim(hits, reading.folded.text)


def _merge(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """One list without overlaps; what merging left of a name or an address ends with no label either."""
    text = reading.folded.text
    return towns.reach(trim(merge(hits, text), text), text) if hits else hits


def _tokens(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Hits within one of our own pseudonyms are no identifiers.

    Only what the grammar of pseudonyms would restore hides a hit, and it is reported itself (`find_tokens`). A hit that
    reaches beyond it stays: an address may begin with what looks like a pseudonym.
    """
    tokens = find_tokens(reading.passage.text) if hits else ()
    if not tokens:
        return hits
    kept: list[Hit] = []
    for hit in hits:
        start, end = reading.folded.origin(hit.start, hit.end)
        if not any(token.start <= start and end <= token.end for token in tokens):
            kept.append(hit)
    return kept


def _veto(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What only its context made a hit and what holds no value."""
    text, talk = reading.folded.text, reading.talk
    hits = crowds.of_many([hit for hit in hits if not made.at_random(hit, text)], text)
    cue = reading.passage.cue
    if cue and (measures.measured(cue, text) or (APART in cue and apart.counted(cue, text))):
        return [hit for hit in hits if hit.evidence is not Evidence.CONTEXT]
    if reading.passage.part is Part.CHOICE and things.chosen(cue, text):
        hits = [hit for hit in hits if hit.evidence is Evidence.CUE or hit.kind is not Kind.NAME]
    hits = things.in_counties(things.at_home(cue, text, hits) if cue else hits, text)
    return [
        hit
        for hit in hits
        if hit.evidence is not Evidence.CONTEXT
        or not (
            veto.empty(hit, text)
            or (hit.kind is Kind.OTHER_ID and not any(map(str.isdigit, text[hit.start : hit.end])))
            or measures.counted(text, hit.start, hit.end)
            or constants.is_one(text, hit.start, hit.end)
            or shorthand.is_one(hit, text)
            or things.nowhere_near(hit, text)
            or (talk.held and listen.nobody(hit, text, talk))
        )
    ]


def _company(reading: Reading, hits: list[Hit]) -> list[Hit]:  # noqa: ARG001
    """Weak signs of records need another finding beside them."""
    return formats.accompanied(hits)


def _permit(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """What Safe Harbor lets stand."""
    return [hit for hit in hits if not permitted(hit, reading.folded.text)]


_PASSES: Final[Mapping[str, Pass]] = {
    "rules": _rules,
    "keys": _keys,
    "layouts": _layouts,
    "talk": _talk,
    "evasion": _evasion,
    "records": _records,
    "exceptions": _exceptions,
    "printed": _printed,
    "trim": _trim,
    "merge": _merge,
    "tokens": _tokens,
    "veto": _veto,
    "permit": _permit,
    "company": _company,
}
NAMES: Final = (
    "rules", "keys", "layouts", "talk", "evasion", "records", "model", "encoder",
    "exceptions", "printed", "trim", "merge", "tokens", "veto", "permit", "company",
)  # fmt: skip
_LOOSE: Final = frozenset({"tables", "apart"})
"""Columns are seen in many texts, also in talks; the other formats say for sure that a text is written."""
_CONSTANT: Final = re.compile(r"\s*[A-Z0-9_]{1,24}\s*|\s*[a-z][A-Za-z0-9_]*\s*")
"""A value or a field of a schema: `YYYYMMDD`, `IM`, `birthDate`; no `Okafor`."""
_PERSONA: Final = re.compile(
    r"\b(?:[Yy]ou are|[Yy]our name is|[Aa]ct as|[Yy]ou act as|[Aa]ssistant (?:called|named))\s+(?:the |an? )?[\"'*]{0,2}([A-Z]\w+)"
)
"""What a product calls its assistant ("You are Florence, …")."""
