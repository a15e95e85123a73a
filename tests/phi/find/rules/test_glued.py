from __future__ import annotations

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine

GLUED = [
    *("ptid88213047", "mrn00412233", "MRN88213047", "patientid88213047", "pid88213047", "hn88213047", "acct00412233"),
    *("csn88213047", "tel4155550132", "memberid88213047", "enc88213047", "visit88213047", "patient88213047", "chart88213047"),
    *("acc88213047", "uhid88213047", "hosp88213047", "dob19620314", "ssn078051120", "mrn_00412233"),
]  # fmt: skip
FREE = [
    *("patient1", "pt12", "acc0.98", "enc64", "visit3", "visit20261130", "chart1", "acct1", "x264", "build88213047"),
    *("py311", "utf8", "port8080", "case12", "pid 8821", "rfc2119", "v20261130", "tel:911"),
]  # fmt: skip


def counts(text):
    (detection,) = load_engine().detect([Passage(text)])
    return any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize("frame", ["open {} please", "{}", "x ({}), y", "{}\ndone"])
@pytest.mark.parametrize("word", GLUED)
def test_a_number_in_one_word_with_its_cue_counts(word, frame):
    assert counts(frame.format(word))


@pytest.mark.parametrize("word", FREE)
def test_what_programs_number_does_not(word):
    assert not counts(f"open {word} please")
