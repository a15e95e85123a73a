from __future__ import annotations

import pytest

from gateway.phi.find.records.rounds import find


def found(text):
    return {text[hit.start : hit.end] for hit in find(text)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("B2 skarsgaardt hip, B3 ulvhilde cap, B4 haddadeen cva. who first?", {"skarsgaardt", "ulvhilde", "haddadeen"}),
        ("theatre 1: 1) skarsgaardt - L hip hemi 2) tveitan - DHS", {"skarsgaardt", "tveitan"}),
        ("09:00 skarsgaardt fu; 09:20 ulvhilde new; 09:40 dna tveitan", {"skarsgaardt", "ulvhilde", "tveitan"}),
        ("sr1 skarsgaardt nbm\nsr2 empty\nsr3 tveitan mrsa", {"skarsgaardt", "tveitan"}),
        ("04 SKARSGAARDT 61F #NOF D2\n05 HADDAD 77M CAP D5\n06 TVEITAN 80F CVA", {"SKARSGAARDT", "HADDAD", "TVEITAN"}),
        ("skarsgaardt 61f hip\ntveitan 77m cap", {"skarsgaardt", "tveitan"}),
        ("skarsgaardt, f, 61", {"skarsgaardt"}),
        ("handover: the lawyer in 4, skarsgaardt in 6", {"skarsgaardt"}),
        ("why does bed_4_skarsgaardt not open", {"skarsgaardt"}),
    ],
)
def test_all_who_stand_in_a_list_are_found(text, names):
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "1) install nginx 2) configure certbot 3) reboot",
        "b12 deficiency anemia workup; b1 thiamine, b6 pyridoxine",
        "09:00 standup; 09:30 retro; 10:00 lunch",
        "1) amoxicillin - 5 days 2) doxycycline - 7 days, sepsis",
        "Bed 1 empty, bed 2 closed, bed 3 cleaning, handover at 8",
        "4: nginx, 5: redis, 6: postgres",
        "theatre 2: 1) clean 2) restock 3) autoclave",
        "male 61f, smoker 20m",
        "1. Skarsgaardt F, Niclas J. Sepsis. 2. Ulvhilde E, Hip fractures. 3. Tveitan AC, Stroke.",
        "1) Skarsgaardt F, 2) Ulvhilde E, stroke",
        "skarsgaardt in 2019 wrote of it",
    ],
)
def test_other_lists_hold_nobody(text):
    assert found(text) == set()
