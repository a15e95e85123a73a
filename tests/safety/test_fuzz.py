"""Whatever arrives is read, refused or failed in our words: bodies, streams, offsets, pseudonyms, configurations, policies.

Each target takes something that works and spoils it, which reaches deeper than noise. What was once found wrong stays as an
`@example`. `make fuzz MINUTES=30` runs these with the other properties of the same places (`bench/fuzz.py`).
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
from datetime import date
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.endpoints import RequestClock
from gateway.config import parse as parse_config
from gateway.detectors.scanner import Scanner
from gateway.document import DocumentInvalid
from gateway.domain import Adapter, BaaTerm, Caller, Capability, Facts, Kind, Provider, ProviderKind, Target
from gateway.errors import GatewayError, InvalidRequest, PayloadTooLarge, UpstreamFailed
from gateway.outbound.prepare import RedactionRefused, prepare
from gateway.phi.find.engine import load_engine
from gateway.phi.find.text.normalise import normalise
from gateway.phi.read.scan import gather, walk
from gateway.phi.replace.pseudonym import Pseudonymiser
from gateway.phi.replace.restore import Mode, Restorer
from gateway.policy.decide import decide
from gateway.policy.parse import load as load_policies
from gateway.policy.parse import parse as parse_policy
from gateway.policy.rules import merge
from gateway.state.memory import LruMemory
from gateway.wire.endpoint import Call
from gateway.wire.framing.lines import LineDecoder
from gateway.wire.framing.sse import SseDecoder
from gateway.wire.json_body import read_object, values_in
from gateway.wire.operations import ENDPOINTS, endpoint_at
from gateway.wire.reply import Asked
from gateway.wire.writer import Answering
from tests.kit import shapes
from tests.kit.servers import chunk, completion
from tests.kit.source import ROOT

TODAY = date(2026, 12, 1)
NOTE = "Patient Maria Gonzalez, MRN 8675309, has a cough."
NUMBER = "8675309"


# --- spoiling ----------------------------------------------------------------------------------------------------------


def spoilt(seeds, pieces):
    """One of `seeds` after a few edits: pieces put in, parts taken out, doubled, moved."""

    @st.composite
    def made(draw):
        text = draw(st.sampled_from(seeds))
        for _ in range(draw(st.integers(0, 4))):
            at = draw(st.integers(0, len(text)))
            end = min(len(text), at + draw(st.integers(0, 12)))
            match draw(st.integers(0, 3)):
                case 0:
                    text = text[:at] + draw(st.sampled_from(pieces)) + text[at:]
                case 1:
                    text = text[:at] + text[end:]
                case 2:
                    text = text[:end] + text[at:end] + text[end:]
                case _:
                    text = (
                        text[end:] + text[:end] if draw(st.booleans()) else text[:at] + text[at:end][::-1] + text[end:]
                    )
        return text

    return made()


def cut(text, places):
    """The pieces of `text` between some places."""
    edges = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


CUTS = st.lists(st.integers(0, 2_000), max_size=8)


# --- JSON to facts, and what would leave --------------------------------------------------------------------------------


@cache
def scanner():
    return Scanner(load_engine(), key=b"k" * 32, memory=LruMemory())


@cache
def policy():
    return load_policies({"hipaa.yaml": (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")})


def target(kind):
    baa = BaaTerm("C-1", date(2099, 12, 31))
    return Target("cloud", Provider("cloud", kind, Adapter.DIRECT, api_key="k", baa=baa), "m", frozenset(Capability))


TARGETS = [
    target(kind) for kind in (ProviderKind.OPENAI, ProviderKind.ANTHROPIC, ProviderKind.OLLAMA, ProviderKind.VLLM)
]
TOLD = {
    "messages": [{"role": "user", "content": NOTE}],
    "prompt": NOTE,
    "input": NOTE,
    "query": NOTE,
}
GOOD = {endpoint_at(shape.path): shape.body for shape in shapes.ENDPOINTS if endpoint_at(shape.path)}
BODIES = {
    row.paths[0]: [
        json.dumps({name: TOLD.get(name, value) for name, value in {**body, **more}.items()}).encode()
        for more in ({}, {"stream": True, "stop": ["x"], "user": "u-1"}, {"metadata": {"mrn": NUMBER}, "zz": [1, None]})
    ]
    for row, body in GOOD.items()
}
JSON_PIECES = [
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\u0000", b"\\ud800", b"\xff", b"\xef\xbb\xbf", b"NaN", b"-0"),
    *(b"1e999", b"18446744073709551616", b"9" * 40, b"null", b"true", b'"messages":', b'"content":', b'"role":"user",'),
    *(
        b'"type":"text",',
        b'"tool_calls":[{}],',
        b'"input":"x",',
        b'{"a":' * 40,
        b"\x00",
        b"/**/",
        b"\xe2\x80\x8b",
        b" ",
    ),
    *(b'"system":"' + NOTE.encode() + b'",', b'"api_base":"http://x",', b'"8675309":', b"8675309"),
]


def ordinary(body: bytes):
    """What any reader of JSON sees, of two equal keys the last."""
    return json.loads(body.decode("utf-8-sig"))


def texts(tree):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from texts(value)
    elif isinstance(tree, str):
        yield tree


@pytest.mark.parametrize("path", BODIES)
@given(data=st.data())
def test_a_body_becomes_facts_or_a_refusal_and_nothing_of_a_patient_leaves(path, data):
    body = data.draw(spoilt(BODIES[path], JSON_PIECES))
    row = endpoint_at(path)
    try:
        values_in(body)
        tree = read_object(body)
        assert tree == ordinary(body)
        row.validate(tree)
        if row.here(tree, Answering("req_1", RequestClock())) is not None:
            return
    except (InvalidRequest, PayloadTooLarge):
        return
    call = Call(
        endpoint=row,
        payload=tree,
        model="m",
        stream=row.streams(tree),
        caller=Caller("c"),
        request_id="req_" + "0" * 20,
    )
    leaves = walk(call)
    findings = gather(leaves, scanner().look(leaves.passages), frozenset(Kind))
    told = any(NOTE in text for text in texts(tree))
    assert not told or findings.kinds or findings.unknowns
    facts = Facts("c", "r", kinds=findings.kinds, reported=findings.reported, unknowns=findings.unknowns)
    for egress in decide(facts, [data.draw(st.sampled_from(TARGETS))], policy(), today=TODAY).egresses:
        with contextlib.suppress(GatewayError, RedactionRefused):
            outbound = prepare(
                call, egress, findings=findings, key=b"k" * 32, look=scanner().look, today=TODAY
            ).outbound
            assert not told or NUMBER.encode() not in outbound.content
            if outbound.endpoint.spoken.written is None:
                assert json.loads(outbound.content) == outbound.tree


# --- streams, and what dialects make of them ------------------------------------------------------------------------------

PIECES = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo."}),
    chunk({}, "stop"),
]
EVENTS = b"".join(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in PIECES) + b"data: [DONE]\n\n"
STREAMS = [
    EVENTS,
    EVENTS.replace(b"\n", b"\r\n"),
    EVENTS.replace(b"\n", b"\r"),
    b": hello\n\n" + EVENTS,
    b"event: x\n" + EVENTS,
]
STREAM_PIECES = [
    b"\n",
    b"\r",
    b"\r\n",
    b"data:",
    b"data: ",
    b": ",
    b"\n\n",
    b"event: error\n",
    b"\xff",
    b"\x00",
    b"{}",
    b"[DONE]",
    b"id",
    b"retry: 1\n",
    b"null",
    b'{"error":{"message":"x"}}',
    b'"choices":5,',
    b"\xef\xbb\xbf",
    b"data: [1]\n\n",
]
ASKED = Asked({"messages": [], "input": "x"}, "m", "chatcmpl-1", 7, usage=True)
STREAMED = list({id(row.reply): row.reply for row in ENDPOINTS if row.reply.streamed}.values())


def read(decoder, pieces):
    try:
        events = [event for piece in pieces for event in decoder.decode(piece)]
        return events + decoder.flush()
    except UpstreamFailed:
        return None


@pytest.mark.parametrize("decoder", [SseDecoder, LineDecoder])
@given(stream=spoilt(STREAMS, STREAM_PIECES), places=CUTS)
def test_a_spoilt_stream_is_the_same_however_it_is_cut(decoder, stream, places):
    whole = read(decoder(), [stream])
    assert read(decoder(), cut(stream, places)) == whole
    assert all(b"\n" not in event or decoder is SseDecoder for event in whole)


@given(stream=spoilt(STREAMS, STREAM_PIECES), shape=st.sampled_from(STREAMED))
def test_a_spoilt_stream_is_read_in_every_dialect_or_is_the_providers_failure(stream, shape):
    reader = shape.streamed.open(ASKED)
    with contextlib.suppress(UpstreamFailed):
        for event in read(SseDecoder(), [stream]):
            with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
                tree = json.loads(event)
                if isinstance(tree, dict) and (made := reader.chunk(tree)) is not None:
                    json.dumps(made)
        reader.last()


@given(
    reply=spoilt(
        [
            json.dumps(
                completion(
                    NOTE, tool_calls=[{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
                )
            ).encode()
        ],
        JSON_PIECES,
    ),
    row=st.sampled_from(ENDPOINTS),
)
def test_a_spoilt_reply_is_read_or_is_the_providers_failure(reply, row):
    with contextlib.suppress(UpstreamFailed, json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        tree = json.loads(reply)
        if isinstance(tree, dict):
            json.dumps(row.reply.whole(tree, ASKED))


# --- offsets ------------------------------------------------------------------------------------------------------------

ODD = [
    "\u200b",
    "\u00ad",
    "\u2060",
    "\ufe0f",
    "\u0301",
    "\u202e",
    "\x00",
    "\ud800",
    "\U000e0031",
    "ﬁ",
    "Ⅷ",
    "①",
    "İ",
    "ß",
    "½",
]
ODD += [
    "\u2011",
    "－",
    "\u00a0",
    "\u3000",
    "&#56;",
    "%38",
    "\\u0038",
    "=38",
    "漢",
    "क्",
    "👩‍⚕️",
    "\u1160",
    "ﷺ",
    "\r\n",
    "\u2028",
]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    before=spoilt(["", "MRN: ", NOTE], ODD),
    after=spoilt(["", " was seen.", NOTE], ODD),
    between=st.lists(st.sampled_from(ODD[:6]), max_size=3),
    wide=st.booleans(),
)
def test_what_is_found_is_cut_out_of_the_original_where_it_stands(before, after, between, wide):
    number = NUMBER.translate(WIDE) if wide else NUMBER
    for at, char in enumerate(between, start=1):
        number = number[:at] + char + number[at:]
    text = before + "\n" + number + "\n" + after
    folded = normalise(text)
    assert len(folded.shape) == len(folded.text)
    spans = [folded.origin(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(first[0] <= second[0] and first[1] <= second[1] for first, second in pairwise(spans))
    at = folded.text.find(NUMBER)
    if "\u0301" in between or "\u202e" in between:
        return
    assert at >= 0
    if folded.text.count(NUMBER) == 1:
        start, end = folded.origin(at, at + len(NUMBER))
        assert normalise(text[start:end]).text == NUMBER
        assert text[:start] + text[end:] != text


# --- the restorer -------------------------------------------------------------------------------------------------------

MAKER = Pseudonymiser(b"k" * 32)
TOKENS = [
    MAKER.token(Kind.MRN, NUMBER),
    MAKER.token(Kind.NAME, 'Maria "Mo" Gonz\\alez'),
    MAKER.token(Kind.MRN, "1", bare=True),
]
STRANGER = Pseudonymiser(b"o" * 32).token(Kind.NAME, "Somebody else")
SAID = [
    f"The number is {TOKENS[0]}, of {TOKENS[1]}.",
    json.dumps({"mrn": TOKENS[2], "who": TOKENS[1]}),
    STRANGER,
    "".join(TOKENS),
]
TOKEN_PIECES = [
    *TOKENS,
    STRANGER,
    "[",
    "]",
    "\\",
    "\\[",
    "_",
    "%5B",
    "%5D",
    "%",
    '"',
    "[MRN_",
    "NAME_",
    "MRN",
    "a",
    "2",
    "`",
    " ",
]


@given(text=spoilt(SAID, TOKEN_PIECES), places=CUTS, mode=st.sampled_from(Mode))
def test_pseudonyms_come_back_the_same_however_an_answer_is_cut(text, places, mode):
    def restored(pieces):
        restorer = Restorer(MAKER.pseudonyms, mode)
        made = [restorer.decode(piece) for piece in pieces]
        return "".join(made) + restorer.flush(), restorer.unresolved

    whole, unresolved = restored([text])
    assert restored(cut(text, places)) == (whole, unresolved)
    assert "Somebody else" not in whole
    if not any(token[1:-1].lower() in text.lower().replace("\\", "") for token in TOKENS):
        assert whole == text


# --- configurations and policies ------------------------------------------------------------------------------------------

YAML_PIECES = [
    ":",
    "- ",
    "  ",
    "\n",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!!python/object:os.system ",
    "${",
    "${X}",
    "${X:-1}",
    "null",
    "true",
    "-1",
    "1e9",
    "0x7f",
    "2026-13-40",
    "\t",
    "\x00",
    "\u2028",
    "on_prem",
    "http://198.51.100.7:1",
    "version: 2\n",
    "allow_unauthenticated: true",
    "base_url: ",
    "traits: [on_prem]",
    "<<: *a",
    "? ",
    "|",
    ">",
    "é",
    "\ufeff",
]
CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")
SMALL = """version: 1
server: {host: 127.0.0.1, on_prem_networks: [10.0.0.0/8]}
providers:
  house: {kind: ollama, base_url: "http://10.1.2.3:11434", traits: [on_prem]}
  cloud: {kind: anthropic, api_key: x, baa: {reference: C-1, expires: 2099-01-01}}
