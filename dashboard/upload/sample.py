"""The sample batch: a few simulated karyograms that ship with the project, for a first look on an empty system."""

from __future__ import annotations

from pathlib import Path

from engine.intake.intake import IncomingFile
from engine.known_cases import known_answers
from engine.known_cases.known_answers import KnownPicture

BATCH_NAME = "Sample batch (simulated)"
_FOLDER = Path(__file__).parents[1] / "samples"
_LABELS = "labels.csv"


def files() -> list[IncomingFile]:
    """The simulated karyograms, in the order of their names; empty where the folder was left out."""
    return [IncomingFile(name=path.name, data=path.read_bytes()) for path in sorted(_FOLDER.glob("*.png"))]


def known() -> list[KnownPicture]:
    """The same with what each of them shows; a picture without an answer is left out."""
    labels = _FOLDER / _LABELS
    answers = known_answers.read(labels.read_bytes()) if labels.is_file() else {}
    return [
        KnownPicture(path.name, path.read_bytes(), answers[key], simulated=True)
        for path in sorted(_FOLDER.glob("*.png"))
        if (key := known_answers.key(path.name)) in answers
    ]
