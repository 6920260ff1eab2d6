"""The sample batch: a few simulated karyograms that ship with the project, for a first look on an empty system."""

from __future__ import annotations

from pathlib import Path

from engine.intake import IncomingFile

BATCH_NAME = "Sample batch (simulated)"
_FOLDER = Path(__file__).parent / "samples"


def files() -> list[IncomingFile]:
    """The simulated karyograms, in the order of their names; empty where the folder was left out."""
    return [IncomingFile(name=path.name, data=path.read_bytes()) for path in sorted(_FOLDER.glob("*.png"))]
