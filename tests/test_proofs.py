"""The documents about security and validation claim nothing that no test tries: each test they name exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from engine.__main__ import build_parser
from tests.conftest import REPOSITORY

DOCUMENTS = ("docs/security.md", "docs/validation.md")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PART_11 = ("(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(h)", "(i)", "(k)")


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@cache
def known_tests(file: str) -> frozenset[str]:
    tree = ast.parse(text(file))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")


def is_soak(file: str, test: str) -> bool:
    (node,) = [node for node in ast.parse(text(file)).body if isinstance(node, ast.FunctionDef) and node.name == test]
    return any("soak" in ast.unparse(decorator) for decorator in node.decorator_list)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_a_document_names_exists(document: str) -> None:
    named = NAMED.findall(text(document))
    assert len(named) > 15
    missing = [f"{file}::{test}" for file, test in named if not (REPOSITORY / file).is_file()]
    missing += [f"{file}::{test}" for file, test in named if test and test not in known_tests(file)]
    assert missing == []


def test_every_attack_of_the_owasp_list_has_a_test_that_always_runs() -> None:
    rows = re.findall(r"^\| (A\d\d) \| .*$", text("docs/security.md"), re.MULTILINE)
    assert sorted(set(rows)) == [f"A{number:02}" for number in range(1, 11)]
    for line in text("docs/security.md").splitlines():
        if re.match(r"\| A\d\d \|", line):
            found = NAMED.findall(line)
            assert any(not test or not is_soak(file, test) for file, test in found), line


def test_a_test_that_only_the_soak_runs_is_marked_so() -> None:
    for file, test in NAMED.findall(text("docs/security.md")):
        if test and is_soak(file, test):
            assert f"*soak*: `{file}::{test}`" in text("docs/security.md")


def test_every_command_of_the_documents_is_one() -> None:
    for document in DOCUMENTS:
        commands = set(re.findall(r"python -m engine (\w+)", text(document).replace("\n", " ")))
        assert {name for name in commands if f" {name} " not in build_parser().format_help()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_called_compliant(document: str) -> None:
    assert not re.search(r"\bcomplian|\bcertified\b|\bcomplies\b", text(document), re.IGNORECASE)


def test_validation_names_the_clauses_and_says_what_it_is() -> None:
    told = text("docs/validation.md")
    assert "**designed to support**" in told
    for clause in PART_11:
        assert f"11.10{clause}" in told or clause in told
    for clause in ("11.30", "11.50", "11.70", "11.100", "11.300", "7.3.7", "7.6.3", "7.6.4", "8.4"):
        assert clause in told


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_links_to_exists(document: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text(document))
    assert [link for link in links if not (REPOSITORY / "docs" / link).exists()] == []
    named = re.findall(r"`((?:deploy|engine|docs)/[\w./-]+)`", text(document))
    assert [name for name in named if not Path(REPOSITORY / name).exists()] == []
