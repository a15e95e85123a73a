"""The five agents and the four operations of a clinic, asked of a gateway about synthetic patients; measures, prints nothing.

The tasks are those of the founding documents: an intent is classified, a radiologist and a pathologist look at a case, a
report is written and checked; a transcript is searched for identifiers and entities, made a SOAP note and structured.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from gateway.cli.bench_tables import Call, Run
from gateway.domain import Tree
from gateway.upstream.ourselves import FORBIDDEN, OK, Answered, Client, NotAnswered

ANSWER_S: Final = 600.0
"""How long one answer may take: a 7B model on a processor needs a minute, a cold one more."""


@dataclass(frozen=True, slots=True)
class Task:
    """One agent or operation: what its system prompt says, what it is asked ({case}, {before}), how long its answer may be."""

    name: str
    system: str
    ask: str
    max_tokens: int


AGENTS: Final = (
    Task(
        "alignment",
        "You are a medical AI assistant. Classify the intent of the request in one word.",
        "Request: look at this case and write a report. {case}",
        60,
    ),
    Task(
        "radiologist",
        "You are an expert radiologist with 20 years of experience.",
        "Describe the findings that the picture of this case is likely to show. {case}",
        350,
    ),
    Task(
        "pathologist",
        "You are an expert pathologist.",
        "Give a differential diagnosis with reasons. {case} {before}",
        800,
    ),
    Task(
        "report-writer",
        "You are a medical report writer.",
        "Write the report of this case. {case} {before}",
        450,
    ),
    Task(
        "qc-reviewer",
        "You do quality control of medical reports.",
        "Check this report by its list: complete, consistent, no advice without a finding. {before}",
        230,
    ),
)
OPERATIONS: Final = (
    Task(
        "phi-detection",
        "You are a PHI detection system. List identifiers as JSON.",
        "Transcript: {case}",
        200,
    ),
    Task(
        "entity-extraction",
        "You are a medical entity extraction system. Answer with JSON.",
        "Transcript: {case}",
        300,
    ),
    Task(
        "soap-generation",
        "You are a clinical scribe. Generate a SOAP note from the transcript.",
        "Transcript: {case}",
        500,
    ),
    Task(
        "document-structuring",
        "You write comprehensive clinical documents from a transcript.",
        "Transcript: {case}",
        400,
    ),
)
_FIRST: Final = ("Maria", "Jonas", "Amina", "Peter", "Linh", "Clara")
_LAST: Final = ("Delgado", "Weber", "Okafor", "Nowak", "Tran", "Rossi")
_CASES: Final = (
    "cough for three weeks, weight loss of four kilograms, a smoker for thirty years; a shadow in the right upper lobe",
    "pain in the left hip after a fall from a ladder; cannot put weight on the leg; no fever",
    "headache for two days, stiff neck, a temperature of 39.2; no rash; lives in a hostel",
    "blood in the stool twice this month, iron deficiency, a father with colon cancer at 52",
)


def patient(seed: int) -> str:
    """A patient whom nobody has ever seen; the same one for the same seed."""
    chance = random.Random(seed)  # noqa: S311  invented people need no secret
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    born = f"{chance.randint(1, 12):02}/{chance.randint(1, 28):02}/{chance.randint(1935, 2005)}"
    return f"Patient {name}, MRN {chance.randint(10_000_000, 99_999_999)}, born {born}: {chance.choice(_CASES)}."


@dataclass(slots=True)
class Bench:
    """A gateway to ask. `models` names the model of a task; others go by their agent, or by `model` if that is said."""

    url: str
    key: str = ""
    model: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    max_tokens: int | None = None
    report: Callable[[str], None] = print
    _unknown: set[str] = field(default_factory=set)

    async def alone(self, tasks: Sequence[Task], case: str, *, name: str) -> Run:
        """Each task by itself, one after the other."""
        began = time.perf_counter()
        async with self._client() as client:
            calls = [(await self._ask(client, task, case, "", began))[0] for task in tasks]
        return Run(name=name, calls=tuple(calls))

    async def pipeline(self, case: str, *, parallel: bool) -> Run:
        """All agents on one case, each with what came before; `parallel`: radiologist and pathologist at the same time."""
        began = time.perf_counter()
        calls: list[Call] = []
        said: list[str] = []
        stages = [[task] for task in AGENTS]
        if parallel:
            stages[1:3] = [[AGENTS[1], AGENTS[2]]]
        async with self._client() as client:
            for stage in stages:
                before = "\n".join(said[-2:])
                answers = await asyncio.gather(*(self._ask(client, task, case, before, began) for task in stage))
                calls += [call for call, _ in answers]
                said += [text for _, text in answers if text]
        return Run(name="in parallel" if parallel else "in sequence", calls=tuple(calls))

    def _client(self) -> Client:
        return Client(self.url, key=self.key, answer_s=ANSWER_S)

    async def _ask(self, client: Client, task: Task, case: str, before: str, began: float) -> tuple[Call, str]:
        body: Tree = {
            "model": self.models.get(task.name, self.model),
            "max_tokens": min(task.max_tokens, self.max_tokens or task.max_tokens),
            "messages": [
                {"role": "system", "content": task.system},
                {"role": "user", "content": task.ask.format(case=case, before=before).strip()},
            ],
        }
        since_s = time.perf_counter() - began
        try:
            answer = await self._answer(client, body, task.name)
        except NotAnswered as error:
            failed = Call(task=task.name, target="", began_s=since_s, ended_s=since_s, error=str(error))
            return self._told(failed), ""
        now_s = time.perf_counter() - began
        usage, told = _at(answer.tree, "usage"), _at(answer.tree, "error")
        call = Call(
            task=task.name,
            target=answer.headers.get("x-gateway-target", ""),
            began_s=since_s,
            ended_s=now_s,
            input_tokens=_count(usage, "prompt_tokens"),
            output_tokens=_count(usage, "completion_tokens"),
            usd=_usd(answer.headers.get("x-gateway-cost-usd", "")),
            error="" if answer.status == OK else str(told.get("code") or answer.status),
        )
        text = "" if call.error else _text(answer.tree)
        return self._told(call), text

    async def _answer(self, client: Client, body: Tree, agent: str) -> Answered:
        """What the gateway answers to an agent, or to nobody in particular where it knows no such one."""
        claim = {"x-gateway-agent": agent} if agent not in self._unknown else {}
        answer = await client.chat(body, claim)
        if claim and answer.status == FORBIDDEN and _at(answer.tree, "error").get("code") == "agent_not_allowed":
            self._unknown.add(agent)
            return await self._answer(client, body, agent)
        return answer

    def _told(self, call: Call) -> Call:
        what = call.error or f"{call.seconds:.1f} s, {call.output_tokens} tokens, by {call.target}"
        self.report(f"{call.task}: {what}")
        return call


def _at(tree: Tree, name: str) -> Tree:
    value = tree.get(name)
    return value if isinstance(value, dict) else {}


def _count(usage: Tree, name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0


def _text(tree: Tree) -> str:
    """What the answer says."""
    choices = tree.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    content = _at(first, "message").get("content") if isinstance(first, dict) else None
    return content if isinstance(content, str) else ""


def _usd(header: str) -> Decimal | None:
    try:
        return Decimal(header) if header else None
    except InvalidOperation:
        return None
