"""The segmentation network, ready to tell what each pixel of a page is."""

from __future__ import annotations

import threading
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from models.networks.devices import building_in, choose_precision
from models.networks.segmentation_network import STEP, build_segmentation_network, in_quarters
from models.networks.weights import read_weights
from models.reading.segmentation import KINDS, Told, seen, told


class Segmenter:
    """Tells what each pixel of a page is; several threads may ask it."""

    def __init__(self, network: keras.Model) -> None:
        """Use a network of ``models.networks.segmentation_network`` with its weights."""
        self._network = in_quarters(network)
        self._turn = threading.Lock()

    @classmethod
    def load(cls, weights: Path) -> Segmenter:
        """Rebuild it from code and a file of its weights alone."""
        with building_in(choose_precision("auto")):
            network = build_segmentation_network(len(KINDS))
        read_weights(network, weights)
        return cls(network)

    def __call__(self, page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Told:
        """Tell what each pixel is of a page at the working size and its darkness, (H, W) each."""
        with self._turn:
            quarters = self._network.predict_on_batch(seen(page, darkness, STEP))
        return told(np.asarray(quarters)[0], page.shape)
