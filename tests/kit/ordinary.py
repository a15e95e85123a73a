"""What software ordinarily writes where a structure wants an id, a seed or a signature: made at random, saying nothing."""

from __future__ import annotations

import base64
import string
import uuid

LETTERS = string.ascii_letters + string.digits


def some(rng, size, alphabet=LETTERS):
    return "".join(rng.choices(alphabet, k=size))


ORDINARY = {
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "OpenAI's calls": lambda rng: "call_" + some(rng, 24),
    "calls with a uuid": lambda rng: f"call_{uuid.UUID(int=rng.getrandbits(128), version=4)}",
    "Anthropic's calls": lambda rng: "toolu_01" + some(rng, 22),
    "completions": lambda rng: "chatcmpl-" + some(rng, 29),
    "vLLM's": lambda rng: "chatcmpl-tool-" + some(rng, 32, "0123456789abcdef"),
    "LM Studio's": lambda rng: str(rng.randint(100_000_000, 999_999_999)),
    "Mistral's": lambda rng: some(rng, 9),
    "Kimi's": lambda rng: f"functions.get_patient:{rng.randint(0, 99)}",
    "responses": lambda rng: "resp_" + some(rng, 48, "0123456789abcdef"),
    "ulid": lambda rng: some(rng, 26, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "seconds": lambda rng: f"run-{1_600_000_000 + rng.getrandbits(28)}",
    "milliseconds": lambda rng: f"call_{1_600_000_000_000 + rng.getrandbits(38)}",
    "days": lambda rng: f"run-2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}-{rng.randint(0, 9999):04}",
    "seeds": lambda rng: str(rng.getrandbits(31)),
    "temperatures": lambda rng: repr(rng.uniform(0, 2)),
    "signatures": lambda rng: base64.b64encode(rng.randbytes(768)).decode(),
    "signatures for addresses": lambda rng: base64.urlsafe_b64encode(rng.randbytes(768)).decode(),
}
