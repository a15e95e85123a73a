from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.kit.source import ROOT

HEAVY = ("litellm", "openai", "anthropic", "boto3", "tokenizers", "tiktoken", "numpy", "xllamacpp", "huggingface_hub")
"""What costs seconds or tens of megabytes to import; adapters that need one import it when they are first used."""
ASK = "import {module}, json, sys; print(json.dumps(sorted(sys.modules)))"


def loaded(module):
    """Names of all modules that a fresh interpreter holds after importing one of ours."""
    run = subprocess.run(
        [sys.executable, "-c", ASK.format(module=module)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout))


@pytest.mark.parametrize("module", ["gateway.app", "gateway.cli", "gateway.upstream.embedded.server"])
def test_starting_does_not_load_what_a_request_may_never_need(module):
    assert loaded(module) & set(HEAVY) == set()


def test_the_child_of_the_demonstration_model_loads_nothing_of_the_gateway():
    names = {name for name in loaded("gateway.upstream.embedded.server") if name.startswith("gateway")}
    assert names == {"gateway", "gateway.upstream", "gateway.upstream.embedded", "gateway.upstream.embedded.server"}
