"""Values that several commands take, checked before anything runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole_from(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``, for ``argparse``."""
    wanted = f"from {least}" if most is None else f"from {least} to {most}"

    def whole(text: str) -> int:
        if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
            raise argparse.ArgumentTypeError(f"must be a whole number {wanted}, got {text!r}")
        return int(text)

    return whole


def share(text: str) -> float:
    """Read a number from 0 to 1, for ``argparse``."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, got {text!r}")
    return value


def budget(text: str) -> float:
    """Read a factor of the pictures to train on, from 0.01 to 100, for ``argparse``."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 100.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0.01 to 100, got {text!r}")
    return value
