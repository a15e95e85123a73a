from __future__ import annotations

import pytest

from gateway.domain import Carrier, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.model.constants import is_one

ENGINE = load_engine()
CONSTANTS = [
    ("The maximum is «2147483647» and no more.", ""),
    ("It wraps at «9007199254740991».", ""),
    ("The page size is «65536».", ""),
    ("a limit of «1000000» rows", ""),
    ("The number «1000000007» is prime.", ""),
    ("«1234567890»", ""),
    ("sleep(«1732999000»)", ""),
    ("created at «1732999000»", ""),
    ("epoch «1732999000» is a Saturday", ""),
    ("random.seed(«8675309»)", ""),
    ("seed = «8675309»", ""),
    ("thread «140234567890123» panicked", ""),
    ("error code 0x80070005 (-«2147024891»)", ""),
    ("ok. «8675309» passed; 0 failed", ""),
    (" 1  0      0 «8123456» 123456 2345678    0    0     5    12", ""),
    ("Mem:          «15923»        4321        8123         123        3478", ""),
]
"""A number between guillemets, in what says that it is nobody's."""


def marked(text):
    start, end = text.index("«"), text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end


@pytest.mark.parametrize("text", [text for text, _ in CONSTANTS])
def test_a_number_of_a_machine_is_nobodys(text):
    plain, start, end = marked(text)
    assert is_one(plain, start, end)
    [said] = ENGINE.detect([Passage(plain, "", Carrier.MESSAGE)])
    assert not [finding for finding in said.findings if finding.counts]


@pytest.mark.parametrize(
    "text",
    [
        "and what about «8675309»?",
        "her number «1000000007»",
        "patient «2147483647»",
        "MRN «1234567890»",
        "chart «1732999000» created at noon",
        "«8675309» «5512098»",
        "see «40291833» tomorrow",
        "the step that Mrs. Quince took, «8675309»",
        "«8675309»x",
    ],
)
def test_a_number_that_may_be_somebodys_stays_one(text):
    assert not is_one(*marked(text))
