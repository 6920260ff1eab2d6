"""A network in training: with the read-outs of the source task, off the last feature map and off two finer ones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import keras
from keras import layers

from models.chromosomes import CHROMOSOMES
from models.datasets.grids import GRID_CHANNELS
from models.networks.architectures import BACKBONE, as_input, build_network
from models.networks.choices import Architecture, Trained
from models.networks.cutting import heads, upper_backbone
from models.networks.lattices import Lattice
from models.training.batches import Reading

GRID = "grid"
CLASSES = "classes"

LOOKS_TAPS: Mapping[str, str] = MappingProxyType(
    {Architecture.VGG16: "block4_conv3", Architecture.INCEPTION_V3: "mixed2"}
)
"""The layer of the backbone, of 8 pixels a cell, whose cells see about a chromosome: what it looks like."""

SOURCE_TAPS: Mapping[str, str] = MappingProxyType(
    {Architecture.VGG16: "block5_conv3", Architecture.INCEPTION_V3: "mixed7"}
)
"""The layer of the backbone, of 16 pixels a cell, whose cells see where on the page it stands as well."""


class Trainee:
    """A network of ``models.networks.architectures.build_network`` while it is trained.

    The grid of the source task is read linearly off the very feature map that the thesis' head averages, so that what
    is learnt survives the averaging; and off a finer one. Off that and a still finer one is read which chromosome it
    is that stands at a place. A network learns from this question first: each page answers it 46 times.

    ``network`` is the network itself. ``whole`` has all read-outs besides and shares its weights: pictures (N, S, S)
    of uint8 -> the outputs of the network, "grid" and "grid_<tap>" (N, g, g, 25), and "classes_<tap>" (N, g, g, 24),
    the logarithm of the odds of each chromosome. ``looks`` is the part of it up to the finest read-out, and has that
    alone. ``readings`` tell where all these are read, by output.
    """

    def __init__(self, architecture: str, size: int) -> None:
        """Build it with random weights.

        Args:
            architecture: a value of ``models.networks.choices.Architecture``.
            size: side of the pictures, in pixels.
        """
        self.network = build_network(architecture, size)
        self._heads = heads(self.network)
        self._grid = _read_out(GRID, GRID_CHANNELS)
        backbone = self.network.get_layer(BACKBONE)
        layer_names = (backbone.layers[-1].name, SOURCE_TAPS[architecture], LOOKS_TAPS[architecture])
        pictures = keras.Input((size, size), dtype="uint8")
        ends = [backbone.get_layer(name).output for name in layer_names]
        maps = keras.Model(backbone.input, ends)(as_input(pictures))
        last, coarse, fine = (
            Lattice.of_layer(architecture, name, size, values.shape[1])
            for name, values in zip(layer_names, maps, strict=True)
        )
        _, source, looks = layer_names
        self.readings: dict[str, Reading] = {
            GRID: Reading(last, GRID_CHANNELS),
            f"{GRID}_{source}": Reading(coarse, GRID_CHANNELS),
            f"{CLASSES}_{source}": Reading(coarse, len(CHROMOSOMES)),
            f"{CLASSES}_{looks}": Reading(fine, len(CHROMOSOMES)),
        }
        read = {name: _read_out(name, reading.channels) for name, reading in self.readings.items() if name != GRID}
        finer = {name: layer(maps[layer_names.index(name.partition("_")[2])]) for name, layer in read.items()}
        self.whole = keras.Model(pictures, {**self._outputs(maps[0]), **finer})
        name = f"{CLASSES}_{looks}"
        self.looks = keras.Model(pictures, {name: read[name](keras.Model(backbone.input, ends[2])(as_input(pictures)))})

    def _outputs(self, features: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        return {**self._heads(features), GRID: self._grid(features)}

    def learner(self, trained: Trained) -> keras.Model:
        """Return what learns, from the features of the lower part or from pictures to the outputs.

        See ``models.networks.cutting.lower_part``. The finer read-outs take part only where everything learns.
        """
        if trained is Trained.ALL:
            return self.whole
        upper = upper_backbone(self.network, trained)
        return keras.Model(upper.input, self._outputs(upper.output))

    def initialise(self, seed: int) -> None:
        """Give plain convolutions He's initialisation; the default of VGG16 lets the signal fade from scratch."""
        for index, layer in enumerate(self.network.get_layer(BACKBONE).layers):
            if isinstance(layer, layers.Conv2D) and layer.use_bias:
                layer.kernel.assign(keras.initializers.HeNormal(seed + index)(layer.kernel.shape))


def _read_out(name: str, channels: int) -> layers.Layer:
    return layers.Conv2D(channels, 1, dtype="float32", name=name)
