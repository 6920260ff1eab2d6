"""The network of the reader that tells chromosomes from everything else on a page, and from each other.

Down to a thirty-second of the page to see what stands around, and up again to half a pixel's edge. Source:
Ronneberger et al. 2015 (U-Net); the seams between things that touch as a class of their own: Chen et al. 2016 (DCAN).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

STEP = 32
"""Height and width of a page must be multiples of this."""

_WIDTHS = (16, 32, 48, 64, 80)
_PIXELS = "pixels"
_TAPS = {(0, 0): 3, (0, 1): 1, (1, 1): 2, (1, 2): 0}
"""Which row of a transposed kernel of 4 an even (0) or odd (1) pixel takes from the place before its own, from that
(1), and from the one behind it."""


def build_segmentation_network(kinds: int) -> keras.Model:
    """Build it with random weights.

    Args:
        kinds: of pixels.

    Returns:
        A model from "pages" (N, H, W, 2) uint8, grey and the darkness relative to the paper close by, to "pixels"
        (N, H, W, kinds), logits.
    """
    pages = keras.Input((None, None, 2), dtype="uint8", name="pages")
    values: Any = ops.cast(pages, "float32") / 127.5 - 1.0
    seen = []
    for step, channels in enumerate(_WIDTHS):
        size, stride = (3, 1) if step else (4, 2)
        if step:
            values = layers.MaxPooling2D(name=f"down{step}")(values)
        values = _convolution(channels, size, stride, f"see{step}a")(values)
        values = _convolution(channels, 3, 1, f"see{step}b")(values)
        seen.append(values)
    for step in reversed(range(len(_WIDTHS) - 1)):
        values = layers.UpSampling2D(name=f"up{step}")(values)
        values = layers.Concatenate(name=f"join{step}")([values, seen[step]])
        values = _convolution(_WIDTHS[step], 3, 1, f"tell{step}")(values)
    pixels = layers.Conv2DTranspose(kinds, 4, strides=2, padding="same", dtype="float32", name=_PIXELS)(values)
    return keras.Model(pages, {_PIXELS: pixels}, name="segmentation")


def in_quarters(network: keras.Model) -> keras.Model:
    """Return a network that tells the same of the four pixels of each place of half the size at once.

    To spread out what is told over all pixels takes a processor as long as the rest of the network.

    Args:
        network: of ``build_segmentation_network``, with the weights it will keep.

    Returns:
        A model from its pages to (N, H / 2, W / 2, 4 * kinds), logits of four pixels: upper left, upper right, lower
        left, lower right.
    """
    last = network.get_layer(_PIXELS)
    spreading, bias = last.get_weights()  # (4, 4, kinds, channels), (kinds,)
    kinds, channels = spreading.shape[2:]
    kernel = np.zeros((3, 3, channels, 2, 2, kinds), np.float32)
    for (lower, down), row in _TAPS.items():
        for (right, along), column in _TAPS.items():
            kernel[down, along, :, lower, right] = spreading[row, column].T
    told = layers.Conv2D(4 * kinds, 3, padding="same", dtype="float32", name="quarters")
    quarters = told(last.input)
    told.set_weights([kernel.reshape(3, 3, channels, -1), np.tile(bias, 4)])
    return keras.Model(network.input, quarters)


def _convolution(channels: int, size: int, stride: int, name: str) -> layers.Conv2D:
    return layers.Conv2D(
        channels, size, stride, padding="same", activation="relu", kernel_initializer="he_normal", name=name
    )
