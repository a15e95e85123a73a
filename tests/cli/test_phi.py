from __future__ import annotations

import io
import json

import pytest

from gateway.cli import phi, readable
from gateway.domain import Detection, Finding, Kind, UnknownReason
from gateway.phi.find.own_words import Also, OwnWords


def scan(tmp_path, data: bytes, *, jsonl=False, **options):
    file = tmp_path / "in"
    file.write_bytes(data)
    out = io.StringIO()
    status = phi.run_lines(str(file), out=out) if jsonl else phi.run([str(file)], out=out, **options)
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
    assert status == 2
    assert json.loads(out)["verdict"] == "phi"
    error = capsys.readouterr().err
    assert "line 2" in error
    assert problem in error


def test_a_file_that_is_not_there_is_said(capsys):
    assert phi.run_lines("/nonexistent/file") == 2
    assert "cannot be read" in capsys.readouterr().err


TEXT = b"Pt has\nMRN 8675309.\n"


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"What is a CHA2DS2-VASc of 4?", 0, "clear: nothing found"),
        (b"", 0, "clear: nothing found"),
        (TEXT, 1, "phi: 1 found (mrn)"),
        (
            "Le patient est arriv\u00e9 aux urgences hier soir avec de la fi\u00e8vre.".encode(),
            2,
            "could not be checked (language)",
        ),
        (b"PK\x03\x04rest", 2, "cannot be read: it is an archive or an Office document"),
        (b"caf\xe9", 2, "cannot be read: it is no text in UTF-8"),
    ],
)
def test_the_status_says_what_it_comes_to(tmp_path, data, status, said):
    came, out = scan(tmp_path, data)
    assert came == status
    assert said in out


def test_no_value_is_shown_unless_asked_for(tmp_path):
    _, plain = scan(tmp_path, TEXT)
    assert "8675309" not in plain
    assert "line 2, column 5: mrn, 7 characters" in plain
    _, told = scan(tmp_path, TEXT, as_json=True)
    assert "8675309" not in told
    (one,) = json.loads(told)["files"][0]["found"]
    at = tuple(one[key] for key in ("kind", "line", "column", "start", "end"))
    assert at == ("mrn", 2, 5, 11, 18)
    _, asked = scan(tmp_path, TEXT, as_json=True, shown=True)
    assert json.loads(asked)["files"][0]["found"][0]["value"] == "8675309"


def test_of_several_files_the_gravest_is_the_answer(tmp_path):
    clear, found, packed = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    clear.write_text("What is a CHA2DS2-VASc of 4?")
    found.write_bytes(TEXT)
    packed.write_bytes(b"\x1f\x8brest")
    for files, status in (([clear], 0), ([clear, found], 1), ([clear, packed], 2), ([packed, found, clear], 1)):
        out = io.StringIO()
        assert phi.run([str(file) for file in files], out=out) == status
        assert [str(file) in out.getvalue() for file in files] == [True] * len(files)
        out = io.StringIO()
        phi.run([str(file) for file in files], out=out, as_json=True)
        assert [one["file"] for one in json.loads(out.getvalue())["files"]] == [str(file) for file in files]


RECORDS = {
    "MSH|^~\\&|A|B|C|D|20260304||ADT^A01|1|P|2.5.1\rPID|1||TEST1^^^H^MR||Quux^Zed||19700101|F\r": "line 2",
    '{"resourceType": "Patient", "name": [{"family": "Quux", "given": ["Zed"]}]}': "line 1",
    "mrn,name,dob\n8675309,Quux Zed,1970-01-01\n8675310,Quux Zoe,1970-01-02\n": "line 3",
    '{"note": "Seen by nobody."}\n{"note": "MRN 8675309"}\n': "line 2",
}


@pytest.mark.parametrize("text", RECORDS)
def test_records_are_read_as_records(tmp_path, text):
    status, out = scan(tmp_path, text.encode())
    assert status == 1
    assert RECORDS[text] in out


def test_a_long_table_is_a_table_to_its_end_and_a_name_is_known_throughout(tmp_path, monkeypatch):
    monkeypatch.setattr(readable, "_PIECE", 2_000)
    monkeypatch.setattr(readable, "_BACK", 200)
    lines = [f"{number},Quux Zed,asthma" for number in range(40_000, 40_200)]
    text = "mrn,name,diagnosis\n" + "\n".join(lines)
    _, told = scan(tmp_path, text.encode(), as_json=True, shown=True)
    found = json.loads(told)["files"][0]["found"]
    assert all(text[one["start"] : one["end"]] == one["value"] for one in found)
    assert [one["value"] for one in found if one["kind"] == "mrn"] == [line[:5] for line in lines]


def test_own_words_of_a_configuration_count_too(tmp_path):
    own = OwnWords((Also(Kind.MRN, r"KV~\d{4}", "x"),))
    assert scan(tmp_path, b"What does KV~1234 mean?")[0] == 0
    status, out = scan(tmp_path, b"What does KV~1234 mean?", own=own)
    assert (status, "by scan.also[0]" in out) == (1, True)


def test_people_see_it_marked(tmp_path):
    status, out = scan(tmp_path, b"Pt has MRN 8675309.\n", shown=True)
    assert status == 1
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
    options = parser.parse_args(["phi", "scan", str(file), "--no-color", "--show"])
    assert options.run(options) == 1
    assert "[mrn: 8675309]" in capsys.readouterr().out
