"""`gateway schema`: prints the schemas of both files, for editors, and what becomes of every field; reads no file."""

from __future__ import annotations

import argparse
import json
from typing import Final

from gateway.config.schema import ConfigFile
from gateway.domain import JSON
from gateway.policy.schema import PolicyForm, SuiteForm
from gateway.wire.fates import page
from gateway.wire.operations import ENDPOINTS

_EXAMPLE: Final = """example:
  gateway schema config > config.schema.json
  then, as the first line of config.yaml:
  # yaml-language-server: $schema=config.schema.json
"""
_VARIABLE: Final[JSON] = {"type": "string", "pattern": r"\$\{\w+(:-[^}]*)?\}"}
"""`${PORT:-8080}`: in `config.yaml` it may stand where a number, a flag or one of a few words is expected."""
_BOUNDS: Final = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""Bounds of fields that are first read as text: pydantic leaves their own names, which editors do not know."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `schema`."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a configuration or a policy file, or the fates of all fields",
        description="Print the JSON Schema of `config.yaml` or of a policy file, so that an editor completes and checks it; "
        "or, as Markdown, what becomes of every field of a request.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("of", choices=("config", "policies", "tests", "fates"), help="which of them")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print it; the exit status."""
    if options.of == "fates":
        print(page(ENDPOINTS), end="")
        return 0
    made = {"config": config, "policies": policies, "tests": tests}[options.of]
    print(json.dumps(made(), indent=2))
    return 0


def config() -> JSON:
    """The schema of `config.yaml`, in which a variable of the environment may stand for a value."""
    return _with_variables(ConfigFile.model_json_schema())


def policies() -> JSON:
    """The schema of a policy file."""
    return PolicyForm.model_json_schema()


def tests() -> JSON:
    """The schema of a file of `policies/tests/`."""
    return SuiteForm.model_json_schema()


def _with_variables(node: JSON) -> JSON:
    if isinstance(node, list):
        return [_with_variables(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {_BOUNDS.get(key, key): _with_variables(value) for key, value in node.items()}
    if made.get("type") in ("integer", "number", "boolean") or "enum" in made:
        return {"anyOf": [made, _VARIABLE]}
    return made
