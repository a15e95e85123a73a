"""Rows on data of others: what is in a folder is measured, what is not has no row."""

from __future__ import annotations

import json

import pytest

from bench.phi import wild
from gateway.phi.find.engine import Engine

ENGINE = Engine()


def rows(tmp_path, **files):
    for name, lines in files.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / f"{name}_dev.jsonl").write_text(text, encoding="utf-8")
    return {row.name.strip(): row.ours for row in wild.rows(ENGINE, tmp_path)}


def said(text, *values, kind="NAME", **more):
    spans = [{"start": text.index(one), "end": text.index(one) + len(one), "type": kind} for one in values]
    return {"id": "x", "text": text, "spans": spans, **more}


def test_an_empty_folder_has_no_rows(tmp_path):
    assert rows(tmp_path) == {}


def test_names_are_counted_by_form_and_look_alikes_apart(tmp_path):
    told = rows(
        tmp_path,
        lone_names=[
            said("MRN 8675309, Zoe Quux", "Zoe Quux", form="full"),
            said("we saw quux again", "quux", form="lower"),
            said("The Apgar score was 8.", category="eponym"),
        ],
    )
    assert told["wild: a lone name called clear, all (2)"] == 0.5
    assert told["wild: a lone name called clear, full (1)"] == 0
    assert told["wild: a lone name called clear, lower (1)"] == 1
    assert told["wild: look-alikes of a name kept (1)"] == 0


def test_requests_are_counted_by_class(tmp_path):
    def asked(text, of):
        return {"class": of, "request": {"messages": [{"role": "user", "content": text}]}}

    told = rows(tmp_path, free_requests=[asked("What is sepsis?", "rag/x"), asked("MRN 8675309", "coding/x")])
    assert told["wild: PHI-free requests kept, all (2)"] == 0.5
    assert told["wild: PHI-free requests kept, coding (1)"] == 1
    assert told["wild: PHI-free requests kept, rag (1)"] == 0


def test_a_span_is_found_when_all_of_it_is(tmp_path):
    told = rows(
        tmp_path,
        records=[
            said("MRN 8675309", "8675309", kind="ID", format="x12", sub="837P"),
            said("MRN 8675309 ward 9", "8675309 ward 9", kind="ID", format="x12", sub="837P"),
            said("GLU 98 mg/dL", format="hl7v2", sub="neg-obx"),
        ],
    )
    assert told["wild: records, x12 (2): recall"] == 0.5
    assert told["wild: records without persons, hl7v2/neg-obx (1): kept"] == 0


def test_talk_counts_what_is_said_and_what_is_masked_for_nothing(tmp_path):
    told = rows(
        tmp_path,
        dialogues=[
            said("D: date of birth 1961-05-04", "1961-05-04", kind="DATE"),
            said("D: call me at (202) 555-0147"),
        ],
    )
    assert told["date (1)"] == 1
    assert told["words masked in those without an identifier (6)"] == pytest.approx(2 / 6)


def test_a_language_is_to_be_unknown_and_english_is_not(tmp_path):
    french = "Le patient est arrivé aux urgences hier soir avec de la fièvre."
    told = rows(tmp_path, languages=[said(french, lang="fr"), said("The patient has a cough.", lang="en")])
    assert told["wild: other languages taken for one we know (1)"] == 0
    assert told["wild: English called another language (1)"] == 0
