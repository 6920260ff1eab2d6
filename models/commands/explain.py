"""``python -m models explain``: what a model says of pictures, and where the evidence lies."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import pictures
from models.judging.heatmap import overlay
from models.judging.prediction import Prediction
from models.judging.triage import Policy, triage
from models.registry import Registry

_DESCRIPTION = """\
Judge pictures, print what the model says of each, and write NAME-evidence.png: the picture with the places coloured
that speak most for abnormal, relative to the strongest one. There is a strongest place even where nothing is wrong.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("explain", help="show where the evidence lies", description=_DESCRIPTION)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a picture; of several pages the first")
    parser.add_argument("--model", default="vgg16", metavar="NAME", help="default: vgg16")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="made if it is not there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Print and write.

    Raises:
        FileExistsError: two of the files would be written to the same picture.
    """
    registry.card(options.model)
    targets = [options.out / f"{file.stem}-evidence.png" for file in options.files]
    twice = [target for target, count in Counter(targets).items() if count > 1]
    if twice:
        raise FileExistsError(f"files must have different names, got two for {twice[0]}")
    # late: a wrong name is told without loading a network
    from models.predicting.predictor import Predictor

    model = Predictor.load(registry, options.model)
    options.out.mkdir(parents=True, exist_ok=True)
    for file, target in zip(options.files, targets, strict=True):
        page = _page(file)
        print(f"{file}: {_told(model.predict([page])[0], model.card.policy)}")
        overlay(page, model.explain(page)).save(target)
    return 0


def _page(file: Path) -> NDArray[np.uint8]:
    try:
        return pictures.page(file.read_bytes())
    except pictures.PictureError as error:
        raise pictures.PictureError(error.fault, f"{file}: {error}") from error


def _told(said: Prediction, policy: Policy) -> str:
    """Say in a few lines what a model says."""
    outcome = triage(said.readable, said.measures, said.findings, policy).outcome.replace("_", " ")
    suggestion = said.suggestion
    lines = [
        f"{outcome}, calibrated probability of abnormal {said.measures.calibrated_probability:.1%}",
        *said.refusals,
        *(finding.in_words for finding in said.findings),
        f"suggestion: {suggestion.iscn}" if suggestion.iscn else f"no suggestion: {suggestion.reason}",
    ]
    return "\n  ".join(lines)
