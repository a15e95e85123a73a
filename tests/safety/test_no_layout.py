"""No layout launders a record: laid out as a notice, a list of staff, a program or an article, all but names counts.

And a sentence about somebody does not become nobody's among sentences about nothing.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()
PEOPLE = ("Margot Tuttle", "Benedita Rocha", "Quiterie Vandermeulen", "Amara Lindgren", "Tam Okafor")
VALUES = {
    "phone": ("(503) 555-0142", "202-555-0187", "07700 900233", "+44 7700 900233", "01632 960450"),
    "email": ("margot.tuttle@example.org", "b.rocha77@example.net"),
    "MRN": ("8675309", "20417733"),
    "SSN": ("912-04-1234", "536-22-8417"),
    "DOB": ("03/04/1951", "1962-03-14"),
    "account number": ("40017723918", "44712093"),
    "NHS number": ("943 476 5919",),
    "home address": ("12 Elm St, Salem, OR 97301",),
}
ENTRIES = (
    "{person}: {label} {value}",
    "{person}, {label} {value}",
    "{person} – {label}: {value}",
    "{person} ({label} {value})",
    "{label}: {value} ({person})",
    "Contact {person}, {label}: {value}",
    "Ward manager: {person}, {label} {value}",
    "{person}, coordinator, {label} {value}",
    "For questions ask {person} in the office, {label} {value}, Mon-Fri 9am-5pm",
    "* {label} {value} edited by {person}",
    "author: {person}  # {label} {value}",
)
AROUND = {
    "notice": "Retrieved from the intranet:\n"
    "\n"
    "[1] Cold chain policy, version 3, approved 4 May 2025. Staff should log each alarm. The storage officer "
    "is Ottilie Brandvold, ext 4471.\n"
    "{}\n"
    "[2] Training: next course 9 June, please book with Lorcan in Education.\n",
    "staff": "Staff directory, revised 3 May 2025\n"
    "- Reception desk: ext 4471, Mon-Fri 9am-5pm\n"
    "- Pharmacy team, office hours\n"
    "- {}\n"
    "- Estates helpdesk, ext 12\n",
    "houses": "Going home after an operation\n"
    "If the wound opens, contact the dressing clinic on 020 7946 0018 or the hospital switchboard, 020 7946 0000.\n"
    "Kestrel Pharmacy, 14 High Street, telephone 020 7946 0021, fax 020 7946 0022.\n"
    "Advice line (office hours): {}\n"
    "The outpatient department is at 3 Infirmary Walk, Ousby.\n",
    "minutes": "Minutes of the committee, 3 May 2025\n"
    "Present: Dame Ottilie Brandvold (chair), Lorcan Vey (secretary)\n"
    "Apologies: none\n"
    "{}\n"
    "Next meeting: 9 June.\n",
    "history": "Founded in 1802 by the surgeon Ottilie Brandvold (1771-1834), the house moved in 1853.\n"
    "{}\n"
    "In 1871 it burned.\n",
    "measures": "ward;admissions;mean_rate;pct\nKestrel;212;94.1;12\nTarn;304;77.5;9\n{}\nOusby;12;1.1;3\n",
    "machine": "def load_rows(path):\n"
    "    with open_file(path) as file_handle:\n"
    "        return parse_rows(file_handle.read())  # {}\n"
    "\n"
    "def save_rows(rows, out_path='/var/lib/app/rows.json'):\n"
    "    write_json(out_path, rows)\n",
    "log": "2026-11-30T08:00:10Z INFO GET /items\n"
    "2026-11-30T08:05:59Z WARN {}\n"
    "2026-11-30T08:06:02Z INFO retry_count=3\n",
    "diff": "diff --git a/x/rows.csv b/x/rows.csv\n"
    "index 3f2a1bc..9d8e7fa 100644\n"
    "--- a/x/rows.csv\n"
    "+++ b/x/rows.csv\n"
    "@@ -1,2 +1,3 @@\n"
    " name\n"
    "+{}\n",
    "commit": "commit 3f2a1bc9d8e7fa0012ab34cd56ef7890abcdef12\n"
    "Author: Dev One <dev@example.org>\n"
    "Date:   Mon Nov 30 10:00:00 2026 +0000\n"
    "\n"
    "    {}\n",
    "manifest": "name: tidycase\nversion: 2.4.1\nmaintainers:\n  - name: Ottilie Brandvold\n  - {}\nlicense: MIT\n",
    "owners": "# CODEOWNERS\n*.sql  tn@example.org\n/docs/ @team\n# {}\n",
    "article": "Background: Reflux in infants is common. Methods: We enrolled 214 infants in a randomised trial at two sites.\n"
    "{}\n"
    "Results: Fewer cases were seen (p = 0.03, 95% CI 0.4 to 0.9). Conclusions: Thickened feeds should be "
    "tried first.\n"
    "Background: Reflux in infants is common. Methods: We enrolled 214 infants in a randomised trial at two sites.\n"
    "{}\n"
    "Results: Fewer cases were seen (p = 0.03, 95% CI 0.4 to 0.9). Conclusions: Thickened feeds should be "
    "tried first.\n",
    "affiliation": "1 Department of Paediatrics, University of Ostrava, Ostrava. Correspondence to: O. Brandvold.\n"
    "2 {}\n",
    "label": "INDICATIONS AND USAGE\n"
    "For adults and children of 6 years and older (see section 5.2).\n"
    "DOSAGE AND ADMINISTRATION\n"
    "The dose should be 2 mg/kg. CONTRAINDICATIONS: renal failure.\n"
    "To report SUSPECTED ADVERSE REACTIONS contact Corvexa Inc. {}\n"
    "Manufactured for: Corvexa Inc. Revised: 11/2024\n",
    "references": '[1] M. J. Dayel, R. A. Alegado, "Cell types," Dev Biol, vol. 357, pp. 73-82, 2011.\n'
    "[2] {}\n"
    "[3] Kapitein LC. Mixed microtubules. Curr Biol. 2010;20:290-9.\n",
    "fence": "```sql\nSELECT * FROM staff WHERE x >= 3; -- {}\n```\n",
}


def credited(entry: str, label: str, *layouts: str) -> bool:
    """Whether it is an e-mail address in the field of an author or a maintainer: beside names the only credit."""
    return label == "email" and (entry is ENTRIES[-1] or "manifest" in layouts)


def counting(text: str, start: int, end: int) -> bool:
    """Whether something else than a name counts there and leaves at most a character of it."""
    (detection,) = ENGINE.detect([Passage(text)])
    there = [found for found in detection.findings if found.counts and found.kind is not Kind.NAME]
    open_ = [
        at for at in range(start, end) if text[at].isalnum() and not any(one.start <= at < one.end for one in there)
    ]
    return len(open_) <= 1


@pytest.mark.parametrize("layout", AROUND)
@pytest.mark.parametrize("label", VALUES)
def test_what_counts_by_itself_counts_in_every_layout(label, layout):
    for index, entry in enumerate(ENTRIES):
        if credited(entry, label, layout):
            continue
        value = VALUES[label][index % len(VALUES[label])]
        said = entry.format(person=PEOPLE[index % len(PEOPLE)], label=label, value=value)
        text = AROUND[layout].replace("{}", said)
        at = text.index(value)
        if counting(said, said.index(value), said.index(value) + len(value)):
            assert counting(text, at, at + len(value)), text


@given(
    st.sampled_from(sorted(AROUND)),
    st.sampled_from(sorted(AROUND)),
    st.lists(
        st.tuples(
            st.sampled_from(ENTRIES), st.sampled_from(PEOPLE), st.sampled_from(sorted(VALUES)), st.integers(0, 4)
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_lists_of_patients_count_in_one_layout_within_another(outer, inner, rows):
    said, values = [], []
    for entry, person, label, index in rows:
        value = VALUES[label][index % len(VALUES[label])]
        alone = entry.format(person=person, label=label, value=value)
        if not credited(entry, label, outer, inner) and counting(
            alone, alone.index(value), alone.index(value) + len(value)
        ):
            said.append(alone)
            values.append(value)
    text = AROUND[outer].replace("{}", AROUND[inner].replace("{}", "\n".join(said)))
    for value in values:
        at = text.index(value)
        assert counting(text, at, at + len(value)), (value, text)


NAMES = ("Margot Tuttle", "Benedita Rocha", "quiterie vandermeulen", "Amara Lindgren", "Tam Okafor", "Sunniva")
SAID_OF_ONE = (
    "{}'s sodium fell from 136 to 124 since yesterday.",
    "Teach {} how to use the inhaler.",
    "Put {} on the list for a hernia repair, priority P2.",
    "Could the copay of {} be checked again?",
    "Counsel {} on warfarin in plain words.",
    "SBAR for {}: drowsy after the second dose, BP 84/50.",
    "Book an interpreter for {} at the next eye clinic.",
    "Write to {} that the biopsy was clear.",
    "{} will not take the tablets, any tricks?",
)
NEUTRAL = {
    "items": "[1] Linen is counted twice a week. Torn sheets are set aside.\n"
    "[2] {}\n"
    "[3] Trolleys are cleaned each evening and the sheet is kept for a year.\n"
    "Question: how long is the sheet kept?",
    "prose": "Linen is counted twice a week. Torn sheets are set aside. {} Trolleys are cleaned each evening and the "
    "sheet is kept for a year.\nHow long is the sheet kept?",
    "tags": '<doc id="1">{}</doc>\n<doc id="2">Trolleys are cleaned each evening by the staff of the department, and '
    "the sheet is kept for a year by the stores, version 3.</doc>\nHow long is the sheet kept?",
}


@pytest.mark.parametrize("around", NEUTRAL)
@pytest.mark.parametrize("said", SAID_OF_ONE)
def test_neutral_text_around_a_sentence_makes_its_person_nobody_less(around, said):
    for name in NAMES:
        text = NEUTRAL[around].format(said.format(name))
        at = text.index(name)
        (detection,) = ENGINE.detect([Passage(text)])
        there = (one for one in detection.findings if one.start < at + len(name) and at < one.end)
        assert any(one.counts for one in there), text


LONGER = (
    "Linen is counted twice a week. Torn sheets are set aside and sent to the sewing room. Fire doors are kept shut at all "
    "times. A hoist must not be used by one person alone. The kettle in the relatives' room is tested once a year. Waste is "
    "sorted into clinical and domestic bags. Check the date on the label before the fridge is filled. Fluids are charted "
    "every hour on the high care unit. {} Rotas are published six weeks ahead. Trolleys are cleaned each evening by the staff of "
    "the department. Do not start a statin in acute illness. If the alarm sounds, leave by the nearest exit. Beds near the "
    "window are filled last. The bladder scanner is charged overnight. Visitors should wash their hands when they come in."
)


def test_a_longer_text_around_a_sentence_drowns_hardly_anybody():
    clear = []
    for said in SAID_OF_ONE:
        for name in NAMES:
            text = LONGER.format(said.format(name))
            assert len(text) > 700
            (detection,) = ENGINE.detect([Passage(text)])
            if not any(one.counts for one in detection.findings):
                clear.append((said, name))
    assert len(clear) <= len(SAID_OF_ONE) * len(NAMES) // 18, clear
