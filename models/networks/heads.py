"""The two heads of a network in all passes of MC-Dropout at once, on the features of a few pictures.

Whatever is the same in all passes is computed once, and what is linear is folded into the masks: of each pass only one
product of matrices is left in either head. Plain layers, pass by pass, say the same but for rounding.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.chromosomes import CHROMOSOMES
from models.counts import COPY_NUMBERS


class AbnormalPasses(layers.Layer):  # type: ignore[misc]
    """The thesis' head: the log odds of abnormal in each pass."""

    def __init__(self, network: keras.Model) -> None:
        """Share the weights of a network of ``models.networks.architectures.build_network``."""
        super().__init__(dtype="float32", autocast=False)
        self._dropouts = [network.get_layer(name) for name in ("dropout", "dropout_1")]
        self._dense, self._last = network.get_layer("dense"), network.get_layer("dense_1")
        self._normalization = network.get_layer("batch_normalization")

    def call(self, features: Any, feature_masks: Any, hidden_masks: Any) -> Any:
        """Run all passes.

        Args:
            features: the backbone's output, (N, rows, columns, C).
            feature_masks: (C, rows * columns, T), of the features' type, 1 keeps a value and 0 drops it.
            hidden_masks: (T, 256) of float32, likewise.

        Returns:
            (N, T).
        """
        pooled = self._masked_pooling(features, feature_masks)  # (C, N, T)
        kernel = ops.transpose(ops.cast(self._dense.kernel, pooled.dtype))
        # units come first, as channels do: nothing as large as all passes of all pictures is ever transposed
        hidden = ops.matmul(kernel, ops.reshape(pooled, (pooled.shape[0], -1)))  # (256, C) x (C, N*T)
        hidden = ops.relu(ops.cast(hidden, "float32") + ops.expand_dims(self._dense.bias, 1))
        hidden = ops.reshape(hidden, (kernel.shape[0], features.shape[0], -1))  # (256, N*T) -> (256, N, T)
        weights, constants = self._linear(hidden_masks)
        return ops.sum(hidden * ops.expand_dims(weights, 1), axis=0) + constants

    def _masked_pooling(self, features: Any, masks: Any) -> Any:
        """Drop out and average over the positions: one product of matrices for each channel."""
        chunk, rows, columns, channels = features.shape
        keep = 1.0 - self._dropouts[0].rate
        # scaled before the product: there are fewer features than masked features, and masks of 0 and 1 stay exact
        scaled = ops.cast(features, "float32") / (keep * rows * columns)
        positions = ops.reshape(ops.cast(scaled, masks.dtype), (chunk, rows * columns, channels))
        by_channel = ops.transpose(positions, (2, 0, 1))  # (N, P, C) -> (C, N, P)
        return ops.matmul(by_channel, masks)  # (C, N, P) x (C, P, T) -> (C, N, T)

    def _linear(self, masks: Any) -> tuple[Any, Any]:
        """Return normalisation, second dropout and last layer as one: (256, T) weights, (T,) constants."""
        normal, keep = self._normalization, 1.0 - self._dropouts[1].rate
        scale = normal.gamma / ops.sqrt(normal.moving_variance + normal.epsilon)
        shift = normal.beta - normal.moving_mean * scale
        last = self._last.kernel / keep  # (256, 1)
        constants = ops.matmul(masks, ops.expand_dims(shift, 1) * last)  # (T, 1)
        return ops.transpose(masks) * (ops.expand_dims(scale, 1) * last), constants[:, 0] + self._last.bias


class FindingsPasses(layers.Layer):  # type: ignore[misc]
    """The findings head: what it says of each chromosome in each pass."""

    def __init__(self, network: keras.Model) -> None:
        """Share the weights of a network of ``models.networks.architectures.build_network``."""
        super().__init__(dtype="float32", autocast=False)
        names = ("findings_pooling", "findings_normalization", "findings_dense")
        self._below = [network.get_layer(name) for name in names]
        self._dropout = network.get_layer("findings_dropout")
        self._copies, self._structural = network.get_layer("copies_dense"), network.get_layer("structural")

    def call(self, features: Any, masks: Any) -> Any:
        """Run all passes.

        Args:
            features: the backbone's output, (N, rows, columns, C).
            masks: (T, 512) of float32, 1 keeps a value and 0 drops it.

        Returns:
            Logits of 0..4 copies of each chromosome, (N, T, 5, 24), and log odds of a changed structure, (N, T, 24).
        """
        hidden = features
        for layer in self._below:
            hidden = layer(hidden)  # at last (N, 512)
        hidden = ops.cast(hidden, "float32") / (1.0 - self._dropout.rate)
        kernel, bias = self._joined()
        # a picture scales the rows of the weights, which are fewer than the passes: (T, 512) x (N, 512, 144)
        logits = ops.matmul(ops.expand_dims(masks, 0), ops.expand_dims(hidden, 2) * kernel) + bias
        counts = ops.reshape(logits[..., : -len(CHROMOSOMES)], (features.shape[0], -1, COPY_NUMBERS, len(CHROMOSOMES)))
        return counts, logits[..., -len(CHROMOSOMES) :]

    def _joined(self) -> tuple[Any, Any]:
        """Return both last layers as one, chromosomes innermost: (512, 5 * 24 + 24) and (5 * 24 + 24,)."""
        table = (-1, len(CHROMOSOMES), COPY_NUMBERS)
        parts = []
        for copies, structural in (
            (self._copies.kernel, self._structural.kernel),
            (ops.expand_dims(self._copies.bias, 0), ops.expand_dims(self._structural.bias, 0)),
        ):
            turned = ops.transpose(ops.reshape(copies, table), (0, 2, 1))  # (512, 24, 5) -> (512, 5, 24)
            parts.append(ops.concatenate([ops.reshape(turned, (structural.shape[0], -1)), structural], axis=1))
        return parts[0], parts[1][0]
