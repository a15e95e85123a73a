"""A real llama.cpp server with a real small model, as people run it; run with a JSON order as its only argument.

It prints its port, and serves until its input ends. Unlike the gateway's own child it says what its slots are doing.
"""

import json
import os
import sys
from urllib.parse import urlsplit


def main(order):
    answer = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    import xllamacpp  # what it prints at import goes nowhere

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order.get("alias", "smollm2")}
    params.n_ctx = order.get("context", 2048)
    params.n_parallel = order.get("parallel", 1)
    params.cpuparams.n_threads = 1
    params.endpoint_slots = True
    params.ui = False
    params.verbosity = -1
    params.cache_ram_mib = 0
    server = xllamacpp.Server(params)
    print(urlsplit(server.listening_address).port, file=answer, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
