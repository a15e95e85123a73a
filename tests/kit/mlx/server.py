"""A real `mlx_lm.server` in a process and an environment of its own, which `make test` installs."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from tests.kit.patience import SOON_S
from tests.kit.source import ROOT

PYTHON = ROOT / ".venv-mlx" / "bin" / "python"
PROGRAM = Path(__file__).with_name("program.py")


@dataclass(frozen=True)
class MlxServer:
    """Where it listens, and the name of its only model."""

    port: int
    model: str

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def says(self, **body) -> tuple[int, dict]:
        """What it answers by itself, without a gateway: status and body."""
        content = json.dumps({"model": self.model, **body}).encode()
        asked = urllib.request.Request(f"{self.base_url}/chat/completions", data=content)
        try:
            with urllib.request.urlopen(asked, timeout=SOON_S) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())


@contextmanager
def mlx_server(folder: Path) -> Iterator[MlxServer]:
    """One that answers; where it is not installed it fails, since a skip would hide it."""
    if not PYTHON.exists():
        raise FileNotFoundError("There is no mlx_lm.server: run `make .venv-mlx/.installed`.")
    process = subprocess.Popen([str(PYTHON), str(PROGRAM), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield MlxServer(int(process.stdout.readline()), str(folder / "model"))
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()
