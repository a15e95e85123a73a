from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import DIRECT, Kind, Passage
from gateway.phi.find import credits as module
from gateway.phi.find.credits import credited
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.ways import folded, holds


def hits(text, *values):
    return [
        Hit(Kind.EMAIL if "@" in value else Kind.NAME, text.index(value), text.index(value) + len(value), 0.9)
        for value in values
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("commit 1a2b\nAuthor: Ottilie Brandvold <ob@example.org>\nDate: Mon", ["Ottilie Brandvold", "ob@example.org"]),
        ("fix race\n\nSigned-off-by: Ottilie Brandvold\nReviewed-by: Tam Nguyen", ["Ottilie Brandvold", "Tam Nguyen"]),
        ("# Copyright (c) 2019-2021 Ottilie Brandvold\nimport os", ["Ottilie Brandvold"]),
        ("/**\n * @author Ottilie Brandvold\n */", ["Ottilie Brandvold"]),
        ('__author__ = "Ottilie Brandvold"', ["Ottilie Brandvold"]),
        ('{"name": "x", "author": "Ottilie Brandvold <ob@example.org>"}', ["Ottilie Brandvold", "ob@example.org"]),
        (
            'authors = [\n  { name = "Ottilie Brandvold" },\n  { name = "Tam Nguyen" }\n]',
            ["Ottilie Brandvold", "Tam Nguyen"],
        ),
        ("name: x\nmaintainers:\n  - Ottilie Brandvold\n  - Tam Nguyen\n", ["Ottilie Brandvold", "Tam Nguyen"]),
        ("^1a2b3c4d (Ottilie Brandvold 2021-03-04 10:00:00 +0100 12) x = 1", ["Ottilie Brandvold"]),
        ("^1a2b3c4d (Ottilie Brandvold   2021-03-04 10:00:00 +0100 12) x = 1", ["Brandvold"]),
        ("<developers><developer><id>ob</id><name>Ottilie Brandvold</name></developer>", ["Ottilie Brandvold"]),
        ("// TODO(brandvold): drop this", ["brandvold"]),
        (
            "1. Kapitein LC, Schlager MA, Kuijpers M. Mixed microtubules. Curr Biol. 2010;20:290-9.",
            ["Kapitein LC", "Kuijpers M"],
        ),
        (
            '[1] M. J. Dayel, R. A. Alegado, "Cell types," Dev Biol, vol. 357, pp. 73-82, 2011.',
            ["M. J. Dayel", "R. A. Alegado"],
        ),
        (
            "Baas, P. W., Nadar, C., & Myers, K. A. (2006) Axonal transport. Traffic, 7, 490-8.",
            ["Baas, P. W.", "Myers, K. A."],
        ),
        ("TY  - JOUR\nAU  - Moreira, X.\nPY  - 2013", ["Moreira, X."]),
        (
            "@article{k98,\n  author = {Karpov, S. A. and Coupe, S. J.},\n  year = 1998",
            ["Karpov, S. A.", "Coupe, S. J."],
        ),
        ('[{"author": [{"family": "Ilani", "given": "T."}], "DOI": "10.1/x"}]', ["Ilani"]),
        (
            "Signed-off-by: Ottilie Brandvold <ob@example.org>\nTested-by: T <tn@example.org>",
            ["ob@example.org", "tn@example.org"],
        ),
        ("# MAINTAINERS: Ottilie B <ob@example.org>, Tam N <tn@example.org>", ["ob@example.org", "tn@example.org"]),
        ("/* @author Ottilie Brandvold <ob@example.org> */", ["ob@example.org"]),
        (
            "maintainers:\n  - name: Ottilie Brandvold\n    email: ob@example.org\n",
            ["Ottilie Brandvold", "ob@example.org"],
        ),
        (
            'From: Tam Nguyen <tn@example.org>\nSubject: [PATCH] x\nCc: Ottilie B <ob@example.org>, "R" <rv@example.org>\n\ny',
            ["Tam Nguyen", "tn@example.org", "ob@example.org", "rv@example.org"],
        ),
        ("1 Example University, Ousby. Electronic address: ob@example.org.", ["ob@example.org"]),
        ("Correspondence to: O. Brandvold, ob@example.org", ["ob@example.org"]),
        ("# CODEOWNERS\n*.sql  tn@example.org ob@example.org\n/docs/ @team", ["tn@example.org", "ob@example.org"]),
        (
            '[{"title": "X", "container-title": "J Brandvold", "author": [{"family": "Ilani"}]}]',
            ["J Brandvold", "Ilani"],
        ),
        (
            '[{"container-title": "J Neurosci", "author": [{"family": "Ilani", "given": "T."}], "DOI": "10.1/x"}]',
            ["J Neurosci"],
        ),
        ('{"family": "Ilani", "given": "T."}], "issued": {"raw": "2001"}, "DOI": "10.1/x"}', ["Ilani"]),
        ("TY  - JOUR\nAU  - Moreira, X.\nPY  - 2013", ["AU  - Moreira"]),
        ("as Yan et al. propose, and Kessler (2001) found; (Brandvold and Myers, 2004)", ["Yan", "Kessler", "Myers"]),
    ],
)
def test_authors_and_maintainers_are_credited(text, names):
    assert credited(hits(text, *names), text) == [True] * len(names)


