"""What is in here: every package of the lock file and every model, as a bill of materials in CycloneDX.

Source of the form: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/. The packages are those of ``requirements.lock``
with the hashes that an installation accepts, for every system; models are known by the SHA-256 of their weights.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final

from models.registry import Registry

LOCK: Final = Path(__file__).parents[2] / "requirements.lock"
_PACKAGE: Final = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)[^\n]*((?:\n\s+--hash=sha256:[0-9a-f]{64}[ \\]*)*)", re.MULTILINE
)
_HASH: Final = re.compile(r"sha256:([0-9a-f]{64})")
_SPACE: Final = uuid.UUID(
    "6b617279-6f74-7269-6167-650000000000"
)  # "karyotriage" in letters, for our own serial numbers
_APACHE: Final = [{"license": {"id": "Apache-2.0"}}]

Json = dict[str, Any]


def bill(lock: Path, registry: Registry, now: datetime) -> Json:
    """Return the bill of materials.

    Args:
        lock: the lock file with hashes.
        registry: of the models.
        now: timezone-aware time.

    Raises:
        OSError: the lock file cannot be read.
        CardError: the card of a model is damaged.
    """
    text = lock.read_text(encoding="utf-8")
    components = [*_packages(text), *_models(registry)]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, text + repr(components))}",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds"),
            "component": {"type": "application", "bom-ref": "karyotriage", "name": "karyotriage", "licenses": _APACHE},
        },
        "components": components,
        "dependencies": [{"ref": "karyotriage", "dependsOn": [component["bom-ref"] for component in components]}],
    }


def _packages(lock: str) -> Iterator[Json]:
    for name, version, hashes in _PACKAGE.findall(lock):
        address = f"pkg:pypi/{name}@{version}"
        page = f"https://pypi.org/project/{name}/{version}/"
        files = [{"type": "distribution", "url": page, "hashes": _hashes(hashes)}]
        licence = _licence(name)
        told = {"licenses": [{"license": {"name": licence}}]} if licence else {}
        yield {
            **{"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address},
            "externalReferences": files,
            **told,
        }


def _hashes(text: str) -> list[Json]:
    return [{"alg": "SHA-256", "content": found} for found in _HASH.findall(text)]


def _licence(name: str) -> str:
    """What an installed package says of its licence; empty where it is not installed, or says a whole text."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    known = [str(told[field]).strip() for field in ("License-Expression", "License") if field in told]
    said = next(filter(None, known), "")
    return said if said and "\n" not in said else ""


def _models(registry: Registry) -> Iterator[Json]:
    for name in registry.names():
        yield _model(name, registry.card(name).weights_sha256)
    yield _model("reader", registry.reader()[0].weights_sha256)


def _model(name: str, sha256: str) -> Json:
    hashes = [{"alg": "SHA-256", "content": sha256}]
    return {"type": "machine-learning-model", "bom-ref": f"model:{name}", "name": name, "hashes": hashes}
