from __future__ import annotations

import io
import json

import pytest

from gateway.cli import phi
from gateway.domain import Detection, Finding, Kind, UnknownReason


def scan(tmp_path, data: bytes, **options):
    file = tmp_path / "in"
    file.write_bytes(data)
    out = io.StringIO()
    status = phi.run(str(file), out=out, **options)
    return status, out.getvalue()


def rows(*texts) -> bytes:
    return b"".join(json.dumps({"id": f"d{index}", "text": text}).encode() + b"\n" for index, text in enumerate(texts))


def test_a_line_in_is_a_line_out(tmp_path):
    text = "é Pt, MRN: 8675309 seen"
    status, out = scan(tmp_path, rows(text, "What is a CHA2DS2-VASc of 4?"), jsonl=True)
    first, second = map(json.loads, out.splitlines())
    assert status == 0
    assert (first["id"], first["verdict"]) == ("d0", "phi")
    (span,) = first["spans"]
    assert text[span["start"] : span["end"]] == "8675309"
    assert span["kind"] == "mrn"
    assert 0 < span["confidence"] <= 1
    assert second == {"id": "d1", "spans": [], "verdict": "clear"}


def test_only_what_counts_is_told_and_then_all_of_it(tmp_path):
    _, out = scan(tmp_path, rows("Today is 2026-11-21.", "Today is 2026-11-21. MRN 8675309"), jsonl=True)
    first, second = map(json.loads, out.splitlines())
    assert first == {"id": "d0", "spans": [], "verdict": "clear"}
    assert [span["kind"] for span in second["spans"]] == ["date", "mrn"]


def test_what_cannot_be_read_is_unknown():
    assert phi.answer("d0", Detection((), frozenset({UnknownReason.ENCODED}))) == {
        "id": "d0",
        "spans": [],
        "verdict": "unknown",
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"not json", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", '"text"'),
        (b'{"id": "a"}', '"text"'),
        (b'{"id": "a", "text": 5}', '"text"'),
        (b'{"text": "a"}', '"id"'),
        (b'{"id": true, "text": "a"}', '"id"'),
        (b'{"id": "a", "text": "\xff"}', "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_passed_over(tmp_path, capsys, line, problem):
    status, out = scan(tmp_path, b"\n" + line + b"\n" + rows("MRN 8675309"), jsonl=True)
    assert status == 1
    assert json.loads(out)["verdict"] == "phi"
    error = capsys.readouterr().err
    assert "line 2" in error
    assert problem in error


def test_a_file_that_is_not_there_is_said(capsys):
    assert phi.run("/nonexistent/file") == 1
    assert "cannot be read" in capsys.readouterr().err


def test_people_see_it_marked(tmp_path):
    status, out = scan(tmp_path, b"Pt has MRN 8675309.\n")
    assert status == 0
    assert out == "Pt has MRN [mrn: 8675309].\n\nphi: 1 found (mrn)\n"


def test_a_terminal_gets_colour_and_no_orders():
    out = io.StringIO()
    phi.show("a\x1b[2J 12", Detection((Finding(Kind.MRN, 6, 8),)), out=out, color=True)
    assert "\x1b[2J" not in out.getvalue()
    assert "\x1b[7m12" in out.getvalue()


@pytest.mark.parametrize(
    ("detection", "said"),
    [
        (Detection(), "clear: nothing found"),
        (
            Detection((), frozenset({UnknownReason.LANGUAGE})),
            "unknown: could not be checked (language), so it is treated as PHI",
        ),
        (Detection((Finding(Kind.DATE, 0, 1, 1.0, counts=False),)), "clear: nothing found"),
    ],
)
def test_the_last_line_says_what_it_comes_to(detection, said):
    out = io.StringIO()
    phi.show("x", detection, out=out, color=False)
    assert out.getvalue().splitlines()[-1] == said


def test_it_is_a_command(tmp_path, capsys):
    import argparse

    parser = argparse.ArgumentParser()
    phi.register(parser.add_subparsers())
    file = tmp_path / "in"
    file.write_text("MRN 8675309")
    options = parser.parse_args(["phi", "scan", str(file), "--no-color"])
    assert options.run(options) == 0
    assert "[mrn: 8675309]" in capsys.readouterr().out
