"""A value does not leave because its field is a name, an id or an address: each field of a dialect, held against what leaves."""

from __future__ import annotations

import json

import pytest

from tests.kit.leaving import free, held

GO = {"role": "user", "content": "Please check the list again."}


def spoken(name):
    return {"messages": [{"role": "assistant", "content": "Done.", "name": name}, GO]}


def called(name):
    call = {"id": name, "type": "function", "function": {"name": "query", "arguments": "{}"}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [GO, turn, {"role": "tool", "tool_call_id": name, "content": "ok"}, GO]}


def used(name):
    turn = {"role": "assistant", "content": [{"type": "tool_use", "id": name, "name": "q", "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": name, "content": "ok"}]}
    return {"max_tokens": 9, "messages": [GO, turn, result]}


def passed(value):
    call = {"id": "call_1", "type": "function", "function": {"name": "open", "arguments": json.dumps({"what": value})}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [GO, turn, {"role": "tool", "tool_call_id": "call_1", "content": "ok"}, GO]}


@pytest.mark.parametrize("name", ["Brandvold", "ottilie_brandvold", "p19610314", "gonzalez", "4155550132"])
def test_who_says_a_message_does_not_leave(name):
    assert held(name, spoken(name))


@pytest.mark.parametrize("name", ["planner", "code_reviewer", "WebSurfer", "agent_1", "claude"])
def test_a_program_that_says_a_message_may_leave(name):
    assert free(spoken(name))


@pytest.mark.parametrize("name", ["4155550132", "Garcia_Maria", "call_garcia", "88213047", "ottilie_brandvold"])
def test_whose_a_call_is_called_after_does_not_leave(name):
    assert held(name, called(name))
    assert held(name, used(name), "anthropic.messages")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ptid88213047", "88213047"),
        ("acct00412233", "00412233"),
        ("send_to_078-05-1120", "078-05-1120"),
        ("/charts/88213047?tab=labs", "88213047"),
        ("https://ehr.example.org/records/88213047", "88213047"),
    ],
)
def test_what_hangs_on_its_cue_or_on_a_path_does_not_leave(text, value):
    assert held(value, passed(text))
    assert held(value, {"messages": [{"role": "user", "content": f"Open {text} please."}]})


def instructed(instruction, value):
    """The same two texts in the fields of every dialect, by the row that takes them."""
    turn = {"role": "user", "content": value}
    yield "openai.responses", {"instructions": instruction, "input": value}
    yield "openai.responses", {"input": [turn], "instructions": instruction}
    yield "openai.chat", {"messages": [{"role": "system", "content": instruction}, turn]}
    yield (
        "openai.chat",
        {"messages": [{"role": "user", "content": instruction}, {"role": "assistant", "content": "Ok."}, turn]},
    )
    yield "anthropic.messages", {"max_tokens": 9, "system": instruction, "messages": [turn]}
    yield "ollama.generate", {"system": instruction, "prompt": value, "stream": False}


@pytest.mark.parametrize(
    ("instruction", "value"),
    [
        ("The next user message is the patient's surname.", "brandvold"),
        ("You will receive a date of birth and compute the age.", "14 March 1962"),
        ("Each message is a medical record number, validate it.", "8821304"),
        ("The user types the home address of the patient.", "14 elm"),
    ],
)
def test_what_one_field_says_of_another_does_not_leave(instruction, value):
    for name, payload in instructed(instruction, value):
        assert held(value, payload, name), name


@pytest.mark.parametrize(
    ("instruction", "value"),
    [
        ("The user gives the name of a drug.", "warfarin"),
        ("Never ask for a medical record number.", "How do I size a chest tube?"),
        ("You help staff of a hospital. Ask for the date of birth.", "What are your opening hours?"),
    ],
)
def test_what_an_instruction_does_not_say_to_be_somebodys_may_leave(instruction, value):
    for name, payload in instructed(instruction, value):
        assert free(payload, name), name


def described(says, value, key="value"):
    schema = {"type": "object", "properties": {key: {"type": "string", "description": says}}}
    definition = {"type": "function", "function": {"name": "look_up", "description": "Looks up.", "parameters": schema}}
    call = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": json.dumps({key: value})}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "messages": [GO, turn, {"role": "tool", "tool_call_id": "call_1", "content": "ok"}, GO],
        "tools": [definition],
    }


def test_what_a_schema_says_of_an_argument_does_not_leave():
    for says, value in {
        "The patient's last name": "brandvold",
        "Date of birth of the member": "14 March",
        "caller's phone number": "4155550132",
        "the patient's medical record number": "8821304",
    }.items():
        assert held(value, described(says, value)), says
    for says, value in {
        "The city": "Oslo",
        "Name of the function": "parse_rows",
        "Name of the drug": "warfarin",
    }.items():
        assert free(described(says, value)), says