def test_a_word_of_a_title_that_a_model_takes_for_a_name_is_credited():
    text = "2. Traven A, Jelicic B. Bowman and the gland. Funct Ecol. 2011;25:348-357."
    found = [hit._replace(evidence=Evidence.CONTEXT) for hit in hits(text, "Bowman", "Funct")]
    assert credited(found, text) == [True, True]
    prose = "Saw Traven A, Jelicic B. Bowman was worse. Seen 2011 again."
    assert credited([hits(prose, "Bowman")[0]._replace(evidence=Evidence.CONTEXT)], prose) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "$ git log --oneline\n4be19c2 Ottilie Brandvold <ob@example.org> 2025-09-12 units: fix",
        "a91be02 2024-10-02 Ottilie Brandvold  feat(api): add export\n77d0c4f 2024-10-01 dependabot",
        "git blame says Ottilie Brandvold touched this line last, should I revert?",
        "git log says Ottilie Brandvold <ob@example.org>, tighten IAM",
        "[Abstract 1] Ottilie Brandvold, Petrov D, Lindgren A, et al. Nurse-led clinics. Lancet 2021;397:12-19. doi:10.1/x",
    ],
)
def test_the_author_of_a_change_or_of_an_abstract_is_a_credit(text):
    assert credited(hits(text, "Ottilie Brandvold"), text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "8825501 2024-10-02 Ottilie Brandvold  seen",
        "a91be02 2024-10-02 Ottilie Brandvold  refill of the patient",
        "git blame says Ottilie Brandvold, MRN 44120 is the patient",
        "bed 4 2024-10-02 Ottilie Brandvold  seen",
    ],
)
def test_a_number_and_a_day_before_a_name_are_no_change(text):
    assert not credited(hits(text, "Ottilie Brandvold"), text)[0]


def test_a_personal_communication_is_a_credit():
    text = "Ref 15: Personal communication, S. Varga, 2022."
    assert credited(hits(text, "S. Varga"), text) == [True]


def test_a_name_that_is_credited_is_nobodys_where_it_stands_again():
    text = "Author: Ottilie Brandvold <ob@example.org>\n\nthanks Ottilie. Ask Brandvold."
    again = [one._replace(evidence=Evidence.CONTEXT) for one in hits(text, "thanks Ottilie", "Brandvold.")]
    assert credited([*hits(text, "Ottilie Brandvold"), again[0]._replace(start=again[0].start + 7)], text) == [
        True,
        True,
    ]
    care = text + " Her appointment is on Monday."
    assert credited([*hits(care, "Ottilie Brandvold"), again[1]], care)[1] is False


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Reviewed by Dr Ottilie Brandvold", "Ottilie Brandvold"),
        ("Author: Ottilie Brandvold MD\nPatient seen today", "Ottilie Brandvold"),
        ("Please call Ottilie Brandvold about her refill. 2019.", "Ottilie Brandvold"),
        ("1. Ottilie Brandvold, MRN 8675309, seen 2019; 12:3-4", "Ottilie Brandvold"),
        ("Copyright 2020 Ottilie Brandvold. The patient Ottilie Brandvold came", "Ottilie Brandvold"),
        ("name: Ottilie Brandvold\nmrn: 8675309", "Ottilie Brandvold"),
        ("owner: Ottilie Brandvold\nroom: 4", "Ottilie Brandvold"),
        ("INSERT INTO patients VALUES ('Ottilie Brandvold', 1)", "Ottilie Brandvold"),
        ("Ottilie Brandvold called on 3/4/2019; 12:30-12:45", "Ottilie Brandvold"),
        ("From: Ottilie Brandvold <ob@example.org>\nSubject: my bill\n\nWhy so dear?", "Ottilie Brandvold"),
        ("From: Ottilie Brandvold <ob@example.org>\nSubject: my bill\n\nWhy so dear?", "ob@example.org"),
        ("contact: Ottilie Brandvold <ob@example.org>", "ob@example.org"),
        ('authors = ["Ottilie Brandvold"]  # her appointment is on Monday', "Ottilie Brandvold"),
    ],
)
def test_a_person_in_care_is_never_a_credit(text, name):
    assert credited(hits(text, name), text) == [False]


