"""Telling, during a training, how far it is, and now and then how well it goes."""

from __future__ import annotations

import keras

from models.training.progress import Stretch

_TIMES = 40


class Teller(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells a stretch of progress how many inputs were seen, and the loss some forty times."""

    def __init__(self, stretch: Stretch, batch_size: int, steps: int) -> None:
        """Tell a stretch of a training of ``steps`` batches."""
        super().__init__()
        self._stretch, self._size, self._every = stretch, batch_size, max(1, steps // _TIMES)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell of a batch."""
        self._stretch.advance(self._size)
        if batch % self._every == self._every - 1:
            self._stretch.report({"loss": float((logs or {}).get("loss", float("nan")))})
