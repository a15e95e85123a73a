"""Rows on data of others, from a folder that is no part of this repository: `python -m bench.phi --wild FOLDER`.

A text is scanned as the message of a user, and a request as what it is. README.md says which files and fields there are;
a file that is not there has no rows.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from bench.phi import measure
from bench.phi.row import Row
from gateway.domain import Finding, UnknownReason
from gateway.phi.find.engine import Engine
from gateway.phi.findings import Findings

Sample: TypeAlias = dict[str, object]
_FREE, _LONE, _TALK = "free_requests_dev.jsonl", "lone_names_dev.jsonl", "dialogues_dev.jsonl"
_RECORDS, _LANGUAGES = "records_dev.jsonl", "languages_dev.jsonl"
_NEUTRAL: Final = {
    "items": "[1] Vaccines are kept at 2 to 8 degrees. Doses out of range are discarded.\n[2] {}\n"
    "[3] Fridges are checked twice a day and the log is kept for a year.\nQuestion: how long is the log kept?",
    "prose": "Vaccines are kept at 2 to 8 degrees. Doses out of range are discarded. {} Fridges are checked twice a day "
    "and the log is kept for a year.\nHow long is the log kept?",
    "tags": '<doc id="1">{}</doc>\n<doc id="2">Fridges are checked twice a day by the staff of the department and the '
    "log is kept for a year by the pharmacy office, version 2.</doc>\nHow long is the log kept?",
}
"""Text that names nobody, around a sentence that names somebody."""
_EACH: Final = 10
"""One sentence of so many is asked about in each of these."""
_PLACES: Final = ("ADDRESS", "ZIP", "FACILITY")


def rows(engine: Engine, folder: Path) -> Iterator[Row]:
    """The rows of every file that is there."""
    for file, told in _TOLD.items():
        if (folder / file).is_file():
            lines = (folder / file).read_text(encoding="utf-8").split("\n")
            yield from told(engine, [json.loads(line) for line in lines if line])


def _requests(engine: Engine, samples: Iterable[Sample]) -> Iterator[Row]:
    kept, all_of = Counter[str](), Counter[str]()
    for one in samples:
        group = str(one["class"]).partition("/")[0]
        held = bool(measure.kept_requests(engine, [one["request"]]))
        for name in (group, "all"):
            all_of[name] += 1
            kept[name] += held
    for name, floor in {"hospital": 0.08, "coding": 0.12, "rag": 0.12, "analyst": 0.12, "all": 0.1}.items():
        yield _low(
            f"wild: PHI-free requests kept, {name} ({all_of[name]})", _share(kept[name], all_of[name]), floor, 0.05
        )


def _names(engine: Engine, samples: Iterable[Sample]) -> Iterator[Row]:
    clear, all_of, drowned, alike, flagged = Counter[str](), Counter[str](), Counter[str](), 0, 0
    for one in samples:
        found = _scanned(engine, one)
        if not _spans(one):
            alike += 1
            flagged += _kept(found)
            continue
        for name in (str(one["form"]), "all"):
            all_of[name] += 1
            clear[name] += not _kept(found)
        if all_of["all"] % _EACH == 0:
            for name, around in _NEUTRAL.items():
                drowned[name] += not _kept(_scanned(engine, {"text": around.format(one["text"])}))
    for name, floor in {"all": 0.04, "full": 0.01, "first": 0.05, "last": 0.08, "lower": 0.15}.items():
        yield _low(
            f"wild: a lone name called clear, {name} ({all_of[name]})", _share(clear[name], all_of[name]), floor, 0.02
        )
    wrapped = all_of["all"] // _EACH
    for name in _NEUTRAL:
        yield _low(
            f"wild: the same among neutral sentences, {name} ({wrapped})", _share(drowned[name], wrapped), 0.1, 0.02
        )
    yield _low(f"wild: look-alikes of a name kept ({alike})", _share(flagged, alike), 0.1, 0.05)


def _talk(engine: Engine, samples: Iterable[Sample]) -> Iterator[Row]:
    hit, all_of = Counter[str](), Counter[str]()
    words = masked = 0
    for one in samples:
        found, text = _scanned(engine, one), str(one["text"])
        if not _spans(one):
            words += len(text.split())
            masked += sum(len(text[there.start : there.end].split()) for there in _of(found, text))
            continue
        _count(one, found, hit, all_of)
    named = [kind for kind in ("NAME", *_PLACES) if all_of[kind]]
    spoken = _share(sum(hit[kind] for kind in named), sum(all_of[kind] for kind in named))
    yield Row("wild: dialogues, names and places spoken: recall", spoken, 0.95, 0.98)
    for kind, floor in {"ADDRESS": 0.85, "ZIP": 0.85, "DATE": 0.9}.items():
        yield Row(f"  {kind.lower()} ({all_of[kind]})", _share(hit[kind], all_of[kind]), floor, 0.95)
    yield _low(
        f"  words masked in those without an identifier ({words})", _share(masked, words), 0.003, 0.001, form="{:.4f}"
    )


def _records(engine: Engine, samples: Iterable[Sample]) -> Iterator[Row]:
    hit: dict[str, Counter[str]] = defaultdict(Counter)
    all_of: dict[str, Counter[str]] = defaultdict(Counter)
    flagged, free = Counter[str](), Counter[str]()
    for one in samples:
        found, family = _scanned(engine, one), str(one["format"])
        if _spans(one):
            _count(one, found, hit[family], all_of[family])
        else:
            free[f"{family}/{one['sub']}"] += 1
            flagged[f"{family}/{one['sub']}"] += _kept(found)
    for family, kinds in sorted(all_of.items()):
        total, got = kinds.total(), hit[family].total()
        yield Row(f"wild: records, {family} ({total}): recall", _share(got, total), 0.98, 1.0)
    for name, total in sorted(free.items()):
        yield _low(f"wild: records without persons, {name} ({total}): kept", _share(flagged[name], total), 0.05, 0.0)


def _languages(engine: Engine, samples: Iterable[Sample]) -> Iterator[Row]:
    others = english = missed = clear = called = 0
    for one in samples:
        found = _scanned(engine, one)
        unknown = UnknownReason.LANGUAGE in found.unknowns
        if one["lang"] == "en":
            english += 1
            called += unknown
        else:
            others += 1
            missed += not unknown
            clear += not _kept(found)
    yield _low(f"wild: other languages taken for one we know ({others})", _share(missed, others), 0.01, 0.0)
    yield _low("  and called clear", _share(clear, others), 0.005, 0.0)
    yield _low(f"wild: English called another language ({english})", _share(called, english), 0.01, 0.003)


_TOLD: Final[dict[str, Callable[[Engine, Iterable[Sample]], Iterator[Row]]]] = {
    _LONE: _names,
    _FREE: _requests,
    _TALK: _talk,
    _RECORDS: _records,
    _LANGUAGES: _languages,
}


def _low(name: str, ours: float, floor: float, target: float, *, form: str = "{:.3f}") -> Row:
    return Row(name, ours, floor, target, low=True, form=form)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _scanned(engine: Engine, one: Sample) -> Findings:
    payload = {"model": "m", "messages": [{"role": "user", "content": one["text"]}]}
    return measure.scanned(engine, payload)


def _kept(found: Findings) -> bool:
    return bool(found.kinds or found.unknowns)


def _spans(one: Sample) -> list[dict[str, object]]:
    spans = one["spans"]
    return spans if isinstance(spans, list) else []


def _of(found: Findings, text: str) -> list[Finding]:
    return [at.finding for at in found.located if at.leaf.text == text]


def _count(one: Sample, found: Findings, hit: Counter[str], all_of: Counter[str]) -> None:
    """Count the spans of a text by type, and those of which every letter and digit is covered."""
    text = str(one["text"])
    covered = bytearray(len(text))
    for there in _of(found, text):
        covered[there.start : there.end] = b"\1" * (there.end - there.start)
    for span in _spans(one):
        start, end, kind = int(str(span["start"])), int(str(span["end"])), str(span["type"])
        all_of[kind] += 1
        hit[kind] += all(covered[at] for at in range(start, end) if text[at].isalnum())
