"""`gateway init`: writes a configuration and policies for the servers that it finds; asks nothing, overwrites nothing."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.cli import nearby, shipped
from gateway.cli.nearby import Neighbour
from gateway.kinds import lm_studio, ollama, profile

_EXAMPLES: Final = """examples:
  gateway init                    write ./config.yaml and ./policies for the servers that answer on this machine
  gateway init /etc/triage-gateway
  gateway init --all clinic       write the configuration with every setting, and the agents of a clinic

It looks at localhost only (LM Studio 1234, Ollama 11434, llama.cpp 8080, MLX 8080 and 8081, vLLM 8000), asks nothing,
and never overwrites: what is there already stays, and nothing is written beside it.
"""
_PORTS: Final = (8080, 8090)
"""Ports for the gateway itself: the first that no server here has."""
_UNTIL_THEN: Final = (
    Neighbour(ollama.PROFILE.kind, ollama.PROFILE.ports[0], ("llama3.2:3b",)),
    Neighbour(lm_studio.PROFILE.kind, lm_studio.PROFILE.ports[0]),
)
"""What is written where no server answers: where the two most usual ones will be."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `init`."""
    parser = commands.add_parser(
        "init",
        help="write a configuration and policies to begin with",
        description="Write a configuration, with comments, and the policies, for the servers that answer on this machine.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="where to write (%(default)s)")
    parser.add_argument("--all", action="store_true", help="every setting there is, in place of what was found")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, ports: Mapping[int, int] | None = None) -> int:
    """Look, write, and say what to do next; 1 if something is there already or cannot be written."""
    folder = Path(options.folder)
    config, policies = folder / "config.yaml", folder / "policies"
    if there := [str(path) for path in (config, policies) if path.exists()]:
        print(
            f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there already; nothing was written.\n"
            "  Name another folder (`gateway init DIR`), or move that away first. `gateway check` says whether it is sound.",
            file=sys.stderr,
        )
        return 1
    found = [] if options.all else asyncio.run(nearby.look(ports))
    text = shipped.reference().read_text(encoding="utf-8") if options.all else written(found)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(shipped.policies(), policies, ignore=None if options.all else shutil.ignore_patterns("tests"))
        config.write_text(text, encoding="utf-8")
    except OSError as error:
        print(
            f"{folder} cannot be written: {error.strerror}. Name another folder: `gateway init DIR`.", file=sys.stderr
        )
        return 1
    print("\n".join(_told(found, config, policies, looked=not options.all)))
    return 0


def written(found: Sequence[Neighbour]) -> str:
    """The configuration for these servers; where there are none, for those that one would start."""
    port = next(port for port in _PORTS if port not in {one.port for one in found})
    servers = [one for one in found if not one.ours] or _UNTIL_THEN
    names = dict(zip(_names(servers), servers, strict=True))
    chats = {f"{name}-chat": (name, one.chat) for name, one in names.items() if one.chat}
    vectors = {f"{name}-embedding": (name, one.vectors) for name, one in names.items() if one.vectors}
    providers = [
        f'  {name}: {{kind: {one.kind}, base_url: "{one.base_url}", traits: [on_prem], discover: true}}'
        for name, one in names.items()
    ]
    targets = [f"  {target}: {{provider: {at}, model: {_quoted(model)}}}" for target, (at, model) in chats.items()]
    targets += [
        f"  {target}: {{provider: {at}, model: {_quoted(model)}, capabilities: [embeddings]}}"
        for target, (at, model) in vectors.items()
    ]
    routes = [f"  general: {{targets: [{', '.join([*chats, 'claude'])}]}}"]
    routes += [f"  embedding: {{targets: [{', '.join(vectors)}], operation: embeddings}}"] * bool(vectors)
    parts = {
        "@port@": str(port),
        "@providers@": "\n".join(providers),
        "@targets@": "\n".join(targets),
        "@routes@": "\n".join(routes),
        "@defaults@\n": "default_embedding_route: embedding\n" if vectors else "",
    }
    text = shipped.starter()
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _names(servers: Sequence[Neighbour]) -> Iterator[str]:
    """A name for each: its kind, with its port where two are of one."""
    kinds = [one.kind for one in servers]
    for one in servers:
        yield one.kind.value if kinds.count(one.kind) == 1 else f"{one.kind.value}-{one.port}"


def _quoted(model: str) -> str:
    """The name of a model as YAML takes it, whatever is in it."""
    return "'" + model.replace("'", "''") + "'"


def _told(found: Sequence[Neighbour], config: Path, policies: Path, *, looked: bool) -> Iterator[str]:
    for one in found:
        if one.ours:
            yield f"Found a Triage Gateway at port {one.port}, which is no server of models."
        else:
            listed = ", ".join(one.models[:5]) + (" …" if len(one.models) > 5 else "")
            yield f"Found {one.kind} at {one.base_url}: {listed or 'no models yet'}"
    if looked and all(one.ours for one in found):
        yield "Found no server of models on this machine. Written for Ollama and LM Studio, where they usually are:"
        yield from (f"  {profile(one.kind).start.format(model=one.chat or 'a model')}" for one in _UNTIL_THEN)
    yield f"Wrote {config} and {policies}{'/' if policies.is_dir() else ''}."
    option = "" if config == Path("config.yaml") else f" --config {config}"
    yield "Next:"
    yield f"  gateway check{option}    whether it is sound"
    yield f"  gateway serve{option}    serve it"
    yield f"  gateway doctor{option}   look at the machine around it"
