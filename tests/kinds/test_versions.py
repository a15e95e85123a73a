from __future__ import annotations

import pytest

from gateway.kinds import PROFILES
from gateway.kinds.versions import LLAMA_CPP, OLLAMA, VLLM, number


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.33.0", (0, 33, 0)), ("v0.20.1-rc2", (0, 20, 1)), ("b6123-abc", (6123,)), ("", ()), ("main", ())],
)
def test_a_version_has_its_number_in_it(version, expected):
    assert number(version) == expected


@pytest.mark.parametrize(
    ("version", "warned"), [("0.20.7", 2), ("0.21.0", 1), ("0.32.6", 0), ("0.33.0-rc1", 0), ("?", 0)]
)
def test_old_versions_are_warned_of_and_unknown_ones_are_not(version, warned):
    assert len(OLLAMA.warnings(version)) == warned


@pytest.mark.parametrize(
    ("versions", "tree", "version"),
    [
        (OLLAMA, {"version": "0.33.0"}, "0.33.0"),
        (VLLM, {"version": "0.11.0"}, "0.11.0"),
        (LLAMA_CPP, {"build_info": "b6123-abc"}, "b6123-abc"),
        (OLLAMA, {"version": 7}, ""),
        (OLLAMA, {"version": "0.33\x1b[31m"}, ""),
        (OLLAMA, ["0.33.0"], ""),
        (OLLAMA, None, ""),
    ],
)
def test_only_a_printable_version_is_read(versions, tree, version):
    assert versions.read(tree) == version


def test_every_flaw_says_what_it_is():
    flaws = [flaw for known in PROFILES.values() if known.versions for flaw in known.versions.flaws]
    assert all(flaw.mended and len(flaw.what) > 20 for flaw in flaws)
