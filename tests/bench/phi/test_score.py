from bench.phi.corpus.grammar import Document, Span
from bench.phi.score import score

DOC = Document("Ana Ruiz saw Dr. Li", (Span(0, 8, "NAME"), Span(13, 19, "NAME")), "one")
CLEAN = Document("no names here", (), "two")


def test_a_span_is_covered_when_all_its_letters_are():
    assert score([DOC], lambda _: [(0, 3), (4, 8)]).span_recall == 0.5
    assert score([DOC], lambda _: [(0, 7)]).span_recall == 0
    assert score([DOC], lambda _: [(0, 19)]).no_leak == 1


def test_a_finding_in_a_clean_text_is_a_false_alarm():
    found = score([DOC, CLEAN], lambda _: [(0, 2)])
    assert (found.alarms, found.free, found.detected, found.with_phi) == (1, 1, 1, 1)


def test_precision_counts_letters():
    assert score([DOC], lambda _: [(0, 12)]).precision == 7 / 10


def test_nothing_found_is_no_alarm_and_no_recall():
    found = score([DOC, CLEAN], lambda _: [])
    assert (found.doc_recall, found.span_recall, found.false_alarms, found.precision) == (0, 0, 0, 1)
