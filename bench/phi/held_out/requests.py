"""Whole requests without PHI as applications send them: system prompts with a date, tools with URLs, schemas, code. Seeded."""

from __future__ import annotations

import random

from bench.phi.corpus import people
from bench.phi.corpus.grammar import templates
from bench.phi.corpus.telling import tell
from bench.phi.held_out.sets import HERE, SEED
from gateway.domain import JSON, Tree

SYSTEMS = (
    "You are a clinical decision support assistant. Today is {day}. Cite guidelines and say when evidence is weak.",
    "You are an expert radiologist. Describe findings, then give an impression. Never guess a patient's identity.",
    "Current date: {day}. Knowledge cutoff: 2025-06. Tools are available; call them only if needed.",
    "You are ScribeBot 2.4 (build 2026.{n}.1) for a hospital group. Write SOAP notes. Use placeholders such as [NAME] where a name is missing.",
    "Respond in JSON only. Schema version 1.{n}. Times are UTC. The current time is {day}T09:30:00Z.",
    "You triage messages into urgent, routine and administrative. Policy effective {day}. Do not give a diagnosis.",
    "You are a coding assistant for a health IT team. Python 3.11, FastAPI 0.116, PostgreSQL 16. Prefer small functions.",
    "Act as a pharmacist. Formulary of {day}. Check interactions, renal dosing and allergies, and list references.",
    "<role>nurse educator</role><date>{day}</date><style>plain, sixth-grade level</style>",
    "",
)
QUESTIONS = (
    "Write a FHIR search that lists all Observation resources of a given code from the last 30 days.",
    "```python\ndef age_on(birth: date, day: date) -> int:\n    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))\n```\nAdd tests.",
    "```sql\nSELECT ward, count(*) FROM stays WHERE discharged_at IS NULL GROUP BY ward ORDER BY 2 DESC;\n```\nMake this faster.",
    'Our endpoint returns `{"error": {"code": "rate_limit", "retry_after": 20}}`. How should the client back off?',
    '```yaml\nservices:\n  api:\n    image: registry.example.com/api:1.8.3\n    ports: ["8080:8080"]\n```\nWhat is missing for a health check?',
    "Review this commit message: 'Bump httpx from 0.27.2 to 0.28.1; closes #4182'.",
    "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 214, in handle\n    raise KeyError(code)\nKeyError: '718-7'\nWhy?",
    "Give me a table of normal vital signs by age group from newborn to adult.",
    "Which ICD-10 and CPT codes apply to an annual wellness visit with a flu shot?",
    "Summarize the difference between sensitivity and positive predictive value, with a worked example of 1,000 people.",
)
TOOLS: tuple[Tree, ...] = (
    {
        "type": "function",
        "function": {
            "name": "get_patient",
            "description": "Fetch a patient by medical record number from https://ehr.example.com/fhir/R4/Patient",
            "parameters": {
                "type": "object",
                "properties": {
                    "mrn": {
                        "type": "string",
                        "description": "Medical record number, 6 to 10 digits",
                        "pattern": "^[0-9]{6,10}$",
                    },
                    "birthdate": {"type": "string", "format": "date", "description": "Date of birth, YYYY-MM-DD"},
                },
                "required": ["mrn"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "search_guidelines",
            "description": "Search guidelines (NICE, USPSTF, WHO). See https://docs.example.org/api/v2#search",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string"},
                    "year_from": {"type": "integer", "minimum": 1990, "maximum": 2026},
                },
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "schedule_visit",
            "description": "Book a visit. Phone and e-mail are optional.",
            "parameters": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "Full name of the patient"},
                    "phone": {"type": "string", "description": "E.164 phone number"},
                    "email": {"type": "string", "format": "email"},
                    "clinic": {"type": "string", "enum": ["cardiology", "neurology", "primary_care"]},
                    "address": {
                        "type": "object",
                        "properties": {
                            "street": {"type": "string"},
                            "city": {"type": "string"},
                            "zip": {"type": "string"},
                        },
                    },
                },
            },
        },
    },
)
SCHEMA: Tree = {
    "type": "json_schema",
    "json_schema": {
        "name": "soap_note",
        "schema": {
            "type": "object",
            "properties": {
                "subjective": {"type": "string"},
                "patient_name": {"type": "string", "description": "null when unknown"},
                "date_of_service": {"type": "string", "format": "date"},
                "assessment": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}
ANSWER = "Here is a short overview. First-line treatment depends on severity and comorbidity; see the guideline of {year}. Reassess in 2 to 4 weeks."


def requests(count: int = 200) -> list[Tree]:
    """`count` chat requests in OpenAI's dialect."""
    rng = random.Random(SEED)
    lines = [template for _, template in templates("negatives", HERE)]
    return [_request(rng, lines) for _ in range(count)]


def _request(rng: random.Random, lines: list[str]) -> Tree:
    day = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    messages: list[JSON] = []
    if system := rng.choice(SYSTEMS).format(day=day, n=rng.randint(1, 9)):
        messages.append({"role": "system", "content": system})
    for _ in range(rng.choice([0, 0, 1, 2])):
        messages.append({"role": "user", "content": _question(rng, lines)})
        messages.append({"role": "assistant", "content": ANSWER.format(year=rng.randint(2015, 2026))})
    messages.append({"role": "user", "content": _question(rng, lines)})
    payload: Tree = {"model": "report-writing", "messages": messages, "temperature": 0.2, "max_tokens": 900}
    if rng.random() < 0.5:
        payload["tools"] = list(rng.sample(TOOLS, rng.randint(1, len(TOOLS))))
    if rng.random() < 0.25:
        payload["response_format"] = SCHEMA
    return payload


def _question(rng: random.Random, lines: list[str]) -> str:
    if rng.random() < 0.3:
        return rng.choice(QUESTIONS)
    return tell(rng.choice(lines), rng, part=people.HELD_OUT).text
