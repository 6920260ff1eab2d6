"""Learning rates over a training: a linear warm-up, then a cosine down to almost nothing."""

from __future__ import annotations

import keras


def warm_cosine(peak: float, steps: int, *, warm_up: int, end: float) -> keras.optimizers.schedules.CosineDecay:
    """Return a schedule.

    Args:
        peak: the rate at the top of the warm-up, which begins at a fiftieth of it.
        steps: of the whole training.
        warm_up: one in so many of them warms up, at least one step.
        end: what is left of the peak at the end, 0..1.
    """
    return keras.optimizers.schedules.CosineDecay(
        peak * 0.02, steps, warmup_target=peak, warmup_steps=max(1, steps // warm_up), alpha=end
    )
