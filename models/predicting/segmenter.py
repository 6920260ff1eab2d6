"""The segmentation network, ready to tell what each pixel of a page is."""

from __future__ import annotations

import threading
from pathlib import Path

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.networks.devices import building_in, choose_precision
from models.networks.segmentation_network import STEP, build_segmentation_network
from models.networks.weights import read_weights
from models.reading.segmentation import KINDS, NOTHING, Told, seen

_DOUBT = 1.0  # in favour of chromosomes: by how much the logit of ``NOTHING`` must exceed that of any other kind


class Segmenter:
    """Tells what each pixel of a page is; several threads may ask it."""

    def __init__(self, network: keras.Model) -> None:
        """Use a network of ``models.networks.segmentation_network`` with its weights."""
        logits = network.output["pixels"]
        doubt = ops.one_hot(NOTHING, len(KINDS), dtype=logits.dtype) * _DOUBT
        kinds = ops.cast(ops.argmax(logits - doubt, axis=-1), "uint8")
        inked = 1.0 - ops.softmax(logits, axis=-1)[..., NOTHING]
        self._network = keras.Model(network.input, {"kinds": kinds, "inked": inked})
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
            told = self._network.predict_on_batch(seen(page, darkness, STEP))
        height, width = page.shape
        kinds, inked = (np.asarray(told[name])[0, :height, :width] for name in ("kinds", "inked"))
        return Told(kinds.astype(np.uint8), inked.astype(np.float32))
