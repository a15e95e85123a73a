from __future__ import annotations

import re

from tests.kit.source import ROOT, committed

# In pieces, so that this file does not contain what it looks for.
REGISTRIES = re.compile(
    "|".join(
        (
            r"py" + r"pi\.(org|python)",
            r"python" + r"hosted\.org",
            r"registry\." + r"(npmjs|yarnpkg)",
            r"deb\." + r"debian\.org",
            r"(--index-url|--extra-index-url|--find-links)[ =]\S+/",
        )
    )
)
MACHINE = re.compile(r"(?<![\w.~$}*-])/" + r"(work|tmp|root|home/[a-z]+|Users/[A-Za-z]+)/[\w.-]")
TEXT_BYTES = 4_000_000


def texts():
    for path in committed():
        raw = path.read_bytes()
        if b"\0" not in raw[:1024] and len(raw) < TEXT_BYTES:
            yield path.relative_to(ROOT).as_posix(), raw.decode("utf-8", errors="replace")


def found(pattern):
    return {
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        for name, text in texts()
        for match in pattern.finditer(text)
    }


def test_no_registry_address_is_committed():
    """Whoever installs has an index of their own; the hashes say that it is the same package."""
    assert found(REGISTRIES) == set()


def test_no_path_of_somebodys_machine_is_committed():
    assert found(MACHINE) == set()


def test_the_patterns_see_what_they_look_for():
    assert REGISTRIES.search("https://files.python" + "hosted.org/packages/x")
    assert MACHINE.search('"/home/' + 'ann/gateway"')


def test_no_secret_or_state_is_committed():
    names = {path.relative_to(ROOT).as_posix() for path in committed()}
    secret = re.compile(r"(^|/)(\.env(\..+)?|.*\.(pem|key|sqlite|db|gguf|safetensors)|secret)$")
    assert {name for name in names if secret.search(name) or name.startswith("state/")} == set()
