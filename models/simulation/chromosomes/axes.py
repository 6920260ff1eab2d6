"""How chromosomes lie: axes drawn at random, bowed, kinked at the centromere, or closed to a ring."""

from __future__ import annotations

import numpy as np

from models.simulation.chromosomes.warping import ALONG, NODES, Axis

_STRONG_BEND = 0.08
_SHARP = 0.08
_MOST = 1.2
_LEAN = 0.04
_BOW, _WAVE = ALONG - 0.5, np.sin(2 * np.pi * ALONG)


def draw_axis(rng: np.random.Generator, bend: float, centromere: float) -> Axis:
    """Draw how a chromosome lies: a bow along it, a kink at its centromere, its ends turned either way.

    Args:
        rng: source of all randomness.
        bend: of the chromosomes of the cell; 0 is straight, 1 much bent.
        centromere: where they kink, as a fraction of the length.
    """
    strength = bend * (3.0 if rng.random() < _STRONG_BEND else 1.0)
    bow, wave, kink, lean = rng.standard_normal(4).tolist()
    bow, kink = (max(-_MOST, min(_MOST, size * strength)) for size in (0.45 * bow, 0.3 * kink))
    axis = bow * _BOW + 0.2 * strength * wave * _WAVE + kink / 2 * np.tanh((ALONG - centromere) / _SHARP)
    return _upright(axis, rng.random(), _LEAN * lean)


def draw_ring(rng: np.random.Generator) -> Axis:
    """Draw a ring: a full turn, somewhat uneven, that starts anywhere."""
    phase, uneven = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0, 0.25)
    turn = 2 * np.pi * ALONG
    side = 1.0 if rng.random() < 0.5 else -1.0
    ring: Axis = side * (turn + uneven * np.sin(2 * turn + phase[0])) + phase[1]
    return ring


def _upright(axis: Axis, share: float, lean: float) -> Axis:
    """Turn an axis so that ``share`` of it, from its lower end, leans by ``lean`` on the whole."""
    lower = axis[min(int((1 - share) * NODES), NODES - 3) :]
    turned: Axis = axis + (lean - np.arctan2(np.sin(lower).sum(), np.cos(lower).sum()))
    return turned
