"""Where in a picture the evidence for abnormal lies: gradient times activation at three depths of the backbone.

What is explained is what the model judges by: the thesis' head, the count of the findings head, or both, as they are
weighed. Each depth answers for each of its cells how much it adds to that, averaged over the passes. Deep cells
know best what matters, shallow ones where it is; the fused map has the virtues of both. Sources: Selvaraju et al. 2017
(Grad-CAM); Jiang et al. 2021 (LayerCAM), with the sign of the gradient kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES
from models.networks.architectures import BACKBONE, as_input
from models.networks.choices import Architecture
from models.networks.dropout import SubNetworks
from models.networks.gradients import pull_back

_DEPTHS = {
    Architecture.VGG16: ("block3_conv3", "block4_conv3", "block5_conv3"),
    Architecture.INCEPTION_V3: ("mixed2", "mixed7", "mixed10"),
}
"""Layers of the backbone, the whole of which passes through each: the last at 8, 16 and (nearly) 32 pixels a cell."""


@dataclass(frozen=True)
class Weights:
    """What counts how much, not both nothing: ``head`` the thesis' head's log odds of abnormal, ``count`` the surprise
    (negative log of the probability) at a normal set of chromosomes by the findings head.
    """

    head: float = 1.0
    count: float = 0.0


def locate(
    sub_networks: SubNetworks, picture: NDArray[np.uint8], passes: int, weights: Weights = Weights()
) -> list[NDArray[np.float32]]:
    """Say which places of a picture speak for abnormal.

    Args:
        sub_networks: the model.
        picture: (S, S) prepared picture.
        passes: T, whose mean is explained.
        weights: of what is explained.

    Returns:
        One map for each depth, the coarsest first, (g, g) each: how much a cell adds, 0 where it adds nothing or
        speaks against.
    """
    network = sub_networks.network
    stem, *steps = _segments(network)
    values = [stem(as_input(picture[None]))]
    for step in steps[:-1]:
        values.append(step(values[-1]))
    last = steps.pop()
    functions = [*steps, lambda value: _evidence(sub_networks, last(value), passes, weights)]
    sensitivity: Any = ops.ones((1,))
    maps = []
    for value, function in zip(reversed(values), reversed(functions), strict=True):
        sensitivity = pull_back(function, value, sensitivity)
        added = ops.sum(ops.cast(value, "float32") * ops.cast(sensitivity, "float32"), axis=-1)  # (1, g, g)
        maps.append(np.maximum(np.asarray(added)[0], 0.0))
    return maps


def _segments(network: keras.Model) -> list[keras.Model]:
    """Cut the backbone at its depths; the parts share its weights."""
    backbone = network.get_layer(BACKBONE)
    inner = [backbone.get_layer(name).output for name in _DEPTHS[Architecture(network.name)]]
    cuts = [backbone.input, *inner, backbone.output]
    # the deepest may be the output itself, and Keras wants something between a model's input and its output
    return [keras.Model(start, layers.Identity(dtype=end.dtype)(end)) for start, end in pairwise(cuts)]


def _evidence(sub_networks: SubNetworks, features: Any, passes: int, weights: Weights) -> Any:
    said: Any = 0.0
    if weights.head:
        said = said + weights.head * _log_odds(sub_networks, features, passes)
    if weights.count:
        said = said + weights.count * _surprise(sub_networks, features, passes)
    return said


def _surprise(sub_networks: SubNetworks, features: Any, passes: int) -> Any:
    """Return the mean over the passes of -log P(normal set): (1, rows, columns, C) -> (1,)."""
    counts, _ = sub_networks.findings(features, sub_networks.masks(passes)[2])
    logs = ops.log_softmax(counts, axis=2)[0]  # (T, 5, 24)
    autosomes, x, y = ops.sum(logs[:, 2, : len(AUTOSOMES)], axis=1), logs[:, :, -2], logs[:, :, -1]
    sexes = ops.logaddexp(x[:, 2] + y[:, 0], x[:, 1] + y[:, 1])
    return ops.reshape(-ops.mean(autosomes + sexes), (1,))


def _log_odds(sub_networks: SubNetworks, features: Any, passes: int) -> Any:
    """Return the mean log odds of abnormal over the passes: (1, rows, columns, C) -> (1,)."""
    feature_masks, hidden_masks, _ = sub_networks.masks(passes)
    return ops.mean(sub_networks.abnormal(features, feature_masks, hidden_masks), axis=1)
