"""Azure's spelling of OpenAI's paths, with the model in the path; changes no body.

Source: Azure OpenAI REST API reference, `/openai/deployments/{name}/…?api-version=…` and the newer `/openai/v1/…`.
"""

from __future__ import annotations

from typing import Final

ROOT: Final = "/openai/"
_DEPLOYMENTS: Final = f"{ROOT}deployments/"
_NEWER: Final = f"{ROOT}v1/"


def plain(path: str) -> tuple[str, str]:
    """The path as OpenAI spells it, and the deployment that it names or ""; a path that is not Azure's stays as it is."""
    if not path.startswith(ROOT):
        return path, ""
    if path.startswith(_NEWER):
        return "/v1/" + path.removeprefix(_NEWER), ""
    if not path.startswith(_DEPLOYMENTS):
        return "/v1/" + path.removeprefix(ROOT), ""
    name, _, rest = path.removeprefix(_DEPLOYMENTS).partition("/")
    return f"/v1/{rest}", name
