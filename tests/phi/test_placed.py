from __future__ import annotations

import json

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.grids import read


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"q": "update pt set surname=$1 where mrn = $2", "bindings": ["Okafor", "7730021"]}, {("bindings", 0): "surname", ("bindings", 1): "mrn"}),
        ({"sql": "select 1 from p where p.dob > :since", "args": ["1951-03-04"]}, {("args", 0): "dob"}),
        ({"sql": "select 1 from p where dob > ? and mrn = ?", "args": ["1951-03-04"]}, {}),
        ({"where": [["surname", "ilike", "Okafor"]]}, {("where", 0, 2): "surname"}),
        (["tea", "and", "milk"], {}),
        ({"entity": "B-PER", "word": "Okafor"}, {("word",): "person name"}),
        ({"entity": "B-DRUG", "word": "metformin"}, {}),
        ({"op": "test", "path": "/patient/mrn", "value": "7730021"}, {("value",): "/patient/mrn|test"}),
    ],
    ids=lambda value: json.dumps(value, default=str)[:48] if isinstance(value, dict | list) and not isinstance(value, dict) else None,
)  # fmt: skip
def test_a_value_has_the_name_that_another_value_gives_it(value, names):
    found = read(value).names
    assert {path: name.split("|")[0] for path, name in found.items()} == {
        path: name.split("|")[0] for path, name in names.items()
    }


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('[{"op":"add","path":"/name/0/family","value":"Okafor"}]', Kind.NAME, "Okafor"),
        ('{"selector":"#surname","text":"Brandvold"}', Kind.NAME, "Brandvold"),
        ('{"change":{"field":"mrn","old":"7730021","new":"7730022"}}', Kind.MRN, "7730022"),
        ('{"where":[["surname","ilike","Brandvold"]]}', Kind.NAME, "Brandvold"),
        ('{"sql":"select 1 from pt where mrn = ?","params":["7730021"]}', Kind.MRN, "7730021"),
        ('{"label":"PERSON","text":"Ottilie Brandvold","start":4}', Kind.NAME, "Ottilie Brandvold"),
    ],
)
def test_it_is_found_in_a_text_as_well(text, kind, value):
    (detection,) = load_engine().detect([Passage(text)])
    counted = {(one.kind, text[one.start : one.end]) for one in detection.findings if one.counts}
    assert (kind, value) in counted


@pytest.mark.parametrize(
    "text",
    [
        '[{"op":"replace","path":"/spec/replicas","value":"3"}]',
        '{"selector":"#submit","text":"Save changes"}',
        '{"sql":"select * from wards where name = ?","params":["Renal"]}',
        '{"filter":[["status","=","open"]]}',
        '{"field":"timeout","old":"30","new":"60"}',
    ],
)
def test_a_setting_is_nobodys(text):
    (detection,) = load_engine().detect([Passage(text)])
    assert not any(one.counts for one in detection.findings)
