"""The rules of the code base that no linter knows: who may import whom, what is pinned, how large things may grow."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("dashboard", "engine", "models")
PAGES = ("dashboard", "views")
MAY_IMPORT = {"models": {"models"}, "engine": {"engine", "models"}, "dashboard": {"dashboard", "engine", "models"}}
# by package, its parts: each may import itself and those of the lines before its own
DIRECTION = {
    "models": (
        "chromosomes colours compiled headers",
        "pictures iscn",
        "counts iscn_count preparation simulation",
        "networks judging",
        "reading",
        "card",
        "card_page",
        "registry",
        "predicting",
        "datasets",
        "measuring",
        "training",
        "adaptation experiments",
        "commands",
        "__main__",
    ),
    "models.predicting": ("warming reader_networks segmenter", "page_reader", "preparing", "predictor"),
    "models.simulation": ("karyotypes", "chromosomes", "pages", "karyograms", "batches sheets strangers"),
    "engine": (
        "names people",
        "reviews settings",
        "vocabulary",
        "wording records files",
        "errors",
        "access reviewing policy figures",
        "jobs",
        "known_cases",
        "intake worker exports operations",
        "qualification",
        "commands",
        "__main__",
    ),
    "dashboard": (
        "wording",
        "session",
        "drawing",
        "people upload reading_list karyogram verdict overview policy lab_models comparison",
        "batches decision known_cases",
        "views",
        "app",
    ),
}
NETWORK_LIBRARIES = {"keras", "tensorflow"}
TF_FREE = (
    "models",
    "models.__main__",
    "models.headers",
    "models.iscn",
    "models.iscn_count",
    "models.pictures",
    "models.registry",
    "models.datasets.*",
    "models.experiments.alpha",
    "models.experiments.augmentation",
    "models.experiments.chromosome_changes",
    "models.experiments.deferral",
    "models.experiments.figures",
    "models.experiments.plan",
    "models.experiments.record",
    "models.experiments.rendering",
    "models.experiments.sides",
    "models.experiments.tables",
    "models.experiments.validation",
    "models.experiments.verdicts",
    "models.judging.*",
    "models.measuring.*",
    "models.predicting.preparing",
    "models.predicting.warming",
    "models.preparation.*",
    "models.reading.*",
    "models.simulation.*",
)
# Needed when it runs, but named in a URL or by Keras and never in an import statement.
LOADED_BY_NAME = {"psycopg": "the driver behind postgresql:// URLs", "tensorflow": "the backend of Keras"}
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([0-9A-Za-z.]+)")
REPORT_LOADED = "import json, sys; print(json.dumps(sorted(m for m in ('keras', 'tensorflow') if m in sys.modules)))"


@cache
def sources() -> dict[Path, ast.Module]:
    """Every Python file of the product, parsed."""
    files = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
    return {path.relative_to(REPOSITORY): ast.parse(path.read_text(encoding="utf-8")) for path in files}


@cache
def own_modules() -> frozenset[str]:
    return frozenset(map(module_name, sources()))


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, wherever the statement stands, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: write the whole name"
            assert node.module is not None
            yield node.module, node.lineno
            named = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((name, node.lineno) for name in named if name in own_modules())


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the product as "file:line name" with its length in lines, its docstring not counted."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or 0) - body[0].lineno + 1


def loaded_by(statement: str) -> list[str]:
    """Run a statement in a fresh interpreter and tell which of the network libraries it has loaded."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", f"{statement}\n{REPORT_LOADED}"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert result.returncode == 0, result.stderr
    loaded: list[str] = json.loads(result.stdout.splitlines()[-1])
    return loaded


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def part_of(package: str, module: str) -> str:
    """The part of a package in which a module lies; empty for the package itself and for what lies outside."""
    return module.removeprefix(f"{package}.").split(".")[0] if module.startswith(f"{package}.") else ""


def test_imports_go_from_dashboard_to_engine_to_models_and_never_back() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        for name, line in imported(tree)
        if name.split(".")[0] in {*PACKAGES, "tests"} - MAY_IMPORT[path.parts[0]]
    ]
    assert wrong == []


@pytest.mark.parametrize("package", DIRECTION)
def test_the_parts_of_a_package_import_in_one_direction(package: str) -> None:
    ranks = {part: rank for rank, line in enumerate(DIRECTION[package]) for part in line.split()}
    assert {part_of(package, module) for module in own_modules()} - {""} == ranks.keys()
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        if (own := part_of(package, module_name(path)))
        for name, line in imported(tree)
        if (other := part_of(package, name)) not in ("", own) and ranks[other] >= ranks[own]
    ]
    assert wrong == []


