from __future__ import annotations

import pytest

from gateway.phi.find.talk.turns import labelled, lines

STYLES = [
    "Doctor: one\nPatient: two\n",
    "[doctor] one\n[patient] two\n",
    "**Dr:** one\n**Pt:** two\n",
    "D: one\nP: two\n",
    "assistant: one\nuser: two\n",
    "SPEAKER_00: one\nSPEAKER_01: two\n",
    "[00:00:12] Nurse: one\n[00:00:15] Caller: two\n",
    "(00:12) Ward clerk: one\n(00:15) Relative: two\n",
    "WEBVTT\n\n00:00:07.500 --> 00:00:11.000\n<v Doctor> one\n00:00:11.000 --> 00:00:12.000\n<v Patient> two\n",
    "1\n00:00:07,500 --> 00:00:11,000\nDoctor: one\n\n2\n00:00:11,000 --> 00:00:12,000\nPatient: two\n",
    "Doctor (00:01): one\nPatient (00:02): two\n".replace(" (00:01)", "").replace(" (00:02)", ""),
    "Doctor - one\nPatient - two\n",
    "Nurse: one? Patient: two.",
    "Q. one? A. two.",
]


@pytest.mark.parametrize("text", STYLES)
def test_turns_are_found_in_every_style(text):
    assert [text[turn.start : turn.end].strip()[:3] for turn in labelled(text)] == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        "S: sore throat\nO: afebrile\nA: viral\nP: rest\n",
        "coding:\n  system: http://loinc.org\n  display: Sodium\ncoding:\n  system: x\n",
        "Patient: Maria Lopez. Doctor: Alan Grey. Nurse: none.",
        "Patient: Maria Lopez\nDOB: 3 March 1964\n",
        "def f():\n    return 1\n",
        "",
    ],
)
def test_notes_and_settings_are_no_talk(text):
    assert labelled(text) == []


def test_a_speaker_who_is_called_by_name_has_turns_too():
    text = "Doctor: one\nMaria: two\nDoctor: three\nMaria: four\n"
    assert [turn.speaker for turn in labelled(text)] == ["doctor", "maria", "doctor", "maria"]


def test_without_labels_each_line_is_a_turn():
    assert [turn.start for turn in lines("- one\n- two\n")] == [2, 8]
    assert [turn.start for turn in lines("[00:01] one\n\n[00:02] two")] == [8, 21]
    assert lines("x" * 500) == []
