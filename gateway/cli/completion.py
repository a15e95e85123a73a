"""`gateway completion`: what a shell needs to complete commands, actions and options, read off the parser itself."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_EXAMPLES: Final = """examples:
  gateway completion bash >> ~/.bash_completion
  source <(gateway completion zsh)
  gateway completion fish > ~/.config/fish/completions/gateway.fish
"""
NAMES: Final = ("gateway", "triage-gateway")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `completion`."""
    parser = commands.add_parser(
        "completion",
        help="print what a shell needs to complete this command",
        description="Print what a shell needs to complete commands, actions and options.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=list(SHELLS))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print it."""
    from gateway.cli import parser  # noqa: PLC0415  the commands are known there, and this is one of them

    print(SHELLS[options.shell](dict(_nodes(parser()))), end="")
    return 0


@dataclass(frozen=True, slots=True)
class Node:
    """A command or an action: what may follow it, and what each of that is about. `values` are those that an option has."""

    actions: Mapping[str, str]
    options: Mapping[str, str]
    values: Mapping[str, tuple[str, ...]]
    positional: tuple[str, ...]


def _nodes(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every command and action by its words, the command itself as ""."""
    actions, options, values, positional = dict[str, str](), dict[str, str](), dict[str, tuple[str, ...]](), list[str]()
    below: Mapping[str, argparse.ArgumentParser] = {}
    for one in parser._actions:  # noqa: SLF001  argparse shows them nowhere else
        choices = tuple(map(str, one.choices)) if one.choices and not isinstance(one.choices, dict) else ()
        if isinstance(one, argparse._SubParsersAction):  # noqa: SLF001
            below = one.choices
            actions = {str(each.dest): each.help or "" for each in one._choices_actions}  # noqa: SLF001
        elif one.option_strings:
            options |= dict.fromkeys((name for name in one.option_strings if name.startswith("--")), one.help or "")
            if one.nargs != 0:
                values |= dict.fromkeys(one.option_strings, choices)
        else:
            positional += choices
    yield path, Node(actions, options, values, tuple(positional))
    for name, further in below.items():
        yield from _nodes(further, f"{path} {name}".strip())


def bash(nodes: Mapping[str, Node]) -> str:
    """A function that walks the words; where it knows nothing, the shell offers files. zsh reads it too."""
    walk = "|".join(f'"{path}"' for path in nodes if path)
    lines = [
        "_gateway() {",
        '    local cur="${COMP_WORDS[*]:$COMP_CWORD:1}" prev="${COMP_WORDS[*]:$((COMP_CWORD - 1)):1}" at="" offers="" word',
        '    for word in "${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do',
        '        case "${at:+$at }$word" in',
        f'            {walk}) at="${{at:+$at }}$word" ;;',
        "        esac",
        "    done",
        '    case "$at:$prev" in',
    ]
    for path, node in nodes.items():
        for option, choices in node.values.items():
            lines.append(f'        "{path}:{option}") offers="{" ".join(choices)}"; [[ -z $offers ]] && return 0 ;;')
    lines += ["    esac", '    [[ -z $offers ]] && case "$at" in']
    for path, node in nodes.items():
        lines.append(f'        "{path}") offers="{" ".join([*node.actions, *node.positional, *node.options])}" ;;')
    lines += ["    esac", '    COMPREPLY=($(compgen -W "$offers" -- "$cur"))', "}"]
    return "\n".join([*lines, f"complete -o default -F _gateway {' '.join(NAMES)}", ""])


def zsh(nodes: Mapping[str, Node]) -> str:
    """The same function, by zsh's own way to read it."""
    return f"autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n{bash(nodes)}"


def fish(nodes: Mapping[str, Node]) -> str:
    """A line for each thing that may follow."""
    lines = []
    for path, node in nodes.items():
        words = path.split()
        conditions = [f"__fish_seen_subcommand_from {word}" for word in words]
        rest = f"not __fish_seen_subcommand_from {' '.join(node.actions)}" if node.actions else ""
        here = "; and ".join([*conditions, *([rest] if rest else [])]) or "true"
        for name in NAMES:
            start = f"complete -c {name} -n '{here}'"
            lines += [f"{start} -f -a {word} -d '{_plain(about)}'" for word, about in node.actions.items()]
            lines += [f"{start} -f -a {word}" for word in node.positional]
            for option, about in node.options.items():
                takes = (
                    f" -r -f -a '{' '.join(node.values[option])}'"
                    if node.values.get(option)
                    else " -r" * (option in node.values)
                )
                lines.append(f"{start} -l {option.removeprefix('--')}{takes} -d '{_plain(about)}'")
    return "\n".join([*lines, ""])


def _plain(about: str) -> str:
    """A help text without what argparse fills in, and without quotes."""
    return re.sub(r" *\(?%\(\w+\)s\)?", "", about).replace("'", "").replace("\\", "")


SHELLS: Final[Mapping[str, Callable[[Mapping[str, Node]], str]]] = {"bash": bash, "zsh": zsh, "fish": fish}
