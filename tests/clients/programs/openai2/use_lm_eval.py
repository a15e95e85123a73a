"""lm-evaluation-harness: a task of its own, against the chat path and against completions."""

import json
import os
import pathlib

from asking import tell
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager

MRN = os.environ["MRN"]
URL = os.environ["OPENAI_BASE_URL"]
HERE = pathlib.Path("task")
HERE.mkdir(exist_ok=True)
(HERE / "data.jsonl").write_text(json.dumps({"q": f"Say the MRN {MRN} again.", "a": "yes"}) + "\n")
(HERE / "again.yaml").write_text(
    f"""
task: again
dataset_path: json
dataset_kwargs: {{data_files: {{test: {(HERE / "data.jsonl").resolve()}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{q}}}}"
doc_to_target: "{{{{a}}}}"
generation_kwargs: {{until: ["\\n\\n"], max_gen_toks: 50}}
metric_list: [{{metric: exact_match}}]
"""
)


def way(model, path, **more):
    def evaluate():
        result = simple_evaluate(
            model=model,
            model_args={"model": "general", "base_url": f"{URL}/{path}", "num_concurrent": 1, "max_retries": 1, **more},
            tasks=["again"],
            task_manager=TaskManager(include_path=str(HERE), include_defaults=False),
            apply_chat_template=model == "local-chat-completions",
            log_samples=True,
            bootstrap_iters=0,
        )
        return result["samples"]["again"][0]["resps"][0][0]

    return evaluate


tell(
    {
        "chat": way("local-chat-completions", "chat/completions"),
        "completions": way("local-completions", "completions", tokenizer_backend="none", tokenized_requests=False),
    }
)
