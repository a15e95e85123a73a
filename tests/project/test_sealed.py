"""Laws 1 and 9 and the habits behind them, held against the syntax tree of every module."""

from __future__ import annotations

import ast

import pytest

from tests.kit.source import imports, modules, reaches, tree

MAKERS = {"Egress": "gateway/policy/decide.py", "Outbound": "gateway/outbound/prepare.py"}
"""The one module that may make each sealed value."""
CONNECTORS = (
    *("aiohttp", "httpx", "requests", "urllib3", "urllib.request", "http.client", "socket", "smtplib", "ftplib"),
    *("redis", "valkey", "psycopg", "asyncpg"),
)
"""What can open a connection to someone else."""
CONNECT_ELSEWHERE = {
    "gateway/api/server.py": "binds the sockets that we listen on; connects to nobody",
    "gateway/state/premises.py": "looks up names of servers that replicas share; connects to nobody",
    "gateway/state/postgres/server.py": "the record that replicas keep together: rows, to the one PostgreSQL that is configured",
    "gateway/state/postgres/store.py": "the words of that server's errors; connects by the one above",
    "gateway/state/postgres/ledger.py": "the words of that server's errors; connects to nobody",
    "gateway/state/postgres/moving.py": "reads that record for commands, and moves one there",
    "gateway/state/redis/server.py": "the counts that replicas share: scripts and numbers, to the one Redis that is configured",
    "gateway/state/elsewhere.py": "the second way out: the root of the record, to the one witness that is configured",
}
LOGS_ELSEWHERE = {
    "gateway/upstream/litellm/adapter.py": "silences the loggers of LiteLLM, which would write out requests",
}
LOGGERS = ("logging", "structlog", "loguru", "warnings")


def constructions(name):
    """Modules in which something called `name` is called."""
    return {
        module
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node.func) == name
    }


def called(function):
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


@pytest.mark.parametrize(("name", "maker"), MAKERS.items())
def test_a_sealed_value_is_made_in_one_place(name, maker):
    assert constructions(name) == {maker}


@pytest.mark.parametrize("name", MAKERS)
def test_a_sealed_value_is_neither_renamed_nor_subclassed(name):
    """An alias or a subclass would hide a construction from the test above."""
    hidden = []
    for module, path in modules():
        for node in ast.walk(tree(path)):
            match node:
                case ast.ImportFrom(names=names):
                    hidden += [module for alias in names if alias.name == name and alias.asname]
                case ast.ClassDef(bases=bases):
                    hidden += [module for base in bases if isinstance(base, ast.Name) and base.id == name]
                case ast.Assign(value=ast.Name(id=value)) if value == name:
                    hidden.append(module)
    assert hidden == []


def test_nothing_makes_a_value_behind_its_constructor():
    """`object.__new__(Outbound)` would need no seal; a value may complete only itself (`object.__setattr__(self, …)`)."""
    found = {
        f"{module}:{node.lineno}"
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"__new__", "__setattr__", "__reduce__", "__reduce_ex__"}
        and not (node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in {"self", "cls"})
    }
    assert found == set()


def test_only_upstream_opens_connections_and_the_command_to_the_gateway_itself():
    offenders = {
        (module, connector)
        for module, path in modules()
        for connector in CONNECTORS
        if reaches(imports(path), connector)
        and not module.startswith("gateway/upstream/")
        and not (module.startswith("gateway/cli/") and connector == "httpx")
        and module not in CONNECT_ELSEWHERE
    }
    assert offenders == set()


PLAIN = "gateway/upstream/plain.py"


def test_asyncio_opens_connections_in_one_place():
    """`asyncio.open_connection` and `loop.create_connection` would slip past the list of modules."""
    tricks = {
        "open_connection",
        "create_connection",
        "open_unix_connection",
        "sock_connect",
        "create_datagram_endpoint",
    }
    found = {
        (module, node.attr)
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in tricks
    }
    assert found == {(PLAIN, "create_connection"), (PLAIN, "sock_connect")}


def test_that_place_gets_its_sockets_from_the_guard():
    assert constructions("PlainClient") == {"gateway/upstream/pools.py"}
    assert PLAIN not in constructions("socket")
    [made] = [
        node
        for node in ast.walk(tree(dict(modules())["gateway/upstream/pools.py"]))
        if isinstance(node, ast.Call) and called(node.func) == "PlainClient"
    ]
    assert isinstance(made.args[0], ast.Call)
    assert called(made.args[0].func) == "guard"


SECOND = "gateway/state/elsewhere.py"


def test_the_second_way_out_knows_nothing_of_a_request():
    """What it cannot import it cannot send: of all that is ours, only how a digest is asked about."""
    ours = {name for name in imports(dict(modules())[SECOND]) if reaches({name}, "gateway")}
    assert {name.rpartition(".")[0] for name in ours if name.startswith("gateway.audit.timestamp.")} <= {
        "gateway.audit.timestamp"
    }
    assert {name for name in ours if not reaches({name}, "gateway.audit.timestamp")} == set()


def test_the_second_way_out_is_taken_by_who_puts_the_gateway_together_and_for_digests_only():
    assert constructions("Authority") == {"gateway/app.py"}
    assert constructions("Door") == {SECOND}
    knowing = {module for module, path in modules() if reaches(imports(path), "gateway.state.elsewhere")}
    assert knowing == {"gateway/app.py", "gateway/state/stamps.py"}
    asked = {
        node.func.attr: [ast.unparse(value) for value in node.args]
        for node in ast.walk(tree(dict(modules())["gateway/state/stamps.py"]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_ask"
    }
    assert asked == {"_ask": ["root"]}


def test_nothing_but_its_adapter_imports_litellm():
    assert {module for module, path in modules() if reaches(imports(path), "litellm")} == {
        "gateway/upstream/litellm/adapter.py"
    }


def test_only_observability_logs():
    offenders = {
        (module, logger)
        for module, path in modules()
        for logger in LOGGERS
        if reaches(imports(path), logger)
        and not module.startswith("gateway/observability/")
        and module not in LOGS_ELSEWHERE
    }
    assert offenders == set()


def test_nobody_reaches_for_attributes_by_name():
    found = {
        f"{module}:{node.lineno}"
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node.func) in {"getattr", "setattr", "eval", "exec"}
    }
    assert found == set()


def test_no_function_takes_whatever_comes():
    found = {
        f"{module}:{node.lineno} {node.name}"
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.kwarg is not None
    }
    assert found == set()


def test_any_stays_where_foreign_shapes_come_in():
    allowed = ("gateway/wire/", "gateway/upstream/litellm/")
    assert {m for m, path in modules() if "typing.Any" in imports(path) and not m.startswith(allowed)} == set()
