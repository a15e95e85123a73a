"""Runs the steps of the Dockerfile on roots of Debian's own, and holds what comes out against what it promises.

For machines without a container engine, and for whoever would not believe one. Needs root, mmdebstrap and the packages that
pip finds; a root with Debian's Python stands for the base image. It knows the instructions that our file uses and no others.

    python .ci/image.py FOLDER [--bind DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = "python3,python3-venv,ca-certificates"
SUITE = "bookworm"  # whose Python is 3.11, as in the image
START_S = 90
FORBIDDEN = ("xllamacpp", "hatchling", "pip", "setuptools", "pytest", "mypy")
"""What must not be in the image, below site-packages."""
CALLERS = """version: 1
server: {keys: required, tls: {cert: tls.cert, key: tls.key}}
state_dir: "${GATEWAY_STATE_DIR:-./state}"
providers: {toy: {kind: scripted, traits: [on_prem]}}
targets: {toy: {provider: toy, model: toy}}
routes: {toy: {targets: [toy]}}
default_route: toy
"""


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions, continued lines joined, comments left out."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())
    ]


class Stage:
    """One `FROM` and what follows, on a root of its own."""

    def __init__(self, root: Path, base: Path, binds: list[str]) -> None:
        self.root, self.where, self.user = root, "/", ""
        self.binds = ["/proc", "/dev", *binds]
        self.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "LANG": "C.UTF-8"}
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        self.settings: dict[str, str] = {}
        subprocess.run(["cp", "--archive", str(base), str(root)], check=True)
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        if hidden := [bind for bind in binds if Path("/opt/gateway").is_relative_to(bind)]:
            raise SystemExit(
                f"--bind {hidden[0]} would have the steps write on this machine: name the folder below it."
            )
        for bind in self.binds:
            (root / bind.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def command(self, words: list[str]) -> list[str]:
        """`words` in the root, as its user, with the mounts that they need and that are gone with them."""
        mounts = " && ".join(f"mount --rbind {bind} {self.root}{bind}" for bind in self.binds)
        user = ["--userspec", self.user] if self.user else []
        inside = ["chroot", *user, str(self.root), "/usr/bin/env", "-C", self.where, *words]
        return ["unshare", "--mount", "sh", "-ec", f'{mounts} && exec "$@"', "sh", *inside]

    def run(self, words: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """To its end; what it said."""
        run = subprocess.run(self.command(words), env=self.environment, text=True, capture_output=True, check=False)
        if check and run.returncode:
            raise SystemExit(
                f"{' '.join(words)}: exit status {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-4000:]}"
            )
        return run

    def copy(self, rest: str, stages: dict[str, Stage]) -> None:
        words = rest.split()
        source = stages[words.pop(0).removeprefix("--from=")].root if words[0].startswith("--from=") else ROOT
        *names, to = words
        target = self.root / os.path.normpath(Path(self.where, to)).lstrip("/")
        for name in names:
            path = source / name.lstrip("/")
            into = target / path.name if path.is_file() or to.endswith("/") else target
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True) if path.is_dir() else shutil.copy2(
                path, into
            )


def _base(folder: Path) -> Path:
    """A root of Debian's own with its Python, made once."""
    base = folder / "base"
    if not base.exists():
        say(f"mmdebstrap {SUITE}")
        bare = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(base)]
        subprocess.run(bare, check=True)
    return base


