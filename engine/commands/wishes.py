"""What a command line wishes of a batch: by which model, with how many passes, and how soon it shall be judged."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from engine.commands.usual_model import usual_model
from engine.intake.intake import MAX_PASSES
from engine.settings import Settings
from engine.vocabulary import Priority
from models.registry import Registry


@dataclass(frozen=True)
class Wishes:
    """How a batch shall be judged."""

    model: str
    passes: int
    priority: Priority

    @classmethod
    def read(cls, args: argparse.Namespace, settings: Settings) -> Wishes:
        """Take the wishes from the command line, else from the settings.

        Args:
            args: of a parser that ``add_arguments`` has seen.
            settings: of this process.

        Raises:
            UnknownModelError: there is no such model.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        return cls(
            model=Registry(settings.registry).card(args.model or usual_model(settings)).name,
            passes=args.passes or settings.default_passes,
            priority=Priority.URGENT if args.urgent else Priority.ROUTINE,
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command."""
    parser.add_argument("--model", metavar="NAME", help="model that judges the batch (default: the one in use)")
    parser.add_argument(
        "--passes", metavar="T", type=_passes, help="passes, 1 to 1000 (default: KARYOTRIAGE_PASSES, else 100)"
    )
    parser.add_argument("--urgent", action="store_true", help="judge the batch before all that are not urgent")


def _passes(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= MAX_PASSES:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MAX_PASSES}, got {text!r}")
    return int(text)
