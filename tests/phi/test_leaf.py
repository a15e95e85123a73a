from __future__ import annotations

import pytest

from gateway.domain import Carrier, Part
from gateway.phi.leaf import Form, Leaf


@pytest.mark.parametrize(
    ("form", "cue", "part"),
    [
        (Form.TEXT, "", Part.TEXT),
        (Form.SIGNED, "", Part.TEXT),
        (Form.TEXT, "note", Part.VALUE),
        (Form.KEY, "", Part.KEY),
        (Form.JSON_KEY, "patient", Part.KEY),
        (Form.JSON_STRING, "", Part.VALUE),
        (Form.JSON_NUMBER, "mrn", Part.VALUE),
        (Form.NUMBER, "mrn", Part.VALUE),
        (Form.NAME, "", Part.VALUE),
        (Form.FIXED, "", Part.VALUE),
    ],
)
def test_only_a_text_that_is_all_of_a_message_or_part_may_go_on_in_the_next(form, cue, part):
    assert Leaf(("a",), "x", Carrier.MESSAGE, cue, form).part is part
