"""A network in training: with the read-outs of the source task, off the last feature map and off a finer one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import keras
from keras import layers

from models.architectures import BACKBONE, Architecture, as_input, build_network
from models.cutting import heads, upper_backbone
from models.datasets import GRID_CHANNELS
from models.phases import Trained

GRID = "grid"

SOURCE_TAPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {Architecture.VGG16: (), Architecture.INCEPTION_V3: ("mixed7",)}
)
"""Layers of the backbone at which the source task's grid is read too, beside the last one: deep supervision."""


class Trainee:
    """A network of ``models.architectures.build_network`` while it is trained.

    The grid of the source task is read linearly off the very feature map that the thesis' head averages, so that what
    is learnt survives the averaging; and, where ``SOURCE_TAPS`` says so, off a finer one.

    ``network`` is the network itself. ``whole`` has all read-outs besides and shares its weights: pictures (N, S, S)
    of uint8 -> the outputs of the network, "grid" and "grid_<tap>" (N, g, g, 25). ``grids`` are the g by output.
    """

    def __init__(self, architecture: str, size: int) -> None:
        """Build it with random weights.

        Args:
            architecture: a value of ``models.architectures.Architecture``.
            size: side of the pictures, in pixels.
        """
        self.network = build_network(architecture, size)
        self._heads = heads(self.network)
        self._grid = _read_out(GRID)
        backbone, taps = self.network.get_layer(BACKBONE), SOURCE_TAPS[architecture]
        ends = [backbone.output, *(backbone.get_layer(name).output for name in taps)]
        pictures = keras.Input((size, size), dtype="uint8")
        features, *tapped = _as_list(keras.Model(backbone.input, ends)(as_input(pictures)))
        finer = {f"{GRID}_{name}": _read_out(f"{GRID}_{name}")(at) for name, at in zip(taps, tapped, strict=True)}
        self.whole = keras.Model(pictures, {**self._outputs(features), **finer})
        self.grids: dict[str, int] = {
            name: values.shape[1] for name, values in self.whole.output.items() if name.startswith(GRID)
        }

    def _outputs(self, features: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        return {**self._heads(features), GRID: self._grid(features)}

    def learner(self, trained: Trained) -> keras.Model:
        """Return what learns: from the features of ``models.cutting.lower_part``, or from pictures, to the outputs.

        The finer read-outs take part only where everything learns.
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


def _read_out(name: str) -> layers.Layer:
    return layers.Conv2D(GRID_CHANNELS, 1, dtype="float32", name=name)


def _as_list(outputs: keras.KerasTensor | list[keras.KerasTensor]) -> list[keras.KerasTensor]:
    """Undo that a model of one output does not return a list."""
    return outputs if isinstance(outputs, list) else [outputs]
