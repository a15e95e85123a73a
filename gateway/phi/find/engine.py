"""The built-in detector: passes over each passage, then names and numbers that passages share; pure, linear, never raises."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Final, Protocol

from gateway.domain import DIRECT, Carrier, Detection, Finding, Kind, Part, Passage, UnknownReason
from gateway.phi.find import across, counting, evasion, houses, processes, propagate, registers, structure
from gateway.phi.find.encoder import network
from gateway.phi.find.encoder.look import Encoder
from gateway.phi.find.everyday import NUMBERED, of_goods
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.merge import merge
from gateway.phi.find.passes import Model, Reading, passes
from gateway.phi.find.records import formats
from gateway.phi.find.rules import catalogue
from gateway.phi.find.text import language
from gateway.phi.find.text.normalise import Normalised, normalise

_NO_WORDS: Final = frozenset[str]()
_TOLD_BY_CONTEXT: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.DATE})
_TOLD_BY_PEOPLE: Final = frozenset({Carrier.MESSAGE, Carrier.INPUT, Carrier.TOOL_ARGS, Carrier.TOOL_RESULT})
"""Where something is said of somebody; an instruction and a tool's definition speak of patients in general."""
_NOBODYS: Final = houses.REACHED | NUMBERED
"""What may be a house's, or of goods, and somebody's where another message speaks of one."""
_LEAST_SAID: Final = 12
"""Characters of the shortest text in base64 that may name somebody."""
_DEPTH: Final = 2
"""How many encodings inside one another are looked through by all passes."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one passage says by itself. `hits` are in characters of its normalised text; `words` are that text's."""

    hits: tuple[Hit, ...]
    detection: Detection
    """The answer if no other passage has anything to add."""
    words: frozenset[str]
    names: frozenset[str]
    """Parts of names found in it, by which they are known again elsewhere."""


class Said(Protocol):
    """What is needed of a look where passages are held beside each other, also of one that was kept."""

    @property
    def hits(self) -> tuple[Hit, ...]: ...

    @property
    def detection(self) -> Detection: ...