def test_only_a_name_and_what_stands_in_its_field_may_be_a_credit():
    text = "Author: Ottilie Brandvold <ob@example.org> SSN 912-04-1234"
    (detection,) = Engine().detect([Passage(text)])
    assert any(found.kind is Kind.SSN and found.counts for found in detection.findings)


RECORDS = (
    "Patient Margot Tuttle, MRN 8675309, DOB 03/04/1951, was admitted on March 3, 2021 with chest pain.",
    "Please call Rosalind Achterberg about her refill at (503) 555-0142.",
    "Mrs Quiterie Vandermeulen of 12 Elm St, Salem OR 97301 asked for an appointment.",
    "Benedita Rocha's daughter Ines Rocha wrote from ines.rocha@example.org; SSN 912-04-1234.",
    "The patient, Amara Lindgren, account 40017723918, lives in Fairmount and was seen by Dr. Okafor.",
)
WRAPPED = {
    "fence": "```python\n{}\n```",
    "diff": "diff --git a/n.txt b/n.txt\n@@ -1,2 +1,3 @@\n context\n+{}\n-old\n",
    "log": "2026-01-02T03:04:05Z INFO worker-1 {}\n2026-01-02T03:04:06Z INFO done\n",
    "sql": "INSERT INTO notes (id, body) VALUES (17, '{}');",
    "yaml": "author: build-bot\nversion: 2\nnote: >-\n  {}\n",
    "references": "References\n1. Kapitein LC, Schlager MA. Mixed microtubules. Curr Biol. 2010;20:290-9.\n2. {} 2019;12:3-4.\n",
    "commit": "Author: Ottilie Brandvold <ob@example.org>\n\n    {}\n\nSigned-off-by: Ottilie Brandvold\n",
    "trace": 'Traceback (most recent call last):\n  File "/srv/intake.py", line 88, in save\n    raise ValueError(text)\nValueError: {}\n',
    "title": "3. Traven A, Jelicic B. Yeast Gal4. {} Funct Ecol. 2011;25:348-357.\n",
    "listing": "-rw-r--r--  2 build staff  1.2K Mar  3  2025 note.txt\n$ cat note.txt\n{}\n",
    "access": '10.0.0.7 - - [20/Sep/2026:21:46:07 +0000] "POST /v2/notes" 201 "{}"\n',
    "query": "SELECT id FROM notes WHERE created >= '2026-01-01' AND body = '{}' AND itemid IN (22840, 22841);",
    "label": '{{"product_ndc": ["31969-472"], "note": "{}", "effective_time": "20240802"}}',
    "history": "Lister moved to Glasgow in 1860 (1827-1912). {} In 1867 he published in The Lancet; in 1869 he left for Edinburgh.",
    "minutes": "Minutes of the board, 4 March 2024. Present: Helen Ashworth (chair), Tunde Bakare (staff side). Item 3: {} Apologies: none.",
    "biography": "**Dr Margarethe Lindholm, Chief Medical Officer.** She trained in Bergen. {} Andre Fontenot, Director of Nursing, joined in 2019.",
    "commits": "4be19c2 Mirela Ionescu <mirela@labkit.example> 2025-09-12 {}\n91aa0f3 Tom Vandersteen <tvs@labkit.example> fix\n",
    "command": "gh run view --id 20871 --comment '{}'",
}