def build(text: str, folder: Path, binds: list[str]) -> Stage:
    """The last stage, with all its files."""
    base = _base(folder)
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions(text):
        say(f"{word} {rest[:100]}")
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "final"
            stage = stages[name] = Stage(folder / name, base, binds)
            continue
        assert stage is not None
        match word:
            case "ENV":
                for pair in rest.split():
                    key, _, value = pair.partition("=")
                    stage.environment[key] = value.replace("$PATH", stage.environment["PATH"])
            case "RUN":
                stage.run(["sh", "-ec", rest])
            case "WORKDIR":
                stage.where = rest
                (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "COPY":
                stage.copy(rest, stages)
            case "USER":
                stage.user = rest
            case "VOLUME" | "EXPOSE" | "HEALTHCHECK" | "CMD":
                stage.settings[word] = rest
            case _:
                raise SystemExit(f"This program does not know {word}.")
    assert stage is not None
    return stage


def prove(stage: Stage) -> None:
    """What the image promises."""
    [site] = (stage.root / "opt/gateway/lib").glob("python3*/site-packages")
    there = {path.name.partition("-")[0] for path in site.iterdir()}
    found = there & set(FORBIDDEN)
    ensure(not found, f"it holds {', '.join(sorted(found))}")
    size = sum(path.lstat().st_size for path in (stage.root / "opt/gateway").rglob("*"))
    say(
        f"it holds {len(list(site.glob('*.dist-info')))} packages, {size / 2**20:.0f} MiB, nothing that builds and no llama.cpp"
    )
    said = stage.run(["gateway", "--version"]).stdout.strip()
    ensure(stage.run(["id", "-u"]).stdout.strip() == stage.user.partition(":")[0] != "0", "it runs as root")
    say(f"it says {said}, as user {stage.user}")
    serve = json.loads(stage.settings["CMD"])
    refused = stage.run(serve, check=False)
    ensure(
        refused.returncode == 1 and "gateway keys new" in refused.stderr, f"it starts without callers: {refused.stderr}"
    )
    say("it refuses to serve a network without callers, and says how to make one")
    health = json.loads(stage.settings["HEALTHCHECK"].partition("CMD ")[2])
    ensure(stage.run(health, check=False).returncode != 0, "it is called healthy while nothing runs")
    _serves(stage, serve, health)


def _serves(stage: Stage, serve: list[str], health: list[str]) -> None:
    """With callers and TLS: it starts, is called healthy by the image's own check, and is not any more when it ended."""
    etc = stage.root / "etc/triage-gateway"
    (etc / "config.yaml").write_text(CALLERS, encoding="utf-8")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=localhost", "-keyout", str(etc / "tls.key"), "-out", str(etc / "tls.cert")]
    subprocess.run(made, check=True, capture_output=True)
    (etc / "tls.key").chmod(0o644)
    command = stage.command([*serve[: serve.index("--port")], "--port", "0"])  # another may have its own here
    with subprocess.Popen(
        command, env=stage.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        try:
            assert served.stdout is not None
            first = served.stdout.readline()
            ensure("https://" in first, f"it does not serve: {first}{served.poll() or ''}")
            until = time.monotonic() + START_S
            while (asked := stage.run(health, check=False)).returncode and time.monotonic() < until:
                time.sleep(1)
            ensure(asked.returncode == 0, f"it is not called healthy: {asked.stdout}{asked.stderr}")
            say(f"it serves {first.split()[-1]}, and its health check says so")
        finally:
            served.send_signal(signal.SIGTERM)
            served.communicate(timeout=60)
    ensure(stage.run(health, check=False).returncode != 0, "it is called healthy after it ended")
    say("its health check fails once it has ended")


def ensure(holds: object, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"The image is not what it should be: {otherwise}")


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("folder", type=Path, help="where the roots are made; `base` in it is used again")
    asked.add_argument(
        "--bind", action="append", default=[], metavar="DIR", help="a folder of this machine that pip needs"
    )
    options = asked.parse_args()
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        sys.exit("This needs root, and mmdebstrap (apt-get install mmdebstrap).")
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in ("build", "final"):
        shutil.rmtree(options.folder / name, ignore_errors=True)
    prove(build((ROOT / "Dockerfile").read_text(encoding="utf-8"), options.folder.resolve(), options.bind))
    say("The steps of the Dockerfile make what it promises.")


if __name__ == "__main__":
    main()
