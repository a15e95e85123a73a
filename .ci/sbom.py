"""What a gateway is made of, as a CycloneDX 1.6 bill of materials, read off the lock: `make sbom`.

The lock is what is installed, and nothing else is (hashes are demanded), so a list made from it is exact on every machine:
each package with its version and the digests of all files that may be installed as it. Beside them the models that
`gateway models fetch` brings. The same lock gives the same bytes: no time, no random number.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from gateway import __version__  # noqa: E402  (found by the line above, also where nothing is installed)
from gateway.upstream.embedded.models import MODELS  # noqa: E402

NAME = "triage-gateway"
PIN = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[(?P<extras>[a-z0-9,-]+)\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))?\s*\\?$"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VIA = re.compile(r"^ +# +(?:via +)?(?!via$)([a-z0-9][a-z0-9._-]*)", re.MULTILINE)


def bill(lock: str) -> dict[str, Any]:
    """The document of one lock file's text."""
    packages = [_package(entry) for entry in _entries(lock)]
    models = [_model(model) for model in MODELS]
    root = f"pkg:pypi/{NAME}@{__version__}"
    digest = hashlib.sha256(f"{root}\n{lock}".encode()).digest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": NAME,
                "version": __version__,
                "purl": root,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [*packages, *models],
        "dependencies": _dependencies(lock, root, models),
    }


def _package(entry: str) -> dict[str, Any]:
    found = PIN.match(entry.partition("\n")[0])
    if found is None:
        raise SystemExit(f"This line of the lock is no pin: {entry.partition(chr(10))[0]}")
    ref = f"pkg:pypi/{found['name']}@{found['version']}"
    said = {"marker": found["marker"], "extras": found["extras"]}
    properties = [{"name": f"{NAME}:{name}", "value": value} for name, value in said.items() if value]
    return {
        "type": "library",
        "bom-ref": ref,
        "name": found["name"],
        "version": found["version"],
        "purl": ref,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in HASH.findall(entry)],
        **({"properties": properties} if properties else {}),
    }


def _model(model: Any) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.file}",
        "name": model.file,
        "hashes": [{"alg": "SHA-256", "content": model.sha256}],
    }


def _dependencies(lock: str, root: str, models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who asks for whom, as the lock notes it (`# via`)."""
    entries = [(_package(entry), VIA.findall(entry)) for entry in _entries(lock)]
    refs = {NAME: root, **{package["name"]: package["bom-ref"] for package, _ in entries}}
    asks: dict[str, list[str]] = {ref: [] for ref in refs.values()}
    asks[root] = [model["bom-ref"] for model in models]
    for package, askers in entries:
        for asker in askers:
            asks[refs[asker]].append(package["bom-ref"])
    return [{"ref": ref, "dependsOn": sorted(set(others))} for ref, others in asks.items()]


def _entries(lock: str) -> list[str]:
    return re.split(r"\n(?=\S)", lock.strip())


if __name__ == "__main__":
    text = (ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.lock")).read_text(encoding="utf-8")
    print(json.dumps(bill(text), indent=1))
