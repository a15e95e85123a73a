from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import DIRECT, Carrier, Detector, Finding, Kind, Passage, UnknownReason
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.text.normalise import normalise

ENGINE = Engine()
PIECES = st.sampled_from(
    [
        "MRN 8675309", "SSN 912-04-1234", "DOB: 3/12/80", "call (415) 555-0199", "a@b.org", "12 Main St, Salem, OR 97301", "\u200b", "é", "ﬁ", "\ud800",
        "٣", "%41", "&#49;", "1 2 3 - 4 5 - 6 7 8 9", '{"mrn": "8675309"}', "PID|1||8675309||A^B", "\n", " ", "Ü", "x", "Patient Name: Ωmega Ünal", "\U000e0041",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(st.characters(), max_size=80), st.lists(PIECES, max_size=8).map("".join))


class Names:
    """A model that knows one name."""

    def find(self, text: str) -> list[Finding]:
        at = text.find("Olena Kovalchuk")
        return [] if at < 0 else [Finding(Kind.NAME, at, at + 15, 0.8)]


def test_it_is_a_detector():
    detector: Detector = ENGINE
    assert len(detector.detect([Passage("a"), Passage("b")])) == 2
    assert detector.detect([]) == []


@given(TEXTS)
@settings(max_examples=300)
def test_any_text_gets_an_answer_and_every_finding_lies_in_it(text):
    (detection,) = ENGINE.detect([Passage(text)])
    at = 0
    for one in detection.findings:
        assert at <= one.start < one.end <= len(text)
        assert 0 < one.confidence <= 1
        assert any(char.isalnum() for char in normalise(text[one.start : one.end]).text) or "%" in text or "&" in text
        at = one.end


@given(st.lists(TEXTS, max_size=4), st.sampled_from(Carrier), st.text(max_size=20))
def test_any_passages_get_one_detection_each(texts, carrier, cue):
    assert len(ENGINE.detect([Passage(text, cue, carrier) for text in texts])) == len(texts)


@pytest.mark.parametrize("shift", ["", "\u200b" * 3, "ﬁ", "é" * 5, "𝐀"])
def test_a_span_cut_from_the_original_is_what_was_found(shift):
    text = f"{shift} MRN: 867\u200b5309 {shift}."
    (one,) = ENGINE.detect([Passage(text)])[0].findings
    assert normalise(text[one.start : one.end]).text == "8675309"


def test_without_a_model_only_kinds_with_a_shape_are_covered():
    assert Kind.NAME not in ENGINE.covers
    assert {Kind.PLACE, Kind.FACILITY}.isdisjoint(ENGINE.covers)
    assert Engine(Names()).covers == frozenset(Kind)
    assert ENGINE.covers - DIRECT <= {Kind.DATE, Kind.AGE, Kind.ZIP, Kind.URL, Kind.IP}


def test_a_version_names_rules_and_model():
    assert Engine().version == ENGINE.version
    assert Engine(Names(), model_version="7").version == f"{ENGINE.version}-7"


def test_a_name_learned_late_is_found_in_earlier_messages():
    found = Engine(Names()).detect(
        [Passage("Olena felt better."), Passage("Patient is Olena Kovalchuk."), Passage("Thanks")]
    )
    assert [[(one.start, one.end) for one in detection.findings] for detection in found] == [[(0, 5)], [(11, 26)], []]


def test_a_name_is_found_again_in_the_same_message():
    text = "Patient is Olena Kovalchuk. On day 2 olena felt better."
    look = Engine(Names()).look(Passage(text))
    assert [text[one.start : one.end] for one in look.detection.findings] == ["Olena Kovalchuk", "olena"]
    assert look.names == Engine(Names()).names(Passage(text), look.hits) == {"olena", "kovalchuk"}


def test_a_cue_wins_over_a_shape():
    (one,) = ENGINE.detect([Passage("MRN 912-04-1234")])[0].findings
    assert one.kind is Kind.MRN


@pytest.mark.parametrize(
    ("text", "cue", "kind"),
    [
        ("8675309", "patient mrn", Kind.MRN), ("912041234", "ssn", Kind.SSN), ("Margot", "patient firstName", Kind.NAME), ("4111 1111 1111 1111", "arg", Kind.CARD),
        ("4111111111111111", "", Kind.CARD), ("DE89370400440532013000", "x", Kind.IBAN), ("912-04-1234", "value", Kind.SSN), ("1944-09-05", "dob", Kind.DATE),
    ],
)  # fmt: skip
def test_a_bare_argument_is_found_by_its_key_or_its_shape(text, cue, kind):
    (one,) = ENGINE.detect([Passage(text, cue, Carrier.TOOL_ARGS)])[0].findings
    assert (one.kind, one.start, one.end, one.counts) == (kind, 0, len(text), True)


def test_our_own_pseudonyms_are_no_identifiers():
    text = "MRN: [MRN_abcdefgh23] and SSN_zzzzzzzz77, plan member PLAN_MEMBER_q2q2q2q2q2"
    assert ENGINE.detect([Passage(text)])[0].findings == ()


def test_a_shared_mailbox_in_a_system_prompt_is_nobody():
    text = "Questions? Write to support@hospital.org"
    assert ENGINE.detect([Passage(text, "", Carrier.SYSTEM)])[0].findings == ()
    assert ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])[0].findings


