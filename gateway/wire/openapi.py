"""What the gateway serves, as paths of OpenAPI 3.1, read from the table of operations; a row that is added is there.

It tells of dialects, fields and shapes, and of nothing that is configured: no model, target, provider or address.
Source: OpenAPI Specification 3.1.1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from typing_extensions import override

from gateway.domain import JSON, Dialect, Tree
from gateway.errors import InvalidRequest
from gateway.wire import operations
from gateway.wire.endpoint import Endpoint
from gateway.wire.errors import envelope
from gateway.wire.fields import Object
from gateway.wire.listing import Listing
from gateway.wire.ollama import catalogue
from gateway.wire.openai import forms
from gateway.wire.schemas import Schema, body_schema
from gateway.wire.writer import Answering, Clock, Timing

VERSION: Final = "3.1.0"
JSON_TYPE: Final = "application/json"
_FORM: Final = "multipart/form-data"
_PARAMETER: Final = "name"


class _Never(Clock):
    """The clock of an answer that is never written."""

    @override
    def now(self) -> str:
        return ""

    @override
    def content(self) -> None:
        """Nothing comes."""

    @override
    def timing(self) -> Timing:
        return Timing("")


def paths(offered: Collection[Dialect], headers: Mapping[str, Sequence[str]]) -> Schema:
    """The paths of these dialects. `headers`: what a caller may steer with, as it is called here; its words, if few."""
    named = [_header(name, headers[name]) for name in sorted(headers)]
    made: Schema = {}
    for row in operations.ENDPOINTS:
        if row.dialect in offered:
            for number, path in enumerate(row.paths):
                made[path] = {"post": {**_operation(row, number), "parameters": named}}
    for listed in operations.LISTINGS:
        if listed.dialect in offered:
            for path, operation in _listing(listed):
                made[path] = {"get": _both(made[path]["get"], operation) if path in made else operation}
    if catalogue.DIALECT in offered:
        made[catalogue.SHOW] = {"post": _show()}
    return made


def components(offered: Collection[Dialect]) -> Schema:
    """What the paths refer to: a body for each row, and the shape of each dialect's errors."""
    schemas: Schema = {
        _body_name(row): body_schema(row.fields) for row in operations.ENDPOINTS if row.dialect in offered
    }
    forms_of = {
        _form_name(row): _form(row.fields) for row in operations.ENDPOINTS if row.form and row.dialect in offered
    }
    errors: Schema = {_error_name(dialect): error(dialect) for dialect in offered}
    return {**schemas, **forms_of, **errors}


def error(dialect: Dialect) -> Schema:
    """The schema of a dialect's errors, by one that is made."""
    made = shape(envelope(InvalidRequest("It is wrong.", param=""), dialect, request_id="req_1"))
    return {**made, "description": f"An error as {dialect} writes it; it repeats nothing of the request."}


def failure(dialect: Dialect) -> Schema:
    """The answer to whatever could not be done."""
    return {"description": "An error.", "content": {JSON_TYPE: {"schema": _ref(_error_name(dialect))}}}


def shape(specimen: JSON) -> Schema:
    """The schema of everything that is made like `specimen`: its keys are required, null may be any text."""
    match specimen:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case str():
            return {"type": "string"}
        case dict():
            properties: Schema = {key: shape(value) for key, value in specimen.items()}
            return {"type": "object", "properties": properties, "required": list(specimen)}
        case list():
            return {"type": "array", "items": shape(specimen[0]) if specimen else {}}
        case _:
            return {"type": ["string", "null"]}


def _header(name: str, words: Sequence[str]) -> Schema:
    return {"name": name, "in": "header", "schema": {"type": "string", **({"enum": list(words)} if words else {})}}


# --- operations ------------------------------------------------------------------------------------------------------


