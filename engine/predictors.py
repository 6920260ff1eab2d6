"""The models that an engine has in memory, several at once if need be."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.judging import Predictor


class Predictors:
    """Models by name, each loaded once, at its first use; several threads may ask.

    One is loaded at a time. Whoever asks for another one that is loaded already does not wait for it.
    """

    def __init__(self, load: Callable[[str], Predictor]) -> None:
        """Set up; nothing is loaded yet. ``load`` gives a model by its name, ready to judge."""
        self._load = load
        self._turn = threading.Lock()
        self.loaded: dict[str, Predictor] = {}

    def get(self, model: str) -> Predictor:
        """Return a model, loaded now if it is not yet.

        Raises:
            whatever loading raises: an unknown model, weights that are not those of the card.
        """
        if model not in self.loaded:
            with self._turn:
                if model not in self.loaded:
                    # a new dictionary, because other threads may be reading the old one
                    self.loaded = {**self.loaded, model: self._load(model)}
        return self.loaded[model]
