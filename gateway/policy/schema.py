"""The shape of a policy file, one class per mapping in it; checks what is written, and never what it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateway.document import nearest
from gateway.domain import GROUPS, Content, Kind, Trait, UnknownReason

ANY = "any"
T = TypeVar("T")

_KINDS: Mapping[str, frozenset[Kind]] = {**{kind.value: frozenset({kind}) for kind in Kind}, **GROUPS}
_UNKNOWNS: Mapping[str, frozenset[UnknownReason]] = {
    **{reason.value: frozenset({reason}) for reason in UnknownReason},
    ANY: frozenset(UnknownReason),
}


def kinds(words: Iterable[str]) -> frozenset[Kind]:
    """The kinds that checked `words` name, groups spelled out."""
    return frozenset[Kind]().union(*(_KINDS[word] for word in words))


def reasons(words: Iterable[str]) -> frozenset[UnknownReason]:
    """The reasons that checked `words` name, `any` spelled out."""
    return frozenset[UnknownReason]().union(*(_UNKNOWNS[word] for word in words))


def _kind_word(word: str) -> str:
    if word not in _KINDS:
        raise ValueError(f"this is no kind and no group of kinds. {nearest(word, _KINDS)}")
    return word


def _reason_word(word: str) -> str:
    if word not in _UNKNOWNS:
        raise ValueError(f"this is no reason for something to be unknown. {nearest(word, _UNKNOWNS)}")
    return word


def _name(name: str) -> str:
    if name == "*":
        raise ValueError("`*` is no name here: to mean all, leave the condition out.")
    if not name or name != name.strip() or not name.isprintable():
        raise ValueError("a name is plain text without space around it.")
    return name


def _sentence(text: str) -> str:
    sentence = " ".join(text.split())
    if not sentence or not sentence.isprintable():
        raise ValueError("say in a sentence why the rule exists: callers and auditors read it.")
    return sentence


def _rule_id(text: str) -> str:
    if not text.isascii() or not text.replace("-", "").isalnum() or text != text.lower() or len(text) > 64:
        raise ValueError("an id is 1 to 64 lower-case letters, digits and hyphens, like `images-stay-in-house`.")
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _filled(items: list[T]) -> list[T]:
    if not items:
        raise ValueError("the list is empty: name something, or remove the key.")
    return items


def _true(claim: bool) -> bool:  # noqa: FBT001 - pydantic hands the value over by position
    if not claim:
        raise ValueError("rules only narrow: say `deny: true`, or remove it.")
    return claim


def _by_style(value: object) -> object:
    return {"token": value} if isinstance(value, str | list) else value


KindWord = Annotated[str, AfterValidator(_kind_word)]
ReasonWord = Annotated[str, AfterValidator(_reason_word)]
Name = Annotated[str, AfterValidator(_name)]
Kinds = Annotated[
    list[KindWord], BeforeValidator(_listed, json_schema_input_type=KindWord | list[KindWord]), AfterValidator(_filled)
]
Reasons = Annotated[
    list[ReasonWord],
    BeforeValidator(_listed, json_schema_input_type=ReasonWord | list[ReasonWord]),
    AfterValidator(_filled),
]
Contents = Annotated[
    list[Content], BeforeValidator(_listed, json_schema_input_type=Content | list[Content]), AfterValidator(_filled)
]
Traits = Annotated[
    list[Trait], BeforeValidator(_listed, json_schema_input_type=Trait | list[Trait]), AfterValidator(_filled)
]
Names = Annotated[
    list[Name], BeforeValidator(_listed, json_schema_input_type=Name | list[Name]), AfterValidator(_filled)
]


class Form(BaseModel):
    """What every mapping of a policy file has in common: no key that is not known, no value bent into another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ToForm(Form):
    """`rules[].when.to`: targets the rule is about; of a list one is enough, of several keys all must hold."""

    having: Traits = Field([], alias="with", description="The provider has one of these traits today.")
    lacking: Traits = Field([], alias="without", description="The provider lacks one of these traits today.")
    provider: Names = Field([], description="The provider is one of these, by its name in `config.yaml`.")
    target: Names = Field([], description="The target is one of these, by its name in `config.yaml`.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("`to` is empty: name traits, providers or targets, or remove it to mean every target.")
        return self


class WhenForm(Form):
    """`rules[].when`: requests the rule is about; of a list one is enough, of several keys all must hold."""

    phi: Kinds = Field(
        [],
        description="One of these kinds or groups was found, or something could not be checked for them.",
    )
    counted: Literal["all"] | None = Field(
        None,
        description="`all`: `phi` also speaks of what was found and does not count by itself, like the author of an article "
        "or the date of a guideline.",
    )
    unknown: Reasons = Field([], description="Something could not be checked, for one of these reasons, or for `any`.")
    content: Contents = Field(
        [],
        description="The request carries one of these. `text` is in every request and includes token ids; with "
        "`content: text`, images, audio and files no longer count for `phi` in this rule.",
    )
    agent: Names = Field(
        [], description="One of the agents that the request claims, or it is unclear which agent asks."
    )
    route: Names = Field([], description="The request came in on one of these routes.")
    caller: Names = Field([], description="The request came from one of these callers.")
    label: Names = Field(
        [], description="The request has one of these labels: from its caller, its agent, or the terms of a label."
    )
    to: ToForm = Field(ToForm.model_construct(), description="Targets the rule is about; without it, every target.")

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if self.counted and not self.phi:
            raise ValueError("`counted` says which findings `phi` speaks of: name kinds in `phi`, or remove it.")
        return self


class RedactForm(Form):
    """`rules[].then.redact`: kinds by style; a plain list is short for `token`. Of two styles the stricter holds."""

    token: Kinds = Field([], description="Replaced by a pseudonym, which is put back in the answer.")
    generalise: Kinds = Field([], description="Made coarser where that is possible, else removed; not restored.")
    remove: Kinds = Field([], description="Removed; not restored. The strictest style.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("`redact` is empty: name kinds, or remove it.")
        return self


class ThenForm(Form):
    """`rules[].then`: what must hold for those requests and targets. All rules that apply, apply together."""

    require: Traits = Field([], description="The provider must have all of these traits today, else refused.")
    redact: Annotated[
        RedactForm, BeforeValidator(_by_style, json_schema_input_type=KindWord | list[KindWord] | RedactForm)
    ] = Field(
        RedactForm.model_construct(), description="These kinds are taken out; what cannot be taken out is refused."
    )
    detectors: int = Field(
        0,
        ge=1,
        le=2,
        description="At least so many detectors, 1 or 2, must have looked at all that the rule is about; "
        "what any of them finds is found. `2` takes `scan: {second: presidio}` in `config.yaml`.",
    )
    deny: Annotated[bool, AfterValidator(_true)] = Field(
        False, description="`true`: refused, whatever other rules say."
    )

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("the rule does nothing: say `require`, `redact`, `detectors` or `deny: true`.")
        if self.deny and len(self.model_fields_set) > 1:
            raise ValueError("`deny` refuses already, so nothing else can matter: remove one or the other.")
        return self


class RuleForm(Form):
    """`rules[]`: one sentence of the policy."""

    id: Annotated[str, AfterValidator(_rule_id)] = Field(
        description="Names the rule in records, messages and explanations; unique over all files."
    )
    why: Annotated[str, AfterValidator(_sentence)] = Field(
        description="The reason, in a sentence: shown to callers and auditors."
    )
    when: WhenForm = Field(
        WhenForm.model_construct(), description="Requests and targets the rule is about; without it, all."
    )
    then: ThenForm = Field(description="What must hold for them.")

    @model_validator(mode="after")
    def _asks_before_anything_is_found(self) -> Self:
        if self.then.detectors and self.when.model_fields_set & {"phi", "unknown"}:
            raise ValueError(
                "`detectors` is for requests in which nothing was found as well: remove `phi` and `unknown` from its "
                "`when`, and put other effects into a rule of their own."
            )
        return self


class ExampleForm(Form):
    """`examples[]`: a request, a target, and what must become of them, tried whenever the file is loaded."""

    phi: Kinds = Field([], description="Kinds or groups found in the request.")
    reported: Kinds = Field([], description="Kinds or groups found in it that do not count by themselves.")
    unknown: Reasons = Field([], description="What could not be checked, by reason.")
    content: Contents = Field([], description="What it carries besides text; an image is also unknown.")
    agent: Names = Field([], description="The agents that it claims.")
    route: Name = Field("", description="The route it came in on.")
    caller: Name = Field("", description="The caller it came from.")
    label: Names = Field([], description="The labels that it has.")
    detectors: int = Field(1, ge=1, le=2, description="How many detectors looked; without it, 1.")
    traits: Annotated[list[Trait], BeforeValidator(_listed, json_schema_input_type=Trait | list[Trait])] = Field(
        [], description="What the target's provider has; `on_prem` for one in the house."
    )
    provider: Name = Field("", description="The name of the target's provider.")
    target: Name = Field("", description="The name of the target.")
    sent: bool = Field(description="Whether the request may be sent to that target.")
    redacted: Annotated[list[KindWord], BeforeValidator(_listed, json_schema_input_type=KindWord | list[KindWord])] = (
        Field([], description="All that is taken out of it first; without it, nothing is.")
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.redacted and not self.sent:
            raise ValueError("nothing is taken out of what is not sent: remove `redacted`, or say `sent: true`.")
        return self


class PolicyForm(Form):
    """A policy file."""

    version: Literal[1] = Field(description="The version of this format: 1.")
    rules: Annotated[list[RuleForm], AfterValidator(_filled)] = Field(description="The rules, in any order.")
    examples: list[ExampleForm] = Field([], description="What must come of them.")


class GivenForm(Form):
    """`tests[].given`: who asks, and where it would go."""

    agent: Names = Field([], description="The agents that the request claims.")
    caller: Name = Field("", description="The caller it comes from.")
    route: Name = Field("", description="The route it comes in on.")
    traits: Annotated[list[Trait], BeforeValidator(_listed, json_schema_input_type=Trait | list[Trait])] = Field(
        [], description="What the target's provider has; `on_prem` for one in the house."
    )
    provider: Name = Field("", description="The name of the target's provider.")
    target: Name = Field("", description="The name of the target.")


class CarriesForm(Form):
    """`tests[].when`: what is in the request."""

    phi: Kinds = Field([], description="Kinds or groups found in it.")
    reported: Kinds = Field([], description="Kinds or groups found in it that do not count by themselves.")
    unknown: Reasons = Field([], description="What could not be checked, by reason.")
    content: Contents = Field([], description="What it carries besides text; an image is also unknown.")
    label: Names = Field([], description="The labels that it has.")
    detectors: int = Field(1, ge=1, le=2, description="How many detectors looked; without it, 1.")


class ExpectForm(Form):
    """`tests[].then`: what must become of it."""

    sent: bool = Field(description="Whether it may be sent to that target.")
    redacted: Annotated[list[KindWord], BeforeValidator(_listed, json_schema_input_type=KindWord | list[KindWord])] = (
        Field([], description="All that is taken out of it first; without it, nothing is.")
    )
    by: Annotated[str, AfterValidator(_rule_id)] = Field("", description="The rule that refuses it.")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.redacted and not self.sent:
            raise ValueError("nothing is taken out of what is not sent: remove `redacted`, or say `sent: true`.")
        if self.by and self.sent:
            raise ValueError("`by` names the rule that refuses it: remove it, or say `sent: false`.")
        return self


class TestForm(Form):
    """`tests[]`: an example in three sentences, with a name."""

    name: Annotated[str, AfterValidator(_sentence)] = Field(description="What it shows, in a sentence.")
    given: GivenForm = Field(GivenForm.model_construct(), description="Who asks, and where it would go.")
    when: CarriesForm = Field(CarriesForm.model_construct(), description="What is in the request; without it, nothing.")
    then: ExpectForm = Field(description="What must become of it.")


class SuiteForm(Form):
    """A file of `policies/tests/`: examples that all policies together must keep."""

    version: Literal[1] = Field(description="The version of this format: 1.")
    examples: Annotated[list[ExampleForm], AfterValidator(_filled)] = Field(
        [], description="What must come of them, in short."
    )
    tests: Annotated[list[TestForm], AfterValidator(_filled)] = Field(
        [], description="What must come of them: given, when, then."
    )

    @model_validator(mode="after")
    def _tries_something(self) -> Self:
        if not self.examples and not self.tests:
            raise ValueError("the file tries nothing: write `examples` or `tests`.")
        return self
