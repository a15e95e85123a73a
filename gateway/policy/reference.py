"""Writes the tables of `policies/README.md` from the schema, so that they say what is read and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from pydantic.fields import FieldInfo

from gateway.domain import INDIRECT, Content, Kind, Trait, UnknownReason
from gateway.policy.decide import RefusalReason
from gateway.policy.schema import (
    CarriesForm,
    ExampleForm,
    ExpectForm,
    Form,
    GivenForm,
    KindWord,
    Name,
    PolicyForm,
    ReasonWord,
    RedactForm,
    RuleForm,
    TestForm,
    ThenForm,
    ToForm,
    WhenForm,
)

W = TypeVar("W", bound=StrEnum)

_FORMS: Mapping[str, type[Form]] = {
    "": PolicyForm,
    "rules[].": RuleForm,
    "rules[].when.": WhenForm,
    "rules[].when.to.": ToForm,
    "rules[].then.": ThenForm,
    "rules[].then.redact.": RedactForm,
    "examples[].": ExampleForm,
    "tests[].": TestForm,
    "tests[].given.": GivenForm,
    "tests[].when.": CarriesForm,
    "tests[].then.": ExpectForm,
}

_VALUES: tuple[tuple[object, str], ...] = (
    (list[KindWord], "kinds or groups"),
    (list[ReasonWord], "reasons"),
    (list[Content], "contents"),
    (list[Trait], "traits"),
    (list[Name], "names"),
    (list[RuleForm], "list"),
    (list[ExampleForm], "list"),
    (RedactForm, "kinds or groups, or a mapping"),
    (GivenForm, "mapping"),
    (CarriesForm, "mapping"),
    (ExpectForm, "mapping"),
    (WhenForm, "mapping"),
    (ToForm, "mapping"),
    (ThenForm, "mapping"),
    (bool, "boolean"),
    (int, "number"),
)

_KINDS: Mapping[Kind, str] = {
    Kind.NAME: "names of people",
    Kind.ADDRESS: "streets and house numbers",
    Kind.PHONE: "telephone numbers",
    Kind.FAX: "fax numbers",
    Kind.EMAIL: "e-mail addresses",
    Kind.SSN: "social security numbers",
    Kind.MRN: "medical record numbers",
    Kind.PLAN_MEMBER: "health plan member numbers",
    Kind.ACCOUNT: "account numbers",
    Kind.CARD: "payment card numbers",
    Kind.IBAN: "bank account numbers (IBAN)",
    Kind.LICENCE: "certificate and licence numbers",
    Kind.DEA: "DEA registration numbers",
    Kind.NPI: "national provider identifiers",
    Kind.VEHICLE: "vehicle identification numbers",
    Kind.PLATE: "licence plates",
    Kind.DEVICE: "device identifiers and serial numbers",
    Kind.NATIONAL_ID: "identity and insurance numbers of other countries",
    Kind.BIOMETRIC: "biometric identifiers",
    Kind.PHOTO: "photographs of faces",
    Kind.OTHER_ID: "any other number or code that is one person's",
    Kind.TOKEN: "text of the caller that looks like one of our pseudonyms",
    Kind.DATE: "dates more exact than a year",
    Kind.AGE: "ages over 89",
    Kind.ZIP: "postal codes",
    Kind.PLACE: "places smaller than a state",
    Kind.FACILITY: "hospitals, wards, practices",
    Kind.URL: "web addresses",
    Kind.IP: "IP addresses",
}

_REASONS: Mapping[UnknownReason, str] = {
    UnknownReason.IMAGE: "an image",
    UnknownReason.AUDIO: "a recording",
    UnknownReason.FILE: "a file or document",
    UnknownReason.TOKEN_IDS: "text handed in as token numbers",
    UnknownReason.LANGUAGE: "text in a language or script that no detector knows",
    UnknownReason.ENCODED: "text that hides other text, such as base64",
    UnknownReason.SCAN_FAILED: "the scan failed or was too late",
    UnknownReason.UNDETECTABLE: "a kind that a rule names and no detector in use can find",
    UnknownReason.UNREADABLE: "a field whose value is none of those that are known for it",
}

_TRAITS: Mapping[Trait, str] = {
    Trait.ON_PREM: "runs on the premises; checked against its address",
    Trait.BAA: "a business associate agreement is in force; ends with its date in `config.yaml`",
    Trait.ZERO_RETENTION: "keeps nothing of a request after the answer",
}

_REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.DENIED: "a rule denies it",
    RefusalReason.UNREDACTABLE: "a rule wants something taken out of what could not be checked for it",
    RefusalReason.UNCONFIRMED: "a rule asks for more detectors than looked, or for what could not be checked",
    RefusalReason.TRAIT_MISSING: "the provider lacks a trait that a rule requires",
    RefusalReason.EXCLUDED: "the agreement with the vendor excludes what the request carries (`baa: {excludes: …}`)",
    RefusalReason.UNCOVERED: "no rule has anything to say about this target for all that the request carries",
}


def table() -> str:
    """Every field and every word of a policy file, as Markdown; ends without a newline."""
    fields = _table(("field", "value", "meaning"), _rows())
    kinds = _table(
        ("kind", "group", "what it is"),
        ((f"`{kind}`", "`indirect`" if kind in INDIRECT else "`direct`", _KINDS[kind]) for kind in Kind),
    )
    return "\n\n".join(
        [
            fields,
            "`any` is both groups.",
            kinds,
            "`any` is every reason.",
            _words("reason", _REASONS),
            _words("trait", _TRAITS),
            f"Contents are {', '.join(f'`{content}`' for content in Content)}.",
            _words("refused as", _REFUSALS),
        ],
    )


def _words(head: str, meanings: Mapping[W, str]) -> str:
    return _table((head, "what it is"), ((f"`{word}`", meaning) for word, meaning in meanings.items()))


def _rows() -> Iterator[tuple[str, ...]]:
    for prefix, form in _FORMS.items():
        for name, info in form.model_fields.items():
            required = ", required" * info.is_required()
            yield f"`{prefix}{info.alias or name}`", f"{_value(info)}{required}", info.description or ""


def _value(info: FieldInfo) -> str:
    for annotation, said in _VALUES:
        if info.annotation == annotation:
            return said
    return "text" if info.annotation is str else "`1`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
