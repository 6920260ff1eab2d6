"""``python -m engine sbom``: a bill of materials of all that is in here."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.operations.sbom import LOCK, bill
from engine.settings import Settings
from models.registry import Registry

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION = (
    "Write every package of requirements.lock and every model of the registry, with hashes, as CycloneDX JSON."
)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("sbom", help="write a bill of materials (CycloneDX)", description=_DESCRIPTION)
    parser.add_argument("file", type=Path, metavar="FILE", help="the JSON file to write")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write it; returns 0.

    Raises:
        OSError: a file cannot be read or written.
    """
    made = bill(LOCK, Registry(settings.registry), datetime.now(UTC))
    args.file.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"{len(made['components'])} components written to {args.file}")
    return 0