targets:
  small: {provider: house, model: qwen3}
  big: {provider: cloud, model: claude-sonnet-5}
routes:
  general: {targets: [small, big]}
default_route: general
callers:
  soma: {key_sha256: "0000000000000000000000000000000000000000000000000000000000000001", routes: ["*"]}
"""


def problems_of(load) -> object:
    """What loads, or None where everything wrong with it is told by line."""
    try:
        return load()
    except DocumentInvalid as invalid:
        problems = invalid.problems
    assert problems
    assert all(problem.line >= 1 and problem.message for problem in problems)
    return None


@given(text=spoilt([SMALL, SMALL, CONFIG], YAML_PIECES))
def test_a_spoilt_configuration_is_refused_by_line_or_attests_nothing_more(text):
    settings = problems_of(lambda: parse_config(text, file="config.yaml", environ={"X": "x"}))
    if settings is None:
        return
    for route in settings.table.routes.values():
        for one in route.targets:
            host = urlsplit(one.provider.base_url).hostname or ""
            if one.provider.on_prem and host.replace(".", "").isdigit():
                assert ipaddress.ip_address(host).is_private


POLICIES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "policies").glob("*.yaml"))]
RULES = [
    "deny: true",
    "redact: [direct]",
    "require: [baa]",
    "phi: [any]",
    "when: {}",
    "then: {}",
    "examples: []",
    "id: x",
    "why: y",
]


DENYING = parse_policy("version: 1\nrules:\n  - {id: none-at-all, why: No., then: {deny: true}}\n", file="d.yaml")


@given(text=spoilt(POLICIES, [*YAML_PIECES, *RULES]))
def test_a_spoilt_policy_is_refused_by_line_or_is_a_policy_that_still_only_narrows(text):
    made = problems_of(lambda: parse_policy(text, file="p.yaml"))
    if made is None:
        return
    bare = Target("t", Provider("p", ProviderKind.OPENAI, Adapter.DIRECT, api_key="k"), "m")
    facts = Facts("c", "r", kinds=frozenset({Kind.SSN}))
    permitted = decide(facts, [bare], made, today=TODAY).egresses
    assert not permitted or permitted == decide(facts, [bare], made, today=TODAY).egresses
    stricter = merge([made, DENYING])
    assert decide(facts, [bare], stricter, today=TODAY).egresses == ()