def test_a_foreign_text_is_unknown_and_still_searched():
    (detection,) = ENGINE.detect(
        [Passage("Der Patient ist ein Mann mit Schmerzen und wir wissen nicht was, MRN 8675309")]
    )
    assert detection.unknowns == {UnknownReason.LANGUAGE}
    assert [one.kind for one in detection.findings] == [Kind.MRN]


REQUEST = [
    Passage(
        "You are a clinical assistant. Today is 2026-11-21. Answer briefly. Docs: https://docs.example.org/v2",
        "",
        Carrier.SYSTEM,
    ),
    Passage(
        json.dumps({"type": "object", "properties": {"mrn": {"type": "string", "pattern": "^[0-9]{8}$"}}}),
        "",
        Carrier.TOOL_DEFINITION,
    ),
    Passage("What is the first line for a 72-year-old with CHA2DS2-VASc 4 and eGFR 45, by the 2023 guideline?"),
    Passage("def dose(kg):\n    return 15 * kg  # mg\n"),
]


def test_a_request_without_patients_is_clear():
    found = ENGINE.detect(REQUEST)
    assert not [one for detection in found for one in detection.findings if one.counts]
    assert not [detection for detection in found if detection.unknowns]


HOSTILE = [
    "1 " * 4000, "%" * 8000, "&#" * 4000, "a" * 8000, "é" * 4000, "=" * 8000, ("A" * 80 + "===\n") * 100, "{" * 8000, '"a":' * 2000, "\\u" * 4000, "MRN " * 2000,
    "(" * 8000, "1-" * 4000, "one " * 2000, "a@" * 4000, "http://" * 1000, "|" * 8000, ",\n" * 4000, "а" * 4000, "PID|" * 2000, "<a " * 2600, "'" * 8000, "a\u0301" * 4000,
    "Name: " * 1500, "12 Main " * 1000, "\u0301" * 8000, "MRN: 1 " * 1100, "a b c, " * 1200, "x at y dot com " * 600, "doctor: name?\npatient: a b c d\n" * 300, "flat 3, one " * 700, "first of the " * 600,
    "name? " * 1300, "okay hi " * 1000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_in_steps_that_grow_with_their_length(text):
    """Counted, not timed: a text twice as long takes at most about twice the calls."""
    assert calls(text * 2) <= 2.6 * calls(text) + 4000


def calls(text: str) -> int:
    import sys

    ENGINE.look(Passage(text))  # what is made once is made before: in a process of its own each text is the first
    count = 0

    def profile(frame, event, arg):
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        ENGINE.look(Passage(text))
    finally:
        sys.setprofile(None)
    return count


def test_the_shipped_engine_covers_everything():
    engine = load_engine()
    assert engine.covers == frozenset(Kind)
    assert engine.version.startswith(ENGINE.version)


@pytest.mark.parametrize(
    "text",
    [
        "Doctor: hello\nNurse: Any allergies to medicines?\nCaller: I'm awake at four",
        "Clinician: Right.\nPt: Mm-hmm.\nClinician: Green stuff in the mornings?",
        "GP: Is she drinking?\nMother: Little sips. She had half a bottle.",
        "    steps:\n      - name: Checkout\n        uses: actions/checkout@v4\n      - name: Install dependencies",
        "@article{x,\n  journal = {Developmental Cell},\n  year = {2004},\n  volume = {7}\n}",
        "A/P: Increase ramipril to 5 mg, phone\nU&E 2/52.\n\nHPC Rash, wheeze",
        "listening on IPv4 address 0.0.0.0, port 5432",
        "[ERROR] Tests run: 273, Failures: 1",
        "run_id:ba5121ea6374b7b159340067c7193c187e75bb81",
        "SELECT e.code FROM e GROUP BY e.code ORDER BY c.ward",
        "4. Kapitein LC, Schlager MA, Kuijpers M, Wulf PS. Traffic 2010.",
        "An image of a cloud](../images/publishing-code.png)",
        "Click `Sign in with @gsa.example` and enter your email",
        "Visual Studio Code (aka VSCode). This has benefits",
        "3 DOSAGE FORMS AND STRENGTHS\nTablets: 100 mg\n6 ADVERSE REACTIONS\nMost common (4%): edema",
    ],
)
def test_what_only_looks_announced_is_nobodys(text):
    (detection,) = Engine().detect([Passage(text)])
    assert [text[found.start : found.end] for found in detection.findings if found.counts] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nurse: Rosalind Achterberg\nCaller: yes", "Rosalind Achterberg"),
        ("Patient: Margot Tuttle is a 45yo woman", "Margot Tuttle"),
        ("Patient: Green", "Green"),
        ("Patient Name: Hope Little", "Hope Little"),
        ("- name: Margot Tuttle\n  mrn: 8675309", "Margot Tuttle"),
        ("EMS run #4471209", "4471209"),
        ("her ma, Kathleen, called", "Kathleen"),
        ("Adele Fisk aka Dellie", "Dellie"),
        ("write to maria dot g at example dot org", "maria dot g at example dot org"),
        ("client ip address 203.0.113.9", "203.0.113.9"),
    ],
)
def test_what_is_announced_is_found(text, value):
    (detection,) = Engine().detect([Passage(text)])
    assert value in [text[found.start : found.end] for found in detection.findings]


