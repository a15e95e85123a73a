"""The note to the model, measured: how many tokens a real model copies unchanged with and without it.

    python bench/token_note.py [--models state/models] [--model smollm2-135m]
    python bench/token_note.py --base-url http://127.0.0.1:8081/v1 --model mlx-community/SmolLM2-135M-Instruct

Every prompt is redacted and sent as a request would be, once with `token_note` and once without, at temperature 0.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from gateway.domain import (
    Adapter,
    Caller,
    Detection,
    Facts,
    Finding,
    Kind,
    Passage,
    Provider,
    ProviderKind,
    Style,
    Target,
    Trait,
    Tree,
)
from gateway.outbound.prepare import Prepared, prepare
from gateway.phi.read.scan import gather, walk
from gateway.phi.replace.pseudonym import conversation_key
from gateway.phi.replace.restore import Restorer
from gateway.policy.decide import decide
from gateway.policy.rules import Policy, Rule, Then, When
from gateway.testing import RecordingSink
from gateway.upstream.direct.adapter import Address, Direct
from gateway.upstream.embedded.process import Children
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat

TODAY = date(2026, 11, 21)
MAX_TOKENS = 96
KEY = conversation_key(b"b" * 32, "bench", "1")
POLICY = Policy((Rule("r", "why", When(), Then(redact=MappingProxyType(dict.fromkeys(Kind, Style.TOKEN)))),))
PEOPLE = [
    ("Anna Muster", "8675309"),
    ("Jonas Beispiel", "4410027"),
    ("Olena Probe", "7120345"),
    ("Ian Sample", "5550198"),
]
REPEAT = "repeat"
SUMMARISE = "summarise"
TASKS = [
    (REPEAT, "Repeat this sentence exactly: {name}, MRN {mrn}, has had a cough for two weeks."),
    (REPEAT, "Write the following line again, word for word: Patient {name} (MRN {mrn}) was seen today."),
    (REPEAT, "What is the name of this patient? The patient {name} has a fever."),
    (REPEAT, "Which MRN is named here? {name}, MRN {mrn}, came with chest pain."),
    (REPEAT, "Copy the text between the lines.\n---\nName: {name}\nMRN: {mrn}\n---"),
    (SUMMARISE, "Summarise in one sentence and name the patient: {name}, MRN {mrn}, has asthma and takes salbutamol."),
    (SUMMARISE, "Write a short letter to the patient {name} that the blood test was normal."),
    (SUMMARISE, "Write a one-line report. Name: {name}. MRN: {mrn}. Finding: no fracture of the left wrist."),
    (SUMMARISE, "Turn this into a list with the fields name, MRN and diagnosis: {name}, MRN {mrn}, pneumonia."),
    (SUMMARISE, "Say in plain words who has what: the patient {name} (MRN {mrn}) has type 2 diabetes."),
]


@dataclass(slots=True)
class Score:
    """Tokens that were sent, that came back exactly, that can be restored, and what looked like one and was none."""

    sent: int = 0
    exact: int = 0
    restored: int = 0
    invented: int = 0
    answers: list[str] = field(default_factory=list)

    def line(self, label: str) -> str:
        return (
            f"{label:24} tokens {self.sent:4}   exact {self.exact / self.sent:7.1%}   restored {self.restored / self.sent:7.1%}"
            f"   invented {self.invented}"
        )


def detect(passages: list[Passage] | tuple[Passage, ...]) -> list[Detection]:
    surfaces = [(text, kind) for name, mrn in PEOPLE for text, kind in ((name, Kind.NAME), (mrn, Kind.MRN))]
    return [
        Detection(
            tuple(
                sorted(
                    (
                        Finding(kind, at, at + len(surface))
                        for surface, kind in surfaces
                        if (at := passage.text.find(surface)) >= 0
                    ),
                    key=lambda finding: finding.start,
                )
            )
        )
        for passage in passages
    ]


def prompts() -> Iterator[tuple[str, str]]:
    for name, mrn in PEOPLE:
        for task, template in TASKS:
            yield task, template.format(name=name, mrn=mrn)


def prepared(prompt: str, target: Target) -> Prepared:
    payload: Tree = {
        "messages": [{"role": "user", "content": prompt}],
        "temperature": 0,
        "max_tokens": MAX_TOKENS,
    }
    call = Call(chat.ENDPOINT, payload, "m", False, Caller("bench"), "req_1")
    leaves = walk(call)
    findings = gather(leaves, detect(leaves.passages), frozenset(Kind))
    [egress] = decide(Facts("bench", "r"), [target], POLICY, today=TODAY).egresses
    return prepare(call, egress, findings=findings, key=KEY, look=detect, today=TODAY)


async def ask(direct: Direct, endpoint: Address, made: Prepared) -> str:
    reply = await direct.send_to(endpoint, made.outbound)
    choices = reply.tree["choices"] if reply.tree else []
    return str(choices[0]["message"]["content"]) if choices else ""


def judge(score: Score, made: Prepared, answer: str) -> None:
    restorer = Restorer(made.pseudonyms)
    said = restorer.decode(answer) + restorer.flush()
    for name, original in made.pseudonyms.items():
        score.sent += 1
        score.exact += f"[{name}]" in answer
        score.restored += original.surface in said
    score.invented += restorer.unresolved
    score.answers.append(answer)


async def measure(options: argparse.Namespace) -> None:
    silent = RecordingSink()
    direct = Direct(networks=tuple, events=silent)
    children = Children(Path(options.models), events=silent)
    provider = Provider("bench", ProviderKind.OPENAI_COMPATIBLE, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM}))
    target = Target("bench", provider, options.model)
    try:
        endpoint = Address(options.base_url, "") if options.base_url else await children.endpoint(options.model)
        for noted in (False, True):
            scores = {REPEAT: Score(), SUMMARISE: Score()}
            for task, prompt in prompts():
                made = prepared(prompt, replace(target, token_note=noted))
                judge(scores[task], made, await ask(direct, endpoint, made))
            for task, score in scores.items():
                print(score.line(f"{task}, {'with' if noted else 'without'} note"))
                if options.show:
                    print("\n".join(f"    {answer!r}" for answer in score.answers))
    finally:
        await direct.aclose()
        await children.aclose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="state/models", help="folder of the demonstration models (%(default)s)")
    parser.add_argument("--model", default="smollm2-135m", help="the model to ask (%(default)s)")
    parser.add_argument("--base-url", default="", help="a local server instead of the demonstration model")
    parser.add_argument("--show", action="store_true", help="print the answers too")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
