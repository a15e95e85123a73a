"""Fits a body to the server that will read it, by what `kinds` knows of it; looks at no text."""

from __future__ import annotations

from gateway.domain import ProviderKind, Tree
from gateway.kinds import profile
from gateway.kinds.repairs import no_thinking_blocks, only_signed_thoughts, whole_arguments
from gateway.wire.endpoint import Endpoint


def sanitise(tree: Tree, kind: ProviderKind, endpoint: Endpoint) -> Tree:
    """A tree in the words of `endpoint` that a server of `kind` reads as the caller meant it.

    Raises:
        InvalidRequest: the caller asks for what this server would silently ignore.
    """
    if not endpoint.hub:
        return tree
    fitted = dict(tree)
    if "encoding_format" in endpoint.fields.fields:
        fitted["encoding_format"] = "float"  # base64 is made for the caller here, where one asks for it
        if not profile(kind).takes_encoding_format:
            del fitted["encoding_format"]
        return fitted
    if "messages" in endpoint.fields.fields:
        thoughts = only_signed_thoughts if profile(kind).signed_thoughts else no_thinking_blocks
        for repair in (whole_arguments, thoughts, *profile(kind).repairs):
            repair(fitted)
    return fitted
