"""Reads policy files and reports all that is wrong with them at once; opens no file, lets nothing doubtful pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

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
    ToForm,
    WhenForm,
    kinds,
    reasons,
)


def parse(text: str, *, file: str) -> Policy:
    """The policy that `text` writes down, whose examples hold; `file` is its name in messages.

    Raises `DocumentInvalid` with every problem: keys, kinds, traits and reasons that do not exist, empty lists, rules
    without a reason or an effect, an id used twice, an example that does not come out as it says.
    """
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
    problems += _broken(form.examples, policy, document)
    if problems:
        raise DocumentInvalid(problems)
    return policy


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
        document = read(text, file=file)
        return _broken(validate(SuiteForm, document).examples, policy, document)
    except DocumentInvalid as invalid:
        return invalid.problems


def _broken(examples: Sequence[ExampleForm], policy: Policy, document: Document) -> list[Problem]:
    remedy = "Change the example, or the rules it tests."
    said = (complaint(_example(example), policy) for example in examples)
    return [document.problem(("examples", place), words, remedy) for place, words in enumerate(said) if words]


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