@pytest.mark.parametrize("wrapping", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("record", RECORDS)
def test_no_wrapping_launders_a_record(record, wrapping):
    assert lost(record, wrapping.format(record)) == []


@given(st.sampled_from(RECORDS), st.lists(st.sampled_from(sorted(WRAPPED)), min_size=2, max_size=3))
def test_nor_do_wrappings_in_wrappings(record, names):
    text = record
    for name in names:
        text = WRAPPED[name].format(text)
    assert lost(record, text) == []


def lost(record, text):
    """Law 5: what counted alone and does not count in `text`, but a name in the role of an author."""
    engine = load_engine()
    (plain,) = engine.detect([Passage(record)])
    alone = {record[found.start : found.end] for found in plain.findings if found.counts and found.kind in DIRECT}
    assert alone
    (detection,) = engine.detect([Passage(text)])
    covered = [(found.start, found.end) for found in detection.findings if found.counts]
    return [
        value
        for value in alone
        if not any(start < text.index(value) + len(value) and text.index(value) < end for start, end in covered)
    ]


@pytest.mark.parametrize(
    "piece", ["Ab C, ", "author = ", "authors: x\n  - ", "(c) 2020 ", "Ab et ", "TODO(", "AU  - ", "A. ", "<author>"]
)
def test_reading_credits_takes_time_that_grows_with_the_text(piece):
    def seconds(times):
        text = piece * times + "Ottilie Brandvold"
        many = [Hit(Kind.NAME, len(text) - 17, len(text), 0.9)] * 20
        began = time.process_time()
        credited(many, text)
        return time.process_time() - began

    seconds(10)
    assert seconds(20_000) < 0.5 + 40 * seconds(2_000)


PIECES = [
    *[
        "author ",
        "@author ",
        "__author__",
        "Signed-off-by:",
        "Commit:",
        "MAINTAINER ",
        "@",
        "& ",
        "# ",
        "// ",
        "<dc:creator>",
    ],
    *[
        "( ",
        "[",
        "{",
        "= ",
        '"',
        "'",
        ": ",
        " - ",
        "AU",
        "%A ",
        "TODO(",
        "person(",
        "copyright ",
        "(c) ",
        "© ",
        "Packager:",
    ],
    *[
        "correspondence ",
        "acknowledgments ",
        '"family"',
        '"container-title"',
        "@article{",
        "^3f9a2c1b ",
        "drwxr-xr-x 12 ",
    ],
    *[
        "<author>",
        "written by ",
        "Translated by ",
        "electronic address",
        "Author(s): ",
        "see ",
        "\n -- ",
        "\n",
        "\n\n",
        " ",
    ],
    *["\t", ", ", "Ottilie ", "Kim", "autHoR", "mainta\u0130ner", "ed\u0131tor", "\u017figned-off-by:"],
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_quick_look_before_an_expression_misses_nothing_that_it_finds(before):
    small, last = folded(before), module._last_line(before)
    for pattern in (module._BLAME, module._TAGGED):
        assert (pattern.match(before, last) is None) == (pattern.search(before) is None)
    for pattern in (
        module._CODE_CREDIT,
        module._TRAILER,
        module._AUTHORS_ADDRESS,
        module._WRITES_BACK,
        module._CORRESPONDENCE,
    ):
        assert pattern.search(before) is None or holds(small, module._SAYS_WHO)
    for pattern in (module._BIBTEX, module._CSL, module._CSL_TITLE):
        assert pattern.search(before) is None or holds(small, module._SAYS_WHAT)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("# Author: Ottilie Brandvold\n# I have had metastatic breast cancer since 2024.\n", True),
        ("# Author: Ottilie Brandvold, diagnosed with lupus\n", True),
        (
            "commit 1a2b3c4\nAuthor: Ottilie Brandvold <ob@example.org>\n\n    my own sertraline dose broke the parser",
            True,
        ),
        ("# Author: Ottilie Brandvold\n# I have had to rewrite the parser; my own fork has a bug.\n", False),
    ],
)
def test_an_author_who_tells_an_illness_of_their_own_is_somebody_in_care(text, counts):
    name = "Ottilie Brandvold"
    assert credited(hits(text, name), text) == [not counts]
