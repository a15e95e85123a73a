from __future__ import annotations

import contextlib
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from gateway.document import Document, DocumentInvalid, Problem, nearest, read, salvage, scalar, validate


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Leaf(Strict):
    targets: tuple[str, ...] = ()
    order: Literal["listed"] = "listed"
    size: int | None = None

    @field_validator("size")
    @classmethod
    def positive(cls, value: int | None) -> int | None:
        if value is not None and value < 0:
            raise ValueError("must not be negative")
        return value


class Root(Strict):
    version: Literal[1]
    routes: dict[str, Leaf] = {}
    listeners: tuple[Leaf, ...] = ()
    one: Leaf | None = None


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        validate(Root, read(text, file="c.yaml"))
    return caught.value.problems


def readable(text: str) -> Document | None:
    with contextlib.suppress(DocumentInvalid):
        return read(text, file="c.yaml")
    return None


def complaints(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentInvalid) as caught:
        read(text, file="c.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2027-06-30", "2027-06-30"),
        ("0123", "0123"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("llama3.2:3b", "llama3.2:3b"),
        ("9" * 19, "9" * 19),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    assert read(f"a: {text}", file="c.yaml").tree == {"a": value}


def test_the_scalar_of_a_text_is_what_yaml_would_read() -> None:
    assert [scalar(text) for text in ("8080", "true", "1.5", "", "x")] == [8080, True, 1.5, None, "x"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "given twice; the first is on line 1"),
        ("a: &x 1\nb: *x\n", 2, "aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "Tags"),
        ("a: 1\nb: !secret x\n", 2, "Tags"),
        ("a: !!int many\n", 1, "Tags"),
        ("- 1\n", 1, "must be a mapping"),
        ("just words\n", 1, "must be a mapping"),
        ("a: 1\nb: [1, 2\n", 3, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML"),
        ("? [1]\n: 2\n", 1, "A key must be plain text"),
        ('a: 1\nb: "\\ud800"\n', 2, "half a character"),
        ("a: 1\nb: \x07\n", 2, "does not allow"),
        ('a: 1\nb: "\\Uffffffff"\n', 2, "not valid YAML"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested too deeply"),
        ("a: [" + "1," * 60_000 + "]", 1, "too much"),
        ("#" * 1_000_001, 1, "longer than"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        read(text, file="c.yaml")
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == ("c.yaml", line)
    assert words in problem.message


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("# nothing\n", file="c.yaml").tree == {}


def test_every_path_knows_its_line_and_an_unwritten_one_that_of_its_parent() -> None:
    document = read("a:\n  b:\n    - 1\n    - {c: 2}\n", file="c.yaml")
    assert [document.line(p) for p in [(), ("a",), ("a", "b"), ("a", "b", 1, "c"), ("a", "zz"), ("zz",)]] == [
        1,
        1,
        2,
        4,
        1,
        1,
    ]


def test_all_problems_come_at_once_in_order_of_line() -> None:
    found = problems("routes:\n  r: {targts: [a]}\n  s: {order: best}\nlisteners:\n  - sizee: 1\none: {tagets: []}\n")
    assert [(p.line, p.message, p.remedy) for p in found] == [
        (1, "`version` is missing.", "Add `version:` there."),
        (2, "Unknown key `targts` in `routes.r`.", "Did you mean `targets`?"),
        (3, "`routes.s.order` should be 'listed'.", ""),
        (5, "Unknown key `sizee` in `listeners.0`.", "Did you mean `size`?"),
        (6, "Unknown key `tagets` in `one`.", "Did you mean `targets`?"),
    ]


def test_an_unknown_key_like_no_other_is_told_what_there_is() -> None:
    [problem] = problems("version: 1\nzzz: 1\n")
    assert problem.remedy == "Known here: `listeners`, `one`, `routes`, `version`."


@pytest.mark.parametrize("value", ["hunter2", "{x: hunter2}", "[hunter2]", "'hunter2'"])
@pytest.mark.parametrize("key", ["version", "routes", "listeners", "one", "unknown"])
def test_no_problem_quotes_a_value(key: str, value: str) -> None:
    text = f"{key}: {value}\n"
    with pytest.raises(DocumentInvalid) as caught:
        validate(Root, read(text, file="c.yaml"))
    assert "hunter2" not in str(caught.value)


def test_a_message_of_our_own_names_its_place() -> None:
    [problem] = problems("version: 1\nroutes:\n  r:\n    size: -1\n")
    assert str(problem) == "c.yaml:4: `routes.r.size`: must not be negative"


def test_a_valid_document_becomes_its_model() -> None:
    model = validate(Root, read("version: 1\nroutes: {r: {targets: [a, b]}}\n", file="c.yaml"))
    assert model.routes["r"].targets == ("a", "b")


@pytest.mark.parametrize(
    ("text", "remains"),
    [
        ("version: 1\nroutes: {r: {targts: [a]}, s: {size: 1}}\n", {"r": Leaf(), "s": Leaf(size=1)}),
        (
            "version: 1\nroutes: {r: {targets: [1]}, s: {size: x}, t: {size: 2}}\n",
            {"r": Leaf(), "s": Leaf(), "t": Leaf(size=2)},
        ),
        ("version: 1\nroutes: [1]\n", {}),
        ("version: 1\nroutes: {r: 1, s: {}}\nlisteners: [{}, {x: 1}, 2]\n", {"s": Leaf()}),
    ],
)
def test_what_has_no_problem_can_be_salvaged(text: str, remains: dict[str, Leaf]) -> None:
    document = read(text, file="c.yaml")
    model, found = salvage(Root, document)
    assert model is not None
    assert (model.routes, model.listeners) == (remains, ())
    assert found == problems(text)


def test_nothing_is_salvaged_where_what_is_needed_is_missing() -> None:
    model, found = salvage(Root, read("routes: {}\n", file="c.yaml"))
    assert model is None
    assert [problem.message for problem in found] == ["`version` is missing."]


def test_an_entry_that_lacks_something_goes_as_a_whole() -> None:
    class Needy(Strict):
        must: int

    class Holder(Strict):
        entries: dict[str, Needy] = {}

    model, found = salvage(Holder, read("entries:\n  a: {must: 1}\n  b: {}\n", file="c.yaml"))
    assert model == Holder(entries={"a": Needy(must=1)})
    assert [(p.line, p.message) for p in found] == [(3, "`must` is missing in `entries.b`.")]


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda t: (
            st.lists(t, max_size=2)
            | st.dictionaries(st.sampled_from(["routes", "listeners", "one", "targets", "size", "x"]), t, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_salvage_ends_and_reports_what_validate_would(tree: object) -> None:
    document = Document("c.yaml", {"version": 1, "routes": {"r": tree}, "one": tree})
    model, found = salvage(Root, document)
    assert model is not None
    if found:
        with pytest.raises(DocumentInvalid) as caught:
            validate(Root, document)
        assert caught.value.problems == found


def test_an_empty_list_where_something_must_be_is_said_plainly() -> None:
    class Full(Strict):
        items: tuple[str, ...] = Field(min_length=1)

    with pytest.raises(DocumentInvalid) as caught:
        validate(Full, read("items: []\n", file="c.yaml"))
    assert str(caught.value) == "c.yaml:1: `items` must not be empty."


def test_keys_are_known_through_annotations_lists_and_mappings() -> None:
    class Holder(Strict):
        deep: dict[str, Annotated[list[Annotated[Leaf, "noted"]], "noted"]] = {}

    with pytest.raises(DocumentInvalid) as caught:
        validate(Holder, read("deep: {x: [{sise: 1}]}\n", file="c.yaml"))
    assert caught.value.problems[0].remedy == "Did you mean `size`?"


def test_nearest_minds_neither_capitals_nor_hyphens() -> None:
    assert nearest("SSN", ["name", "ssn"]) == "Did you mean `ssn`?"
    assert nearest("On-Prem", ["baa", "on_prem"]) == "Did you mean `on_prem`?"


def test_nearest_says_nothing_where_nothing_is_known() -> None:
    assert nearest("x", []) == ""


def test_a_problem_prints_its_remedy_below() -> None:
    assert str(Problem("c.yaml", 3, "Bad.", "Do this.")) == "c.yaml:3: Bad.\n  Do this."


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_document_invalid(text: str) -> None:
    assert readable(text) or complaints(text)


@given(st.text(alphabet="ab:-[]{}'\"!&*? \n\\#|>%@,1.", max_size=60))
def test_no_text_of_yaml_signs_raises_anything_but_document_invalid(text: str) -> None:
    assert readable(text) or all(problem.line >= 1 for problem in complaints(text))


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12))
def test_an_unknown_key_is_always_reported(key: str) -> None:
    text = f'version: 1\n"{key}": 1\n'
    if key not in Root.model_fields:
        assert any(key in problem.message for problem in problems(text))
