"""Batches for training, read from disk ahead of the network: a data set is never in memory as a whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from models.datasets.grids import grids
from models.datasets.simulated_set import SimulatedSet
from models.datasets.variation import vary
from models.networks.lattices import Lattice

Batch = tuple[NDArray[Any], dict[str, NDArray[Any]]]


@dataclass(frozen=True)
class Reading:
    """One read-out of the source task: off which cells, and what of each of them.

    ``lattice``: of the map it is read off. ``channels``: how many of the grid's, from the first.
    """

    lattice: Lattice
    channels: int


@dataclass(frozen=True)
class Examples:
    """A simulated set as one part of a network takes it.

    ``inputs``: (N, ...) pictures, or what the frozen part makes of them. ``readings``: by output of the network.
    ``heads``: outputs whose targets are arrays of the set.
    """

    inputs: NDArray[Any]
    data: SimulatedSet
    readings: Mapping[str, Reading]
    heads: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, which: NDArray[np.int64], rng: np.random.Generator | None = None) -> Batch:
        """Read the pictures of these numbers, (B,), varied by ``rng`` if there is one, and their targets by output."""
        inputs, places, channels = self.inputs[which], self.data.places[which], self.data.channels[which]
        if rng is not None:
            inputs, places = vary(inputs, places, rng)
        targets = {name: getattr(self.data, name)[which] for name in self.heads}
        read = {
            name: grids(places, channels, reading.lattice, reading.channels) for name, reading in self.readings.items()
        }
        return inputs, {**targets, **read}


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of examples as ``fit`` and ``evaluate`` take them, made ahead by all cores.

    With a seed it runs through all epochs, each in an order of its own that depends on the seed and the epoch alone, so
    that a training goes on after step ``first`` as if it had never stopped. Without one: once, in the given order.
    ``varied`` pictures, which need a seed, are others at each step.
    """

    def __init__(
        self,
        examples: Examples,
        size: int,
        *,
        steps: int,
        first: int = 0,
        seed: int | None = None,
        varied: bool = False,
    ) -> None:
        """Read ``steps`` batches of ``size``, less the ``first`` ones."""
        super().__init__(workers=1)  # those of Keras begin with the first batch again after each evaluation
        self._examples, self._size, self._steps, self._first = examples, size, steps, first
        self._seed, self._varied = seed, varied
        self._ahead = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._ahead)
        self._coming: dict[int, Future[Batch]] = {}

    def __len__(self) -> int:
        return self._steps - self._first

    def __getitem__(self, index: int) -> Batch:
        """Return batch ``index``; those after it are on their way."""
        wanted = range(index, min(index + 1 + self._ahead, len(self)))
        coming = {number: self._coming.get(number) or self._pool.submit(self._read, number) for number in wanted}
        batch = coming.pop(index)
        self._coming = coming
        return batch.result()

    def _read(self, index: int) -> Batch:
        step = self._first + index
        epoch, place = divmod(step, len(self._examples) // self._size)
        which, rng = np.arange(len(self._examples)), None
        if self._seed is not None:
            which = np.random.default_rng([self._seed, epoch]).permutation(which)
            rng = np.random.default_rng([self._seed, step, 1]) if self._varied else None
        # sorted, because a disk is read in its own order; the order inside a batch teaches nothing
        return self._examples.batch(np.sort(which[place * self._size : (place + 1) * self._size]), rng)


def write_features(lower: keras.Model, pictures: NDArray[np.uint8], file: Path, batch_size: int) -> NDArray[np.float16]:
    """Compute what the frozen part makes of pictures, once instead of in every epoch.

    Args:
        lower: the frozen part, (N, S, S) uint8 -> features.
        pictures: (N, S, S).
        file: where the features are written, and read from as they are needed.
        batch_size: pictures computed at once.

    Returns:
        The features, (N, ...), mapped from the file.

    Raises:
        ValueError: when features are not finite in float16.
    """
    shape = (len(pictures), *lower.output_shape[1:])
    features = open_memmap(file, mode="w+", dtype=np.float16, shape=shape)
    for start in range(0, len(pictures), batch_size):
        with np.errstate(over="ignore"):
            seen = np.asarray(lower.predict_on_batch(pictures[start : start + batch_size])).astype(np.float16)
        if not np.isfinite(seen).all():
            raise ValueError(f"features of pictures {start} to {start + len(seen) - 1} must be finite in float16")
        features[start : start + batch_size] = seen
    features.flush()
    return np.load(file, mmap_mode="r")  # type: ignore[no-any-return]
