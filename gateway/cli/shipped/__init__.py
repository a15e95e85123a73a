"""Files that come with the package: configurations to begin with, and the policies; where they are, here and when installed."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from gateway.pipeline.judge import today
from gateway.upstream.embedded.models import FOLDER, MODELS, present

_HERE: Final = Path(__file__).parent
_CHECKOUT: Final = _HERE.parents[2]
"""Where `config.yaml` and `policies/` stand in a clone; the wheel has them here, beside this module."""
_SCRIPTED: Final = {
    "@demo@": 'scripted: {kind: scripted, traits: [on_prem], params: {reply: "(A scripted answer: no model is installed here.) '
    'You said: {echo}"}}',
    "@chat@": "{provider: scripted, model: scripted}",
    "@vectors@": "{provider: scripted, model: scripted, capabilities: [embeddings]}",
}
_REAL: Final = {
    "@demo@": "embedded: {kind: embedded}",
    "@chat@": "{provider: embedded, model: smollm2-135m}",
    "@vectors@": "{provider: embedded, model: all-minilm-l6-v2, capabilities: [embeddings]}",
}
_AGREED: Final = timedelta(days=365)
"""How long the pretended agreement of a demonstration lasts."""


def reference() -> Path:
    """The configuration with every setting and the agents of a clinic."""
    return _root() / "config.yaml"


def policies() -> Path:
    """The folder of the shipped policies."""
    return _root() / "policies"


def _root() -> Path:
    return _HERE if (_HERE / "policies").is_dir() else _CHECKOUT


def starter() -> str:
    """A short configuration to begin with; words between `@` stand for what was found."""
    return (_HERE / "starter.yaml").read_text(encoding="utf-8")


@contextmanager
def demonstration(models: Path) -> Iterator[Path]:
    """The configuration file of a demonstration, in a folder that is gone afterwards with all that was written there.

    The demonstration models answer if they stand in `models` and llama.cpp is installed, else a script does.
    """
    real = importlib.util.find_spec("xllamacpp") is not None and all(present(models, one) for one in MODELS)
    text = (_HERE / "demonstration.yaml").read_text(encoding="utf-8")
    for mark, part in {**(_REAL if real else _SCRIPTED), "@expires@": f"{today() + _AGREED}"}.items():
        text = text.replace(mark, part)
    with tempfile.TemporaryDirectory(prefix="gateway-demonstration-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        (folder / "policies").mkdir()
        shutil.copy(policies() / "hipaa.yaml", folder / "policies")
        (folder / "state").mkdir(mode=0o700)
        if real:
            (folder / "state" / FOLDER).symlink_to(models.resolve())
        try:
            yield folder / "config.yaml"
        finally:
            with suppress(OSError):
                (folder / "state" / FOLDER).unlink()
