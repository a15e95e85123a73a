"""Reads policy files and reports all that is wrong with them at once; opens no file, lets nothing doubtful pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from gateway.document import Document, DocumentInvalid, Problem, read, validate
from gateway.domain import Kind, Style
from gateway.policy.examples import Example, complaint, destination, request
from gateway.policy.rules import Policy, Rule, Then, To, When, merge, unite
from gateway.policy.schema import (
    ExampleForm,
    PolicyForm,
    RedactForm,
    RuleForm,
    SuiteForm,
    TestForm,
    ToForm,
    WhenForm,
    kinds,
    reasons,
)

REMEDY: Final = "Change the example, or the rules it tests."


def parse(text: str, *, file: str) -> Policy:
    """The policy that `text` writes down, whose examples hold; `file` is its name in messages.

    Raises `DocumentInvalid` with every problem: keys, kinds, traits and reasons that do not exist, empty lists, rules
    without a reason or an effect, an id used twice, an example that does not come out as it says.
    """
    policy, examples = _read(text, file=file)
    if problems := _broken(examples, policy):
        raise DocumentInvalid(problems)
    return policy


def _read(text: str, *, file: str) -> tuple[Policy, list[Example]]:
    document = read(text, file=file)
    problems = _repeated_ids(document)
    try:
        form = validate(PolicyForm, document)
    except DocumentInvalid as invalid:
        raise DocumentInvalid({*problems, *invalid.problems}) from None
    rules = (
        _rule(rule, file=file, line=document.line(("rules", index, "id"))) for index, rule in enumerate(form.rules)
    )
    policy = Policy(tuple(rules))
    if problems:
        raise DocumentInvalid([*problems, *_broken(_examples(form.examples, document), policy)])
    return policy, _examples(form.examples, document)


def load(texts: Mapping[str, str], *, tests: Mapping[str, str] = MappingProxyType({})) -> Policy:
    """One policy of several files (name → text); each is tried on its own examples before they are joined.

    `tests` are files that hold nothing but examples, for all policies together. Raises `DocumentInvalid` with the
    problems of all files, among them ids used twice; `tests` are tried only if no file has a problem.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        try:
            policies.append(parse(text, file=file))
        except DocumentInvalid as invalid:
            problems.extend(invalid.problems)
    policy = merge(policies)
    problems.extend(_clashes(policy.rules))
    if not problems:
        for file, text in tests.items():
            problems.extend(_try(text, policy, file=file))
    if problems:
        raise DocumentInvalid(problems)
    return policy


def _try(text: str, policy: Policy, *, file: str) -> Iterable[Problem]:
    try:
        return _broken(_suite(text, file=file), policy)
    except DocumentInvalid as invalid:
        return invalid.problems


def _broken(examples: Iterable[Example], policy: Policy) -> list[Problem]:
    said = ((example, complaint(example, policy)) for example in examples)
    return [Problem(example.file, example.line, _named(example) + words, REMEDY) for example, words in said if words]


