"""The models that an engine has in memory, several at once if need be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from engine.worker.judging import Predictor

_SOON: Final = 0.5  # seconds


class Predictors:
    """Models by name, each loaded once, at its first use; several threads may ask.

    One is loaded at a time. Whoever asks for another one that is loaded already does not wait for it.
    """

    def __init__(self, load: Callable[[str], Predictor]) -> None:
        """Set up; nothing is loaded yet. ``load`` gives a model by its name, ready to judge."""
        self._load = load
        self._turn = threading.Lock()
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._loading: dict[str, Future[Predictor]] = {}
        self.loaded: dict[str, Predictor] = {}

    def close(self) -> None:
        """End the thread; a model that is being loaded is loaded to its end."""
        self._loader.shutdown()

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

    def begin(self, model: str) -> Future[Predictor]:
        """Load a model in a thread beside the work; one that is loaded is there at once."""
        return self._loader.submit(self.get, model)

    def soon(self, model: str) -> Predictor | None:
        """Return a model, or None as long as it is being loaded beside the work; only one thread may ask this way.

        Raises:
            whatever loading raises.
        """
        if model in self.loaded:
            return self.loaded[model]
        loading = self._loading.pop(model, None) or self.begin(model)
        try:
            return loading.result(_SOON)
        except TimeoutError:
            if loading.done():
                raise  # it is the loading that took too long for somebody
            self._loading[model] = loading
            return None