class Engine:
    """Rules with an optional model. `detect` is `look` at each passage, `across` their edges, `settle` for all.

    `without` names passes (`passes.NAMES`) that are left out, to measure the others.
    """

    def __init__(
        self,
        model: Model | None = None,
        encoder: Encoder | None = None,
        *,
        model_version: str = "",
        without: Collection[str] = (),
    ) -> None:
        self._encoder = encoder
        self._passes = passes(model, encoder, without=without)
        self._covers = frozenset(Kind) if model is not None else catalogue.COVERS | {Kind.TOKEN}
        self._version = f"{_rules_version()}{'-' + model_version if model_version else ''}"

    @property
    def version(self) -> str:
        return self._version

    @property
    def covers(self) -> frozenset[Kind]:
        return self._covers

    @property
    def looks_again(self) -> bool:
        """Whether an encoder looks at what the model said."""
        return self._encoder is not None

    @property
    def ready(self) -> bool:
        """Whether it looks without loading something first."""
        return self._encoder is None or self._encoder.ready

    def wake(self) -> None:
        """Load what is loaded on demand."""
        if self._encoder is not None:
            self._encoder.wake()

    def rest(self) -> None:
        """Give back what the encoder takes, until it is asked again."""
        if self._encoder is not None:
            self._encoder.rest()

    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]:
        return self.settled(passages, [self.look(passage) for passage in passages])

    def settled(self, passages: Sequence[Passage], looks: Sequence[Look]) -> Sequence[Detection]:
        """One detection per passage, of what each says by itself and what they say together."""
        beside: dict[int, list[Hit]] = {}
        for window in across.windows(passages):
            own = [looks[at].hits for at in window]
            for at, hits in self.across([passages[at] for at in window], own).items():
                beside.setdefault(window[at], []).extend(hits)
        for at, hits in self.of_somebody(passages, looks).items():
            beside.setdefault(at, []).extend(hits)
        known = frozenset[str]().union(*(look.names for look in looks))
        return [
            self.settle(
                passage,
                look.hits,
                look.detection,
                learned=(known & look.words) - look.names,
                beside=beside.get(index, ()),
            )
            for index, (passage, look) in enumerate(zip(passages, looks, strict=True))
        ]

    def look(self, passage: Passage) -> Look:
        """What one passage says by itself."""
        return self._look(passage, _DEPTH)

    def _look(self, passage: Passage, depth: int) -> Look:
        """The same; a text within it that is encoded is looked at as any text, to this depth."""
        if passage.carrier is Carrier.STRUCTURE:
            return Look((), self._structure(passage.text), propagate.words(passage.text), _NO_WORDS)
        reading = Reading.of(passage)
        folded, words = reading.folded, propagate.words(reading.folded.text)
        hits: list[Hit] = []
        for one in self._passes:
            hits = one(reading, hits)
        inside: frozenset[UnknownReason] = frozenset()
        if depth and reading.hidden.ways:
            more, inside = self._decoded(passage, reading, hits, depth - 1)
            more = formats.loud(processes.unprinted(more, folded.text, reading.hidden.blobs), reading.records)
            hits = merge([*hits, *more], folded.text) if more else hits
        if depth and reading.records.texts:
            hits = merge([*hits, *self._worded(reading, passage.carrier)], folded.text)
        names = _names(hits, folded.text)
        if names and (again := _again(folded.text, names)):
            hits = merge([*hits, *again], folded.text)
        unknowns = evasion.opaque(folded, reading.hidden, hits) | language.unknown(folded.text, words) | inside
        detection = Detection(_findings(hits, folded, passage.carrier, reading.told), unknowns)
        return Look(tuple(hits), detection, words, names)

    def _structure(self, text: str) -> Detection:
        """What software wrote; a text that stands there encoded is read as any text, and found as a whole."""
        detection = structure.look(text)
        said = structure.decoded(text) if not detection.findings else ""
        if len(said) < _LEAST_SAID:
            return detection
        look = self._look(Passage(said), 0).detection
        counted = [finding for finding in look.findings if finding.counts and finding.kind in DIRECT]
        return Detection((replace(counted[0], start=0, end=len(text)),)) if counted else detection

    def _decoded(
        self, passage: Passage, reading: Reading, hits: Sequence[Hit], depth: int
    ) -> tuple[list[Hit], frozenset[UnknownReason]]:
        """What is found in the texts that stand encoded in a passage, and not yet where they stand; and what is unknown.

        The rules have read them already (`evasion`); what only its context tells needs all passes.
        """
        more: list[Hit] = []
        unknowns: set[UnknownReason] = set()
        taken = [hit for hit in hits if hit.evidence is not Evidence.CONTEXT]
        for inner in evasion.encoded(reading.folded, reading.hidden):
            look = self._look(replace(passage, text=inner.text, cue=""), depth)
            unknowns |= look.detection.unknowns
            for finding in look.detection.findings:
                start, end = inner.place(finding.start, finding.end)
                told = finding.kind in _TOLD_BY_CONTEXT and finding.counts
                known = [hit for hit in (*taken, *more) if hit.start < end and start < hit.end]
                if told and all(
                    start <= hit.start and hit.end < end for hit in known
                ):  # or more of what was found in part
                    more.append(Hit(finding.kind, start, end, finding.confidence, Evidence.CHECKED, patient=True))
        return more, frozenset(unknowns)

    def _worded(self, reading: Reading, carrier: Carrier) -> Iterator[Hit]:
        """What texts say that are cut into words, as services give them that recognise speech or print."""
        text = reading.folded.text
        for words in reading.records.texts:
            for first in range(0, max(1, len(words) - across.AGAIN), across.WORDS - across.AGAIN):
                stretch = words[first : first + across.WORDS]
                for index, hit in self._together([text[start:end] for start, end in stretch], carrier):
                    start = stretch[index][0]
                    yield hit._replace(start=start + hit.start, end=start + hit.end)

    def _together(self, words: Sequence[str], carrier: Carrier) -> Iterator[tuple[int, Hit]]:
        """What words say as one text: the word and a hit in it. What one word says by itself has been found there."""
        whole = across.joined(words)
        for hit in self._look(Passage(whole.text, carrier=carrier), 0).hits:
            for index, start, end in whole.cut(hit.start, hit.end):
                yield index, hit._replace(start=start, end=end, evidence=max(hit.evidence, Evidence.SHAPE))

    def without(self, passage: Passage, look: Look, gone: Collection[Hit]) -> Look:
        """The look at a passage without the hits in `gone`; what names that remain say about them stays true."""
        folded = normalise(passage.text)
        hits = [hit for hit in look.hits if hit not in gone]
        names = _names(hits, folded.text)
        if names and (again := _again(folded.text, names)):
            hits = merge([*hits, *again], folded.text)
        detection = replace(look.detection, findings=_findings(hits, folded, passage.carrier))
        return Look(tuple(hits), detection, look.words, names)

    def names(self, passage: Passage, hits: Sequence[Hit]) -> frozenset[str]:
        """`Look.names` again, of a passage whose hits were kept without them."""
        return _names(hits, normalise(passage.text).text)

    def across(self, passages: Sequence[Passage], own: Sequence[Sequence[Hit]]) -> Mapping[int, Sequence[Hit]]:
        """Hits that only show when neighbours are read as one text, by the index of the passage they are in.

        `own` are the hits of each passage by itself.
        """
        if passages[0].part is not Part.WORD:
            return across.find(passages, own)
        found: dict[int, list[Hit]] = {}
        for index, hit in self._together([normalise(passage.text).text for passage in passages], passages[0].carrier):
            found.setdefault(index, []).append(hit)
        return found

    def of_somebody(self, passages: Sequence[Passage], looks: Sequence[Said]) -> Mapping[int, Sequence[Hit]]:
        """What passages give as a house's or as of goods where another one speaks of one person, by the index of the passage: it may
        be theirs.
        """
        may = [
            at
            for at, look in enumerate(looks)
            if any(not one.counts and one.kind in _NOBODYS for one in look.detection.findings)
        ]
        if not may or len(passages) == 1:
            return {}
        speaking = {
            at
            for at, passage in enumerate(passages)
            if passage.carrier in _TOLD_BY_PEOPLE and registers.speaks_of_one(normalise(passage.text).text)
        }
        found: dict[int, Sequence[Hit]] = {}
        for at in may:
            if speaking - {at}:
                said, text = looks[at].hits, normalise(passages[at].text).text
                hits = [*registers.of_houses(said, text), *of_goods(said, text)]
                found[at] = [hit._replace(evidence=Evidence.FIELD) for hit in hits]
        return {at: hits for at, hits in found.items() if hits}

    def settle(
        self,
        passage: Passage,
        hits: Sequence[Hit],
        detection: Detection,
        *,
        learned: frozenset[str],
        beside: Iterable[Hit] = (),
    ) -> Detection:
        """A passage's detection when other passages name `learned`, and hits `beside` span its edges."""
        beside = tuple(beside)
        if not learned and not beside:
            return detection
        folded = normalise(passage.text)
        more = merge([*hits, *_again(folded.text, learned), *beside], folded.text)
        findings = _findings(more, folded, passage.carrier)
        if passage.carrier is Carrier.STRUCTURE:  # what it says by itself are no hits (`structure`)
            own = detection.findings
            beyond = [one for one in findings if not any(f.start < one.end and one.start < f.end for f in own)]
            findings = tuple(sorted((*own, *beyond), key=lambda finding: finding.start))
        return Detection(findings, detection.unknowns)


