"""Runs detectors over the sets and takes the figures; decides nothing about which of them suffice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.phi.corpus import people
from bench.phi.corpus.build import generated, retold
from bench.phi.corpus.grammar import Document
from bench.phi.held_out import records_more, sets, talk
from bench.phi.score import Score, score
from bench.phi.swap import swapped
from bench.phi.train import SEED, augmented, trained
from gateway.cli.phi import reported
from gateway.detectors.scanner import Scanner
from gateway.domain import Caller, Passage, Tree
from gateway.phi.find.engine import Engine
from gateway.phi.find.model.tagger import Tagger
from gateway.phi.findings import Findings
from gateway.phi.read import scan
from gateway.state.memory import LruMemory
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat

FOLDS = 5


def finder(engine: Engine) -> Callable[[str], Iterable[tuple[int, int]]]:
    def find(text: str) -> Iterable[tuple[int, int]]:
        return [(found.start, found.end) for found in reported(engine.detect([Passage(text)])[0])]

    return find


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Scores on real prompts, each found by a model that has not seen it, and on the same with strange names."""

    plain: Score
    swapped: Score


def cross_validated(real: Sequence[Document]) -> CrossValidated:
    plain, other = Score(), Score()
    told = [*generated(SEED), *retold(SEED)]
    for fold in range(FOLDS):
        learned = [doc for at, doc in enumerate(real) if at % FOLDS != fold]
        find = finder(Engine(Tagger(trained([*augmented(learned), *told]))))
        for at, doc in enumerate(real):
            if at % FOLDS == fold:
                plain.add(doc, find(doc.text))
                stranger = swapped(doc, random.Random(f"{SEED}-{at}"), part=people.HELD_OUT)
                other.add(stranger, find(stranger.text))
    return CrossValidated(plain, other)


def unseen_notes(engine: Engine) -> Score:
    return score(sets.notes(), finder(engine))


def unseen_negatives(engine: Engine) -> Score:
    return score(sets.negatives(), finder(engine))


def blind(engine: Engine, which: str, name: str) -> Score:
    return score(sets.blind(which, name), finder(engine))


def identifiers(engine: Engine) -> dict[str, Score]:
    """What is found at all: whether a lone address of a machine counts is Safe Harbor's question, not the rules'."""

    def find(text: str) -> Iterable[tuple[int, int]]:
        return [(found.start, found.end) for found in engine.detect([Passage(text)])[0].findings]

    return {kind: score(documents, find) for kind, documents in sets.identifiers().items()}


def records(engine: Engine) -> dict[str, Score]:
    """For each format, records with persons and (`free-…`) without. With persons all that was found; without, what counts."""
    scores: dict[str, Score] = {}
    for document in records_more.records():
        found = engine.detect([Passage(document.text)])[0].findings
        spans = [(one.start, one.end) for one in found if document.spans or one.counts]
        scores.setdefault(document.family, Score()).add(document, spans)
    return scores


def talks(engine: Engine) -> tuple[Score, int, int]:
    """Talks with somebody in them, all that was found; and of those with nobody the words, and the words that were found."""
    scored, words, masked = Score(), 0, 0
    for document in talk.talks():
        found = engine.detect([Passage(document.text)])[0].findings
        if document.spans:
            scored.add(document, [(one.start, one.end) for one in found])
        else:
            words += len(document.text.split())
            masked += sum(len(document.text[one.start : one.end].split()) for one in found)
    return scored, words, masked


def scanned(engine: Engine, payload: Tree) -> Findings:
    """What a gateway finds in the body of a chat request."""
    call = Call(chat.ENDPOINT, payload, "report-writing", stream=False, caller=Caller("bench"), request_id="r")
    leaves = scan.walk(call)
    return scan.gather(leaves, engine.detect(leaves.passages), engine.covers)


def kept_requests(engine: Engine, payloads: Iterable[Tree]) -> list[tuple[str, ...]]:
    """Of each PHI-free request that something is found in: what and where."""
    kept = []
    for payload in payloads:
        findings = scanned(engine, payload)
        if findings.kinds or findings.unknowns:
            shown = [
                f"{one.finding.kind} {one.leaf.text[one.finding.start : one.finding.end]!r}"
                for one in findings.located
                if one.finding.counts
            ]
            kept.append((*shown, *map(str, findings.unknowns)))
    return kept


def usual_texts(size: int = 4_096) -> list[str]:
    """New text as it comes: questions, answers, code, requests and some notes, in messages of about 4 KB."""
    mixed = [document.text for document in sets.notes()[::6]] + [document.text for document in sets.negatives()[::3]]
    mixed += [
        document.text for document in generated(3, people.HELD_OUT, files=("prompts", "records", "answers"), times=0.2)
    ]
    random.Random(SEED).shuffle(mixed)
    texts, current = [], ""
    for text in mixed:
        current += text + "\n\n"
        if len(current) >= size:
            texts.append(current)
            current = ""
    return texts


def us_per_kb(engine: Engine, texts: Sequence[str], *, rounds: int = 5) -> float:
    """Processor time of new text, best of `rounds`."""
    kilobytes = sum(len(text.encode()) for text in texts) / 1024
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        for text in texts:
            engine.detect([Passage(text)])
        best = min(best, time.process_time() - begin)
    return best / kilobytes * 1e6


_LOAD = """
import json, time
import re2, gateway.domain  # what the gateway has in memory anyway
def resident(): return int(open("/proc/self/statm").read().split()[1]) * 4
before, begin = resident(), time.perf_counter()
from gateway.phi.find.engine import load_engine
from gateway.domain import Passage
engine = load_engine()
engine.detect([Passage('Anna Weber was seen at Mercy Clinic on 3/4/2024.', 'note')])  # a key: the encoder is not asked
loaded, took = resident() - before, time.perf_counter() - begin
begin = time.perf_counter()
engine.detect([Passage('Anna Weber was seen at Mercy Clinic on 3/4/2024.')])
print(json.dumps([took, loaded / 1024, time.perf_counter() - begin, (resident() - before - loaded) / 1024]))
"""


def load_cost() -> tuple[float, ...]:
    """Seconds to import, load and answer once, and the megabytes that took, in a fresh process; then the same of the encoder."""
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    return tuple(map(min, zip(*runs, strict=True)))


def ms_per_short_message(engine: Engine) -> float:
    """Processor time of a question of a line or two, all of which the encoder is asked about."""
    told = [one.text for one in generated(5, people.HELD_OUT, files=("prompts",), times=0.2) if len(one.text) < 300]
    begin = time.process_time()
    for text in told:
        engine.detect([Passage(text)])
    return (time.process_time() - begin) / len(told) * 1e3


def us_per_resent_message(engine: Engine, *, messages: int = 40, rounds: int = 5) -> float:
    """Processor time per message of a history that was looked at before."""
    scanner = Scanner(engine, key=b"bench" * 8, memory=LruMemory())
    told = generated(3, people.HELD_OUT, files=("prompts", "negatives"), times=0.2)
    history = [Passage(document.text) for document in list(told)[-messages:]]
    scanner.look(history, caller="bench")
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        scanner.look(history, caller="bench")
        best = min(best, time.process_time() - begin)
    return best / len(history) * 1e6
