"""The segmentation network: what it tells of four pixels at once is what it tells of each of them."""

from __future__ import annotations

import keras
import numpy as np

from models.networks.segmentation_network import build_segmentation_network, in_quarters

KINDS = 3


def test_in_quarters_it_tells_the_same_of_each_pixel() -> None:
    keras.utils.set_random_seed(1)
    network = build_segmentation_network(KINDS)
    bias = network.get_layer("pixels").bias
    bias.assign(np.arange(KINDS, dtype=np.float32))
    pages = np.random.default_rng(1).integers(0, 256, (2, 64, 96, 2), np.uint8)
    pixels = np.asarray(network.predict_on_batch(pages)["pixels"])
    quarters = np.asarray(in_quarters(network).predict_on_batch(pages)).reshape(2, 32, 48, 2, 2, KINDS)
    spread = quarters.transpose(0, 1, 3, 2, 4, 5).reshape(pixels.shape)
    assert np.ptp(pixels) > 1
    np.testing.assert_allclose(spread, pixels, rtol=0, atol=1e-4 * np.abs(pixels).max())
