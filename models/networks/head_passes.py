"""MC-Dropout for networks with all dropout in the head: the lower part once, then all sub-networks as one product.

As everywhere, the sub-networks are drawn once, from a seed, and all inputs of all pages are judged by the same ones:
see ``models.networks.dropout``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

_CHUNK = 32

Inputs = Mapping[str, NDArray[np.generic]]


class HeadPasses:
    """The sub-networks of a network whose outputs all read one hidden layer through one dropout."""

    def __init__(self, network: keras.Model, seed: int, *, hidden: str, dropout: str, heads: Sequence[str]) -> None:
        """Prepare them.

        Args:
            network: with its weights; its inputs have names.
            seed: of the sub-networks.
            hidden: name of the layer below the dropout.
            dropout: name of the dropout.
            heads: names of the layers above it, dense and without an activation.
        """
        layer = network.get_layer(hidden)
        self._trunk = keras.Model({tensor.name: tensor for tensor in network.inputs}, layer.output)
        self._heads = {
            name: tuple(np.asarray(values, np.float32) for values in network.get_layer(name).get_weights())
            for name in heads
        }
        self._keep = 1.0 - network.get_layer(dropout).rate
        self._units, self._seed = layer.units, seed

    def logits(self, inputs: Inputs, passes: int) -> dict[str, NDArray[np.float32]]:
        """Judge n inputs by the first ``passes`` sub-networks.

        Args:
            inputs: arrays (n, ...) by the names of the network's inputs.
            passes: T, at least 1.

        Returns:
            The output (T, n, units) of each head.
        """
        hidden = self._hidden(inputs)
        drawn = np.random.default_rng(self._seed).random((passes, self._units), np.float32)
        masked = hidden[None] * (drawn < self._keep)[:, None] / np.float32(self._keep)  # (T, n, units)
        return {name: masked @ kernel + bias for name, (kernel, bias) in self._heads.items()}

    def _hidden(self, inputs: Inputs) -> NDArray[np.float32]:
        """Run the lower part, in chunks of one size so that few shapes are ever compiled, (n, units)."""
        count = len(next(iter(inputs.values())))
        parts = [np.zeros((0, self._units), np.float32)]
        for start in range(0, count, _CHUNK):
            filled = {name: _filled(values[start : start + _CHUNK]) for name, values in inputs.items()}
            parts.append(np.asarray(self._trunk.predict_on_batch(filled))[: count - start].astype(np.float32))
        return np.concatenate(parts)


def _filled(part: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.pad(part, ((0, _CHUNK - len(part)), *((0, 0),) * (part.ndim - 1)))