def test_only_models_import_a_network_library() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        for name, line in imported(tree)
        if name.split(".")[0] in NETWORK_LIBRARIES and path.parts[0] != "models"
    ]
    assert wrong == []


@pytest.mark.parametrize("pattern", TF_FREE)
def test_the_numpy_modules_of_models_load_no_network_library(pattern: str) -> None:
    modules = sorted(fnmatch.filter(own_modules(), pattern))
    assert modules
    assert loaded_by("\n".join(f"import {module}" for module in modules)) == []


def test_a_module_that_computes_does_load_it() -> None:
    """The counter-test: without it the tests above could pass by looking for the wrong names."""
    assert "keras" in loaded_by("import models.networks.architectures")


def test_importing_dashboard_and_engine_loads_no_network_library() -> None:
    # pages and app.py are scripts that Streamlit runs, __main__ and env.py run when imported
    names = [
        module_name(path)
        for path in sources()
        if path.parts[0] != "models" and path.parts[:2] != PAGES and path.stem not in ("app", "env", "__main__")
    ]
    assert len(names) > 20
    assert loaded_by("\n".join(f"import {name}" for name in names)) == []


def test_no_page_imports_a_module_that_would_load_one() -> None:
    pages = [tree for path, tree in sources().items() if path.parts[:2] == PAGES]
    used = sorted({name for tree in pages for name, _ in imported(tree)} & own_modules())
    assert pages
    assert loaded_by("\n".join(f"import {name}" for name in used)) == []


def requirement_lines(file: str) -> list[str]:
    lines = (REPOSITORY / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def pins(file: str) -> dict[str, str]:
    """The packages of a requirements file, by their normal name, with their versions."""
    parsed = [PIN.fullmatch(line) for line in requirement_lines(file)]
    assert all(parsed), f"not every line of {file} is an exact version: {requirement_lines(file)}"
    return {normal(match[1]): match[2] for match in parsed if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_requirements_are_exactly_what_the_product_imports() -> None:
    top_level = {name.split(".")[0] for tree in sources().values() for name, _ in imported(tree)}
    third_party = top_level - set(sys.stdlib_module_names) - set(PACKAGES)
    distributions = packages_distributions()
    needed = {normal(distributions[name][0]) for name in third_party} | LOADED_BY_NAME.keys()
    assert set(pins("requirements.txt")) == needed


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_the_pinned_versions_are_the_ones_that_are_tested(file: str) -> None:
    assert pins(file) == {name: version(name) for name in pins(file)}


def test_only_the_command_line_prints() -> None:
    """Everything else writes to the log, where it has a time and a source and can be redirected."""
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if path.parts[1] != "commands" and path.stem != "__main__"
    ]
    assert wrong == []


def broad_handlers() -> Iterator[tuple[str, ast.ExceptHandler]]:
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                names = {name.id for name in ast.walk(node.type or ast.Name("Exception")) if isinstance(name, ast.Name)}
                if names & {"Exception", "BaseException"}:
                    yield f"{path}:{node.lineno}", node


def test_no_error_is_hidden() -> None:
    """A handler is never empty (``contextlib.suppress`` names what is meant); a broad one uses the error it caught."""
    empty = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    unused = [
        place
        for place, handler in broad_handlers()
        if not any(
            isinstance(node, ast.Raise) or (isinstance(node, ast.Name) and node.id == handler.name)
            for line in handler.body
            for node in ast.walk(line)
        )
    ]
    assert empty == []
    assert unused == []


def test_files_and_functions_stay_small() -> None:
    long_files = {
        str(path): count
        for path in sources()
        if (count := len((REPOSITORY / path).read_text(encoding="utf-8").splitlines())) >= 300
    }
    lengths = dict(functions())
    assert long_files == {}
    assert {name: count for name, count in lengths.items() if count > 40} == {}
    assert statistics.median(lengths.values()) < 15


def test_no_file_of_the_dashboard_has_more_than_200_lines() -> None:
    counts = {
        path: len((REPOSITORY / path).read_text(encoding="utf-8").splitlines())
        for path in sources()
        if path.parts[0] == "dashboard"
    }
    assert {path: count for path, count in counts.items() if count > 200} == {}


def test_the_browser_session_is_touched_in_two_modules_only() -> None:
    allowed = {Path("dashboard/session/state.py"), Path("dashboard/session/presence.py")}
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "session_state" and path not in allowed
    ]
    assert wrong == []


def test_the_dashboard_neither_queries_nor_trains() -> None:
    """Pages read through ``engine.records`` and its neighbours: no SQL and no Redis of their own."""
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        for name, line in imported(tree)
        if path.parts[0] == "dashboard" and name.split(".")[0] in {"sqlalchemy", "redis", *NETWORK_LIBRARIES}
    ]
    assert wrong == []
