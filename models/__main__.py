"""The command line of the models: ``python -m models COMMAND``, each with ``--help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from models.card import CardError
from models.commands import (
    ablate,
    ablate_reader,
    card,
    evaluate,
    experiment,
    explain,
    gate,
    read,
    simulate,
    train,
    train_reader,
)
from models.commands import list as list_command
from models.datasets.labels import LabelsError
from models.experiments.validation import RecordError
from models.pictures import PictureError
from models.reading.card import ReaderCardError
from models.registry import Registry, UnknownModelError, WeightsHashError, default_registry
from models.simulation.batches import SimulationError
from models.training.phases import TrainingError

_COMMANDS = (
    list_command,
    card,
    train,
    train_reader,
    evaluate,
    experiment,
    ablate,
    ablate_reader,
    explain,
    gate,
    read,
    simulate,
)
_EXPECTED = (
    CardError,
    LabelsError,
    PictureError,
    ReaderCardError,
    RecordError,
    SimulationError,
    TrainingError,
    UnknownModelError,
    WeightsHashError,
    OSError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors a user can make are one clear line and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    parser.add_argument(
        "--registry",
        type=Path,
        metavar="FOLDER",
        help="where the models are stored (default: KARYOTRIAGE_REGISTRY, else the registry of this package)",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(subparsers)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options, _registry(options.registry))
    except _EXPECTED as error:
        print(f"{parser.prog} {options.command}: {error}", file=sys.stderr)
        return 2
    return code


def _registry(folder: Path | None) -> Registry:
    configured = os.environ.get("KARYOTRIAGE_REGISTRY")
    if folder is None and not configured:
        return default_registry()
    return Registry(folder or Path(configured or ""))


if __name__ == "__main__":
    sys.exit(main())
