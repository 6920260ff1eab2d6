"""The networks of the reader, side by side: one tells pixels apart, one looks at crops, one compares homologues."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from models.networks.crop_network import build_crop_network
from models.networks.head_passes import HeadPasses
from models.networks.pair_network import build_pair_network
from models.networks.segmentation_network import build_segmentation_network
from models.reading.crops import HEIGHT, WIDTH
from models.reading.homologues import FACTS
from models.reading.profiles import POINTS
from models.reading.segmentation import KINDS


@dataclass(frozen=True)
class ReaderNetworks:
    """Those of ``models.networks``: ``segmentation_network``, ``crop_network`` and ``pair_network``."""

    segmentation: keras.Model
    crops: keras.Model
    pairs: keras.Model

    @classmethod
    def build(cls) -> ReaderNetworks:
        """Build them with random weights, for the pages, crops and profiles of the reader."""
        return cls(
            build_segmentation_network(len(KINDS)),
            build_crop_network(HEIGHT, WIDTH),
            build_pair_network(POINTS, FACTS),
        )

    def joined(self) -> keras.Model:
        """Return all as one network, which shares their weights: so they lie in one file on disk."""
        parts = (self.segmentation, self.crops, self.pairs)
        inputs = {tensor.name: tensor for part in parts for tensor in part.inputs}
        return keras.Model(inputs, {name: out for part in parts for name, out in part.output.items()}, name="reader")

    def crop_passes(self, seed: int) -> HeadPasses:
        """Return the sub-networks that look at crops, with the heads "classes" and "copies"."""
        return HeadPasses(self.crops, seed, hidden="dense", dropout="dropout", heads=("classes", "copies"))

    def pair_passes(self, seed: int) -> HeadPasses:
        """Return the sub-networks that compare homologues, with the head "changed"."""
        return HeadPasses(self.pairs, seed, hidden="pair_dense", dropout="pair_dropout", heads=("changed",))
