"""Redaction and restoration measured: echoes of generated conversations, random cuttings of every channel, times.

    python bench/restore.py [--examples 10000] [--seed 1] [--prompts prompts.jsonl]

Prints one line per measure; exits 1 if anything came back other than it went.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

import orjson

from gateway.domain import (
    Adapter,
    Caller,
    Detection,
    Dialect,
    Facts,
    Finding,
    Kind,
    Operation,
    Passage,
    Provider,
    ProviderKind,
    Style,
    Target,
    Tree,
)
from gateway.outbound.prepare import Prepared, RedactionRefused, prepare
from gateway.phi.find.engine import load_engine
from gateway.phi.read.scan import gather, walk
from gateway.phi.replace.pseudonym import Pseudonymiser, conversation_key
from gateway.phi.replace.reply import ReplyRestorer
from gateway.phi.replace.restore import Mode, Restorer
from gateway.policy.decide import Egress, decide
from gateway.policy.rules import Policy, Rule, Then, When
from gateway.wire.endpoint import Call
from gateway.wire.operations import endpoint_for
from gateway.wire.reply import Channels

TODAY = date(2026, 11, 21)
ALL = frozenset(Kind)
KEY = conversation_key(b"b" * 32, "bench", "1")
SURFACES = {"Anna Muster": Kind.NAME, "8675309": Kind.MRN, "2026-03-04": Kind.DATE, 'The "Old"\\Mill': Kind.ADDRESS}
NOISE = ["[", "]", "\\", '"', "`", "_", " ", "\n", "Müller ", "x", "😀", "NAME_", "'s ", "{", "}", "the patient ", ":"]
TARGETS = {
    Dialect.OPENAI: Target("cloud", Provider("cloud", ProviderKind.OPENAI, Adapter.DIRECT), "m"),
    Dialect.ANTHROPIC: Target("claude", Provider("claude", ProviderKind.ANTHROPIC, Adapter.DIRECT), "m"),
}
POLICY = Policy((Rule("r", "why", When(), Then(redact=MappingProxyType(dict.fromkeys(Kind, Style.TOKEN)))),))


def detect(passages: Sequence[Passage]) -> list[Detection]:
    return [
        Detection(
            tuple(
                Finding(kind, at, at + len(surface))
                for surface, kind in SURFACES.items()
                for at in range(len(passage.text))
                if passage.text.startswith(surface, at)
            )
        )
        for passage in passages
    ]


def call_of(payload: Tree, dialect: Dialect) -> Call:
    return Call(endpoint_for(dialect, Operation.CHAT, payload), payload, "m", True, Caller("bench"), "req_1")


def permitted(dialect: Dialect) -> Egress:
    [egress] = decide(Facts("bench", "r"), [TARGETS[dialect]], POLICY, today=TODAY).egresses
    return egress


def prepared(payload: Tree, dialect: Dialect) -> Prepared:
    call = call_of(payload, dialect)
    leaves = walk(call)
    findings = gather(leaves, detect(leaves.passages), ALL)
    return prepare(call, permitted(dialect), findings=findings, key=KEY, look=detect, today=TODAY)


def text(rng: random.Random) -> str:
    return "".join(rng.choice([*SURFACES, *NOISE]) for _ in range(rng.randint(0, 14)))


def arguments(rng: random.Random) -> dict:
    return {
        text(rng): rng.choice([text(rng), 8675309, 1.5, None, [text(rng)], {"mrn": 8675309}])
        for _ in range(rng.randint(0, 3))
    }


def pieces(rng: random.Random, whole: str) -> list[str]:
    cuts, at = [], 0
    while at < len(whole):
        step = rng.randint(1, 9)
        cuts.append(whole[at : at + step])
        at += step
    return cuts


def openai_echo(rng: random.Random) -> bool:
    """Content, reasoning and the arguments of two tool calls, of two choices, interleaved at random."""
    said, reasoned, given = text(rng), text(rng), [arguments(rng), arguments(rng)]
    calls = [
        {"id": f"c{i}", "type": "function", "function": {"name": "f", "arguments": orjson.dumps(a).decode()}}
        for i, a in enumerate(given)
    ]
    message = {"role": "assistant", "content": said, "tool_calls": calls}
    made = prepared({"messages": [{"role": "user", "content": reasoned}, message]}, Dialect.OPENAI)
    user, sent = made.outbound.tree["messages"]
    queues = []
    for choice in range(2):
        queues.append([(choice, {"content": piece}) for piece in pieces(rng, sent["content"])])
        queues.append([(choice, {"reasoning_content": piece}) for piece in pieces(rng, user["content"])])
        for index, call in enumerate(sent["tool_calls"]):
            cut = pieces(rng, call["function"]["arguments"])
            queues.append(
                [(choice, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}) for piece in cut]
            )
    events = [{"choices": [{"index": choice, "delta": delta}]} for choice, delta in shuffled(rng, queues)]
    events += [{"choices": [{"index": choice, "delta": {}, "finish_reason": "stop"}]} for choice in range(2)]
    got: dict = {}
    restorer = ReplyRestorer(Channels.CHOICES, made.pseudonyms)
    for event in [out for piece in events for out in restorer.event(piece)] + restorer.end():
        for choice in event["choices"]:
            for name in ("content", "reasoning_content"):
                got[choice["index"], name] = got.get((choice["index"], name), "") + (choice["delta"].get(name) or "")
            for call in choice["delta"].get("tool_calls") or []:
                at = (choice["index"], call["index"])
                got[at] = got.get(at, "") + call["function"]["arguments"]
    return clean(made) and all(
        got.get((choice, "content"), "") == said
        and got.get((choice, "reasoning_content"), "") == reasoned
        and [orjson.loads(got[choice, index]) for index in range(2)] == given
        for choice in range(2)
    )


def anthropic_echo(rng: random.Random) -> bool:
    """A text block and a tool block."""
    said, given = text(rng) or "x", arguments(rng)
    blocks = [{"type": "text", "text": said}, {"type": "tool_use", "id": "t", "name": "f", "input": given}]
    made = prepared({"max_tokens": 9, "messages": [{"role": "assistant", "content": blocks}]}, Dialect.ANTHROPIC)
    sent = made.outbound.tree["messages"][0]["content"]
    events = []
    parts = [
        ("text_delta", "text", sent[0]["text"]),
        ("input_json_delta", "partial_json", orjson.dumps(sent[1]["input"]).decode()),
    ]
    for index, (kind, name, whole) in enumerate(parts):
        events += [
            {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: piece}}
            for piece in pieces(rng, whole)
        ]
        events.append({"type": "content_block_stop", "index": index})
    restorer = ReplyRestorer(Channels.BLOCKS, made.pseudonyms)
    got = ["", ""]
    for event in [out for piece in events for out in restorer.event(piece)] + restorer.end():
        if event["type"] == "content_block_delta":
            got[event["index"]] += event["delta"].get("text", "") + event["delta"].get("partial_json", "")
    whole = restorer.reply({"content": sent})["content"]
    return clean(made) and got[0] == whole[0]["text"] == said and orjson.loads(got[1]) == whole[1]["input"] == given


def shuffled(rng: random.Random, queues: list[list]) -> list:
    merged = []
    while queues := [queue for queue in queues if queue]:
        merged.append(rng.choice(queues).pop(0))
    return merged


def clean(made: Prepared) -> bool:
    return not [surface for surface in SURFACES if orjson.dumps(surface)[1:-1] in made.outbound.content]


def fastest_us(action: Callable[[], object], *, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best * 1e6


def timings() -> None:
    maker = Pseudonymiser(KEY)
    token = maker.token(Kind.NAME, "Anna Muster")
    maker.token(Kind.MRN, "8675309", bare=True)
    prose = "The patient was seen on the date of admission, name withheld; her age and plan were noted. " * 60
    for title, said in (("without tokens", prose), ("with 60 tokens", prose.replace("patient", token))):
        for mode in Mode:
            cut = [said[i : i + 4] for i in range(0, len(said), 4)]

            def run(cut: list[str] = cut, mode: Mode = mode) -> None:
                restorer = Restorer(maker.pseudonyms, mode)
                for piece in cut:
                    restorer.decode(piece)

            print(f"restorer, {mode}, {title}: {fastest_us(run, times=9) / len(cut):.2f} µs a chunk of 4 characters")
    for title, count, content in (("small chat", 2, "How are you today?"), ("60 messages, 14 KB", 60, "word " * 47)):
        time_a_request(title, {"model": "m", "messages": [{"role": "user", "content": content}] * count, "top_p": 0.1})


def time_a_request(title: str, payload: Tree) -> None:
    """What a request costs in which nothing is found."""
    call = call_of(payload, Dialect.OPENAI)
    leaves = walk(call)
    nothing = [Detection()] * len(leaves.leaves)
    findings = gather(leaves, nothing, ALL)
    egress = permitted(Dialect.OPENAI)
    measures = {
        "walk": lambda: walk(call).passages,
        "gather": lambda: gather(leaves, nothing, ALL),
        "prepare": lambda: prepare(call, egress, findings=findings, key=KEY, look=detect, today=TODAY),
    }
    for name, measure in measures.items():
        print(f"{name} with nothing to take out, {title}: {fastest_us(measure, times=400):.0f} µs")


def real_prompts(path: Path) -> int:
    """Prompts of a file of JSON lines (`{"text"}`) through the real detectors and an echo: how many came back changed."""
    engine = load_engine()
    texts = [str(orjson.loads(line)["text"]) for line in path.read_bytes().splitlines()]
    changed = refused = tokens = leaked = 0
    for said in texts:
        call = call_of({"messages": [{"role": "user", "content": said}]}, Dialect.OPENAI)
        leaves = walk(call)
        findings = gather(leaves, engine.detect(leaves.passages), engine.covers)
        try:
            made = prepare(call, permitted(Dialect.OPENAI), findings=findings, key=KEY, look=engine.detect, today=TODAY)
        except RedactionRefused:
            refused += 1
            continue
        sent = str(made.outbound.tree["messages"][0]["content"])  # type: ignore[index,call-overload]
        found = {said[spot.finding.start : spot.finding.end] for spot in findings.located}
        leaked += sum(len(surface) > 3 and surface in sent for surface in found)  # "May" may be a word elsewhere
        tokens += len(made.pseudonyms)
        restorer = Restorer(made.pseudonyms)
        got = "".join(restorer.decode(piece) for piece in pieces(random.Random(len(sent)), sent)) + restorer.flush()
        changed += got != said
    print(
        f"{path.name}: {len(texts)} prompts, {tokens} tokens, {changed} changed, {refused} refused, {leaked} found values sent"
    )
    return changed + refused + leaked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prompts", type=Path, help="JSON lines with a `text` each, for the real detectors")
    options = parser.parse_args()
    wrong = 0
    for title, echo in (("openai", openai_echo), ("anthropic", anthropic_echo)):
        rng = random.Random(options.seed)
        failed = sum(not echo(rng) for _ in range(options.examples))
        print(f"{title}: {failed} mismatches in {options.examples} conversations, each cut at random")
        wrong += failed
    if options.prompts:
        wrong += real_prompts(options.prompts)
    timings()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
