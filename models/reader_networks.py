"""The two networks of the reader, side by side: one looks at single crops, one compares homologues."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from models.networks.crop_network import build_crop_network
from models.networks.head_passes import HeadPasses
from models.networks.pair_network import build_pair_network
from models.reading.crops import HEIGHT, WIDTH
from models.reading.homologues import FACTS
from models.reading.profiles import POINTS


@dataclass(frozen=True)
class ReaderNetworks:
    """``crops``: of ``models.networks.crop_network``. ``pairs``: of ``models.networks.pair_network``."""

    crops: keras.Model
    pairs: keras.Model

    @classmethod
    def build(cls) -> ReaderNetworks:
        """Build them with random weights, for the crops and profiles of the reader."""
        return cls(build_crop_network(HEIGHT, WIDTH), build_pair_network(POINTS, FACTS))

    def joined(self) -> keras.Model:
        """Return both as one network, which shares their weights: so they lie in one file on disk."""
        inputs = {tensor.name: tensor for tensor in (*self.crops.inputs, *self.pairs.inputs)}
        return keras.Model(inputs, {**self.crops.output, **self.pairs.output}, name="reader")

    def crop_passes(self, seed: int) -> HeadPasses:
        """Return the sub-networks that look at crops, with the heads "classes" and "copies"."""
        return HeadPasses(self.crops, seed, hidden="dense", dropout="dropout", heads=("classes", "copies"))

    def pair_passes(self, seed: int) -> HeadPasses:
        """Return the sub-networks that compare homologues, with the head "changed"."""
        return HeadPasses(self.pairs, seed, hidden="pair_dense", dropout="pair_dropout", heads=("changed",))
