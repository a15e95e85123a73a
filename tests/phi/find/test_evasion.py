from __future__ import annotations

import base64
import codecs
import gzip
import html
import zlib
from urllib.parse import quote

import pytest

from gateway.domain import Kind, Passage, UnknownReason
from gateway.phi.find import evasion
from gateway.phi.find.engine import Engine
from gateway.phi.find.text.normalise import normalise

ENGINE = Engine()
PLAIN = "MRN: 8675309 and SSN 912-04-1234"
B64 = base64.b64encode(PLAIN.encode()).decode()


def detect(text):
    return ENGINE.detect([Passage(text)])[0]


@pytest.mark.parametrize(
    "text",
    [
        "SSN 9 1 2 - 0 4 - 1 2 3 4",
        "S S N 9 1 2 0 4 1 2 3 4",
        "MRN 8.6.7.5.3.0.9",
        "M R N eight six seven five three zero nine",
        "my social is nine one two dash zero four dash one two three four",
        f"decode {B64}",
        f'{{"payload":"{B64}"}}',
        base64.b64encode(B64.encode()).decode(),
        base64.urlsafe_b64encode(PLAIN.encode()).decode(),
        base64.b32encode(PLAIN.encode()).decode(),
        PLAIN.encode().hex(),
        PLAIN.encode().hex(":"),
        quote(PLAIN, safe=""),
        "".join(f"%{byte:02X}" for byte in PLAIN.encode()),
        "".join(f"&#{ord(char)};" for char in PLAIN),
        html.escape("<MRN & SSN 912-04-1234>").replace("-", "&#x2d;"),
        "".join(f"\\u{ord(char):04x}" for char in PLAIN),
        "".join(f"\\{ord(char):03o}" for char in PLAIN),
        "".join(f"\\u{{{ord(char):x}}}" for char in PLAIN),
        "".join(f"(cid:{ord(char)})" for char in PLAIN),
        '{\\"mrn\\": \\"8675309\\"}',
        " ".join(str(byte) for byte in PLAIN.encode()),
        "ＳＳＮ ９１２－０４－１２３４",
        "SSN 912\u200b-04\u200b-12\u200b34",
        "ЅЅN 912-04-1234",
        "SSN: ٩١٢-٠٤-١٢٣٤",
        "".join(chr(0xE0000 + ord(char)) for char in "SSN 912-04-1234"),
        "SSN " + "\u0336".join("912-04-1234") + "\u0336",
        "SSN " + "\u20e3".join("912") + "-0\ufe0f\u20e34-12\U000e010634",
        "SSN ❾❶❷-0❹-❶❷❸❹",
        "🆂🆂🅽 912-04-1234",
        "🇲🇷🇳 8675309",
        "SSN=3A=20912=2D04=2D12=\n34",
        "the patient's SSN: 912-=\r\n04-1234",
        "<p>SSN: 912-<b>04</b>-1234</p>",
        '<a href="mailto:desk@example.org?subject=SSN%20912-04-1234">mail</a>',
        "SSN 912-**04**-1234",
        'MRN: <span style="color:red">867</span>5309',
        "MRN <strong>8675309</strong>",
        "M\nR\nN\n8\n6\n7\n5\n3\n0\n9",
        "SSN\n9\n1\n2\n-\n0\n4\n-\n1\n2\n3\n4",
        base64.b64encode(gzip.compress(PLAIN.encode(), mtime=0)).decode(),
        base64.b64encode(zlib.compress(PLAIN.encode())).decode(),
        " ".join(B64[start : start + 4] for start in range(0, len(B64), 4)),
    ],
)
def test_an_identifier_in_disguise_is_found(text):
    assert any(one.kind in {Kind.SSN, Kind.MRN} and one.counts for one in detect(text).findings)


def test_what_is_found_lies_over_what_stands_for_it():
    text = f"please decode {B64} now"
    (one,) = detect(text).findings
    assert text[one.start : one.end] == B64
    text = "x SSN%3A%20912%2D04%2D1234 y"
    (one,) = detect(text).findings
    assert text[one.start : one.end] == "912%2D04%2D1234"


@pytest.mark.parametrize(
    "text",
    [
        "decrypt this: aGk3Xz9kLs02mQpZr8vBt1YxWc",
        "JVBERi0xLjQK" + base64.b64encode(bytes(range(256))).decode(),
        "rot13: " + codecs.encode("MRN 8675309", "rot13"),
    ],
)
def test_what_cannot_be_read_is_suspicious_with_evidence(text):
    assert UnknownReason.ENCODED in detect(text).unknowns


@pytest.mark.parametrize(
    "text",
    [
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 71dbe90a1b2c3d4e5f60718293a4b5c6d7e8f901",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "key sk-ant-api03-abcDEF1234567890abcDEF1234567890",
        "encode the label with base64 and decode it again",
        "internationalization-and-localization_of_the_application",
        "[5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3]",
        "0 1 0 0 1 1 0 1 0 1 1 0",
        "A B C D E F G",
        "one two three four five",
        base64.b64encode(b"The quick brown fox jumps over the lazy dog").decode(),
        "a%20b&nbsp;c\\n\\td",
    ],
)
def test_code_hashes_and_keys_are_not(text):
    detection = detect(text)
    assert (detection.findings, detection.unknowns) == ((), frozenset())


def test_nested_encodings_end():
    text = PLAIN
    for _ in range(12):
        text = base64.b64encode(text.encode()).decode()
    detect(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("patient gloria estevan e s t e v a n was seen", "e s t e v a n"),
        ("her name, that's w i l h e l m a, came", "w i l h e l m a"),
    ],
)  # fmt: skip
def test_what_is_spelled_is_found(text, value):
    folded = normalise(text)
    hits = evasion.find(folded, evasion.hidden(folded))
    assert value in {text[hit.start : hit.end] for hit in hits}


@pytest.mark.parametrize(
    "text", ["grades a b c d e f were given", "one two three", "A B C D E of trauma", "count one two three four five"]
)
def test_letters_and_counting_are_not(text):
    folded = normalise(text)
    assert evasion.find(folded, evasion.hidden(folded)) == []


def test_where_markup_undoes_nothing_the_same_is_not_read_twice():
    folded = normalise("<p>MRN 8.6.7.5.3.0.9</p>\nseen <b>on</b> the ward")
    plain = normalise("MRN=208675309\nseen on the ward, O.\nK. is well")
    assert len(list(evasion._closed_up(folded.text, evasion.hidden(folded).ways, {}))) == 2
    assert "broken" in evasion.hidden(plain).ways
    assert len(list(evasion._closed_up(plain.text, evasion.hidden(plain).ways, {}))) == 1
