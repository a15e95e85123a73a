"""Holds predicted spans against labelled ones, whatever their type: what leaked, what was flagged without need."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.phi.corpus.grammar import Document, Span

Find = Callable[[str], Iterable[tuple[int, int]]]


@dataclass(slots=True)
class Score:
    """Counts over documents. A span is covered when each of its letters and digits lies in some prediction."""

    spans: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    with_phi: int = 0
    detected: int = 0
    without_leak: int = 0
    free: int = 0
    alarms: int = 0
    flagged_chars: int = 0
    flagged_phi_chars: int = 0
    leaks: list[tuple[str, str]] = field(default_factory=list)
    false: list[tuple[str, str]] = field(default_factory=list)

    def add(self, doc: Document, predicted: Iterable[tuple[int, int]]) -> None:
        mask, gold = bytearray(len(doc.text)), bytearray(len(doc.text))
        for start, end in predicted:
            mask[start:end] = b"\1" * len(mask[start:end])
        whole = True
        for span in doc.spans:
            places = [at for at in range(span.start, span.end) if doc.text[at].isalnum()]
            hit = all(mask[at] for at in places)
            self.spans[span.type] += 1
            self.covered[span.type] += hit
            whole = whole and hit
            if not hit:
                self.leaks.append((f"{span.type} {doc.text[span.start : span.end]!r}", doc.text))
            for at in places:
                gold[at] = 1
        flagged = [at for at, char in enumerate(doc.text) if mask[at] and char.isalnum()]
        self.flagged_chars += len(flagged)
        self.flagged_phi_chars += sum(gold[at] for at in flagged)
        if doc.spans:
            self.with_phi, self.detected = self.with_phi + 1, self.detected + any(mask)
            self.without_leak += whole
        else:
            self.free, self.alarms = self.free + 1, self.alarms + any(mask)
            if any(mask):
                self.false.append(("".join(c if mask[i] else "·" for i, c in enumerate(doc.text)).strip("·"), doc.text))

    @property
    def span_recall(self) -> float:
        return _ratio(self.covered.total(), self.spans.total())

    @property
    def doc_recall(self) -> float:
        return _ratio(self.detected, self.with_phi)

    @property
    def no_leak(self) -> float:
        return _ratio(self.without_leak, self.with_phi)

    @property
    def false_alarms(self) -> float:
        return _ratio(self.alarms, self.free)

    @property
    def precision(self) -> float:
        return _ratio(self.flagged_phi_chars, self.flagged_chars)

    def summary(self) -> str:
        return (
            f"span recall {self.span_recall:.4f}  doc recall {self.detected}/{self.with_phi}  zero leak {self.no_leak:.3f}  "
            f"false alarms {self.alarms}/{self.free} = {self.false_alarms:.3f}  precision {self.precision:.3f}"
        )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def score(documents: Iterable[Document], find: Find) -> Score:
    result = Score()
    for doc in documents:
        result.add(doc, find(doc.text))
    return result


def read(path: Path) -> list[Document]:
    """Labelled documents from JSON lines of `{"id", "text", "spans": [{"start", "end", "type"}]}`."""
    with path.open(encoding="utf-8") as lines:
        return [_document(json.loads(line)) for line in lines if line.strip()]


def _document(row: dict[str, object]) -> Document:
    spans: Sequence[dict[str, object]] = row["spans"]  # type: ignore[assignment]
    found = tuple(Span(int(str(s["start"])), int(str(s["end"])), str(s["type"])) for s in spans)
    return Document(str(row["text"]), found, str(row["id"]))