def _names(hits: Iterable[Hit], text: str) -> frozenset[str]:
    return propagate.parts(text[hit.start : hit.end] for hit in hits if hit.kind is Kind.NAME)


def _again(text: str, names: frozenset[str]) -> list[Hit]:
    """Where parts of known names stand in a text."""
    return [Hit(Kind.NAME, *span, 0.7, Evidence.CONTEXT) for span in propagate.find(text, names)]


def _findings(hits: Sequence[Hit], folded: Normalised, carrier: Carrier, text: str = "") -> tuple[Finding, ...]:
    if not hits:
        return ()
    found: list[Finding] = []
    for hit, counts in zip(hits, counting.counted(hits, text or folded.text, carrier=carrier), strict=True):
        start, end = folded.origin(hit.start, hit.end)
        if found and start < found[-1].end:
            start = found[-1].end
        if start < end:
            found.append(Finding(hit.kind, start, end, hit.confidence, counts))
    return tuple(found)


def _rules_version() -> str:
    digest = hashlib.sha256()
    for rule in catalogue.RULES:
        digest.update(f"{rule.kind}\0{rule.pattern}\0{rule.confidence}\0".encode())
    return digest.hexdigest()[:12]


@cache
def load_engine() -> Engine:
    """The engine with the models that are there: one for the whole process.

    Without the extra `encoder` the tagger is not looked after; where the package carries no tagger, rules stand alone.
    """
    file = resources.files("gateway.phi.find.model").joinpath("tagger.crfsuite")
    if not file.is_file():
        return Engine()
    from gateway.phi.find.model.tagger import Tagger  # noqa: PLC0415

    encoder = network.shipped()
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return Engine(Tagger.shipped(), encoder, model_version=f"{version}-{encoder.version}" if encoder else version)
