"""A value is known by its name wherever the name stands, and a text by its words, whatever they are cut into.

Shapes of many vendors and of none, in a message and in the result of a tool: nothing leaves for a cloud without a BAA, under one
only pseudonyms do, and what names nobody's value leaves as it is.
"""

from __future__ import annotations

import json

import pytest

from tests.kit.leaving import chat, leaving, tool_result

MRN, SSN, NAME, BORN = "8675309", "536-22-8417", "Hedwig Orlowska", "1961-03-04"
COLUMNS = ["mrn", "ssn", "patient_name", "dob", "status"]
ROW = [MRN, SSN, NAME, BORN, "active"]
OTHER = ["5512098", "912-04-1234", "Adalbert Quince", "1957-11-14", "closed"]


def cells(wrap, row=ROW):
    return [wrap(value) for value in row]


SHAPES = {  # one shape of a vendor in a row
    "cols and rows": {"cols": COLUMNS, "rows": [ROW, OTHER]},
    "columns and data, as pandas splits": {"columns": COLUMNS, "index": [0, 1], "data": [ROW, OTHER]},
    "a list of results": [{"columns": COLUMNS, "values": [ROW, OTHER]}],
    "BigQuery": {
        "schema": {"fields": [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in COLUMNS]},
        "rows": [{"f": cells(lambda value: {"v": value})}, {"f": cells(lambda value: {"v": value}, OTHER)}],
    },
    "Athena, the first row is the header": {
        "ResultSet": {"Rows": [{"Data": [{"VarCharValue": value} for value in row]} for row in (COLUMNS, ROW, OTHER)]}
    },
    "Redshift's data interface": {
        "ColumnMetadata": [{"name": name, "typeName": "varchar", "nullable": 1} for name in COLUMNS],
        "Records": [cells(lambda value: {"stringValue": value}), cells(lambda value: {"stringValue": value}, OTHER)],
    },
    "Timestream": {
        "ColumnInfo": [{"Name": name, "Type": {"ScalarType": "VARCHAR"}} for name in COLUMNS],
        "Rows": [{"Data": cells(lambda value: {"ScalarValue": value})}],
    },
    "node-pg with rows as arrays": {
        "command": "SELECT",
        "rowCount": 1,
        "fields": [{"name": name, "tableID": 16397, "columnID": at, "dataTypeID": 25} for at, name in enumerate(COLUMNS)],
        "rows": [ROW, OTHER],
    },
    "Elasticsearch's SQL": {"columns": [{"name": name, "type": "text"} for name in COLUMNS], "rows": [ROW, OTHER]},
    "the same by columns": {"columns": [{"name": name, "type": "text"} for name in COLUMNS], "values": [[a, b] for a, b in zip(ROW, OTHER, strict=True)]},
    "OpenSearch": {"schema": [{"name": name, "type": "keyword"} for name in COLUMNS], "datarows": [ROW, OTHER], "total": 2},
    "Snowflake": {"resultSetMetaData": {"numRows": 2, "rowType": [{"name": name.upper(), "type": "text"} for name in COLUMNS]}, "data": [ROW, OTHER]},
    "Databricks": {"manifest": {"schema": {"column_count": 5, "columns": [{"name": name, "position": at} for at, name in enumerate(COLUMNS)]}}, "result": {"data_array": [ROW, OTHER]}},
    "Trino": {"id": "q", "columns": [{"name": name, "type": "varchar"} for name in COLUMNS], "data": [ROW], "stats": {"state": "FINISHED"}},
    "ClickHouse": {"meta": [{"name": name, "type": "String"} for name in COLUMNS], "data": [ROW, OTHER], "rows": 2},
    "Neo4j": {"results": [{"columns": ["p." + name for name in COLUMNS], "data": [{"row": ROW, "meta": [None] * 5}]}], "errors": []},
    "Log Analytics": {"tables": [{"name": "PrimaryResult", "columns": [{"name": name, "type": "string"} for name in COLUMNS], "rows": [ROW]}]},
    "InfluxDB": {"results": [{"series": [{"name": "visits", "columns": COLUMNS, "values": [ROW]}]}]},
    "a chart's data": {"cols": [{"id": "", "label": name, "type": "string"} for name in COLUMNS], "rows": [{"c": cells(lambda value: {"v": value})}]},
    "a spreadsheet": {"range": "A1:E3", "majorDimension": "ROWS", "values": [COLUMNS, ROW, OTHER]},
    "lists alone": [COLUMNS, ROW, OTHER],
    "keys and values": {"keys": COLUMNS, "values": ROW},
    "objects of a list, as OData has them": {"@odata.context": "$metadata#People", "value": [dict(zip(COLUMNS, ROW, strict=True))]},
    "a graph's answer": {"data": {"person": dict(zip(COLUMNS, ROW, strict=True))}},
    "pairs": {"attributes": [{"name": name, "value": value} for name, value in zip(COLUMNS, ROW, strict=True)]},
    "a form": [{"label": name, "type": "text", "answer": value} for name, value in zip(("MRN", "SSN", "Patient name", "Date of birth", "Status"), ROW, strict=True)],
    "DynamoDB": {"Items": [{name: {"S": value} for name, value in zip(COLUMNS, ROW, strict=True)}], "Count": 1},
    "Firestore": {"fields": {name: {"stringValue": value} for name, value in zip(COLUMNS, ROW, strict=True)}},
    "pandas by columns": {name: {"0": value} for name, value in zip(COLUMNS, ROW, strict=True)},
    "lists by column": {name: [value] for name, value in zip(COLUMNS, ROW, strict=True)},
}  # fmt: skip