def _operation(row: Endpoint, number: int) -> Schema:
    content: Schema = {JSON_TYPE: {"schema": _ref(_body_name(row))}}
    if row.form:
        content[_FORM] = {"schema": _ref(_form_name(row))}
    return {
        "operationId": _name(row.dialect, row.name, number),
        "tags": [str(row.dialect)],
        "requestBody": {"required": True, "content": content},
        "responses": _responses(row.dialect, _answers(row)),
    }


def _answers(row: Endpoint) -> Schema:
    content: Schema = {JSON_TYPE: {"schema": {"type": "object"}}}
    if row.writer is not None:
        content[row.writer(Answering("", _Never())).content_type.partition(";")[0]] = {"schema": {"type": "string"}}
    if row.plain:
        content["text/plain"] = {"schema": {"type": "string"}}
    return content


def _responses(dialect: Dialect, content: Schema) -> Schema:
    return {"200": {"description": "The answer.", "content": content}, "default": failure(dialect)}


def _form(table: Object) -> Schema:
    """The fields of a form, which are texts; the file is its bytes."""
    texts: Schema = {name: {"type": "string"} for name in table.fields if name != forms.FILE}
    file: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
    return {"type": "object", "properties": {forms.FILE: file, **texts}, "required": [forms.FILE]}


# --- what is looked up -----------------------------------------------------------------------------------------------


def _listing(listed: Listing) -> Iterator[tuple[str, Schema]]:
    for number, path in enumerate(listed.paths):
        yield path, _read(listed.dialect, path, number, listed.page(("a-model",)), listed.page(()))
        if listed.one is not None:
            wanted: Schema = {"name": _PARAMETER, "in": "path", "required": True, "schema": {"type": "string"}}
            below = f"{path}/{{{_PARAMETER}}}"
            yield below, {**_read(listed.dialect, below, number, listed.one("a-model")), "parameters": [wanted]}


def _read(dialect: Dialect, path: str, number: int, *specimens: Tree) -> Schema:
    word = "_".join(step for step in path.replace("{", "").replace("}", "").split("/") if step)
    return {
        "operationId": _name(dialect, word, number),
        "tags": [str(dialect)],
        "responses": _responses(dialect, {JSON_TYPE: {"schema": _one_of(map(shape, specimens))}}),
    }


def _one_of(schemas: Iterable[Schema]) -> Schema:
    made: list[Schema] = []
    for schema in schemas:
        if schema not in made:
            made.append(schema)
    return {"anyOf": made}


def _both(first: Schema, second: Schema) -> Schema:
    """One path of two dialects: a header of the caller's says which of them answers."""
    return {**first, "tags": [*first["tags"], *second["tags"]], "responses": _answers_of_both(first, second)}


def _answers_of_both(first: Schema, second: Schema) -> Schema:
    made: Schema = {}
    for status, answer in first["responses"].items():
        schemas = [said["responses"][status]["content"][JSON_TYPE]["schema"] for said in (first, second)]
        made[status] = {**answer, "content": {JSON_TYPE: {"schema": _one_of(schemas)}}}
    return made


def _show() -> Schema:
    """One model of Ollama's list, named in a body of its own."""
    named = {"type": "object", "properties": {"model": {"type": "string"}, "name": {"type": "string"}}}
    made = shape(catalogue.show(capabilities=["completion"], context=None))
    return {
        "operationId": _name(catalogue.DIALECT, "show", 0),
        "tags": [str(catalogue.DIALECT)],
        "requestBody": {"required": True, "content": {JSON_TYPE: {"schema": named}}},
        "responses": _responses(catalogue.DIALECT, {JSON_TYPE: {"schema": made}}),
    }


# --- names -----------------------------------------------------------------------------------------------------------


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _body_name(row: Endpoint) -> str:
    return f"{row.dialect}.{row.name}"


def _form_name(row: Endpoint) -> str:
    return f"{row.dialect}.{row.name}.form"


def _error_name(dialect: Dialect) -> str:
    return f"{dialect}.error"


def _name(dialect: Dialect, name: str, number: int) -> str:
    """An id for one operation: a further path for the same has a number."""
    return f"{dialect}_{name}" + (f"_{number + 1}" if number else "")