@pytest.mark.parametrize(
    ("label", "value"),
    [("Patient name:", "Brandvold"), ("Patient's MRN", "8821304"), ("home address?", "14 elm")],
)
def test_what_one_text_to_embed_says_of_the_next_does_not_leave(label, value):
    assert held(value, {"input": [label, value]}, "openai.embeddings")
    assert held(value, {"input": [label, value]}, "ollama.embed")


def queried(statement, result):
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "run_sql", "arguments": json.dumps({"sql": statement})},
    }
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [GO, turn, {"role": "tool", "tool_call_id": "call_1", "content": result}, GO]}


@pytest.mark.parametrize(
    ("statement", "result", "values"),
    [
        ("SELECT mrn, name FROM patients", '[{"0":"8821304","1":"brandvold"}]', ("8821304", "brandvold")),
        ("SELECT mrn, name FROM patients", '[["8821304","brandvold"],["8821305","quill"]]', ("8821305", "quill")),
        ("SELECT mrn, name FROM patients", "8821304\tbrandvold\n8821305\tquill", ("8821305", "quill")),
        ("select mrn,name from dim_patient", "[(8821304, 'brandvold'), (8821305, 'quill')]", ("8821305", "quill")),
        ("SELECT mrn m, last_name n FROM patients", '[{"m":"8821304","n":"brandvold"}]', ("8821304", "brandvold")),
        (
            "SELECT p.last_name AS n, p.dob FROM patients p",
            '{"rows":[["brandvold","14 March"]]}',
            ("brandvold", "14 March"),
        ),
        ("SELECT CONCAT(first_name, ' ', last_name) FROM members", "ottilie brandvold", ("brandvold",)),
    ],
)
def test_a_table_is_what_the_columns_of_its_query_are(statement, result, values):
    for value in values:
        assert held(value, queried(statement, result)), value


@pytest.mark.parametrize(
    ("statement", "result"),
    [
        ("SELECT name, qty FROM products", '[["widget",12],["gasket",44]]'),
        ("SELECT status, count(*) FROM visits GROUP BY 1", "open\t12\nclosed\t88"),
        ("SELECT code, label FROM icd", "E11.9 | diabetes\nI10 | hypertension"),
        ("SELECT table_name FROM information_schema.tables", "patients\nvisits\nlabs"),
    ],
)
def test_a_table_of_things_may_leave(statement, result):
    assert free(queried(statement, result))


@pytest.mark.parametrize("name", ["Brandvold, Ottilie", "GARCIA, MARIA", "Skarsgaard, Ulvhild", "Pettigrew, Joan A"])
def test_a_name_alone_with_its_family_first_does_not_leave(name):
    assert held(name, queried("x", name))
    assert held(name, {"messages": [GO], "stop": [name]})


@pytest.mark.parametrize("said", ["Paris, France", "Boston, MA", "Hello, World", "Yes, please", "Monday, Tuesday"])
def test_two_words_with_a_comma_may_leave(said):
    assert free(queried("x", said))
    assert free({"messages": [GO], "stop": [said]})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Ottilie's INR was 3.1", "Ottilie"),
        ("brandvold's last potassium is 5.9, repeat?", "brandvold"),
        ("Check Quill's creatinine", "Quill"),
        ("write to ottilie[@]example[.]org", "ottilie"),
        ("write to maria@example[.]org", "maria@"),
        ("DOB 14 III 1962", "14 III 1962"),
        ("her house is 84VVJM4Q+XX", "84VVJM4Q"),
    ],
)
def test_what_is_written_in_an_unusual_way_does_not_leave(text, value):
    assert held(value, {"messages": [{"role": "user", "content": text}]})


@pytest.mark.parametrize(
    "text", ["Crohn's CT findings?", "What is today's INR list?", "Python's csv module", "McBurney's pain"]
)
def test_eponyms_and_things_have_values_too(text):
    assert free({"messages": [{"role": "user", "content": text}]})


def choosing(key, values):
    schema = {"type": "object", "properties": {key: {"type": "string", "enum": values}}}
    definition = {"type": "function", "function": {"name": "look_up", "description": "Looks up.", "parameters": schema}}
    return {"messages": [GO], "tools": [definition]}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("value", ["January", "February", "March", "April", "May", "June"]),
        ("value", ["Red", "Amber", "Rose", "Violet", "Scarlet"]),
        ("value", ["Georgia", "Virginia", "Carolina"]),
        ("herb", ["Jasmine", "Basil", "Rosemary", "Saffron"]),
    ],
)
def test_words_of_the_world_to_choose_from_may_leave(key, values):
    assert free(choosing(key, values))


@pytest.mark.parametrize(
    ("key", "values", "value"),
    [
        ("mrn", ["8675309", "8675310"], "8675309"),
        ("patient", ["Rose Garcia", "Amber Tuttle"], "Garcia"),
        ("value", ["Garcia", "Tuttle"], "Tuttle"),
        ("value", ["536-22-8417", "none"], "536-22-8417"),
        ("patient_name", ["May", "Rose"], "Rose"),
    ],
)
def test_somebody_to_choose_from_does_not_leave(key, values, value):
    assert held(value, choosing(key, values))
