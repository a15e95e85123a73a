"""Inspect AI: a task with a tool, by chat and by responses."""

import tempfile

from asking import TASK, potassium, tell
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import get_model
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool


@tool(name="potassium")
def lookup():
    async def execute(mrn: str) -> str:
        """Look the potassium of a patient up.

        Args:
            mrn: The medical record number.
        """
        return potassium(mrn)

    return execute


def way(model, **more):
    def go():
        task = Task(dataset=[Sample(input=TASK)], solver=[use_tools(lookup()), generate()])
        [log] = eval(task, model=get_model(model, **more), log_dir=tempfile.mkdtemp(), display="none")
        assert log.status == "success", log.error
        return log.samples[0].output.completion

    return go


tell(
    {
        "chat": way("openai/gpt-4o-mini", responses_api=False),
        "responses": way("openai/gpt-4o-mini", responses_api=True),
        "anthropic": way("anthropic/claude-sonnet-4-20250514"),
    }
)
