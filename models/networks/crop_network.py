"""The network of the reader: which chromosome a crop shows, how many copies of it, and which way up.

Plain convolutions with He's initialisation, which on a processor learn several times faster than with batch
normalisation; all dropout in the head, as everywhere. Source: He et al. 2015.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.chromosomes import CHROMOSOMES

CLASSES = len(CHROMOSOMES) + 1
"""The 24 chromosomes in their order, and junk."""

COPIES = 3
_WIDTHS = (24, 48, 80, 128)
_HIDDEN = 256
_DROPOUT = 0.3


def build_crop_network(height: int, width: int) -> keras.Model:
    """Build it with random weights.

    Args:
        height: of the crops in pixels, a multiple of 16.
        width: likewise.

    Returns:
        A model from crops (N, height, width) uint8, black on white, to "classes" (N, 25), "copies" (N, 3) and "upright"
        (N, 1), all of them logits.
    """
    crops = keras.Input((height, width), dtype="uint8", name="crops")
    values: Any = ops.expand_dims((255.0 - ops.cast(crops, "float32")) / 127.5, -1)
    for step, channels in enumerate(_WIDTHS):
        for half in ("a", "b") if step else ("a",):
            convolution = layers.Conv2D(
                channels, 3, padding="same", activation="relu", kernel_initializer="he_normal", name=f"conv{step}{half}"
            )
            values = convolution(values)
        values = layers.MaxPooling2D(name=f"pool{step}")(values)
    values = layers.Flatten(name="features")(values)
    values = layers.Dense(_HIDDEN, activation="relu", kernel_initializer="he_normal", name="dense")(values)
    values = layers.Dropout(_DROPOUT, name="dropout")(values)
    outputs = {
        name: layers.Dense(units, dtype="float32", name=name)(values)
        for name, units in (("classes", CLASSES), ("copies", COPIES), ("upright", 1))
    }
    return keras.Model(crops, outputs, name="crops")
