"""A quick training as a process that can be killed: ``python -m tests.models.training.quick_training FOLDER``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from models.datasets.simulated_set import Recipe
from models.networks.determinism import deterministic
from models.preparation import packing
from models.training.phases import QUICK
from models.training.progress import Reporter
from models.training.trainer import Trainer

PHASES = (QUICK[0], replace(QUICK[0], name="more-mosaics"))
"""What begins anew in each phase is there twice; mosaics are the quickest to draw."""

if __name__ == "__main__":
    with deterministic():
        Trainer("vgg16", Recipe(seed=1, preparation=packing.NAME), Path(sys.argv[1]), Reporter()).run(PHASES)
