"""What our own document says, and what it forbids, sent by schemathesis: no fault, and answers as the document says.

OPENAPI_EXAMPLES: how many bodies of each sort each operation gets (`make fuzz` sends many).
"""

from __future__ import annotations

import asyncio
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.kit.patience import SOON_S
from tests.kit.running import every_operation

MANY = "OPENAPI_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "4"))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
TOLD_BY_503 = "/ready"
"""Says by a 503, which the document has, that a route which somebody named cannot answer."""


def first_paths(document):
    """One path of each operation: its others are the same endpoint."""
    return [
        (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if not operation["operationId"].rpartition("_")[2].isdigit()
    ]


def conform(url, document, path, method) -> int:
    """Send it; how many were sent."""
    operation = schemathesis.openapi.from_dict(document)[path][method]
    sent = sending(url, operation, GenerationMode.POSITIVE)
    if "requestBody" in document["paths"][path][method]:
        sent += sending(url, operation, GenerationMode.NEGATIVE)
    return sent


def sending(url, operation, mode) -> int:
    sent = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=EXAMPLES,
        derandomize=not MANY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def one(case):
        nonlocal sent
        sent += 1
        response = case.call(base_url=url, timeout=SOON_S)
        case.validate_response(response, checks=[*CHECKS, *([] if case.path == TOLD_BY_503 else [not_a_server_error])])

    one()
    return sent


@pytest.fixture
async def gateway(start, upstream):
    running = await start(every_operation(await upstream()))
    yield running
    assert "gateway.faulted" not in running.log.getvalue()
    assert "Traceback" not in running.log.getvalue()


async def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(gateway):
    async with gateway.client() as client:
        document = (await client.get("/openapi.json")).json()
    wanted = first_paths(document)
    assert len(wanted) > 20
    for path, method in wanted:
        sent = await asyncio.to_thread(conform, gateway.url, document, path, method)
        assert sent, (path, method)
