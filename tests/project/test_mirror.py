from __future__ import annotations

import ast
from pathlib import PurePosixPath

from tests.kit.source import ROOT, modules, tree

ELSEWHERE = {
    "gateway/__main__.py": "tests/project/test_documents.py",  # two lines: every documented command goes through them
    "gateway/api/connection.py": "tests/contract/test_connections.py",
    "gateway/api/control.py": "tests/contract/test_doors.py",
    "gateway/api/cors.py": "tests/contract/test_doors.py",  # asked as a browser asks before it sends
    "gateway/api/demand.py": "tests/contract/test_emergency.py",
    "gateway/api/emergency.py": "tests/contract/test_emergency.py",  # opened, shown and closed over a socket
    "gateway/api/front.py": "tests/contract/test_doors.py",
    "gateway/api/endpoints.py": "tests/contract/test_operations.py",  # HTTP in, HTTP out: a real client is the judge
    "gateway/api/question.py": "tests/contract/test_decision.py",
    "gateway/api/server.py": "tests/contract/test_listeners.py",
    "gateway/api/streams.py": "tests/contract/test_cancellation.py",
    "gateway/app.py": "tests/contract/test_shipped_config.py",  # every gateway of the contract tests is built by it
    "gateway/cli/place.py": "tests/cli/test_audit_check.py",  # every action says where its record is
    "gateway/cli/rows.py": "tests/cli/test_audit.py",
    "gateway/cli/bench_agents.py": "tests/cli/test_bench.py",  # asked of a gateway that listens
    "gateway/cli/emergency.py": "tests/contract/test_emergency.py",  # the command asks a gateway that listens
    "gateway/cli/audit_migrate.py": "tests/state/postgres/test_moving.py",  # a record that a ledger wrote, and a real server
    "gateway/state/group_commit.py": "tests/state/sqlite/test_ledger.py",  # over a file that fails in every way
    "gateway/state/readable.py": "tests/state/postgres/test_moving.py",  # of a real server
    "gateway/state/looks.py": "tests/cli/test_doctor_shared.py",  # what becomes of real servers
    "gateway/state/store.py": "tests/test_ports.py",  # a port: what it promises, of every place
    "gateway/state/postgres/server.py": "tests/state/postgres/test_ledger.py",  # whatever becomes of the server
    "gateway/state/postgres/staging.py": "tests/state/postgres/test_store.py",
    "gateway/state/redis/server.py": "tests/state/redis/test_quota.py",  # whatever becomes of the server
    "gateway/config/in_force.py": "tests/test_runtime.py",
    "gateway/console/views.py": "tests/console/test_console.py",  # every page is asked of a gateway that it joined
    "gateway/domain/phi.py": "tests/policy/test_decide.py",  # values with one-line claims, which the tables use
    "gateway/domain/routing.py": "tests/policy/test_decide.py",
    "gateway/domain/settlement.py": "tests/pipeline/test_settlement.py",
    "gateway/errors.py": "tests/contract/test_errors.py",  # every class is rendered there, as a client sees it
    "gateway/meters/port.py": "tests/meters/test_sampler.py",
    "gateway/observability/log_lines.py": "tests/observability/test_logs.py",  # as they are written
    "gateway/phi/find/rules/days.py": "tests/phi/find/rules/test_dates.py",
    "gateway/phi/find/rules/persons.py": "tests/phi/find/rules/test_catalogue.py",  # judged within whole sentences
    "gateway/phi/find/rules/references.py": "tests/phi/find/rules/test_ids.py",  # one table of numbers for both
    "gateway/pipeline/answer.py": "tests/contract/test_accounts.py",
    "gateway/pipeline/attempt.py": "tests/contract/test_fallback.py",  # the path of a request, over real sockets
    "gateway/pipeline/explain.py": "tests/cli/test_explain.py",
    "gateway/pipeline/flow.py": "tests/contract/test_decision.py",
    "gateway/pipeline/holding.py": "tests/contract/test_budgets.py",  # held and counted by a gateway that listens
    "gateway/pipeline/headers.py": "tests/contract/test_accounts.py",
    "gateway/pipeline/opening.py": "tests/contract/test_fallback.py",
    "gateway/pipeline/run.py": "tests/contract/test_deadlines.py",
    "gateway/pipeline/record.py": "tests/contract/test_refused_are_told.py",
    "gateway/pipeline/watch.py": "tests/contract/test_status.py",
    "gateway/pipeline/words.py": "tests/test_runtime.py",
    "gateway/pipeline/tracing.py": "tests/contract/test_refused_are_told.py",
    "gateway/scheduling/machine.py": "tests/scheduling/test_reducer.py",  # values, which the tables use
    "gateway/upstream/machines.py": "tests/contract/test_queue.py",  # requests that really wait
    "gateway/upstream/collector.py": "tests/contract/test_traces.py",  # over real sockets
    "gateway/upstream/ourselves.py": "tests/cli/test_bench.py",
    "gateway/state/sqlite/bill_columns.py": "tests/contract/test_one_truth.py",  # what they hold is what all others say
    "gateway/state/sqlite/usage.py": "tests/cli/test_report.py",  # over a record that a ledger wrote
    "gateway/upstream/premises.py": "tests/contract/test_queue.py",
    "gateway/upstream/memory.py": "tests/cli/test_models.py",  # asked over real sockets
    "gateway/upstream/bodies.py": "tests/contract/test_upstream_faults.py",  # what misbehaves is sent by real servers
    "gateway/upstream/direct/adapter.py": "tests/contract/test_upstream_faults.py",
    "gateway/upstream/port.py": "tests/contract/test_upstream_faults.py",  # the port and its one failure
    "gateway/wire/anthropic/count_tokens.py": "tests/contract/test_operations.py",  # each row, as a client meets it
    "gateway/wire/anthropic/messages.py": "tests/contract/test_operations.py",
    "gateway/wire/endpoint.py": "tests/wire/test_operations.py",  # what a row says: every row is tried there
    "gateway/wire/ollama/chat.py": "tests/contract/test_operations.py",
    "gateway/wire/ollama/embed.py": "tests/contract/test_operations.py",
    "gateway/wire/openai/catalogue.py": "tests/contract/test_operations.py",
    "gateway/wire/openai/chat.py": "tests/contract/test_operations.py",
    "gateway/wire/openai/embeddings.py": "tests/contract/test_operations.py",
    "gateway/wire/reply.py": "tests/wire/test_operations.py",
    "gateway/wire/writer.py": "tests/contract/test_operations.py",
    "gateway/wire/responses/fields.py": "tests/wire/test_paths.py",  # one test walks all tables
}
"""Modules whose tests stand elsewhere, and in which file; one by one, so that none is exempt by accident."""


def has_logic(path) -> bool:
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree(path)))


def mirror(name: str) -> str:
    """`gateway/phi/leaf.py` is tested in `tests/phi/test_leaf.py`, a package's own code in `test_init.py`."""
    module = PurePosixPath(name)
    stem = "init" if module.stem == "__init__" else module.stem
    return str(PurePosixPath("tests", *module.parts[1:-1], f"test_{stem}.py"))


def untested() -> set[str]:
    """Modules with logic whose mirror is missing."""
    return {name for name, path in modules() if has_logic(path) and not (ROOT / mirror(name)).exists()}


def test_every_module_with_logic_has_its_tests_in_the_same_place():
    missing = sorted(untested() - set(ELSEWHERE))
    assert missing == [], "\n".join(f"{name} -> {mirror(name)}" for name in missing)


def test_no_exception_outlives_its_reason():
    """A module that went, lost its logic, or has its mirror by now needs none; a file of tests that went is none."""
    needless = set(ELSEWHERE) - untested()
    gone = {tests for tests in ELSEWHERE.values() if not (ROOT / tests).is_file()}
    assert (needless, gone) == (set(), set())
