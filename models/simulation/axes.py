"""How chromosomes bend: axes drawn at random, and made of those of real ones."""

from __future__ import annotations

import numpy as np

from models.simulation.warping import ALONG, NODES, Axis

_STRONG_BEND = 0.08
_SHARP = 0.08
_MOST = 1.2
_BOW, _WAVE = ALONG - 0.5, np.sin(2 * np.pi * ALONG)


def draw_axis(rng: np.random.Generator, bend: float, centromere: float) -> Axis:
    """Draw how a chromosome lies: a bow along it, a kink at its centromere, its ends turned either way.

    Args:
        rng: source of all randomness.
        bend: of the chromosomes of the cell; 0 is straight, 1 much bent.
        centromere: where they kink, as a fraction of the length.
    """
    strength = bend * (3.0 if rng.random() < _STRONG_BEND else 1.0)
    bow, wave, kink, lean = rng.normal(0, 1, 4) * (0.45 * strength, 0.2 * strength, 0.3 * strength, 0.04)
    bow, kink = np.clip((bow, kink), -_MOST, _MOST)
    axis: Axis = bow * _BOW + wave * _WAVE + kink / 2 * np.tanh((ALONG - centromere) / _SHARP)
    return _upright(axis, rng.random()) + lean


def draw_ring(rng: np.random.Generator) -> Axis:
    """Draw a ring: a full turn, somewhat uneven, that starts anywhere."""
    phase, uneven = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0, 0.25)
    turn = 2 * np.pi * ALONG
    side = 1.0 if rng.random() < 0.5 else -1.0
    ring: Axis = side * (turn + uneven * np.sin(2 * turn + phase[0])) + phase[1]
    return ring


def _upright(axis: Axis, share: float) -> Axis:
    """Turn an axis so that ``share`` of it, from its lower end, stands upright on the whole."""
    lower = axis[min(int((1 - share) * NODES), NODES - 3) :]
    turned: Axis = axis - np.arctan2(np.sin(lower).sum(), np.cos(lower).sum())
    return turned
