"""A network in training: with the read-outs of the source task, off the last feature map and off a finer one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import keras
from keras import layers

from models.chromosomes import CHROMOSOMES
from models.datasets.simulated_set import GRID_CHANNELS
from models.networks.architectures import BACKBONE, as_input, build_network
from models.networks.choices import Architecture, Trained
from models.networks.cutting import heads, upper_backbone
from models.networks.lattices import Lattice
from models.training.batches import Reading

GRID = "grid"
CLASSES = "classes"

SOURCE_TAPS: Mapping[str, str] = MappingProxyType(
    {Architecture.VGG16: "block5_conv3", Architecture.INCEPTION_V3: "mixed7"}
)
"""The layer of the backbone, finer than the last one, at which the source task is read too: deep supervision."""


class Trainee:
    """A network of ``models.networks.architectures.build_network`` while it is trained.

    The grid of the source task is read linearly off the very feature map that the thesis' head averages, so that what
    is learnt survives the averaging; and off a finer one, as is which chromosome it is that stands at a place. That
    last question is what a network learns from first: each page answers it 46 times.

    ``network`` is the network itself. ``whole`` has all read-outs besides and shares its weights: pictures (N, S, S)
    of uint8 -> the outputs of the network, "grid" and "grid_<tap>" (N, g, g, 25), and "classes_<tap>" (N, g, g, 24),
    the logarithm of the odds of each chromosome. ``readings`` tell where these are read, by output.
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
        backbone, tap = self.network.get_layer(BACKBONE), SOURCE_TAPS[architecture]
        pictures = keras.Input((size, size), dtype="uint8")
        ends = [backbone.output, backbone.get_layer(tap).output]
        features, tapped = keras.Model(backbone.input, ends)(as_input(pictures))
        finer = {
            name: _read_out(name, channels)(tapped)
            for name, channels in ((f"{GRID}_{tap}", GRID_CHANNELS), (f"{CLASSES}_{tap}", len(CHROMOSOMES)))
        }
        self.whole = keras.Model(pictures, {**self._outputs(features), **finer})
        last = Lattice.of_layer(architecture, backbone.layers[-1].name, size, features.shape[1])
        fine = Lattice.of_layer(architecture, tap, size, tapped.shape[1])
        self.readings: dict[str, Reading] = {
            GRID: Reading(last, GRID_CHANNELS),
            **{name: Reading(fine, values.shape[-1]) for name, values in finer.items()},
        }
        self.finest = fine

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
