"""Measures PHI detection, prints it beside what others reach, and fails under the floors: `python -m bench.phi`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.phi import measure, wild
from bench.phi.corpus.grammar import Document
from bench.phi.held_out import sets
from bench.phi.held_out.requests import requests
from bench.phi.row import Row
from bench.phi.score import Score
from bench.phi.train import real_prompts
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.model.tagger import Tagger

PRESIDIO = "presidio-analyzer 2.2.366, patterns only (NoOp NLP), on the other half of ASQ-PHI; measured for this project, November 2026"
COMPREHEND = "Amazon Comprehend Medical at threshold 0.5 on all of ASQ-PHI; validation_results of JamesWeatherhead/asq-phi, paper PMC12926592"

BLIND = {
    "first": {"prompts": 0.92, "categories": 0.93, "notes": 0.91, "negatives": 0.14, "requests": 0.58},
    "second": {"prompts": 0.95, "categories": 0.96, "notes": 0.93, "negatives": 0.03, "requests": 0.3},
    "third": {"prompts": 0.94, "categories": 0.91, "notes": 0.9, "negatives": 0.08, "requests": 0.08},
}
READ = {
    "real prompts": "the development half freely, the other half never",
    "unseen negatives, notes, identifiers, 200 requests": "often; they guard against going back",
    "first blind": "once, in November 2026",
    "second blind": "once, in November 2026",
    "third blind": "never; these rows are the ones to believe",
    "talks, records": "freely; their writers write the rules too, only names are held back",
    "a further hand": "one half freely (now trained on), the other never; four times in aggregate, 30 November 2026",
    "wild": "freely: it is data to develop on, and whoever keeps its counterpart decides",
}
RECORDS = {"hl7": 0.996, "x12": 0.98, "fhir": 0.996, "ccda": 0.98, "dicom": 0.98, "table": 0.97}
"""Floors that are ours: a little under what was measured, so that no change makes it worse unseen."""


def prompt_rows(real: list[Document]) -> Iterator[Row]:
    scores = measure.cross_validated(real)
    plain = scores.plain
    yield Row(
        "real prompts, cross-validated: span recall",
        plain.span_recall,
        0.96,
        0.985,
        presidio="0.111",
        comprehend="0.951",
    )
    yield Row(
        "  false alarms on those without PHI",
        plain.false_alarms,
        0.15,
        0.05,
        low=True,
        presidio="0.000",
        comprehend="0.886",
    )
    yield Row("  every name, place and id replaced: span recall", scores.swapped.span_recall, 0.94, 0.97)
    yield Row(
        f"  documents with something found ({plain.detected}/{plain.with_phi})",
        plain.doc_recall,
        1.0,
        1.0,
        presidio="0.54",
    )
    yield Row("  documents with zero leak", plain.no_leak, 0.85, 0.95, presidio="0.00", comprehend="0.835")


def own_rows(engine: Engine) -> Iterator[Row]:
    negatives, notes, kept = (
        measure.unseen_negatives(engine),
        measure.unseen_notes(engine),
        measure.kept_requests(engine, requests()),
    )
    yield Row(
        f"unseen hard negatives ({negatives.free}): false alarms",
        negatives.false_alarms,
        0.05,
        0.02,
        low=True,
        presidio="0.125",
    )
    yield Row("200 PHI-free whole requests kept from the cloud", len(kept) / 200, 0.08, 0.05, low=True)
    yield Row(f"long notes of unseen style ({notes.spans.total()} spans): span recall", notes.span_recall, 0.88, 0.95)
    for kind, found in measure.identifiers(engine).items():
        yield Row(f"identifiers, unseen sentences: {kind} ({found.spans.total()})", found.span_recall, 0.99, 1.0)


def blind_rows(engine: Engine) -> Iterator[Row]:
    for which, floors in BLIND.items():
        for name in ("prompts", "categories", "notes"):
            scored = measure.blind(engine, which, name)
            title = f"{which} blind {name} ({scored.spans.total()} spans): span recall"
            yield Row(title, scored.span_recall, floors[name], 0.95)
        alarms = measure.blind(engine, which, "negatives")
        title = f"{which} blind hard negatives ({alarms.free}): false alarms"
        yield Row(title, alarms.false_alarms, floors["negatives"], 0.02, low=True)
        payloads = sets.blind_requests(which)
        kept = len(measure.kept_requests(engine, payloads)) / len(payloads)
        yield Row(
            f"{which} blind requests ({len(payloads)}) kept from the cloud", kept, floors["requests"], 0.05, low=True
        )


def talk_rows(engine: Engine) -> Iterator[Row]:
    told, words, masked = measure.talks(engine)
    yield Row(f"talks in words of their own ({told.spans.total()} spans): span recall", told.span_recall, 0.95, 0.98)
    yield Row(
        f"  words masked in those that name nobody ({words})", masked / words, 0.003, 0.001, low=True, form="{:.4f}"
    )


def record_rows(engine: Engine) -> Iterator[Row]:
    for family, found in measure.records(engine).items():
        if family.startswith("free-"):
            name = f"records without persons, {family.removeprefix('free-')} ({found.free}): false alarms"
            yield Row(name, found.false_alarms, 0.05, 0.0, low=True)
        else:
            yield Row(
                f"records, {family} ({found.spans.total()} spans): span recall", found.span_recall, RECORDS[family], 1.0
            )


def cost_rows(engine: Engine) -> Iterator[Row]:
    texts = measure.usual_texts()
    seconds, megabytes, encoder_seconds, encoder_megabytes = measure.load_cost()
    alone = Engine(Tagger.shipped())
    yield Row(
        "rules only, µs/KB", measure.us_per_kb(Engine(), texts), 1000, 300, low=True, form="{:.0f}", presidio="5300"
    )
    yield Row("rules and tagger, new text, µs/KB", measure.us_per_kb(alone, texts), 4000, 1500, low=True, form="{:.0f}")
    yield Row("resent history, µs per message", measure.us_per_resent_message(engine), 40, 20, low=True, form="{:.1f}")
    yield Row("import, load and first answer, s", seconds, 1.0, 0.3, low=True, form="{:.2f}", presidio="1.7 to 4")
    yield Row("  memory that takes, MB", megabytes, 60, 40, low=True, form="{:.0f}", presidio="110")
    if engine.looks_again:
        yield Row("encoder: load and first answer, s", encoder_seconds, 3.0, 0.4, low=True, form="{:.2f}")
        yield Row("  memory that takes, MB", encoder_megabytes, 130, 80, low=True, form="{:.0f}")
        cost = measure.us_per_kb(engine, texts, rounds=1)
        yield Row("whole engine with it, dense text, µs/KB", cost, 60_000, 20_000, low=True, form="{:.0f}")
        yield Row("  a short message, ms", measure.ms_per_short_message(engine), 20, 8, low=True, form="{:.1f}")


def show(rows: list[Row]) -> None:
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'ours':>8} {'floor':>7} {'target':>7}        {'Presidio¹':>9} {'Comprehend²':>11}")
    for row in rows:
        state = "FAILS" if row.fails else ("reached" if row.reaches else "")
        floor, target = row.form.format(row.floor), row.form.format(row.target)
        print(
            f"{row.name:{width}}  {row.form.format(row.ours):>8} {floor:>7} {target:>7} {state:7}{row.presidio:>9} {row.comprehend:>11}"
        )
    print(f"\n¹ {PRESIDIO}\n² {COMPREHEND}")
    print("\nHow often a set was read by whoever writes rules, and rules were changed because of it:")
    for name, times in READ.items():
        print(f"  {name}: {times}")


def examples(score: Score, count: int = 10) -> None:
    for leaked, _ in score.leaks[:count]:
        print(f"  leaked: {leaked}")
    for flagged, _ in score.false[:count]:
        print(f"  flagged: {flagged}")


def our_rows(engine: Engine, data: Path, *, cost: bool) -> Iterator[Row]:
    real = real_prompts(data)
    if real:
        yield from prompt_rows(real)
    else:
        print(f"No data in {data}: measured on our own sets only. bench/phi/README.md says where to get it.\n")
    yield from own_rows(engine)
    yield from blind_rows(engine)
    yield from talk_rows(engine)
    yield from record_rows(engine)
    if cost:
        yield from cost_rows(engine)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.phi", description=__doc__, epilog="Exit status 1: a figure is under its floor."
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data/asq-phi"),
        help="folder with dev.jsonl of ASQ-PHI (bench/phi/README.md)",
    )
    parser.add_argument("--wild", type=Path, help="folder with data of others (bench/phi/README.md): rows on it too")
    parser.add_argument("--only-wild", action="store_true", help="only the rows on the folder of --wild")
    parser.add_argument("--no-cost", action="store_true", help="leave out time and memory, for a busy machine")
    parser.add_argument(
        "--examples", action="store_true", help="show what leaked and what was flagged in our own held-out sets"
    )
    options = parser.parse_args()
    engine, rows = load_engine(), list[Row]()
    if not engine.looks_again:
        print(
            "The encoder is left out, since onnxruntime is not installed: rows on names alone and alarms are worse.\n"
        )
    if not options.only_wild:
        rows += our_rows(engine, options.data, cost=not options.no_cost)
    if options.wild:
        rows += wild.rows(engine, options.wild)
    show(rows)
    if options.examples:
        examples(measure.unseen_notes(engine))
        examples(measure.unseen_negatives(engine))
    return int(any(row.fails for row in rows))


if __name__ == "__main__":
    sys.exit(main())
