"""A real `mlx_lm.server` with a tiny model of chance; run by the Python of `.venv-mlx`, with a folder for the model.

It prints its port, and serves until its input ends. The model has weights of chance, two layers and a window of 256 tokens: it
says nothing of sense, and its server does all that it does for a large one.
"""

import json
import os
import sys
import threading
from pathlib import Path

WINDOW = 256
LAYERS, WIDTH, HEADS = 2, 64, 4
TEMPLATE = (
    "{% for message in messages %}<s>{{ message['role'] }}: {{ message['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant: {% endif %}"
)


def make(folder):
    """A model in the form that MLX reads: settings, weights, and a tokenizer that knows every byte."""
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_lm.models.llama import Model, ModelArgs
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder.mkdir(parents=True, exist_ok=True)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = {token: number for number, token in enumerate(["<s>", "</s>", *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=tokens, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    words = {"bos_token": "<s>", "eos_token": "</s>", "chat_template": TEMPLATE, "model_max_length": WINDOW}
    words["tokenizer_class"] = "PreTrainedTokenizerFast"
    (folder / "tokenizer_config.json").write_text(json.dumps(words), encoding="utf-8")
    settings = {
        "model_type": "llama",
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "intermediate_size": 2 * WIDTH,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "rms_norm_eps": 1e-5,
        "vocab_size": len(tokens),
        "max_position_embeddings": WINDOW,
        "tie_word_embeddings": False,
        "eos_token_id": 1,
    }
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    mx.random.seed(7)
    model = Model(ModelArgs.from_dict(settings))
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())), {"format": "mlx"})


def main(folder):
    answer = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    (folder / "hub" / "hub").mkdir(parents=True, exist_ok=True)  # without it the list of models is empty
    os.environ.update({"HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})
    make(folder / "model")
    import mlx_lm.server

    listen = mlx_lm.server.ThreadingHTTPServer.server_activate

    def tell(server):
        listen(server)
        print(server.server_port, file=answer, flush=True)

    mlx_lm.server.ThreadingHTTPServer.server_activate = tell
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    sys.argv = ["mlx_lm.server", "--model", str(folder / "model"), "--host", "127.0.0.1", "--port", "0"]
    mlx_lm.server.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
