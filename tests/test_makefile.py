"""`make` on machines that lack something, and what it offers: one clear line each time, and nothing half done."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.servers import free_port

TOOLS = ("awk", "echo", "env", "make", "mkdir", "rm", "sh", "touch")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the Makefile and the requirements, and beside it a PATH with no Python on it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is not installed"
        (programs / tool).symlink_to(found)
    clone = tmp_path / "a clone"
    clone.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(REPOSITORY / name, clone)
    return clone


def make(machine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine.parent / "bin"), "HOME": str(machine.parent)}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=machine, env=environment, capture_output=True, text=True, check=False)


def add_program(machine: Path, name: str, script: str) -> None:
    program = machine.parent / "bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def complaint(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr that is not make's own report of the failure."""
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.mark.parametrize("target", ["run", "test"])
def test_without_python_one_line_says_which_is_needed(machine: Path, target: str) -> None:
    result = make(machine, target)
    assert result.returncode != 0
    assert complaint(result).startswith("Karyotriage needs Python 3.11, 3.12 or 3.13, and none was found")
    assert not (machine / ".venv").exists()


def test_a_python_that_is_too_old_or_too_new_does_not_count(machine: Path) -> None:
    add_program(machine, "python3", "exit 1")  # what the question for its version answers
    assert "none was found" in complaint(make(machine, "run"))


def test_a_python_without_its_venv_module_is_named_with_the_remedy(machine: Path) -> None:
    add_program(machine, "python3.12", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    assert complaint(make(machine, "run")) == (
        "python3.12 has no venv module: on Debian or Ubuntu run 'sudo apt install python3.12-venv', then try again."
    )
    assert not (machine / ".venv").exists()


def test_the_newest_suitable_python_is_taken_unless_another_is_named(machine: Path) -> None:
    for name in ("python3.11", "python3.13", "python3"):
        add_program(machine, name, f'case "$1" in -m) echo "$0" > taken-{name};; esac')
    make(machine, "run")
    assert (machine / "taken-python3.13").exists()
    make(machine, "run", "PYTHON=python3.11")
    assert (machine / "taken-python3.11").exists()


@pytest.fixture
def installed(machine: Path) -> Path:
    """A machine on which everything is installed: this very Python stands in for the virtual environment's."""
    for name in ("engine", "models", "dashboard"):
        (machine / name).symlink_to(REPOSITORY / name)
    python = machine / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (machine / ".venv" / ".installed").touch()
    return machine


def test_what_is_installed_is_not_installed_again(installed: Path) -> None:
    assert make(installed, "--question", ".venv/.installed").returncode == 0
    later = (installed / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(installed / "requirements.txt", (later, later))
    assert make(installed, "--question", ".venv/.installed").returncode == 1


def test_a_used_port_is_one_line(installed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = make(installed, "run", f"PORT={port}", f"VALKEY_PORT={free_port()}")
    assert result.returncode != 0
    assert complaint(result).startswith(f"Karyotriage cannot start: port {port} (dashboard) is in use")
    assert not (installed / "data").exists()


def test_help_names_every_command(machine: Path) -> None:
    lines = make(machine).stdout.splitlines()
    assert [line.split()[1] for line in lines] == [
        "help",
        "run",
        "test",
        "lint",
        "format",
        "bench",
        "pictures",
        "soak",
        "lock",
        "sbom",
        "clean",
    ]
