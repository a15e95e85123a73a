"""A time stamping authority on loopback: what it answers is made by `openssl ts -reply`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

_CONFIG = """
[req]
distinguished_name = name
x509_extensions = ca
prompt = no
[name]
CN = Invented Authority
[ca]
basicConstraints = critical,CA:true
[stamper]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """`answer` is what it says instead of a stamp, with `status`; `seen` is every body it was sent, with its headers."""

    folder: Path
    url: str = ""
    answer: bytes | None = None
    status: int = 200
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def reply(self, question: bytes) -> bytes:
        asked, answered = self.folder / "asked.tsq", self.folder / "answered.tsr"
        asked.write_bytes(question)
        openssl(
            "ts", "-reply", "-queryfile", asked, "-config", self.folder / "cnf", "-section", "tsa", "-out", answered
        )
        return answered.read_bytes()


def openssl(*arguments: str | Path) -> str:
    run = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=True)
    return run.stdout + run.stderr


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """One that runs, with certificates of its own."""
    folder.mkdir()
    config, key = folder / "cnf", ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    openssl(
        "req", "-x509", *key, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-config", config, "-days", "2"
    )
    openssl("req", "-new", *key, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-config", config)
    signing = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2")
    extended = ("-extfile", config, "-extensions", "stamper")
    openssl("x509", "-req", "-in", folder / "tsa.csr", *signing, *extended, "-out", folder / "tsa.pem")
    made = Authority(folder)

    class Handler(_Handler):
        tsa = made

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/tsr"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    tsa: ClassVar[Authority]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.tsa.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
        answer = self.tsa.reply(body) if self.tsa.answer is None else self.tsa.answer
        self.send_response(self.tsa.status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        return
