"""What a value is called counts wherever the name stands, whatever the value looks like: keys, statements, cells, hosts."""

from __future__ import annotations

import pytest

from gateway.domain import Carrier, Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()
NAMED = [
    '{"patient": "«Ratchet Moss»"}',
    '{"patients": ["«Brook Ash»", "x"]}',
    '{"Mother": "«Ivy Slate»"}',
    "<patient>«brook ash»</patient>",
    '{"fields": {"Patient": "«ratchet moss»", "Status": "open"}}',
    '{"properties": {"Patient": {"type": "title", "title": [{"plain_text": "«brook ash»"}]}}}',
    '{"properties": {"MRN": {"rich_text": [{"text": {"content": "«448812»"}}]}}}',
    '[{"op": "add", "path": "/name/0/given/0", "value": "«brook»"}]',
    '[{"op": "test", "path": "/identifier/-", "value": "«448812»"}]',
    '["vcard", [["fn", {}, "text", "«Ratchet Moss»"]]]',
    '["vcard", [["bday", {}, "date", "«1962-03-14»"]]]',
    'execute("INSERT INTO t (mrn, x) VALUES (%s, %s)", ("«448812»", 1))',
    'execute("INSERT INTO t (given, mrn) VALUES (?, ?)", ["«brook»", "448812"])',
    'run("select * from p where mrn = $1 and x = $2", [«448812», "y"])',
    '{"sql": "INSERT INTO p (surname, mrn) VALUES ($1, $2)", "params": [["x", "1"], ["y", "«448812»"]]}',
    'Chart { mrn: Some("«448812»") }',
    'let mrn = String::from("«448812»");',
    "mrn := decimal.NewFromInt(«448812»)",
    "UPDATE p SET last_name='«Quill»', x=1",
    "WHERE surname ILIKE '«quill»%'",
    "SELECT '«Quill»' AS surname, 1 AS n",
    "find(last_name='«Quill»')",
    "BEGIN:VCARD\nFN:«Tansy Quill»\nEND:VCARD",
    "BEGIN:VEVENT\nATTENDEE;CN=«Tansy Quill»:mailto:x@example.org\nEND:VEVENT",
    "dn: uid=x,ou=y\nsn: «Quill»\ngivenName: Tansy",
    "DOB __«05__/_30_/__1962»__",
    "Date of birth (D D M M Y Y Y Y): «1 4 0 3 1 9 6 2»",
    "PAT1ENT: «SM1TH»",
    "write to wa.me/«15551234567» today",
    "see a.example.org/?family=«Haddad»",
    "fhir.example.org:8443/Patient?family=«Haddad»&_count=1",
    "mail.example.org/?to=«ann.haddad%40example.org»",
]


@pytest.mark.parametrize("marked", NAMED)
def test_what_is_named_counts(marked):
    text = marked.replace("«", "").replace("»", "")
    start, end = marked.index("«"), marked.index("»") - 1
    (detection,) = ENGINE.detect([Passage(text)])
    found = [finding for finding in detection.findings if finding.counts]
    assert [
        text[at] for at in range(start, end) if text[at].isalnum() and not any(f.start <= at < f.end for f in found)
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        '{"patient": "stable"}',
        '{"mother": "alive"}',
        '{"subject": "Budget Review"}',
        '{"properties": {"Status": {"select": {"name": "Open"}}}}',
        '[{"op": "add", "path": "/tags/0", "value": "red"}]',
        'run("select * from p where qty = $1", [448])',
        "total := decimal.NewFromInt(448812)",
        "WHERE status = 'open' AND alias = 'np'",
        "run(name='tidy', mode='fast')",
        "see node.js/express and src/main.rs?x=1",
        "due __05__/_30_/__1962__ at the latest",
    ],
)
def test_what_says_no_more_than_how_something_is_does_not(text):
    (detection,) = ENGINE.detect([Passage(text)])
    assert [finding for finding in detection.findings if finding.counts] == []


@pytest.mark.parametrize("carrier", [Carrier.NAME, Carrier.TOOL_DEFINITION])
@pytest.mark.parametrize("name", ["lookup_ingeborg_tveit", "fetchAmiraHaddad", "get_haddad_amira", "get_518229041"])
def test_who_stands_in_the_name_of_a_tool_counts_however_it_is_written(name, carrier):
    (detection,) = ENGINE.detect([Passage(name, carrier=carrier)])
    assert any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize(
    "name",
    [
        "get_weather",
        "google_maps_search",
        "mcp__linear__list_issues",
        "jasmine_spec",
        "run_celery_task",
        "kubectl_apply",
    ],
)
def test_no_name_of_an_ordinary_tool_is_somebodys(name):
    (detection,) = ENGINE.detect([Passage(name, carrier=Carrier.NAME)])
    assert not any(finding.counts for finding in detection.findings)