@pytest.mark.parametrize(
    "text",
    ["Page last reviewed: 18 August 2025\nNext review due: 8 October 2028", "Take it as prescribed. Revised: 7/2018"],
)
def test_the_day_of_a_text_is_not_a_patients(text):
    (detection,) = Engine().detect([Passage(text)])
    assert not any(found.counts for found in detection.findings)


@pytest.mark.parametrize("made", ["call_Kovalchuk", "call_olena_kovalchuk_1", "toolu-KOVALCHUK-x"])
def test_a_name_that_a_message_told_is_known_again_in_an_id(made):
    said, found = Engine(Names()).detect([Passage("Olena Kovalchuk coughs."), Passage(made, "", Carrier.STRUCTURE)])
    assert said.findings
    assert {finding.kind for finding in found.findings} == {Kind.NAME}
    assert all(finding.counts for finding in found.findings)


def test_an_id_keeps_what_it_says_by_itself_beside_a_name():
    made = "kovalchuk-ssn-912-04-1234"
    _, found = Engine(Names()).detect([Passage("Olena Kovalchuk coughs."), Passage(made, "", Carrier.STRUCTURE)])
    assert {finding.kind for finding in found.findings} == {Kind.NAME, Kind.SSN}


@pytest.mark.parametrize("made", ["call_8sKoVaQ", "chatcmpl-7e2d3c1dfec1453545b003e5", "kovalchukova"])
def test_an_id_made_at_random_names_nobody(made):
    _, found = Engine(Names()).detect([Passage("Olena Kovalchuk coughs."), Passage(made, "", Carrier.STRUCTURE)])
    assert found.findings == ()


SAID = "Olena Kovalchuk complained of chest pain."


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(SAID.encode()).decode(),
        base64.b64encode(base64.b64encode(SAID.encode())).decode(),
        SAID.encode().hex(),
        SAID.replace(" ", "=20"),
        SAID.replace(" ", "%20"),
        "".join(f"&#{ord(char)};" for char in SAID),
        "".join(f"\\u{ord(char):04x}" for char in SAID),
        json.dumps({"body": {"data": base64.urlsafe_b64encode(SAID.encode()).decode()}}),
    ],
)
def test_what_only_its_context_tells_is_told_in_a_text_that_software_encoded(written):
    [found] = Engine(Names()).detect([Passage(written)])
    assert {finding.kind for finding in found.findings if finding.counts} == {Kind.NAME}


@pytest.mark.parametrize("said", ["the quick brown fox jumps over the lazy dog", '{"alg":"HS256","typ":"JWT"}'])
def test_an_encoded_text_about_nobody_says_nothing(said):
    [found] = load_engine().detect([Passage(base64.b64encode(said.encode()).decode())])
    assert [finding for finding in found.findings if finding.counts] == []
