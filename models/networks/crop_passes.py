"""MC-Dropout for the crop network: the convolutions once for each crop, then all sub-networks as one matrix product.

As everywhere, the sub-networks are drawn once, from a seed, and all crops of all pages are judged by the same ones. See
``models.networks.dropout``.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

_CHUNK = 32
_WHITE = 255


@dataclass(frozen=True)
class CropsSaid:
    """What T sub-networks say of n crops: probabilities ``classes`` (T, n, 25) and ``copies`` (T, n, 3)."""

    classes: NDArray[np.float32]
    copies: NDArray[np.float32]


class CropPasses:
    """The sub-networks of a crop network."""

    def __init__(self, network: keras.Model, seed: int) -> None:
        """Prepare them.

        Args:
            network: of ``models.networks.crop_network.build_crop_network``, with its weights.
            seed: of the sub-networks.
        """
        self._trunk = keras.Model(network.input, network.get_layer("dense").output)
        self._heads = {
            name: tuple(np.asarray(values, np.float32) for values in network.get_layer(name).get_weights())
            for name in ("classes", "copies")
        }
        self._keep = 1.0 - network.get_layer("dropout").rate
        self._units, self._seed = network.get_layer("dense").units, seed

    def predict(self, crops: NDArray[np.uint8], passes: int) -> CropsSaid:
        """Judge crops by the first ``passes`` sub-networks.

        Args:
            crops: (n, height, width), black on white.
            passes: T, at least 1.
        """
        hidden = self._hidden(crops)
        drawn = np.random.default_rng(self._seed).random((passes, self._units), np.float32)
        masked = hidden[None] * (drawn < self._keep)[:, None] / np.float32(self._keep)  # (T, n, 256)
        return CropsSaid(**{name: _softmax(masked @ kernel + bias) for name, (kernel, bias) in self._heads.items()})

    def _hidden(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the convolutions, in chunks of one size so that few shapes are ever compiled, (n, 256)."""
        parts = []
        for start in range(0, len(crops), _CHUNK):
            part = crops[start : start + _CHUNK]
            filled = np.pad(part, ((0, _CHUNK - len(part)), (0, 0), (0, 0)), constant_values=_WHITE)
            parts.append(np.asarray(self._trunk.predict_on_batch(filled))[: len(part)].astype(np.float32))
        return np.concatenate(parts) if parts else np.zeros((0, self._units), np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = grown / grown.sum(axis=-1, keepdims=True)
    return shares
