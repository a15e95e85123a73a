"""The command `llm`, with a model of its own file, as its documentation says."""

import os
import pathlib
import subprocess
import sys

from asking import TASK, URL, tell

folder = pathlib.Path(os.environ["HOME"]) / "llm"
folder.mkdir(exist_ok=True)
(folder / "extra-openai-models.yaml").write_text(
    f"- model_id: house\n  model_name: gpt-4o-mini\n  api_base: {URL}/v1\n  supports_tools: true\n"
)
COMMAND = [str(pathlib.Path(sys.executable).parent / "llm"), "-m", "house"]


def says(*more):
    def go():
        return subprocess.run(
            [*COMMAND, *more, TASK],
            env=os.environ | {"LLM_USER_PATH": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    return go


tell({"streams": says(), "whole": says("--no-stream")})
