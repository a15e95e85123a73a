from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Part, Passage
from gateway.phi.find import identifiers
from gateway.phi.find.engine import load_engine


def counted(text, carrier):
    [detection] = load_engine().detect([Passage(text, carrier=carrier)])
    return {finding.kind for finding in detection.findings if finding.counts}


@pytest.mark.parametrize("carrier", [Carrier.TOOL_DEFINITION, Carrier.NAME])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("form_219-09-9999", Kind.SSN),
        ("form_219_09_9999", Kind.SSN),
        ("219099999", Kind.OTHER_ID),
        ("fetch_219099999_labs", Kind.OTHER_ID),
        ("mail-bola.okafor@inbox.example", Kind.EMAIL),
        ("ask_Ingrid_Okafor", Kind.NAME),
        ("ask_patient_Ingrid_Tveit_now", Kind.NAME),
        ("get_mrn_5520917", Kind.MRN),
    ],
)
def test_the_name_of_a_tool_or_a_schema_may_be_somebodys(name, kind, carrier):
    assert counted(name, carrier) == {kind}


@pytest.mark.parametrize("place", ["call_{}_448812", "toolu_{}", "{}"])
def test_a_name_in_the_id_of_a_call_is_found(place):
    assert counted(place.format("Ingrid_Tveit"), Carrier.STRUCTURE) == {Kind.NAME}


@pytest.mark.parametrize("carrier", [Carrier.TOOL_DEFINITION, Carrier.NAME, Carrier.STRUCTURE])
@pytest.mark.parametrize(
    "name",
    [
        "get_patient_summary",
        "Get_Patient_Name",
        "Search_Google_Maps",
        "list_Jira_Issues",
        "mcp__Claude_Docs__get",
        "get_Washington_Post",
        "web_search_20250305",
        "run_1730000000",
        "get_weather_v2",
        "searchPatients",
        "chatcmpl-tool-0f3c2a9d8b7e6f5a",
        "call_8f14e45f-ceea-4167-a5d3-1b2c3d4e5f60",
    ],
)
def test_an_ordinary_name_is_nobodys(name, carrier):
    assert counted(name, carrier) == set()


def test_a_text_is_no_name():
    assert identifiers.find("Ask for Ingrid_Okafor or 219099999", Carrier.TOOL_DEFINITION) == []


@pytest.mark.parametrize("bound", ["2147483647", "4294967295"])
def test_the_end_of_a_number_type_is_nobodys(bound):
    assert counted(bound, Carrier.TOOL_DEFINITION) == set()


@pytest.mark.parametrize("carrier", [Carrier.TOOL_DEFINITION, Carrier.NAME, Carrier.STRUCTURE])
@pytest.mark.parametrize(
    "word",
    ["call_Skarsgaardt_7712094", "Ulvhilde_Skarsgaardt", "msg_4471902_Skarsgaardt", "chart.Skarsgaardt.Ulvhilde"],
)
def test_words_on_no_list_may_be_a_name(word, carrier):
    assert Kind.NAME in counted(word, carrier)


@pytest.mark.parametrize("carrier", [Carrier.NAME, Carrier.STRUCTURE])
@pytest.mark.parametrize(
    "word",
    [
        "call_Figma_20251022",
        "run_Qdrant_1733011200",
        "msg_68a1b2c3d4e5f60718293a4b5c6d7e8f",
        "toolu_01A09q90qw90lq917835lq9",
        "Search_Qdrant_v2",
        "call_TodoWrite_4471902",
        "chatcmpl-Ab3xYzkLmnOpQ_rStuv-12",
    ],
)
def test_products_and_chance_are_nobody(word, carrier):
    assert counted(word, carrier) == set()


IN_NAMES = [
    ("get_chart_«maria_garcia»", Kind.NAME),
    ("«mariaGarcia»Letters", Kind.NAME),
    ("«garcia-maria»-notes", Kind.NAME),
    ("notes_for_«john_smith»_scan", Kind.NAME),
    ("patient_«ulvhilde_skarsgaardt»", Kind.NAME),
    ("letter_mrs_«skarsgaardt»", Kind.NAME),
    ("bed_12_«skarsgaardt»", Kind.NAME),
    ("lookup_«ulvhilde_skarsgaardt»_dob", Kind.NAME),
    ("«skarsgaardt»_chart_ulvhilde", Kind.NAME),
    ("get_«ulvhildeSkarsgaardt»", Kind.NAME),
    ("#/$defs/«skarsgaardt_ulvhilde»", Kind.NAME),
    ("https://schemas.example/«skarsgaardt_ulvhilde».json", Kind.NAME),
    ("recall_garcia_maria_«19640309»", Kind.DATE),
    ("letter_for_john_smith_«1964_03_09»", Kind.DATE),
]


@pytest.mark.parametrize(
    "place",
    [
        {"carrier": Carrier.NAME},
        {"carrier": Carrier.TOOL_DEFINITION},
        {"carrier": Carrier.TOOL_DEFINITION, "part": Part.KEY},
        {"carrier": Carrier.TOOL_ARGS, "part": Part.KEY},
        {"carrier": Carrier.TOOL_RESULT, "part": Part.KEY},
    ],
)
@pytest.mark.parametrize(("marked", "kind"), IN_NAMES)
def test_who_is_called_in_a_name_or_a_key_is_found(marked, kind, place):
    start, end, word = marked.index("«"), marked.index("»") - 1, marked.replace("«", "").replace("»", "")
    [detection] = load_engine().detect([Passage(word, **place)])
    assert any(f.counts and f.kind is kind and f.start <= start and end <= f.end for f in detection.findings)


@pytest.mark.parametrize(
    "word",
    [
        "grace_page",
        "list_rose_price",
        "user_grant_price",
        "patient_lookup_service",
        "bed_4_status",
        "page_for_may_brownout",
        "patient_fhir_client",
        "report_20260101",
        "miss_rate",
        "mr_image",
        "weaviate_milvus_sync",
        "kubelet_containerd_logs",
        "troponin_angiography_trend",
    ],
)
def test_names_that_are_words_as_well_are_nobody(word):
    assert counted(word, Carrier.NAME) == counted(word, Carrier.TOOL_DEFINITION) == set()
