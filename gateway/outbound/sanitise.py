"""Fits a body to the server that will read it, by what `kinds` knows of it; looks at no text."""

from __future__ import annotations

from gateway.domain import Dialect, Operation, ProviderKind, Tree
from gateway.kinds import profile
from gateway.kinds.repairs import whole_arguments


def sanitise(tree: Tree, kind: ProviderKind, *, dialect: Dialect, operation: Operation) -> Tree:
    """A tree that a server of `kind` reads as the caller meant it.

    Raises:
        InvalidRequest: the caller asks for what this server would silently ignore.
    """
    if dialect is not Dialect.OPENAI:
        return tree
    fitted = dict(tree)
    if operation is Operation.EMBEDDINGS:
        fitted["encoding_format"] = "float"  # base64 is made for the caller here, where one asks for it
        if not profile(kind).takes_encoding_format:
            del fitted["encoding_format"]
        return fitted
    for repair in (whole_arguments, *profile(kind).repairs):
        repair(fitted)
    return fitted
