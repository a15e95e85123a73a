"""What is a text, what is none, and where a long one is cut."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import readable
from gateway.cli.readable import Unreadable, decoded, pieces, read

NONE = {
    b"PK\x03\x04": "Office document",
    b"\xd0\xcf\x11\xe0\xa1\xb1": "old Office document",
    gzip.compress(b"x", mtime=0): "gunzip",
    b"%PDF-1.7\n": "pdftotext",
    b"{\\rtf1 MRN 8675309}": "RTF",
    b"\x89PNG\r\n": "picture",
    bytes(128) + b"DICM": "dcmdump",
    b"MRN\x008675309": "binary",
    b"\x7fELF\x02": "binary",
    "caf\u00e9".encode("latin-1"): "iconv",
    "MRN 8675309".encode("utf-16-le"): "binary",
    b"\xff\xfeM": "UTF-8",
}


@pytest.mark.parametrize("raw", NONE)
def test_what_is_no_text_says_what_it_is_and_what_to_do(raw):
    with pytest.raises(Unreadable, match=NONE[raw]):
        decoded(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_whatever_mark_it_begins_with(encoding):
    assert decoded("Mu\u00f1oz\n".encode(encoding)) == "Mu\u00f1oz\n"


@pytest.mark.parametrize("text", ["", "MSH|^~\\&|\r", "ISA*00*~\x1c\x0b", "\x1b[1mbold\x1b[0m", "a\tb\x0c"])
def test_signs_of_records_and_terminals_are_text(text):
    assert decoded(text.encode()) == text


def test_a_folder_and_what_is_not_there_are_said(tmp_path):
    with pytest.raises(Unreadable, match="folder"):
        read(str(tmp_path))
    with pytest.raises(Unreadable, match="no such file"):
        read(str(tmp_path / "none"))


@given(st.text(alphabet="ab ,\n\r", max_size=400))
def test_pieces_are_the_whole_text_in_order(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readable, "_PIECE", 32)
        patch.setattr(readable, "_BACK", 8)
        found = list(pieces(text))
    assert "".join(piece.text[piece.repeated :] for piece in found) == text
    assert all(text.startswith(piece.text[piece.repeated :], piece.start) for piece in found)
