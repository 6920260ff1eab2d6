"""``python -m engine``: the engine's command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from engine.commands import backup, check, export, qualify, release, retain, sbom, status, submit, verify, watch, work
from engine.errors import EXPECTED, one_line
from engine.settings import Settings

_COMMANDS: Final = (work, submit, watch, export, status, backup, check, verify, retain, qualify, sbom, release)
_WRONG: Final = 2
_INTERRUPTED: Final = 130  # what shells expect of a program that Ctrl-C ended


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Triage of chromosome karyograms: judge them, hand them in, and see how things stand.",
        epilog="Settings come from the environment, such as DATABASE_URL and REDIS_URL; the README lists them.",
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: the command's own, or 2 with one line for what people can put right."""
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed, Settings.from_environment(os.environ)))
    except BrokenPipeError:
        # the reader of our output, such as head, has seen enough; Python must not complain about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EXPECTED as error:
        sys.stderr.write(f"{one_line(error)}\n")
        return _WRONG
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
