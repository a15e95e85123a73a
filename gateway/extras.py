"""How a part is had that does not come by itself; nobody has registered the project's name, so never by that name alone."""

from __future__ import annotations

from gateway import __version__


def remedy(extra: str) -> str:
    """The command that installs an extra: with the wheel that the gateway came in, or in a clone of it.

    A package that a stranger publishes under our name must not be what an error tells an administrator to install.
    """
    return f"`pip install './triage_gateway-{__version__}-py3-none-any.whl[{extra}]'`, in a clone `pip install '.[{extra}]'`"