def _named(example: Example) -> str:
    return f"{example.name} " if example.name else ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One example, and what the policy does instead of what it says; "" where it holds."""

    example: Example
    complaint: str


def trials(
    texts: Mapping[str, str], *, tests: Mapping[str, str] = MappingProxyType({})
) -> tuple[Policy, tuple[Tried, ...]]:
    """All rules of sound files, and every example tried: those of a file on its own rules, `tests` on all together.

    Raises `DocumentInvalid` for all that is wrong with the files but for examples that do not hold.
    """
    policies: list[Policy] = []
    tried: list[Tried] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        try:
            policy, examples = _read(text, file=file)
        except DocumentInvalid as invalid:
            problems.extend(invalid.problems)
            continue
        policies.append(policy)
        tried += [Tried(example, complaint(example, policy)) for example in examples]
    policy = merge(policies)
    problems.extend(_clashes(policy.rules))
    for file, text in sorted(tests.items()):
        try:
            tried += [Tried(example, complaint(example, policy)) for example in _suite(text, file=file)]
        except DocumentInvalid as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise DocumentInvalid(problems)
    return policy, tuple(tried)


def _suite(text: str, *, file: str) -> list[Example]:
    document = read(text, file=file)
    form = validate(SuiteForm, document)
    return _examples(form.examples, document) + [_test(one, place, document) for place, one in enumerate(form.tests)]


def _examples(forms: Sequence[ExampleForm], document: Document) -> list[Example]:
    return [
        replace(_example(form), file=document.file, line=document.line(("examples", place)))
        for place, form in enumerate(forms)
    ]


def _test(form: TestForm, place: int, document: Document) -> Example:
    given, when, then = form.given, form.when, form.then
    facts = request(
        kinds(when.phi),
        reported=kinds(when.reported),
        unknowns=reasons(when.unknown),
        content=frozenset(when.content),
        agents=frozenset(given.agent),
        route=given.route,
        caller=given.caller,
        labels=frozenset(when.label),
        detectors=when.detectors,
    )
    target = destination(frozenset(given.traits), provider=given.provider, target=given.target)
    line = document.line(("tests", place))
    redacted, by = kinds(then.redacted), then.by
    return Example(facts, target, then.sent, redacted, file=document.file, line=line, name=form.name, by=by)


def _repeated_ids(document: Document) -> list[Problem]:
    # On the bare tree, so that it is reported together with whatever else keeps the file from being read.
    rules = document.tree.get("rules")
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, dict) and isinstance(name := rule.get("id"), str):
            places[name].append(document.line(("rules", index, "id")))
    return [
        Problem(
            document.file, line, f"Another rule, on line {lines[0]}, has the same id.", "Give each rule its own id."
        )
        for lines in places.values()
        for line in lines[1:]
    ]


def _clashes(rules: Iterable[Rule]) -> list[Problem]:
    first: dict[str, Rule] = {}
    problems: list[Problem] = []
    for rule in sorted(rules, key=lambda rule: (rule.file, rule.line)):
        other = first.setdefault(rule.id, rule)
        if other is not rule:
            message = f"The rule on line {other.line} of {other.file} has the same id, `{rule.id}`."
            problems.append(Problem(rule.file, rule.line, message, "Give each rule its own id."))
    return problems


def _rule(form: RuleForm, *, file: str, line: int) -> Rule:
    then = Then(
        require=frozenset(form.then.require),
        redact=_styles(form.then.redact),
        detectors=form.then.detectors,
        deny=form.then.deny,
    )
    return Rule(form.id, form.why, _when(form.when), then, file=file, line=line)


def _when(form: WhenForm) -> When:
    return When(
        kinds=kinds(form.phi),
        every_finding=form.counted == "all",
        unknowns=reasons(form.unknown),
        content=frozenset(form.content),
        agents=frozenset(form.agent),
        routes=frozenset(form.route),
        callers=frozenset(form.caller),
        labels=frozenset(form.label),
        to=_to(form.to),
    )


def _to(form: ToForm) -> To:
    return To(
        having=frozenset(form.having),
        lacking=frozenset(form.lacking),
        providers=frozenset(form.provider),
        targets=frozenset(form.target),
    )


def _styles(form: RedactForm) -> Mapping[Kind, Style]:
    words = {Style.TOKEN: form.token, Style.GENERALISE: form.generalise, Style.REMOVE: form.remove}
    return unite(dict.fromkeys(kinds(named), style) for style, named in words.items())


def _example(form: ExampleForm) -> Example:
    facts = request(
        kinds(form.phi),
        reported=kinds(form.reported),
        unknowns=reasons(form.unknown),
        content=frozenset(form.content),
        agents=frozenset(form.agent),
        route=form.route,
        caller=form.caller,
        labels=frozenset(form.label),
        detectors=form.detectors,
    )
    target = destination(frozenset(form.traits), provider=form.provider, target=form.target)
    return Example(facts, target, sent=form.sent, redacted=kinds(form.redacted))
