from __future__ import annotations

import json

from gateway.domain import Dialect, Operation, Part
from gateway.phi.read.scan import walk_tree


def leaves(value):
    message = {"role": "tool", "tool_call_id": "call_1", "content": json.dumps(value)}
    return walk_tree({"messages": [message]}, Dialect.OPENAI, operation=Operation.CHAT).leaves


def test_a_cell_is_called_by_its_column_beside_its_keys():
    cues = {leaf.text: leaf.cue for leaf in leaves({"columns": ["mrn"], "rows": [[8675309]]})}
    assert cues["8675309"] == "rows|mrn"


def test_a_value_of_a_health_record_keeps_its_way():
    record = {"resourceType": "Patient", "identifier": [{"type": "MRN", "value": "8675309"}]}
    cues = {leaf.text: leaf.cue for leaf in leaves(record)}
    assert cues["8675309"] == "Patient:identifier.value"


def test_words_are_told_from_the_values_beside_them():
    said = [{"word": "my", "start": 1}, {"word": "name", "start": 2}]
    assert [leaf.text for leaf in leaves({"words": said}) if leaf.part is Part.WORD] == ["my", "name"]