def written(value, how):
    return repr(value) if how == "python" else json.dumps(value, indent=2 if how == "indented" else None)


@pytest.mark.parametrize("how", ["json", "indented", "python"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_is_known_by_a_name_that_stands_apart(shape, how):
    text = written(SHAPES[shape], how)
    for body in (chat(text), chat(f"The query gave:\n\n{text}\n\nWhat now?"), tool_result(text)):
        left = leaving(body)
        assert not left.permitted
        assert not [value for value in (MRN, SSN, *NAME.split(), BORN) if value in left.text], left.text
        assert "active" in left.text


@pytest.mark.parametrize(
    "shape",
    [
        {"cols": ["mrn"], "rows": [[8675309]]},
        {"columns": [{"name": "mrn", "type": "int4"}], "rows": [[8675309]]},
        {"columns": ["mrn"], "values": [8675309, 5512098]},
        [["mrn", "n"], [8675309, 1]],
        {"header": ["#", "chart number"], "body": [[1, 8675309], [2, 5512098]]},
        {"mrn": {"$numberLong": "8675309"}},
        {"identifier": {"type": "MRN", "value": 8675309}},
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_numbers_are_known_by_it_too(shape):
    text = json.dumps(shape)
    for body in (chat(text), tool_result(text)):
        left = leaving(body)
        assert not left.permitted
        assert "8675309" not in left.text


SPOKEN = "okay my social is 536 22 8417 thanks"
SERVICES = {
    "Transcribe": lambda words: {"results": {"items": [{"type": "pronunciation", "start_time": "0.1", "alternatives": [{"confidence": "0.99", "content": word}]} for word in words]}},
    "Deepgram": lambda words: {"results": {"channels": [{"alternatives": [{"words": [{"word": word, "punctuated_word": word.title(), "start": 0.1, "end": 0.2, "confidence": 0.9} for word in words]}]}]}},
    "Google": lambda words: {"results": [{"alternatives": [{"words": [{"startTime": "0.1s", "endTime": "0.2s", "word": word} for word in words]}]}]},
    "Whisper": lambda words: {"segments": [{"id": 0, "words": [{"word": f" {word}", "start": 0.1, "end": 0.2, "probability": 0.9} for word in words]}]},
    "segments": lambda words: {"segments": [{"id": at, "start": at, "end": at + 1, "text": f" {word}"} for at, word in enumerate(words)]},
    "Azure": lambda words: {"NBest": [{"Confidence": 0.9, "Words": [{"Word": word, "Offset": 1, "Duration": 2} for word in words]}]},
    "AssemblyAI": lambda words: {"words": [{"text": word, "start": 1, "end": 2, "confidence": 0.9, "speaker": "A"} for word in words]},
    "Rev": lambda words: {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": word, "ts": 0.1, "end_ts": 0.2} for word in words]}]},
    "Speechmatics": lambda words: {"results": [{"type": "word", "start_time": 0.1, "alternatives": [{"content": word, "confidence": 1.0}]} for word in words]},
    "Vosk": lambda words: {"result": [{"conf": 1.0, "end": 0.2, "start": 0.1, "word": word} for word in words]},
    "Watson": lambda words: {"results": [{"alternatives": [{"timestamps": [[word, 0.1, 0.2] for word in words]}]}]},
    "Textract": lambda words: {"Blocks": [{"BlockType": "WORD", "Confidence": 99.1, "Text": word, "Geometry": {"BoundingBox": {}}} for word in words]},
    "Vision": lambda words: {"textAnnotations": [{"description": word, "boundingPoly": {"vertices": []}} for word in words]},
    "captions": lambda words: {"events": [{"tStartMs": 1, "segs": [{"utf8": word, "tOffsetMs": 1} for word in words]}]},
    "tokens": lambda words: {"tokens": words},
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("said", "values"),
    [
        (SPOKEN, ["536", "22", "8417"]),
        ("she was born on march 4 1961 in spring", ["march", "4", "1961"]),
        ("my name is hedwig orlowska and i need a refill", ["hedwig", "orlowska"]),
        ("the mrn is eight six seven five three oh nine", ["eight", "seven", "nine"]),
    ],
)
def test_words_are_read_together_as_the_text_that_they_are(service, said, values):
    text = json.dumps(SERVICES[service](said.split()))
    for body in (chat(text), tool_result(text)):
        left = leaving(body)
        assert not left.permitted
        held = left.text.replace("\\", "").casefold()
        assert not [value for value in values if f'"{value}"' in held or f'" {value}"' in held], left.text


ORDINARY = {
    "metrics": {"columns": ["day", "latency_ms", "requests"], "rows": [["2026-11-29", 118, 8675309], ["2026-11-30", 121, 5512098]]},
    "a schema": {"columns": ["name", "type"], "rows": [["id", "integer"], ["created_at", "timestamp"], ["mrn", "text"]]},
    "columns of a table, no rows": {"table": "patients", "columns": [{"name": "mrn", "type": "text"}, {"name": "dob", "type": "date"}], "rows": []},
    "a plan": {"schema": {"fields": [{"name": "step"}, {"name": "cost"}]}, "rows": [{"f": [{"v": "Seq Scan"}, {"v": "1834.22"}]}]},
    "packages": [["package", "version"], ["orjson", "3.10.12"], ["msgspec", "0.19.0"]],
    "settings": [{"name": "timeout", "value": 600000}, {"name": "retries", "value": 3}, {"key": "seed", "value": 8675309}],
    "a chat about code": [{"role": "user", "content": "why is it slow"}, {"role": "assistant", "content": "the index is missing"}],
    "spoken": {"words": [{"word": word, "start": 0.1, "end": 0.2} for word in "please restart the queue and wait for five minutes before you retry".split()]},
    "counts": {"ward": {"0": 12, "1": 14}, "beds": {"0": 20, "1": 22}},
    "tokens of code": {"tokens": ["def", "total", "(", "rows", ")", ":", "return", "sum", "(", "rows", ")"]},
    "labels": {"labels": ["pneumonia", "effusion"], "values": [0.82, 0.11]},
    "benchmarks": {"header": ["model", "params", "score"], "data": [["qwen3", 32000000000, 71.2], ["llama", 70000000000, 70.4]]},
}  # fmt: skip


@pytest.mark.parametrize("what", ORDINARY)
@pytest.mark.parametrize("how", ["json", "indented"])
def test_what_names_nobodys_value_leaves_as_it_is(what, how):
    text = written(ORDINARY[what], how)
    for body in (chat(f"What does this say?\n{text}"), tool_result(text)):
        left = leaving(body)
        assert left.permitted
        assert [message["content"] for message in left.tree["messages"]] == [
            message["content"] for message in body["messages"]
        ]


STOPS = [["536", "22", "8417"], ["536-", "22-", "8417"], ["202", "555", "0142"], ["(202)", "555-", "0142"]]


@pytest.mark.parametrize("stop", STOPS, ids=json.dumps)
def test_a_number_in_parts_over_several_stop_sequences_leaves_nothing(stop):
    assert not leaving({**chat("hello"), "stop": stop}).permitted


@pytest.mark.parametrize("stop", [["###", "\n\n", "User:"], ["1.", "2.", "3."], ["2024", "12", "31"], ["0", "1", "2"]])
def test_other_stop_sequences_stay(stop):
    left = leaving({**chat("hello"), "stop": stop})
    assert left.permitted
    assert left.tree["stop"] == stop


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"last4": "8417"}', "8417"),
        ('{"last_four": "8417", "brand": "visa"}', "8417"),
        ("GET https://ehr.example.org/patients?id=8675309", "8675309"),
        ("ls /data/patients\norlowska_hedwig\n", "orlowska"),
    ],
)
def test_pieces_and_numbers_in_addresses_leave_as_pseudonyms_only(text, kept):
    for body in (chat(text), tool_result(text)):
        left = leaving(body)
        assert not left.permitted
        assert kept not in left.text


def test_what_payment_services_publish_for_tests_is_nobodys():
    assert leaving(chat('{"brand": "visa", "last4": "4242", "exp_month": 12}')).permitted
