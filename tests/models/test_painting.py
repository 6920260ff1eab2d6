"""Painted chromosomes: their lengths, bands and shapes are those of the table and of the karyotype."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.simulation.karyotypes import Chromosome, Segment, normal_chromosome
from models.simulation.painting import Paint, Stain, draw_stain


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def straight_stain() -> Stain:
    return replace(draw_stain(rng(1)), bend=0.0, unlike=0.0, condensation=1.0)


def test_lengths_follow_the_segments() -> None:
    paint = Paint(straight_stain())
    whole = np.mean([paint.draw(rng(seed), normal_chromosome("2"), 100).shape[0] for seed in range(20)])
    half = np.mean(
        [paint.draw(rng(seed), Chromosome("2", (Segment("2", 0, 0.5),)), 100).shape[0] for seed in range(20)]
    )
    ends = 2 * half - whole  # what focus adds at both ends, whatever the length
    assert 85 <= whole <= 110
    assert -6 <= ends <= 10
